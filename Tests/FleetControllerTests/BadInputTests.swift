import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Foundation
import Testing

/// What users and their repositories get wrong: a condition that says what to do, and what ran before goes on.
@Suite struct BadInputTests {
  /// A fleet that runs its first release; then something goes wrong, and afterwards the set is not ready, for the reason
  /// and with the words given, while every cluster is still to run what it ran, and the next good commit comes through.
  private func stays(
    reason: String, saying words: [String], prepared: (ControllerFixture) async throws -> Void = { _ in },
    repaired: (ControllerFixture) async throws -> Void = { try await $0.apply(ControllerFixture.fleetSet()) },
    after damage: (ControllerFixture) async throws -> Void
  ) async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst()
      try await prepared(controller)
      let before = (
        wanted: try await controller.wanted(), release: try await controller.set().newestRelease,
        run: try await controller.rollout()?.run
      )
      try await damage(controller)
      try await controller.poll()
      let condition = try await controller.condition()
      #expect(!condition.isReady)
      #expect(condition.reason == reason, "\(condition.message)")
      for word in words { #expect(condition.message.contains(word), "\(condition.message)") }
      #expect(try await controller.wanted() == before.wanted)
      #expect(try await controller.set().newestRelease == before.release)
      #expect(try await controller.rollout()?.run == before.run)
      // What the clusters say is still heard.
      try await controller.confirm(health: .degraded)
      let targets = try await controller.store.targets(
        of: "shop", cluster: nil, in: .defaultProject, after: nil, limit: 9)
      #expect(targets.elements.map(\.health) == [.degraded, .degraded])
      try await controller.confirm()
      try await repaired(controller)
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.poll()
      try await controller.confirm()
      #expect(try await controller.condition().reason == "Expanded")
      #expect(Set(try await controller.wanted().values) != Set(before.wanted.values))
      #expect(try await controller.rollout()?.run.state == .succeeded)
    }
  }

  @Test func aGeneratorsSelectorThatMatchesNothing() async throws {
    try await stays(reason: "EmptyExpansion", saying: ["env=prodution", "what ran before goes on"]) { controller in
      try await controller.apply(
        ControllerFixture.fleetSet(generators: "[{clusters: {selector: {matchLabels: {env: prodution}}}}]"))
    }
  }

  /// One generator of several that yields nothing may be meant: it is a warning.
  @Test func oneOfSeveralGeneratorsThatMatchesNothing() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst(
        set: ControllerFixture.fleetSet(
          generators: "[{clusters: {}}, {clusters: {selector: {matchLabels: {env: prodution}}}}]"))
      let condition = try await controller.condition()
      #expect(condition.isReady)
      #expect(condition.message.contains("env=prodution"), "\(condition.message)")
    }
  }

  /// R7: a stage that takes nobody tests nothing, and the run says so.
  @Test func aStagesSelectorThatMatchesNothing() async throws {
    try await ControllerFixture.with { controller in
      let stages =
        "[{name: canary, clusters: {matchLabels: {canary: 'true'}}, minReady: 0s}, {name: rest, rest: true, minReady: 0s}]"
      try await controller.rollOutFirst(set: ControllerFixture.fleetSet(stages: stages))
      let run = try #require(try await controller.rollout())
      #expect(run.stages.map(\.state) == [.empty, .passed])
      #expect(run.warnings.contains { $0.contains("canary") && $0.contains("tests nothing") }, "\(run.warnings)")
    }
  }

  /// R4: with selectors only, the clusters that no stage takes are named, and the release is not started.
  @Test func stagesThatLeaveClustersOut() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst()
      let before = try await controller.wanted()
      try await controller.apply(
        ControllerFixture.fleetSet(stages: "[{name: canary, clusters: {matchLabels: {canary: 'true'}}}]"))
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.poll()
      let condition = try await controller.condition()
      #expect(condition.reason == "StrategyDoesNotFit")
      for word in ["east", "west", "rest: true"] { #expect(condition.message.contains(word)) }
      #expect(try await controller.wanted() == before)
      #expect(try await controller.rollout()?.run.number == 1)
    }
  }

  @Test func aRepositoryThatNobodyApplied() async throws {
    try await stays(reason: "RepositoryUnknown", saying: ["\"fleeet\"", "did you mean \"fleet\"?"]) { controller in
      try await controller.apply(ControllerFixture.fleetSet(repository: "fleeet"))
    }
  }

  @Test func aRepositoryWhoseURLLeadsNowhere() async throws {
    try await stays(
      reason: "SourceUnavailable", saying: ["has not been fetched yet", "look at its condition"],
      repaired: { try await $0.apply($0.repository()) },
      after: { try await $0.apply($0.repository(url: "file://" + $0.git.folder + "/nothing")) })
  }

  /// The reason is the repository's also when a generator asks for it.
  @Test func aGeneratorsRepositoryThatNobodyApplied() async throws {
    try await stays(reason: "RepositoryUnknown", saying: ["\"fleeet\""]) { controller in
      try await controller.apply(
        ControllerFixture.fleetSet(
          generators: "[{git: {repository: fleeet, directories: [{path: '*'}]}}]", name: "{{path.basename}}"))
    }
  }

  /// A server that is gone takes nothing away: what was fetched is here, and clusters that join get it.
  @Test func aRepositoryThatVanishes() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst()
      try FileManager.default.moveItem(atPath: controller.git.workTree, toPath: controller.git.folder + "/away")
      try await controller.poll()
      let repository = try #require(try await controller.store.repository("fleet", in: .defaultProject))
      #expect(repository.condition.reason == "RepositoryNotFound")
      #expect(try await controller.condition().isReady)
      try await controller.apply(ControllerFixture.clusters(["north"]))
      try await controller.settle()
      try await controller.confirm()
      #expect(Set(try await controller.wanted().values).count == 1)
      #expect(try await controller.wanted().count == 3)
    }
  }

  @Test func aPinnedCommitThatAForcedPushRemoved() async throws {
    try await stays(
      reason: "SourceUnavailable", saying: ["is not in repository 'fleet'", "forced push"],
      prepared: { controller in
        let pinned = try await controller.git.commit("a", to: "README.md", message: "Pinned")
        try await controller.poll()
        try await controller.apply(ControllerFixture.fleetSet(revision: "{commit: \(pinned)}"))
        try await controller.settle()
        #expect(try await controller.condition().isReady)
      }, after: { try await $0.rewind() })
  }

  @Test func aTagThatIsDeleted() async throws {
    try await stays(
      reason: "SourceUnavailable", saying: ["has no tag 'v1.0.0'"],
      prepared: { controller in
        try await controller.git.git("tag", "v1.0.0")
        try await controller.poll()
        try await controller.apply(ControllerFixture.fleetSet(revision: "{tag: v1.0.0}"))
        try await controller.settle()
        #expect(try await controller.condition().isReady)
      }, after: { try await $0.git.git("tag", "--delete", "v1.0.0") })
  }

  /// A run keeps the bundles that it began with, also when their commit is rewritten meanwhile; the new commit comes next.
  @Test func aBranchThatIsRewrittenDuringARun() async throws {
    try await ControllerFixture.with { controller in
      let set = ControllerFixture.fleetSet(stages: "[{name: all, rest: true, maxConcurrent: 1, minReady: 0s}]")
      try await controller.rollOutFirst(set: set)
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.poll()
      let second = try #require(try await controller.rollout())
      #expect(second.run.state == .running)
      let frozen = try #require(try await controller.wanted()["web-east"])
      // The commit is taken out of the branch, and its objects out of everything.
      try await controller.rewind()
      try await controller.git.git("reflog", "expire", "--expire=now", "--all")
      try await controller.git.git("gc", "--quiet", "--prune=now")
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:3"), to: "web/web.yaml")
      try await controller.poll()
      #expect(try await controller.condition().isReady)
      #expect(try await controller.set().newestRelease?.number == 3)
      #expect(try await controller.rollout()?.run.number == 2)
      // Both clusters are healthy on the second one, one after the other, before the third begins.
      let east = try #require(try await controller.store.cluster("east", in: .defaultProject)).cluster
      let fixture = try await controller.reports(of: [east.id])
      #expect(fixture == [frozen])
      try await controller.settle()
      #expect(try await controller.wanted()["web-west"] == frozen)
      #expect(try await controller.store.bundle(try #require(frozen)) != nil)
      try await controller.confirm()
      #expect(try await controller.rollout(2)?.run.state == .succeeded)
      let third = try #require(try await controller.rollout())
      #expect(third.run.number == 3)
      #expect(third.run.state == .succeeded, "\(third.report)")
      #expect(try await controller.wanted()["web-west"] != frozen)
    }
  }

  @Test func aManifestWithoutKind() async throws {
    try await stays(
      reason: "RenderFailed", saying: ["target web-east", "web/extra.yaml:1", "the object has no kind"],
      repaired: { try await $0.git.git("rm", "--quiet", "web/extra.yaml") },
      after: { try await $0.git.commit("apiVersion: v1\nmetadata: {name: extra}\n", to: "web/extra.yaml") })
  }

  @Test func aManifestThatIsNoYAML() async throws {
    try await stays(
      reason: "RenderFailed", saying: ["target web-east", "web/extra.yaml:3:1"],
      repaired: { try await $0.git.git("rm", "--quiet", "web/extra.yaml") },
      after: { try await $0.git.commit("kind: Deployment\nmetadata: {name\n", to: "web/extra.yaml") })
  }

  /// A kustomization that names a link out of the repository: the link is as if it were not there, and nothing is read.
  @Test(
    arguments: [
      ("resources: [web.yaml, link.yaml]", "/etc/passwd", "\"link.yaml\" is neither a file nor a directory"),
      ("resources: [web.yaml, link.yaml]", "../../outside.yaml", "\"link.yaml\" is neither a file nor a directory"),
      ("resources: [web.yaml]\npatches: [{path: link.yaml}]", "../../outside.yaml", "there is no file \"link.yaml\""),
      (
        "resources: [web.yaml]\nconfigMapGenerator: [{name: a, files: [link.yaml]}]", "/etc/passwd",
        "there is no file \"link.yaml\""
      ),
    ])
  func aLinkOutOfTheRepository(kustomization: String, destination: String, words: String) async throws {
    try await stays(
      reason: "RenderFailed", saying: ["target web-east", "web/kustomization.yaml:", words],
      repaired: { try await $0.git.git("rm", "--quiet", "web/kustomization.yaml", "web/link.yaml") },
      after: { controller in
        // What the link leads to is there, and would be taken.
        try Data(ControllerFixture.manifest(image: "outside:1").utf8).write(
          to: URL(fileURLWithPath: controller.git.folder + "/outside.yaml"))
        try FileManager.default.createSymbolicLink(
          atPath: controller.git.workTree + "/web/link.yaml", withDestinationPath: destination)
        try await controller.git.commit(kustomization + "\n", to: "web/kustomization.yaml")
      })
  }

  @Test(arguments: ["/etc/passwd", "../../outside.yaml"])
  func aFileOfValuesThatIsALinkOutOfTheRepository(destination: String) async throws {
    try await stays(
      reason: "RenderFailed", saying: ["target web-east", "there is no file chart/link.yaml"],
      after: { controller in
        try controller.git.write("size: outside\n", to: "../outside.yaml")
        try controller.git.write("apiVersion: v2\nname: web\nversion: 1.0.0\n", to: "chart/Chart.yaml")
        try FileManager.default.createSymbolicLink(
          atPath: controller.git.workTree + "/chart/link.yaml", withDestinationPath: destination)
        try await controller.git.commit("A chart with a link")
        try await controller.apply(
          ControllerFixture.fleetSet(path: "chart", source: ", helm: {valueFiles: [link.yaml]}"))
      })
  }

  @Test func aPathThatIsNotThere() async throws {
    try await stays(reason: "RenderFailed", saying: ["wbe"]) { controller in
      try await controller.apply(ControllerFixture.fleetSet(path: "wbe"))
    }
  }

  private static let ofFiles = ControllerFixture.fleetSet(
    generators: "[{git: {repository: fleet, revision: main, files: [{path: 'config/*'}]}}]")

  /// A set whose parameters are read from files in Git.
  private func staysWithFiles(
    saying words: [String], after damage: @escaping (ControllerFixture) async throws -> Void
  ) async throws {
    try await stays(
      reason: "GeneratorFailed", saying: words,
      prepared: { controller in
        try await controller.git.commit("[{name: east}, {name: west}]", to: "config/all.yaml")
        try await controller.apply(Self.ofFiles)
        try await controller.poll()
        try await controller.confirm()
      },
      repaired: { try await $0.git.git("rm", "--quiet", "config/bad.yaml") },
      after: damage)
  }

  @Test func aFileWithParametersOf50MB() async throws {
    try await staysWithFiles(saying: ["config/bad.yaml", "52428800 bytes", "at most 32 MiB"]) { controller in
      try await controller.git.commit(String(repeating: "# filled\n\n", count: 5_242_880), to: "config/bad.yaml")
    }
  }

  @Test func aFileWithParametersThatIsNoUTF8() async throws {
    try await staysWithFiles(saying: ["file \"config/bad.yaml\" of repository fleet", "UTF-8"]) { controller in
      try Data([0x6e, 0x61, 0x6d, 0x65, 0x3a, 0x20, 0xff, 0xfe, 0x0a]).write(
        to: URL(fileURLWithPath: controller.git.workTree + "/config/bad.yaml"))
      try await controller.git.commit("No text")
    }
  }

  /// `onError: isolate`: the others go on, what the failing entry made stays as it is, and the status says so.
  @Test func anIsolatedEntryThatFails() async throws {
    try await ControllerFixture.with { controller in
      try await controller.git.commit("{name: west}", to: "config/all.yaml")
      try await controller.rollOutFirst(
        set: ControllerFixture.fleetSet(
          generators:
            "[{git: {repository: fleet, revision: main, files: [{path: 'config/*'}]}, onError: isolate}, {list: {elements: [{name: east}]}}]"
        ))
      let before = try await controller.wanted()
      try controller.git.write("{name: [", to: "config/all.yaml")
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.poll()
      try await controller.confirm()
      let condition = try await controller.condition()
      #expect(!condition.isReady && condition.reason == "GeneratorIsolated")
      #expect(condition.message.contains("spec.generators[0].git"), "\(condition.message)")
      #expect(condition.message.contains("config/all.yaml"), "\(condition.message)")
      let after = try await controller.wanted()
      #expect(after["web-west"] == before["web-west"])
      #expect(after["web-east"] != before["web-east"])
      #expect(try await controller.rollout()?.run.state == .succeeded)
      try await controller.git.commit("{name: west}", to: "config/all.yaml")
      try await controller.poll()
      try await controller.confirm()
      #expect(try await controller.condition().reason == "Expanded")
      #expect(try await controller.wanted()["web-west"] == after["web-east"])
    }
  }

  @Test func twoTargetsWithOneName() async throws {
    try await stays(
      reason: "GeneratorFailed",
      saying: ["two targets are named \"web\"", "cluster \"east\"", "cluster \"west\"", "put what tells them apart"]
    ) { controller in
      try await controller.apply(ControllerFixture.fleetSet(name: "web"))
    }
  }

  @Test func aBundleOver32MiB() async throws {
    try await stays(
      reason: "RenderFailed", saying: ["at most 33554432 are allowed", "web"],
      repaired: { try await $0.git.git("rm", "--quiet", "-r", "web/large") },
      after: { controller in
        let text = String(repeating: "x", count: 7 << 20)
        for number in 1...5 {
          try controller.git.write(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: large-\(number)}\ndata: {text: '\(text)'}\n",
            to: "web/large/\(number).yaml")
        }
        try await controller.git.commit("Far too much")
      })
  }
}

extension ControllerFixture {
  /// Takes the newest commit out of the branch, as a forced push does.
  func rewind() async throws { try await git.git("reset", "--hard", "--quiet", "HEAD^") }

  /// Lets clusters say that they run what they were ordered to, once; answers the bundles.
  func reports(of clusters: [ClusterID]) async throws -> [Digest?] {
    var bundles: [Digest?] = []
    for cluster in clusters {
      let orders = try await store.orders(for: cluster, above: [:])
      bundles += orders.map(\.bundle)
      try await store.record(
        orders.map { order in
          Observation(
            target: order.target, generation: order.generation, bundle: order.bundle, phase: .applied, health: .healthy,
            readyFor: .seconds(600), objectCount: 1)
        }, from: cluster)
    }
    return bundles
  }
}
