import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

/// R14 over a real database: a rollback that removes what is new.
@Suite struct RemoveNewTests {
  @Test func aFirstReleaseThatFailsIsRemovedAgainAndNotSentAnewByItself() async throws {
    try await ControllerFixture.with { controller in
      let policy = ", onFailure: {action: rollback, removeNew: true}, budgets: {removals: 100%}"
      try await controller.apply(
        ControllerFixture.clusters(["east", "west"]) + controller.repository()
          + ControllerFixture.fleetSet(more: policy))
      try await controller.settle()
      try await controller.confirm(phase: .failed, health: .unknown, message: "no space left")
      let run = try #require(try await controller.rollout())
      #expect(run.run.state == .rolledBack)
      _ = try await controller.store.assignEventPositions()
      let events = try await controller.store.events(
        EventFilter(rollout: "shop/1"), after: 0, newestFirst: false, limit: 200)
      let kinds = Set(events.map(\.kind))
      #expect(kinds.contains("step.newRemoved") && !kinds.contains("step.kept"))
      // Whoever was ordered to is gone; nobody wants anything now, and what is on hold is not sent again.
      #expect(try await controller.wanted().values.allSatisfy { $0 == nil })
      try await controller.settle()
      #expect(try await controller.rollout()?.run.number == run.run.number)
      // A commit that is well brings them back.
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.poll()
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.state == .succeeded)
      #expect(try await controller.wanted().values.allSatisfy { $0 != nil })
    }
  }
}
