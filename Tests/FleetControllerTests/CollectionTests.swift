import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

/// Retention: what is old goes, what anything still stands on stays.
@Suite struct CollectionTests {
  private static func counts(_ store: PostgresStore, _ retention: Retention, isDryRun: Bool) async throws -> [String:
    Int]
  {
    Dictionary(
      try await store.collect(retention, isDryRun: isDryRun).map { ($0.kind, $0.count) }, uniquingKeysWith: +)
  }

  @Test func oldHistoryGoesAndWhatRunsStays() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst()
      for number in 2...4 {
        try await controller.git.commit(ControllerFixture.manifest(image: "shop:\(number)"), to: "web/web.yaml")
        try await controller.poll()
        try await controller.confirm()
      }
      let store = controller.store
      _ = try await store.assignEventPositions()
      let wanted = try await controller.wanted()
      // Everything is older than tomorrow.
      let retention = Retention(before: try await store.now() + .seconds(86_400), keepNewest: 1, grace: .zero)
      let foreseen = try await Self.counts(store, retention, isDryRun: true)
      // The third release stays: the newest run would go back to it.
      #expect(foreseen["rollouts"] == 3 && foreseen["releases"] == 2 && foreseen["orders"] == 6)
      #expect(foreseen["bundles"] == 2 && foreseen["objects"] == 2 && (foreseen["events"] ?? 0) > 10)
      #expect(try await Self.counts(store, retention, isDryRun: true) == foreseen, "a dry run changes nothing")
      #expect(try await Self.counts(store, retention, isDryRun: false) == foreseen)
      #expect(try await Self.counts(store, retention, isDryRun: false).values.allSatisfy { $0 == 0 })
      // The fleet goes on as if nothing had been.
      #expect(try await controller.wanted() == wanted)
      for bundle in wanted.values.compactMap({ $0 }) { #expect(try await store.bundle(bundle)?.isEmpty == false) }
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:1"), to: "web/web.yaml")
      try await controller.poll()
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.number == 5)
      #expect(try await controller.rollout()?.run.state == .succeeded)
    }
  }

  @Test func whatIsYoungOrAmongTheNewestStays() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst()
      let store = controller.store
      let young = Retention(before: try await store.now() - .seconds(3_600))
      #expect(try await Self.counts(store, young, isDryRun: false).values.allSatisfy { $0 == 0 })
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.poll()
      // The bundles of a run that goes on, and where it would go back to, stay.
      let all = Retention(before: try await store.now() + .seconds(86_400), keepNewest: 1, grace: .zero)
      let counts = try await Self.counts(store, all, isDryRun: false)
      #expect(counts["bundles"] == 0 && counts["rollouts"] == 0 && counts["orders"] == 0)
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.state == .succeeded)
    }
  }
}
