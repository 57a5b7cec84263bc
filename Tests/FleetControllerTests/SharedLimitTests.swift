import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

/// R29 with the store: several sets under one limit.
@Suite struct SharedLimitTests {
  private static func limit(_ most: Int, sets: String = "") -> String {
    """
    apiVersion: flotilla.dev/v1
    kind: Limit
    metadata: {name: regions}
    spec: {label: region, maxInFlight: \(most)\(sets)}
    ---

    """
  }

  private static func set(_ name: String) -> String {
    ControllerFixture.fleetSet(name: "\(name)-{{name}}", set: name, namespace: name)
  }

  /// Clusters with an order that nobody has confirmed, by set.
  private static func ordered(_ controller: ControllerFixture, _ set: FleetSetName) async throws -> Int {
    guard let run = try await controller.store.rollout(of: set, number: nil, in: .defaultProject) else { return 0 }
    return try await controller.store.steps(
      of: run.run.id, states: [.dispatched, .applying, .verifying], after: nil, limit: 100
    ).elements.count
  }

  @Test func runsOfTwoSetsShareTheirPlaces() async throws {
    try await ControllerFixture.with { controller in
      try await controller.apply(
        ControllerFixture.clusters(["a", "b", "c"], labels: "env: test, region: eu") + controller.repository()
          + Self.limit(2) + Self.set("web") + Self.set("api"))
      try await controller.settle()
      let web = try await Self.ordered(controller, "web")
      let api = try await Self.ordered(controller, "api")
      #expect(web + api == 2)
      let waiting = try await controller.store.rollouts(of: nil, in: .defaultProject, after: nil, limit: 10).elements
        .flatMap { $0.report.waiting }.filter { $0.reason == .limit }
      #expect(waiting.contains { $0.message.hasPrefix("limit regions: region=eu is 2 in flight (") }, "\(waiting)")
      // Whoever ends gives the place to the other, which is told.
      try await controller.confirm()
      for set in ["web", "api"] as [FleetSetName] {
        let run = try await controller.store.rollout(of: set, number: nil, in: .defaultProject)
        #expect(run?.run.state == .succeeded)
      }
    }
  }

  @Test func aLimitBindsTheSetsThatItNames() async throws {
    try await ControllerFixture.with { controller in
      try await controller.apply(
        ControllerFixture.clusters(["a", "b", "c"], labels: "env: test, region: eu") + controller.repository()
          + Self.limit(1, sets: ", sets: {matchLabels: {tier: web}}")
          + Self.set("web").replacing("metadata: {name: web}", with: "metadata: {name: web, labels: {tier: web}}")
          + Self.set("api"))
      try await controller.settle()
      #expect(try await Self.ordered(controller, "web") == 1)
      #expect(try await Self.ordered(controller, "api") == 3)
    }
  }

  @Test func aChangedOrDeletedLimitActsAtOnce() async throws {
    try await ControllerFixture.with { controller in
      try await controller.apply(
        ControllerFixture.clusters(["a", "b", "c"], labels: "env: test, region: eu") + controller.repository()
          + Self.limit(1) + Self.set("web"))
      try await controller.settle()
      #expect(try await Self.ordered(controller, "web") == 1)
      try await controller.apply(Self.limit(2))
      try await controller.settle()
      #expect(try await Self.ordered(controller, "web") == 2)
      try await controller.store.removePolicy(.limit, named: "regions", in: .defaultProject, cause: StoreFixture.cause)
      try await controller.settle()
      #expect(try await Self.ordered(controller, "web") == 3)
    }
  }

  /// Two controllers that have read the same free place: one gets it.
  @Test func aPlaceThatTwoHaveSeenIsTakenOnce() async throws {
    try await ControllerFixture.with { controller in
      try await controller.apply(
        ControllerFixture.clusters(["a"], labels: "env: test, region: eu") + controller.repository() + Self.limit(1)
          + Self.set("web") + Self.set("api"))
      try await controller.settle([.repository, .expansion, .start])
      let store = controller.store
      var inputs: [PlanInput] = []
      for set in ["web", "api"] as [FleetSetName] {
        let run = try #require(try await store.rollout(of: set, number: nil, in: .defaultProject))
        inputs.append(try #require(try await store.planInput(for: run.run.id, lookahead: 10)))
      }
      let plans = inputs.map { plan($0) }
      #expect(plans.map { $0.steps.count { $0.order != nil } } == [1, 1])
      try await store.commit(plans[0], input: inputs[0], cause: StoreFixture.cause)
      let error = await #expect(throws: StoreError.self) {
        try await store.commit(plans[1], input: inputs[1], cause: StoreFixture.cause)
      }
      #expect(error?.code == .lostRace)
      #expect(error?.message.contains("limit regions") == true)
    }
  }
}
