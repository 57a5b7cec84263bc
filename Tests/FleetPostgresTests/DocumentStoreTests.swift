import FleetModel
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

@Suite struct DocumentStoreTests {
  private let cause = StoreFixture.cause

  @Test func applyingTwiceChangesNothingAndADryRunStoresNothing() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let draft = DocumentDraft(
        project: "team", name: "c1", content: .cluster(Cluster(name: "c1", labels: ["env": "prod"])),
        canonicalJSON: Array("{}".utf8))
      let rehearsed = try await store.apply([draft], cause: cause, dryRun: true)
      #expect(rehearsed.map(\.result) == [.created])
      #expect(try await store.cluster("c1", in: "team") == nil)
      #expect(try await store.apply([draft], cause: cause, dryRun: false).map(\.result) == [.created])
      #expect(try await store.apply([draft], cause: cause, dryRun: false).map(\.result) == [.unchanged])
      _ = try await store.label("c1", in: "team", changes: ["env": nil, "tier": "1"], cause: cause)
      #expect(try await store.cluster("c1", in: "team")?.cluster.labels == ["tier": "1"])
      // The document brings its own labels back.
      let again = try await store.apply([draft], cause: cause, dryRun: false)
      #expect(again.map(\.result) == [.configured])
      #expect(again.map(\.generation) == [3])
      #expect(try await store.cluster("c1", in: "team")?.cluster.labels == ["env": "prod"])
      #expect(try await store.cluster("c1", in: "default") == nil)
    }
  }

  @Test func clustersArePagedByNameAndSelected() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      _ = try await StoreFixture.make(in: store, clusters: 5)
      let first = try await store.clusters(in: "default", selector: nil, after: nil, limit: 2)
      #expect(first.elements.map(\.cluster.name) == ["c0000", "c0001"])
      let second = try await store.clusters(in: "default", selector: nil, after: first.next, limit: 10)
      #expect(second.elements.map(\.cluster.name) == ["c0002", "c0003", "c0004"])
      #expect(second.next == nil)
      let selectors: [(LabelSelector, [ClusterName])] = [
        (LabelSelector(matchLabels: ["region": "us"]), ["c0001", "c0003"]),
        (
          LabelSelector(matchExpressions: [LabelRequirement(key: "region", operator: .isNotIn, values: ["us"])]),
          ["c0000", "c0002", "c0004"]
        ),
        (LabelSelector(matchExpressions: [LabelRequirement(key: "tier", operator: .exists)]), []),
        (
          LabelSelector(matchExpressions: [
            LabelRequirement(key: "tier", operator: .doesNotExist),
            LabelRequirement(key: "region", operator: .isIn, values: ["us", "asia"]),
          ]), ["c0001", "c0003"]
        ),
      ]
      for (selector, expected) in selectors {
        let found = try await store.clusters(in: "default", selector: selector, after: nil, limit: 10)
        #expect(found.elements.map(\.cluster.name) == expected, "\(selector.text)")
      }
    }
  }

  @Test func aRemovedClusterKeepsItsHistoryAndFreesItsName() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 2)
      try await store.removeCluster("c0000", in: "default", cause: cause)
      #expect(try await store.inventory(of: "default").map(\.name) == ["c0001"])
      let error = await #expect(throws: StoreError.self) {
        try await store.removeCluster("c0000", in: "default", cause: cause)
      }
      #expect(error?.code == .notFound)
      let draft = DocumentDraft(
        project: "default", name: "c0000", content: .cluster(Cluster(name: "c0000")), canonicalJSON: [123, 125])
      _ = try await store.apply([draft], cause: cause, dryRun: false)
      #expect(try await store.cluster("c0000", in: "default")?.cluster.id != fixture.clusters[0].id)
    }
  }

  @Test func aFetchWithNewRefsWakesExpansions() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      let repository = try #require(try await store.repository("fleet", in: "default"))
      let claims = try await store.claim(.expansion, limit: 10, by: fixture.controller, for: .seconds(60))
      #expect(claims.map(\.row) == [fixture.fleetSet.rawValue])
      for claim in claims { try await store.finish(claim, wakeAt: nil) }
      let ready = Condition(isReady: true, reason: "Ready", message: "", since: try await store.now())
      try await store.recordFetch(of: repository.repository.id, refsDigest: "r1", condition: ready)
      let woken = try await store.claim(.expansion, limit: 10, by: fixture.controller, for: .seconds(60))
      #expect(woken.count == 1)
      for claim in woken { try await store.finish(claim, wakeAt: nil) }
      try await store.recordFetch(of: repository.repository.id, refsDigest: "r1", condition: ready)
      #expect(try await store.claim(.expansion, limit: 10, by: fixture.controller, for: .seconds(60)) == [])
      let failed = Condition(isReady: false, reason: "RepositoryUnreachable", message: "no route", since: ready.since)
      try await store.recordFetch(of: repository.repository.id, refsDigest: nil, condition: failed)
      let record = try #require(try await store.repository(repository.repository.id))
      #expect(record.refsDigest == "r1")
      #expect(record.condition == failed)
      #expect(try await store.repositories(withURL: repository.repository.url).count == 1)
    }
  }

  @Test func aRepositoryInUseIsNotRemoved() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      _ = try await StoreFixture.make(in: store, clusters: 1)
      let error = await #expect(throws: StoreError.self) {
        try await store.removeRepository("fleet", in: "default", cause: cause)
      }
      #expect(error?.code == .conflict)
      #expect(error?.message.contains("storefront") == true)
      try await store.removeFleetSet("storefront", in: "default", workloads: .keep, cause: cause)
      #expect(try await store.fleetSet("storefront", in: "default") == nil)
      try await store.removeRepository("fleet", in: "default", cause: cause)
      #expect(try await store.repositories(in: "default", after: nil, limit: 10).elements.isEmpty)
    }
  }

  @Test func aConditionIsWrittenOnlyWhenItChanges() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      let degraded = Condition(
        isReady: false, reason: "EmptyExpansion", message: "no target", since: Instant(millisecondsSinceEpoch: 5_000))
      try await store.recordCondition(degraded, of: fixture.fleetSet)
      var later = degraded
      later.since = Instant(millisecondsSinceEpoch: 9_000)
      try await store.recordCondition(later, of: fixture.fleetSet)
      #expect(try await store.fleetSet(fixture.fleetSet)?.condition == degraded)
      _ = try await store.assignEventPositions()
      let events = try await store.events(
        EventFilter(fleetSet: "storefront"), after: 0, newestFirst: false, limit: 10)
      #expect(events.filter { $0.kind == "fleetset.degraded" }.count == 1)
    }
  }
}
