import FleetModel
import FleetPlanner
import FleetPorts
import FleetTestSupport
import Testing

@testable import FleetPostgres

@Suite struct EventStoreTests {
  /// AMENDMENTS 32: A inserts, B inserts and commits, read, A commits, read again: A is there.
  @Test func anEventThatCommitsLateIsNotSkipped() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let late = try Connection(url: database.url)
      try late.script(
        "BEGIN; INSERT INTO events (actor, kind, project, message) VALUES ('a', 'test.late', 'default', 'A')")
      try await store.record(EventDraft(kind: "test.early", message: "B"), project: "default", rollout: nil, actor: "b")
      _ = try await store.assignEventPositions()
      let first = try await store.events(EventFilter(), after: 0, newestFirst: false, limit: 10)
      #expect(first.map(\.kind) == ["test.early"])
      let cursor = first.last?.position ?? 0
      try late.script("COMMIT")
      _ = try await store.assignEventPositions()
      let seen = first + (try await store.events(EventFilter(), after: cursor, newestFirst: false, limit: 10))
      #expect(seen.map(\.kind) == ["test.early", "test.late"])
      #expect(seen.map(\.position) == [1, 2])
      #expect(try await store.lastEventPosition() == 2)
    }
  }

  @Test func eventsAreFilteredAndPagedBothWays() async throws {
    try await TestDatabase.with { database in
      let fixture = try await StoreFixture.make(in: database.store, clusters: 2)
      _ = try await database.store.setCordon(
        "c0001", in: "default", reason: "disk", cause: StoreFixture.cause)
      #expect(try await database.store.assignEventPositions() > 0)
      #expect(try await database.store.assignEventPositions() == 0)
      let all = try await database.store.events(EventFilter(), after: 0, newestFirst: false, limit: 100)
      #expect(all.map(\.position) == Array(1...Int64(all.count)))
      let newest = try await database.store.events(EventFilter(), after: 0, newestFirst: true, limit: 1)
      #expect(newest.first?.kind == "cluster.cordoned")
      #expect(newest.first?.actor == "kim")
      #expect(newest.first?.reason == "for the test")
      let before = try await database.store.events(
        EventFilter(), after: newest.first?.position ?? 0, newestFirst: true, limit: 100)
      #expect(before.count == all.count - 1)
      let ofCluster = try await database.store.events(
        EventFilter(project: "default", cluster: "c0001"), after: 0, newestFirst: false, limit: 100)
      #expect(ofCluster.map(\.kind) == ["cluster.created", "cluster.cordoned"])
      let ofSet = try await database.store.events(
        EventFilter(fleetSet: fixture.name.rawValue), after: 0, newestFirst: false, limit: 100)
      #expect(ofSet.map(\.kind) == ["fleetset.created"])
    }
  }
}
