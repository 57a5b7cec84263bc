import FleetPostgres
import FoundationEssentials
import Logging
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// One PostgreSQL server for all tests of this process, in a folder of its own under /tmp, without flushing to the disk.
/// It ends with the process; what a crashed process left behind is cleared away by the next one.
actor PostgresTestServer {
  static let shared = PostgresTestServer()

  private var started: Task<String, any Error>?

  /// The URL of a database of the server with every migration applied, which nobody connects to: databases for tests
  /// are copies of it.
  func templateURL() async throws -> String {
    if let started { return try await started.value }
    let task = Task { try await Self.start() }
    started = task
    return try await task.value
  }

  private static let prefix = "flotilla-test-postgres-"

  private static func start() async throws -> String {
    let logger = Logger(label: "flotilla.test.postgres")
    if let url = getenv("FLOTILLA_TEST_DATABASE").map({ String(cString: $0) }), !url.isEmpty {
      return try await makeTemplate(url, logger: logger)
    }
    await clearAwayStale()
    let folder = "/tmp/\(prefix)\(getpid())"
    removeTree(folder)
    let server = try await EmbeddedPostgres.start(folder: folder, isDurable: false, logger: logger)
    stopAtExit(folder: folder, process: server.processID)
    return try await makeTemplate(server.url, logger: logger)
  }

  private static func makeTemplate(_ url: String, logger: Logger) async throws -> String {
    let name = "flotilla_template_\(getpid())"
    try await PostgresAdministration.run("DROP DATABASE IF EXISTS \(name)", url: url)
    try await PostgresAdministration.run("CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'UTF8'", url: url)
    let templateURL = PostgresAdministration.url(url, database: name)
    let store = PostgresStore(url: templateURL, poolSize: 1, logger: logger)
    _ = try await store.migrate()
    store.close()
    return templateURL
  }

  /// Servers of test processes that are no more.
  private static func clearAwayStale() async {
    guard let folder = opendir("/tmp") else { return }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard name.hasPrefix(prefix), let process = Int32(name.dropFirst(prefix.count)), kill(process, 0) != 0,
        errno == ESRCH
      else { continue }
      _ = try? await EmbeddedPostgres.stop(folder: "/tmp/\(name)")
      removeTree("/tmp/\(name)")
    }
  }
}

/// What is to be cleared away when the process ends.
private let leftover = Mutex<(folder: String, process: Int32)?>(nil)

private func stopAtExit(folder: String, process: Int32?) {
  leftover.withLock { $0 = (folder, process ?? 0) }
  atexit {
    guard let (folder, process) = leftover.withLock({ $0 }) else { return }
    // SIGQUIT ends all of it at once; the data is thrown away.
    if process > 0 { kill(process, SIGQUIT) }
    for _ in 0..<200 where process > 0 && kill(process, 0) == 0 { usleep(10_000) }
    removeTree(folder)
  }
}

/// Removes a folder and what it holds.
private func removeTree(_ path: String) {
  try? FileManager.default.removeItem(atPath: path)
}
