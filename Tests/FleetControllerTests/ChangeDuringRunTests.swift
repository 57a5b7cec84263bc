import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

/// What becomes of a run when the documents that it was made from change or go (docs/reference/rollouts.md, "Documents that
/// change during a run").
@Suite struct ChangeDuringRunTests {
  private static let slowly = "[{name: all, rest: true, maxConcurrent: 1, minReady: 0s}]"

  /// A run over a, b and c, one after the other, of which a's is in flight.
  private static func during(
    stages: String = slowly, more: String = "", also: String = "",
    _ body: (ControllerFixture) async throws -> Void
  ) async throws {
    try await ControllerFixture.with { controller in
      try await controller.apply(
        also + ControllerFixture.clusters(["a", "b", "c"]) + controller.repository()
          + ControllerFixture.fleetSet(stages: stages, more: more))
      try await controller.settle()
      #expect(try await controller.rollout()?.stages.first?.counters[.dispatched] == 1)
      try await body(controller)
    }
  }

  @Test func aChangedSetIsAReleaseOfItsOwnAndTheRunKeepsItsStrategy() async throws {
    try await Self.during { controller in
      let before = try #require(try await controller.rollout())
      try await controller.apply(
        ControllerFixture.fleetSet(
          stages: "[{name: other, rest: true, maxConcurrent: 100%, minReady: 0s}]", namespace: "elsewhere"))
      try await controller.settle()
      let after = try #require(try await controller.rollout(1))
      #expect(after.run.planHash == before.run.planHash)
      #expect(after.stages.map(\.name) == ["all"])
      #expect(try await controller.set().newestRelease?.number == 2)
      // The newer release waits until the run has ended, and then goes by the new strategy.
      try await controller.confirm()
      #expect(try await controller.rollout(1)?.run.state == .succeeded)
      #expect(try await controller.rollout()?.stages.map(\.name) == ["other"])
      #expect(try await controller.rollout()?.run.state == .succeeded)
    }
  }

  @Test func aSetIsNotDeletedWhileARunGoesOn() async throws {
    try await Self.during { controller in
      for workloads in [RemovalPolicy.keep, .remove] {
        let error = await #expect(throws: StoreError.self) {
          try await controller.store.removeFleetSet(
            "shop", in: .defaultProject, workloads: workloads, cause: StoreFixture.cause)
        }
        #expect(error?.message == "rollout shop/1 goes on; abort it or let it end first")
      }
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.state == .succeeded)
    }
  }

  @Test func aRelabeledClusterStaysInItsStageAndADeletedOneLeavesTheRun() async throws {
    try await Self.during { controller in
      try await controller.apply(ControllerFixture.clusters(["b"], labels: "env: other"))
      try await controller.store.removeCluster("c", in: .defaultProject, cause: StoreFixture.cause)
      try await controller.settle()
      try await controller.confirm()
      let run = try #require(try await controller.rollout(1))
      #expect(run.run.state == .succeeded)
      #expect(run.stages.first?.counters[.succeeded] == 2)
      #expect(run.stages.first?.counters[.removed] == 1)
    }
  }

  @Test func aWindowOfARunCanBeChangedButNotDeleted() async throws {
    func window(_ schedule: String) -> String {
      """
      apiVersion: flotilla.dev/v1
      kind: Window
      metadata: {name: nights}
      spec: {cron: "\(schedule)", duration: 24h, timeZone: UTC}
      ---

      """
    }
    try await Self.during(more: ", windows: [nights]", also: window("0 0 * * *")) { controller in
      let error = await #expect(throws: StoreError.self) {
        try await controller.store.removePolicy(
          .window, named: "nights", in: .defaultProject, cause: StoreFixture.cause)
      }
      #expect(error?.code == .conflict)
      // A day that comes once in four years: nothing more is sent from now on.
      try await controller.apply(window("0 0 29 2 *").replacing("24h", with: "1h"))
      try await controller.settle()
      try await controller.confirm()
      let held = try #require(try await controller.rollout(1))
      #expect(held.stages.first?.counters[.pending] == 2)
      #expect(held.report.waiting.contains { $0.reason == .window })
      try await controller.apply(window("0 0 * * *"))
      try await controller.settle()
      try await controller.confirm()
      #expect(try await controller.rollout(1)?.run.state == .succeeded)
    }
  }

  @Test func aRepositoryThatMovesOrIsUnreachableDoesNotHoldUpTheRun() async throws {
    try await Self.during { controller in
      let error = await #expect(throws: StoreError.self) {
        try await controller.store.removeRepository("fleet", in: .defaultProject, cause: StoreFixture.cause)
      }
      #expect(error?.code == .conflict)
      try await controller.apply(controller.repository(url: "\(controller.git.fileURL)-gone"))
      try await controller.settle()
      try await controller.confirm()
      // Bundles are stored: the run needs no Git.
      #expect(try await controller.rollout(1)?.run.state == .succeeded)
      #expect(try await controller.condition().reason != "Expanded")
    }
  }
}
