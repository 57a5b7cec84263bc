import FleetPorts
import Logging
import NIOPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A bounded number of connections, each used by one of as many threads that do nothing else, so that libpq's blocking
/// calls never hold a thread of Swift's cooperative pool (docs/decisions, "PostgreSQL connections").
final class Pool: Sendable {
  /// What surrounds the statements.
  enum Mode: Sendable {
    /// One statement, a transaction by itself; it must be safe to repeat.
    case single
    /// Reads that all see the same state.
    case snapshot
    /// Changes: all or none, and run again after a deadlock or serialization failure.
    case change
    /// Changes that are all taken back at the end, to see what they would do.
    case rehearsal
  }

  private struct State {
    var idle: [Connection] = []
    var failures = 0
    var notBefore: ContinuousClock.Instant?
    var lastFailure = ""
    var isClosed = false
  }

  private let url: String
  private let threads: NIOThreadPool
  private let waitLimit: Duration
  private let statementLimit: Duration
  private let logger: Logger
  private let state = Mutex(State())

  /// - Parameters:
  ///   - size: the number of connections.
  ///   - waitLimit: how long a transaction may wait for one.
  ///   - statementLimit: how long one statement may take.
  init(url: String, size: Int, waitLimit: Duration, statementLimit: Duration = .seconds(60), logger: Logger) {
    self.url = url
    self.waitLimit = waitLimit
    self.statementLimit = statementLimit
    self.logger = logger
    threads = NIOThreadPool(numberOfThreads: size)
    threads.start()
  }

  deinit { threads.shutdownGracefully { _ in } }

  /// Closes what is idle now and everything else after its use; later calls fail.
  func close() {
    let idle = state.withLock { state in
      state.isClosed = true
      defer { state.idle = [] }
      return state.idle
    }
    _ = idle
  }

  /// Closes everything and returns when the threads have ended: none of them may still be in libpq or OpenSSL when the
  /// process exits.
  func end() async {
    close()
    try? await threads.shutdownGracefully()
  }

  /// Runs blocking work with a connection of its own.
  func run<Value: Sendable>(
    _ mode: Mode, _ body: @escaping @Sendable (Session) throws -> Value
  ) async throws(StoreError) -> Value {
    let flag = CancellationFlag()
    let latest = ContinuousClock.now.advanced(by: waitLimit)
    let result: Result<Value, any Error>
    do {
      result = try await withTaskCancellationHandler {
        try await threads.runIfActive { [self] in
          guard ContinuousClock.now < latest else {
            return .failure(StoreError(.unavailable, "no connection to PostgreSQL was free for \(waitLimit)"))
          }
          return Result { try perform(mode, flag: flag, body) }
        }
      } onCancel: {
        flag.set()
      }
    } catch {
      throw StoreError(.unavailable, "the store is closed, or the work was cancelled")
    }
    switch result {
    case .success(let value): return value
    case .failure(let error as StoreError): throw error
    case .failure(let error as DatabaseError): throw error.storeError
    case .failure(is CancellationError): throw StoreError(.unavailable, "the work was cancelled")
    case .failure(let error): throw StoreError(.internal, "\(error)")
    }
  }

  private func perform<Value>(
    _ mode: Mode, flag: CancellationFlag, _ body: (Session) throws -> Value
  ) throws -> Value {
    var attempt = 1
    while true {
      do {
        return try once(mode, flag: flag, body)
      } catch let error as DatabaseError where error.isTransient && attempt < 8 {
        // Whoever lost steps back a little, differently each time; this thread has nothing else to do.
        usleep(UInt32.random(in: 1_000...(5_000 * UInt32(attempt))))
        attempt += 1
      }
    }
  }

  private func once<Value>(
    _ mode: Mode, flag: CancellationFlag, _ body: (Session) throws -> Value
  ) throws -> Value {
    var (connection, isReused) = try take()
    let begin =
      switch mode {
      case .single: ""
      case .snapshot: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
      case .change, .rehearsal: "BEGIN"
      }
    do {
      // The server may have gone away since the connection was used last: nothing is lost by finding out first.
      if isReused, !begin.isEmpty { try connection.script(begin) }
    } catch let error as DatabaseError where error.isConnectionLost {
      dropIdle()
      (connection, isReused) = (try connect(), false)
    }
    do {
      if !isReused, !begin.isEmpty { try connection.script(begin) }
      let value = try body(Session(connection: connection, flag: flag))
      if !begin.isEmpty { try connection.script(mode == .rehearsal ? "ROLLBACK" : "COMMIT") }
      give(connection)
      return value
    } catch let error as DatabaseError where error.isConnectionLost && isReused && begin.isEmpty {
      dropIdle()
      connection = try connect()
      let value = try body(Session(connection: connection, flag: flag))
      give(connection)
      return value
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      if connection.isHealthy, connection.isInTransaction { try? connection.script("ROLLBACK") }
      if connection.isHealthy, !connection.isInTransaction { give(connection) }
      throw error
    }
  }

  private func take() throws -> (Connection, isReused: Bool) {
    if let connection = state.withLock({ $0.idle.popLast() }) { return (connection, true) }
    return (try connect(), false)
  }

  /// Connects, but not more often than a growing pause after failures allows.
  private func connect() throws -> Connection {
    try state.withLock { state in
      guard !state.isClosed else { throw StoreError(.unavailable, "the store is closed") }
      if let notBefore = state.notBefore, ContinuousClock.now < notBefore {
        throw StoreError(.unavailable, "PostgreSQL is not reachable: \(state.lastFailure)")
      }
    }
    do {
      let connection = try Connection(url: url, limit: statementLimit)
      let failures = state.withLock { state in
        defer { (state.failures, state.notBefore) = (0, nil) }
        return state.failures
      }
      if failures > 0 { logger.info("connected to PostgreSQL again") }
      return connection
    } catch let error as DatabaseError {
      let failures = state.withLock { state in
        state.failures += 1
        state.lastFailure = error.message
        state.notBefore = .now.advanced(by: .milliseconds(min(2_000, 50 << min(state.failures, 6))))
        return state.failures
      }
      if failures == 1 { logger.warning("PostgreSQL is not reachable", metadata: ["error": "\(error.message)"]) }
      // A server that refuses at first connect (wrong password, no such database) is away as well to the callers.
      throw DatabaseError(sqlState: "", message: error.message)
    }
  }

  private func give(_ connection: Connection) {
    state.withLock { state in
      if !state.isClosed { state.idle.append(connection) }
    }
  }

  private func dropIdle() {
    let dropped = state.withLock { state in
      defer { state.idle = [] }
      return state.idle
    }
    _ = dropped
  }
}
