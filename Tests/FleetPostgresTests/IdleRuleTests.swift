import FleetModel
import FleetPorts
import FleetTestSupport
import Testing

@testable import FleetPostgres

/// Rules of `ignoreDifferences` that are about no object of a release's bundle, and what agents warn of.
@Suite struct IdleRuleTests {
  static let identities = [
    "apps/Deployment/shop/web", "/ConfigMap/shop/settings", "/Namespace//shop", "x_y.example.com/Widget/shop/a",
  ]

  private static func idle(_ patterns: [ObjectPattern]) async throws -> [ObjectPattern] {
    try await TestDatabase.with { database in
      let fixture = try await StoreFixture.make(in: database.store, clusters: 1)
      var options = RenderOptions()
      options.ignoreDifferences = patterns.map { IgnoredDifference(objects: $0, jsonPointers: ["/data"]) }
      _ = try await fixture.release(1, bundle: StoreFixture.bundle("v1", identities: identities), options: options)
      let found = try await database.store.targets(
        of: nil, cluster: nil, selector: nil, onlyDrifted: false, in: "default", after: nil, limit: 10)
      return try #require(found.elements.first).idleRules.map(\.objects)
    }
  }

  /// SQL finds the same as the rendering does.
  @Test func whatIsAboutNoObject() async throws {
    let patterns = [
      ObjectPattern(group: "apps", kind: "Deployment"), ObjectPattern(group: "apps", kind: "Deploymnt"),
      ObjectPattern(kind: "Deployment"), ObjectPattern(kind: "ConfigMap", namespace: "shop", name: "settings"),
      ObjectPattern(kind: "ConfigMap", namespace: "shop", name: "setting"),
      ObjectPattern(kind: "ConfigMap", namespace: "other"), ObjectPattern(group: "*", kind: "*"),
      ObjectPattern(group: "*", kind: "Dep*ent"), ObjectPattern(group: "*", kind: "Dep*x"),
      ObjectPattern(kind: "Config_ap"), ObjectPattern(kind: "Config%"), ObjectPattern(kind: #"Config\Map"#),
      ObjectPattern(group: "x_y.*", kind: "Widget"), ObjectPattern(group: "x_*.example.com", kind: "*", name: "a"),
      ObjectPattern(kind: "Namespace", name: "shop"), ObjectPattern(kind: "Namespace", namespace: "shop"),
    ]
    let expected = patterns.filter { pattern in
      !Self.identities.contains { identity in
        let parts = identity.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        return pattern.matches(group: parts[0], kind: parts[1], namespace: parts[2], name: parts[3])
      }
    }
    #expect(expected.count == 9)
    #expect(try await Self.idle(patterns) == expected)
  }

  @Test func withoutRulesThereIsNothing() async throws { #expect(try await Self.idle([]) == []) }

  @Test func whatAnAgentWarnsOfIsThatOfItsLastReport() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      _ = try await fixture.release(1)
      let rollout = try await fixture.start()
      try await fixture.pass(rollout)
      let cluster = fixture.clusters[0].id
      let order = try #require(try await store.orders(for: cluster, above: [:]).first)
      for warnings in [nil, ["one", "two"], ["two"], nil] {
        let report = Observation(
          target: order.target, generation: order.generation, bundle: order.bundle, phase: .applied, health: .healthy,
          warnings: warnings)
        try await store.record([report], from: cluster)
        let found = try await store.targets(
          of: nil, cluster: nil, selector: nil, onlyDrifted: false, in: "default", after: nil, limit: 10)
        #expect(found.elements.map(\.warnings) == [warnings ?? []])
      }
    }
  }
}
