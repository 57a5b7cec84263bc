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

  /// An ApplicationSet of one target per cluster.
  private static func applications(
    _ controller: ControllerFixture, path: String = "web", labels: String = "{}", more: String
  ) -> String {
    """
    apiVersion: argoproj.io/v1alpha1
    kind: ApplicationSet
    metadata: {name: shop}
    spec:
      goTemplate: true
      generators: [{clusters: {selector: {matchLabels: {env: test}}}}]
      \(more.replacing("\n", with: "\n  "))
      template:
        metadata: {name: "web-{{.name}}", labels: \(labels)}
        spec:
          project: default
          source: {repoURL: "\(controller.git.fileURL)", targetRevision: main, path: \(path)}
          destination: {name: "{{.name}}", namespace: shop}
          syncPolicy: {automated: {}}
    ---

    """
  }

  /// `ignoreApplicationDifferences` and `preservedFields`: what they name stays as it is, the rest follows the template.
  @Test func whatAnApplicationSetIgnoresOrPreservesStays() async throws {
    try await ControllerFixture.with { controller in
      let policies = """
        ignoreApplicationDifferences:
          - {name: web-east, jsonPointers: [/spec/source/path]}
          - {jqPathExpressions: [.spec.destination.namespace], jsonPointers: [/metadata/labels/example.com~1tier]}
        preservedFields: {labels: [ring]}
        """
      try await controller.git.commit(ControllerFixture.manifest(image: "other:1"), to: "other/web.yaml")
      try await controller.rollOutFirst(
        set: Self.applications(
          controller, labels: "{ring: one, example.com/tier: gold, size: s}", more: policies))
      let before = try await controller.wanted()
      try await controller.apply(
        Self.applications(
          controller, path: "other", labels: "{ring: two, example.com/tier: iron, size: l}", more: policies
        ).replacing("namespace: shop}", with: "namespace: elsewhere}"))
      try await controller.settle()
      try await controller.confirm()
      let settings = try await controller.store.targetSettings(of: try await controller.set().id)
      #expect(settings["web-east"]?.path == "web")
      #expect(settings["web-west"]?.path == "other")
      for name: TargetName in ["web-east", "web-west"] {
        #expect(settings[name]?.namespace == "shop")
        #expect(settings[name]?.labels["ring"] == "one")
        #expect(settings[name]?.labels["example.com/tier"] == "gold")
        #expect(settings[name]?.labels["size"] == "l")
      }
      let after = try await controller.wanted()
      #expect(after["web-east"] == before["web-east"])
      #expect(after["web-west"] != before["web-west"])
    }
  }

  /// Who leaves an ApplicationSet is removed, or kept and listed, as its policies say.
  @Test(arguments: [
    ("syncPolicy: {}", false), ("syncPolicy: {applicationsSync: create-delete}", false),
    ("syncPolicy: {applicationsSync: create-update}", true), ("syncPolicy: {applicationsSync: create-only}", true),
    ("syncPolicy: {preserveResourcesOnDeletion: true}", true),
  ])
  func whoLeavesAnApplicationSetIsRemovedOrKept(_ policy: String, keeps: Bool) async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst(set: Self.applications(controller, more: policy))
      try await controller.apply(ControllerFixture.clusters(["west"], labels: "env: other"))
      try await controller.settle()
      // One of two is more than may leave without a person's word.
      let shrink = try #require(try await controller.set().shrink)
      #expect(shrink.leaving == ["web-west on west"])
      try await controller.store.acceptShrink(
        shrink.expansion, of: "shop", in: .defaultProject, cause: StoreFixture.cause)
      try await controller.settle()
      let removal = try await controller.rollout(2)
      #expect((removal?.run.kind == .remove) == !keeps)
      try await controller.confirm()
      let page = try await controller.store.targets(
        of: "shop", cluster: nil, in: .defaultProject, after: nil, limit: 9)
      #expect(page.elements.map(\.name) == (keeps ? ["web-east", "web-west"] : ["web-east"]))
      #expect(page.elements.map(\.isAbandoned) == (keeps ? [false, true] : [false]))
    }
  }

  /// The steps of a RollingSync are the stages of the run; what no step takes waits for an approval.
  @Test func stepsOfAnApplicationSetAreStages() async throws {
    try await ControllerFixture.with { controller in
      let strategy = """
        templatePatch: |
          {{ if eq .name "west" }}metadata: {labels: {ring: late}}{{ end }}
        strategy:
          type: RollingSync
          rollingSync:
            steps: [{matchExpressions: [{key: ring, operator: In, values: [early]}]}, {matchExpressions: [{key: ring, operator: In, values: [late]}], maxUpdate: 1}]
        """
      try await controller.apply(
        ControllerFixture.clusters(["east", "north", "west"]) + controller.repository()
          + Self.applications(
            controller, labels: "{ring: '{{if eq .name `east`}}early{{else}}none{{end}}'}", more: strategy))
      try await controller.settle()
      let started = try #require(try await controller.rollout())
      #expect(started.stages.map(\.rules.name) == ["step-1", "step-2", "unmatched"])
      #expect(try await controller.wanted().filter { $0.value != nil }.map(\.key) == ["web-east"])
      try await controller.confirm()
      let waiting = try #require(try await controller.rollout())
      #expect(waiting.run.state == .running)
      #expect(try await controller.wanted().filter { $0.value != nil }.map(\.key).sorted() == ["web-east", "web-west"])
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
