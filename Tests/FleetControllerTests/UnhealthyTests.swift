import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

/// Clusters that were unhealthy before a run (R6), with the store.
@Suite struct UnhealthyTests {
  /// Two clusters on the first release, of which west has been Degraded for ten minutes when there is a second one.
  private static func withDegradedWest(
    _ policy: String, _ body: (ControllerFixture) async throws -> Void
  ) async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst(set: ControllerFixture.fleetSet(more: ", alreadyUnhealthy: \(policy)"))
      try await report(.degraded, for: .seconds(600), controller)
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.poll()
      try await body(controller)
    }
  }

  private static func report(_ health: Health, for time: Duration, _ controller: ControllerFixture) async throws {
    for cluster in try await controller.store.inventory(of: .defaultProject) where cluster.name == "west" {
      let orders = try await controller.store.orders(for: cluster.id, above: [:])
      try await controller.store.record(
        orders.map { order in
          Observation(
            target: order.target, generation: order.generation, bundle: order.bundle, phase: .applied, health: health,
            readyFor: health == .healthy ? time : .zero, degradedFor: health == .degraded ? time : .zero)
        }, from: cluster.id)
    }
    try await controller.settle()
  }

  @Test func whoIsLeftOutCatchesUpAsSoonAsItIsHealthyAgain() async throws {
    try await Self.withDegradedWest("exclude") { controller in
      let run = try #require(try await controller.rollout())
      #expect(run.stages.map(\.memberCount) == [1])
      #expect(
        run.warnings == ["left out, being unhealthy before the run; they catch up when they are healthy again: west"])
      try await controller.confirm(only: ["east"])
      #expect(try await controller.rollout()?.run.state == .succeeded)
      #expect(try await controller.rollout()?.run.number == 2)
      try await Self.report(.healthy, for: .seconds(60), controller)
      let later = try #require(try await controller.rollout())
      #expect(later.run.kind == .catchUp)
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.state == .succeeded)
      #expect(Set(try await controller.wanted().values).count == 1)
    }
  }

  @Test func itsFailureIsStoredAsOneThatNoBudgetCounts() async throws {
    try await Self.withDegradedWest("inOrder") { controller in
      let run = try #require(try await controller.rollout()).run
      let input = try #require(try await controller.store.planInput(for: run.id, lookahead: 10))
      #expect(input.units.filter(\.wasUnhealthy).map(\.clusterName) == ["west"])
      try await controller.confirm(only: ["east"])
      try await controller.confirm(phase: .failed, health: .unknown, message: "no space left", only: ["west"])
      #expect(try await controller.rollout()?.run.state == .succeededWithWaivers)
    }
  }
}
