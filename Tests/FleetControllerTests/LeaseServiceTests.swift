import FleetController
import FleetPostgres
import FleetTestSupport
import Logging
import Synchronization
import Testing

@Suite struct LeaseServiceTests {
  @Test func aLeaseThatHadLapsedIsTold() async throws {
    try await TestDatabase.with { database in
      let controller = try await database.store.registerController(version: "test")
      try await PostgresScript.run("UPDATE controllers SET lease_until = now()", url: database.url)
      let count = Atomic(0)
      var logger = Logger(label: "flotilla.test")
      logger.logLevel = .critical
      let service = LeaseService(store: database.store, controller: controller, logger: logger) {
        count.add(1, ordering: .relaxed)
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await service.run() }
        defer { group.cancelAll() }
        try await eventually("it is told") { count.load(ordering: .relaxed) == 1 }
      }
    }
  }
}
