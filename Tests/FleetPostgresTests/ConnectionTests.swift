import FleetModel
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Logging
import Testing

@Suite struct ConnectionTests {
  @Test func aMigratedDatabaseIsReady() async throws {
    try await TestDatabase.with { database in
      #expect(await database.store.readiness() == nil)
      let applied = try await database.store.migrate()
      #expect(applied == [])
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
