import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

@Suite struct ExpansionTaskTests {
  @Test func aCommitBecomesAReleaseAndTheSameCommitNone() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst()
      let first = try #require(try await controller.set().newestRelease)
      #expect(first.targetCount == 2)
      #expect(try await controller.condition().reason == "Expanded")
      try await controller.store.wake(.expansion, row: try await controller.set().id.rawValue)
      try await controller.settle()
      #expect(try await controller.set().newestRelease == first)
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.poll()
      #expect(try await controller.set().newestRelease?.number == 2)
    }
  }

  /// What a kustomization reads beside its own directory counts as well.
  @Test func aCommitThatChangesOnlyABaseIsRolledOut() async throws {
    try await ControllerFixture.with { fixture in
      var controller = fixture
      controller.keepsExpander()
      try await controller.git.commit("resources: [web.yaml]\n", to: "base/kustomization.yaml")
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "base/web.yaml")
      try await controller.git.commit("resources: [../base]\n", to: "web/kustomization.yaml")
      try await controller.rollOutFirst()
      let first = try await controller.wanted()
      try await controller.git.commit("nothing of it\n", to: "elsewhere/README")
      try await controller.poll()
      #expect(try await controller.rollout()?.run.number == 1)
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:3"), to: "base/web.yaml")
      try await controller.poll()
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.number == 2)
      #expect(Set(try await controller.wanted().values).isDisjoint(with: first.values))
      // Going back to an earlier text is found among what was rendered before.
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "base/web.yaml")
      try await controller.poll()
      try await controller.confirm()
      #expect(try await controller.wanted() == first)
    }
  }

  /// Another controller fetched what this one has not: this one brings it here before it expands, because an older commit
  /// of its own would take the fleet back.
  @Test func aControllerWhoseMirrorIsOlderCatchesUpFirst() async throws {
    try await ControllerFixture.with { first in
      let second = try await first.another()
      try await first.rollOutFirst()
      try await first.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await first.poll()
      #expect(try await first.set().newestRelease?.number == 2)
      // Nothing was ever fetched into the second one's mirror.
      try await first.store.wake(.expansion, row: try await first.set().id.rawValue)
      try await second.settle([.expansion])
      #expect(try await first.condition().reason == "Expanded")
      #expect(try await first.set().newestRelease?.number == 2)
      // Now the second one fetches, and the first one's mirror is behind.
      let commit = try await first.git.commit(ControllerFixture.manifest(image: "shop:3"), to: "web/web.yaml")
      try await first.store.wake(.repository, row: 1)
      try await second.settle([.repository])
      try await first.settle([.expansion])
      #expect(try await first.set().newestRelease?.sources.first?.commit.id == commit)
      let diff = try await second.previewer.difference("shop", documents: [], cluster: nil, in: .defaultProject)
      #expect(diff.changes.count == 2)
    }
  }

  /// `applicationsSync: create-only`: what exists keeps its settings and follows its revision; what is new gets the new ones.
  @Test func anApplicationSetThatDoesNotUpdateKeepsTheSettingsOfItsTargets() async throws {
    try await ControllerFixture.with { controller in
      func set(_ path: String) -> String {
        """
        apiVersion: argoproj.io/v1alpha1
        kind: ApplicationSet
        metadata: {name: shop}
        spec:
          generators: [{clusters: {}}]
          syncPolicy: {applicationsSync: create-only}
          template:
            metadata: {name: "web-{{name}}"}
            spec:
              project: default
              source: {repoURL: "\(controller.git.fileURL)", targetRevision: main, path: \(path)}
              destination: {name: "{{name}}", namespace: shop}
              syncPolicy: {automated: {}}
        ---

        """
      }
      try await controller.git.commit(ControllerFixture.manifest(image: "other:1"), to: "other/web.yaml")
      try await controller.rollOutFirst(clusters: ["east"], set: set("web"))
      let first = try await controller.wanted()
      try await controller.apply(set("other"))
      try await controller.settle()
      #expect(try await controller.wanted() == first)
      try await controller.apply(ControllerFixture.clusters(["west"]))
      try await controller.settle()
      try await controller.confirm()
      let paths = try await controller.store.targets(
        of: "shop", cluster: nil, in: .defaultProject, after: nil, limit: 10)
      #expect(paths.elements.map(\.path) == ["web", "other"])
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.poll()
      try await controller.confirm()
      #expect(try await controller.wanted()["web-east"] != first["web-east"])
    }
  }

  @Test func whatFailedIsTriedAgainInTime() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst()
      let before = try await controller.wanted()
      try await controller.apply(ControllerFixture.fleetSet(revision: "nothing"))
      try await controller.settle()
      let condition = try await controller.condition()
      #expect(!condition.isReady)
      #expect(condition.reason == "SourceUnavailable")
      #expect(condition.message.contains("nothing"))
      #expect(try await controller.store.nextDue(.expansion) != nil)
      #expect(try await controller.wanted() == before)
      // The branch comes, and the expansion is due without anybody waking it.
      try await controller.git.git("branch", "nothing")
      try await controller.poll()
      #expect(try await controller.condition().isReady)
      #expect(try await controller.store.nextDue(.expansion) == nil)
    }
  }

  /// The start task's finding belongs to the release, and is not written over by the expansion that made it, nor by one
  /// that makes nothing new.
  @Test func aMisfitIsKeptUntilTheReleaseOrTheStrategyChanges() async throws {
    try await ControllerFixture.with { controller in
      let stages = "[{name: canary, clusters: {matchLabels: {env: canary}}}]"
      try await controller.apply(
        ControllerFixture.clusters(["east"]) + controller.repository() + ControllerFixture.fleetSet(stages: stages))
      try await controller.settle()
      let misfit = try await controller.condition()
      #expect(misfit.reason == "StrategyDoesNotFit")
      #expect(misfit.message.contains("east"))
      try await controller.store.wake(.expansion, row: try await controller.set().id.rawValue)
      try await controller.settle()
      #expect(try await controller.condition() == misfit)
      // The start task had its say between the release and the end of the expansion that stored it.
      let set = try await controller.set()
      try await controller.store.recordCondition(
        Condition(isReady: true, reason: "Expanded", message: "", since: misfit.since), of: set.id)
      try await controller.store.recordCondition(
        Condition(isReady: false, reason: "SourceUnavailable", message: "gone", since: misfit.since), of: set.id)
      try await controller.store.wake(.expansion, row: set.id.rawValue)
      try await controller.settle()
      #expect(try await controller.condition().reason == "StrategyDoesNotFit")
      try await controller.apply(ControllerFixture.clusters(["east"], labels: "env: canary"))
      try await controller.settle()
      #expect(try await controller.condition().reason == "Expanded")
      #expect(try await controller.rollout()?.run.state == .running)
    }
  }

  @Test func anExpansionOfASetThatIsGoneDoesNothing() async throws {
    try await ControllerFixture.with { controller in
      let wakeAt = try await controller.run(.expansion, row: 4_711)
      #expect(wakeAt == nil)
    }
  }
}
