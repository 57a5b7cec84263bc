import FleetAPI
import FleetModel
import FleetPostgres
import FleetTestSupport
import Testing

@testable import FleetServer

@Suite struct DriftRoutesTests {
  /// Three clusters report: one differs, one has a loop, one is as it should be.
  @Test func standingDriftIsListedCountedAndPaged() async throws {
    try await ServerFixture.with { server in
      let fleet = try await StoreFixture.make(in: server.store, clusters: 3)
      _ = try await fleet.release(1)
      let rollout = try await fleet.start()
      for _ in 0..<3 {
        try await fleet.pass(rollout)
        try await fleet.confirm()
      }
      let drift = StandingDrift(
        objectCount: 1, fields: ["Deployment shop/web spec.replicas: 3 → 1 (kubectl-edit, 10:00:00Z)"])
      var loop = drift
      loop.loops = ["Deployment shop/web"]
      for (cluster, standing) in zip(fleet.clusters, [drift, loop, nil]) {
        let order = try #require(try await server.store.orders(for: cluster.id, above: [:]).first)
        let report = Observation(
          target: order.target, generation: order.generation, bundle: order.bundle, phase: .applied, health: .healthy,
          standing: standing)
        try await server.store.record([report], from: cluster.id)
      }

      let path = Routes.listTargets.path("default") + "?drifted=true"
      let listed = try await server.call(Routes.listTargets, path, right: .read).decode(ListPage<TargetResource>.self)
      #expect(listed.items.map(\.cluster) == ["c0000", "c0001"])
      #expect(listed.items.first?.drift?.fields == drift.fields)
      #expect(listed.items.last?.drift?.loops == ["Deployment shop/web"])

      var names: [ClusterName] = []
      var next: String?
      repeat {
        let query = "&limit=1" + (next.map { "&after=\(Route.percentEncoded($0))" } ?? "")
        let page = try await server.call(Routes.listTargets, path + query, right: .read).decode(
          ListPage<TargetResource>.self)
        names += page.items.map(\.cluster)
        next = page.next
      } while next != nil
      #expect(names == ["c0000", "c0001"])

      let refused = try await server.send("GET", Routes.listTargets.path("default") + "?drifted=perhaps", right: .read)
      #expect(refused.status == 400)
      #expect(try refused.envelope().field == "drifted")

      let metrics = try await server.send("GET", "/metrics", right: .read).text
      #expect(metrics.contains("\nflotilla_targets_drifted 2\n"))
      #expect(metrics.contains("\nflotilla_targets_drift_loops 1\n"))
    }
  }
}
