import FleetController
import FleetModel
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

/// A change wakes the sets that looked at what changed when they were expanded last, and nobody else.
@Suite struct WakeTests {
  /// Three sets that look at different things: clusters of `env: prod`, those of `env: lab`, and directories of another
  /// repository for one cluster.
  private static func with(_ body: (ControllerFixture) async throws -> Void) async throws {
    try await ControllerFixture.with { controller in
      try await GitFixture.with { other in
        try await other.commit("a: 1\n", to: "apps/web/values.yaml")
        // The controller's mirrors lie where the first repository does.
        try await controller.git.git("clone", "--quiet", other.workTree, controller.git.folder + "/other")
        try await controller.apply(
          ControllerFixture.clusters(["east", "west"], labels: "env: prod")
            + ControllerFixture.clusters(["test"], labels: "env: lab")
            + ControllerFixture.clusters(["hub"], labels: "env: hub")
            + controller.repository() + controller.repository("other", url: "file://\(controller.git.folder)/other")
            + set("prod", "[{clusters: {selector: {matchLabels: {env: prod}}}}]")
            + set("lab", "[{clusters: {selector: {matchExpressions: [{key: env, operator: In, values: [lab]}]}}}]")
            + set("apps", "[{git: {repository: other, directories: [{path: 'apps/*'}]}}]", name: "{{path.basename}}")
            .replacing("cluster: \"{{name}}\"", with: "cluster: hub"))
        try await controller.settle()
        for name in ["prod", "lab", "apps"] as [FleetSetName] {
          let condition = try await controller.set(name).condition
          #expect(condition.reason == "Expanded", "\(condition.message)")
        }
        try await body(controller)
      }
    }
  }

  private static func set(_ set: String, _ generators: String, name: String = "web-{{name}}") -> String {
    ControllerFixture.fleetSet(
      generators: generators, name: name, more: ", budgets: {removals: 100%}", set: set, namespace: set)
  }

  /// The sets whose expansion is due, which is then done.
  private static func woken(_ controller: ControllerFixture) async throws -> Set<FleetSetName> {
    var names: Set<FleetSetName> = []
    for claim in try await controller.store.claim(.expansion, limit: 50, by: controller.controller, for: .seconds(60)) {
      if let set = try await controller.store.fleetSet(FleetSetID(claim.row)) { names.insert(set.name) }
      try await controller.store.finish(claim, wakeAt: try await controller.run(.expansion, row: claim.row))
    }
    try await controller.settle()
    return names
  }

  @Test func labelsWakeWhoLooksAtThem() async throws {
    try await Self.with { controller in
      func label(_ cluster: ClusterName, _ changes: [String: String?]) async throws {
        _ = try await controller.store.label(cluster, in: .defaultProject, changes: changes, cause: StoreFixture.cause)
      }
      try await label("east", ["ring": "1"])
      #expect(try await Self.woken(controller) == ["prod"])
      // It leaves one selector for another.
      try await label("east", ["env": "lab"])
      #expect(try await Self.woken(controller) == ["prod", "lab"])
      // Labels of a target's cluster are the target's.
      try await label("hub", ["ring": "1"])
      #expect(try await Self.woken(controller) == ["apps"])
      // One that nobody looks at, and one that one set does.
      try await controller.apply(ControllerFixture.clusters(["new"], labels: "env: none"))
      #expect(try await Self.woken(controller) == [])
      try await controller.apply(ControllerFixture.clusters(["newer"], labels: "env: prod"))
      #expect(try await Self.woken(controller) == ["prod"])
      try await controller.store.removeCluster("newer", in: .defaultProject, cause: StoreFixture.cause)
      #expect(try await Self.woken(controller) == ["prod"])
      // Nobody is left, and anything may mend that.
      try await controller.store.removeCluster("west", in: .defaultProject, cause: StoreFixture.cause)
      #expect(try await Self.woken(controller) == ["prod"])
      #expect(try await !controller.set("prod").condition.isReady)
      try await controller.apply(ControllerFixture.clusters(["newest"], labels: "env: none"))
      #expect(try await Self.woken(controller) == ["prod"])
    }
  }

  @Test func commitsAndConfigMapsWakeWhoReadsThem() async throws {
    try await Self.with { controller in
      let other = try #require(try await controller.store.repository("other", in: .defaultProject)).repository
      try controller.git.write("b", to: "../other/README.md")
      try await controller.git.git("-C", controller.git.folder + "/other", "add", "--all")
      try await controller.git.git("-C", controller.git.folder + "/other", "commit", "--quiet", "--message", "more")
      try await controller.store.wake(.repository, row: other.id.rawValue)
      try await controller.settle([.repository])
      #expect(try await Self.woken(controller) == ["apps"])
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      let fleet = try #require(try await controller.store.repository("fleet", in: .defaultProject)).repository
      try await controller.store.wake(.repository, row: fleet.id.rawValue)
      try await controller.settle([.repository])
      #expect(try await Self.woken(controller) == ["apps", "prod", "lab"])
      try await controller.apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: teams}\ndata: {a: b}\n")
      #expect(try await Self.woken(controller) == [])
      try await controller.apply(
        Self.set("plugin", "[{plugin: {configMapRef: {name: teams}}}, {clusters: {}}]", name: "{{name}}"))
      #expect(try await Self.woken(controller) == ["plugin"])
      // It fails, so that anything may mend it.
      try await controller.apply(ControllerFixture.clusters(["new"], labels: "env: none"))
      #expect(try await Self.woken(controller) == ["plugin"])
      // Who is changed may look at anything.
      try await controller.apply(Self.set("lab", "[{clusters: {selector: {matchLabels: {env: none}}}}]"))
      #expect(try await Self.woken(controller) == ["lab"])
      let condition = try await controller.set("lab").condition
      #expect(condition.reason == "Expanded", "\(condition.message)")
      try await controller.apply(ControllerFixture.clusters(["another"], labels: "env: none"))
      #expect(try await Self.woken(controller).contains("lab"))
    }
  }
}
