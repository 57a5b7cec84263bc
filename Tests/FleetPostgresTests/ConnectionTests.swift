import FleetModel
import FleetPorts
import FleetTestSupport
import Logging
import Testing

@testable import FleetPostgres

@Suite struct ConnectionTests {
  @Test func aMigratedDatabaseIsReady() async throws {
    try await TestDatabase.with { database in
      #expect(await database.store.readiness() == nil)
      let applied = try await database.store.migrate()
      #expect(applied == [])
    }
  }

  @Test func aCancelledTaskEndsItsStatement() async throws {
    try await TestDatabase.with { database in
      let sleeping = Task { [store = database.store] in
        try await store.read { try $0.execute(Statement("test.sleep", "SELECT pg_sleep(40)")) }
      }
      let running = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(40)' AND state = 'active'"
      while try await PostgresScript.rows(running, url: database.url) == [["0"]] {}
      sleeping.cancel()
      let error = await #expect(throws: StoreError.self) { try await sleeping.value }
      #expect(error?.code == .unavailable)
      for _ in 0..<200 where try await PostgresScript.rows(running, url: database.url) != [["0"]] {}
      let left = try await PostgresScript.rows(running, url: database.url)
      #expect(left == [["0"]])
      _ = try await database.store.now()
    }
  }

  @Test func aTransactionThatFailsLeavesNothing() async throws {
    try await TestDatabase.with { database in
      let error = await #expect(throws: StoreError.self) {
        try await database.store.change { session in
          try session.wake(.start, [1])
          throw StoreError(.conflict, "stop")
        }
      }
      #expect(error?.code == .conflict)
      let due = try await database.store.nextDue(.start)
      #expect(due == nil)
    }
  }

  @Test func aServerThatIsNotThereIsUnavailable() async throws {
    let store = PostgresStore(
      url: "postgresql:///none?host=/nonexistent&user=nobody", logger: Logger(label: "flotilla.test"))
    defer { store.close() }
    let error = await #expect(throws: StoreError.self) { try await store.now() }
    #expect(error?.code == .unavailable)
    #expect(await store.readiness() != nil)
  }
}
