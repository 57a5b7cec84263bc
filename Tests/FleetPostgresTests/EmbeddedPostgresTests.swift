import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import FoundationEssentials
import Glibc
import Logging
import Testing

@Suite struct EmbeddedPostgresTests {
  private let logger = Logger(label: "flotilla.test")

  /// A server of its own in a new folder, ended and removed afterwards.
  private func withServer(isDurable: Bool = false, _ body: (EmbeddedPostgres) async throws -> Void) async throws {
    let folder = "/tmp/flotilla-test-embedded-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    let server = try await EmbeddedPostgres.start(folder: folder, isDurable: isDurable, logger: logger)
    let result: Result<Void, any Error>
    do { result = .success(try await body(server)) } catch { result = .failure(error) }
    _ = try? await EmbeddedPostgres.stop(folder: folder)
    try FileManager.default.removeItem(atPath: folder)
    try result.get()
  }

  @Test func theNextStartFindsTheServerRunningAndAStopEndsIt() async throws {
    try await withServer { server in
      let process = try #require(server.processID)
      #expect(!server.wasRunning)
      let found = try await EmbeddedPostgres.start(folder: server.folder, isDurable: false, logger: logger)
      #expect(found.wasRunning)
      #expect(found.processID == process)
      #expect(found.url == server.url)
      var status = stat()
      #expect(stat(server.folder + "/password", &status) == 0 && status.st_mode & 0o777 == 0o600)
      #expect(stat(server.folder + "/socket", &status) == 0 && status.st_mode & 0o777 == 0o700)
      try await server.stop()
      #expect(server.processID == nil)
      #expect(try await EmbeddedPostgres.stop(folder: server.folder) == false)
    }
  }

  @Test func aServerKilledDuringATransactionIsUnavailableAndThenBack() async throws {
    // What was committed is to be there after the crash, so commits are flushed here.
    try await withServer(isDurable: true) { server in
      let store = PostgresStore(url: server.url, poolSize: 2, logger: logger)
      defer { store.close() }
      _ = try await store.migrate()
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      let signals = try await store.signals()
      let blocked = Task { try await PostgresScript.run("BEGIN; SELECT pg_sleep(60); COMMIT", url: server.url) }
      // The other transaction is there before the server goes.
      for _ in 0..<500 {
        let active = try await PostgresScript.rows(
          "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()",
          url: server.url)
        if active != [["0"]] { break }
      }
      let process = try #require(server.processID)
      kill(process, SIGQUIT)
      let broken = await #expect(throws: StoreError.self) { try await blocked.value }
      #expect(broken?.code == .unavailable)
      for await _ in signals {}
      for _ in 0..<1_000 where server.processID != nil { try await Task.sleep(for: .milliseconds(10)) }
      let away = await #expect(throws: StoreError.self) { try await store.now() }
      #expect(away?.code == .unavailable)
      #expect(await store.readiness() != nil)
      _ = try await EmbeddedPostgres.start(folder: server.folder, isDurable: false, logger: logger)
      var isBack = false
      for _ in 0..<1_000 where !isBack {
        isBack = await store.readiness() == nil
        if !isBack { try await Task.sleep(for: .milliseconds(10)) }
      }
      #expect(isBack)
      try await store.renewLease(of: fixture.controller)
    }
  }

  @Test func aRolloutGoesOnAfterEverythingWasStoppedAndStarted() async throws {
    try await withServer { server in
      let before = PostgresStore(url: server.url, poolSize: 2, logger: logger)
      _ = try await before.migrate()
      let fixture = try await StoreFixture.make(in: before, clusters: 3)
      let tokens = fixture.clusters.map { StoreFixture.digest("session of \($0.name)") }
      for (cluster, token) in zip(fixture.clusters, tokens) {
        try await before.openSession(
          for: cluster.id, tokenHash: token, instance: "pod-a", controller: fixture.controller,
          expiresIn: .seconds(3_600), agentVersion: "1", kubernetesVersion: "v1.34.1")
      }
      _ = try await fixture.release(1)
      let rollout = try await fixture.start(StoreFixture.strategy(maxConcurrent: .count(2)))
      try await fixture.pass(rollout)
      try await fixture.confirm([fixture.clusters[0]])
      let orders = try await before.orders(for: fixture.clusters[1].id, above: [:])
      #expect(orders.count == 1)
      before.close()
      try await server.stop()

      let again = try await EmbeddedPostgres.start(folder: server.folder, isDurable: false, logger: logger)
      #expect(again.url == server.url)
      let after = PostgresStore(url: again.url, poolSize: 2, logger: logger)
      defer { after.close() }
      #expect(try await after.migrate() == [])
      let restarted = try await fixture.restarted(in: after)
      #expect(try await after.orders(for: fixture.clusters[1].id, above: [:]) == orders)
      for (cluster, token) in zip(fixture.clusters, tokens) {
        #expect(try await after.session(tokenHash: token) == cluster.id)
        try await after.touchSession(of: cluster.id, controller: restarted.controller)
      }
      // The report that came before the stop is looked at, and the last cluster gets its order.
      try await restarted.pass(rollout)
      try await restarted.confirm()
      try await restarted.pass(rollout)
      let run = try await after.rollout(of: fixture.name, number: 1, in: "default")?.run
      #expect(run?.state == .succeeded)
    }
  }

  @Test func dataOfAnotherMajorVersionIsRefusedWithTheCommands() async throws {
    try await withServer { server in
      try await server.stop()
      try Data("9".utf8).write(to: URL(fileURLWithPath: server.folder + "/data/PG_VERSION"))
      let error = await #expect(throws: EmbeddedPostgresError.self) {
        try await EmbeddedPostgres.start(folder: server.folder, isDurable: false, logger: logger)
      }
      #expect(error?.description.contains("pg_dump") == true)
    }
  }

  @Test func aRelativeFolderIsRefused() async throws {
    await #expect(throws: EmbeddedPostgresError.self) {
      try await EmbeddedPostgres.start(folder: "here", logger: logger)
    }
  }
}
