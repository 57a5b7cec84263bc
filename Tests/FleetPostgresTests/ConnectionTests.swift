import Dispatch
import FleetModel
import FleetPorts
import FleetTestSupport
import Glibc
import Logging
import Synchronization
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

  /// A thread that still ends while the process exits frees what OpenSSL keeps for it at the same time as OpenSSL does.
  /// In a process of its own, where no other test has threads.
  @Test func noThreadOfAStoreIsLeftWhenItHasEnded() async {
    await #expect(processExitsWith: .success) {
      let store = PostgresStore(
        url: "postgresql:///none?host=/nonexistent&user=nobody", logger: Logger(label: "flotilla.test"))
      _ = try? await store.now()
      _ = try? await store.signals()
      let before = poolThreadCount()
      await store.end()
      let after = poolThreadCount()
      exit(before == 11 && after == 0 ? EXIT_SUCCESS : EXIT_FAILURE)
    }
  }

  /// A server that lets a client in and goes away at its first statement. Closing such a connection twice ends the
  /// process with glibc's "double free", so that this test ends the run when it fails.
  @Test func aConnectionThatBreaksDuringItsSetUpIsClosedOnce() async throws {
    let server = try #require(VanishingServer())
    let url = "postgresql://kim@127.0.0.1:\(server.port)/none?sslmode=disable&gssencmode=disable"
    for _ in 0..<20 {
      let error = await #expect(throws: StoreError.self) {
        let store = PostgresStore(url: url, poolSize: 1, logger: Logger(label: "flotilla.test"))
        defer { store.close() }
        _ = try await store.now()
      }
      #expect(error?.code == .unavailable)
    }
    #expect(server.clientCount.load(ordering: .relaxed) >= 20)
  }
}

/// How many threads of NIO's thread pools this process has.
private func poolThreadCount() -> Int {
  guard let folder = opendir("/proc/self/task") else { return -1 }
  defer { closedir(folder) }
  var count = 0
  while let entry = readdir(folder) {
    let number = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    guard let file = fopen("/proc/self/task/\(number)/comm", "r") else { continue }
    defer { fclose(file) }
    var name = [CChar](repeating: 0, count: 32)
    if fgets(&name, 32, file) != nil, name.starts(with: "TP-".utf8.map { CChar($0) }) { count += 1 }
  }
  return count
}

/// Speaks just enough of PostgreSQL's protocol to be connected to, on a port of its own until it is released.
private final class VanishingServer: Sendable {
  let port: UInt16
  let clientCount = Atomic(0)
  private let listener: Int32

  init?() {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    self.listener = listener
    port = UInt16(bigEndian: address.sin_port)
    guard isListening else { return nil }
    DispatchQueue.global().async { [weak self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        self?.clientCount.add(1, ordering: .relaxed)
        var buffer = [UInt8](repeating: 0, count: 4_096)
        // The start-up packet; then AuthenticationOk and ReadyForQuery; then the first statement.
        _ = read(client, &buffer, buffer.count)
        let answer: [UInt8] = [0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5A, 0, 0, 0, 5, 0x49]
        _ = write(client, answer, answer.count)
        _ = read(client, &buffer, buffer.count)
        close(client)
      }
    }
  }

  deinit {
    // Wakes the thread that waits for a client.
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }
}
