import FleetController
import FleetPostgres
import FleetTestSupport
import Logging
import Testing

@Suite struct LeaseServiceTests {
  @Test(.timeLimit(.minutes(5))) func aLeaseThatHadLapsedIsTold() async throws {
    try await TestDatabase.with { database in
      let controller = try await database.store.registerController(version: "test")
      try await PostgresScript.run("UPDATE controllers SET lease_until = now()", url: database.url)
      let (told, source) = AsyncStream<Void>.makeStream()
      let service = LeaseService(
        store: database.store, controller: controller, logger: Logger(label: "flotilla.test"),
        onLapse: { source.yield() })
      await withTaskGroup(of: Void.self) { group in
        group.addTask { try? await service.run() }
        defer { group.cancelAll() }
        #expect(await told.first { true } != nil)
      }
    }
  }
}
