import FleetModel
public import FleetPorts
public import Logging
public import ServiceLifecycle

/// The store in PostgreSQL 15 or newer: the only state that controllers share.
///
/// Every method is one transaction. A connection that breaks, a server that is away and a statement that takes too long
/// are `unavailable`; the next call connects again.
public final class PostgresStore: ControlStore, Service {
  let pool: Pool
  /// Renews what lapses, leases and claims: one connection for that alone, so that a pool full of slow statements does not
  /// lose them.
  let keeper: Pool
  /// Looks whether the database answers, likewise.
  let probe: Pool
  let renewals: ClaimRenewals
  let hub: SignalHub
  let logger: Logger

  /// Makes a store; nothing is connected before the first call.
  ///
  /// - Parameters:
  ///   - url: as libpq reads it, for example `postgresql://flotilla@db.example:5432/flotilla?sslmode=verify-full`.
  ///   - poolSize: connections at once, besides three: for signals, for leases and claims, for probes.
  ///   - waitLimit: how long a call may wait for a free connection.
  ///   - logger: for connections that break and come back.
  public init(url: String, poolSize: Int = 8, waitLimit: Duration = .seconds(15), logger: Logger) {
    pool = Pool(url: url, size: max(1, poolSize), waitLimit: waitLimit, logger: logger)
    // Twice there and back must fit into a lease, and a statement that hangs must not keep the next from being sent.
    let keeper = Pool(
      url: url, size: 1, waitLimit: waitLimit, statementLimit: .seconds(12), logger: .silent)
    self.keeper = keeper
    probe = Pool(url: url, size: 1, waitLimit: waitLimit, statementLimit: .seconds(5), logger: .silent)
    renewals = ClaimRenewals(pool: keeper)
    hub = SignalHub(url: url)
    self.logger = logger
  }

  /// Keeps the connections until the service group shuts down gracefully or the task is cancelled; its threads have ended
  /// when this returns.
  public func run() async throws {
    try? await gracefulShutdown()
    await end()
  }

  /// Closes all connections and returns when the threads that used them have ended, which a process waits for before it
  /// exits. Later calls are `unavailable`.
  public func end() async {
    await hub.end()
    await probe.end()
    await keeper.end()
    await pool.end()
  }

  /// Closes all connections, those in use after their use, and waits for nothing; later calls are `unavailable`.
  public func close() {
    hub.close()
    probe.close()
    keeper.close()
    pool.close()
  }

  /// Brings the schema to the version that this program knows; answers the names of the steps that were applied.
  ///
  /// - Throws: `conflict` when the database is newer than the program.
  public func migrate() async throws(StoreError) -> [String] {
    try await pool.run(.single) { try Migrator.up($0) }
  }

  /// Migrates when `auto`, else only looks whether the schema is the one that this program knows.
  ///
  /// - Throws: `conflict` with what to do when it is not.
  public func prepare(migratingAutomatically auto: Bool) async throws(StoreError) {
    if auto {
      for name in try await migrate() { logger.info("applied a migration", metadata: ["name": "\(name)"]) }
    }
    if let obstacle = try await pool.run(.single, { try Migrator.obstacle($0) }) {
      throw StoreError(.conflict, obstacle)
    }
  }

  /// Takes the newest migration back; nil when there is none.
  ///
  /// - Throws: `conflict` when that would delete documents.
  public func revertNewestMigration() async throws(StoreError) -> String? {
    try await pool.run(.single) { try Migrator.down($0) }
  }

  /// Raises the epoch of generations after a restore from a backup, so that no generation is handed out twice (R27);
  /// answers the new one.
  public func raiseEpoch(cause: ChangeCause) async throws(StoreError) -> Int32 {
    try await change { session in
      let epoch = try session.first(WorkQueries.raiseEpoch, read: { try $0.int() }) ?? 1
      try session.record(
        Event("database.restored", project: "default", cause: cause, message: "the epoch is \(epoch) from now on"))
      return Int32(truncatingIfNeeded: epoch)
    }
  }

  /// Whether the database answers and its schema is the one this program knows.
  public func readiness() async -> String? {
    do {
      return try await probe.run(.single) { try Migrator.obstacle($0) }
    } catch {
      return error.message
    }
  }

  /// Changes: all or none.
  @discardableResult
  func change<Value: Sendable>(
    _ body: @escaping @Sendable (Session) throws -> Value
  ) async throws(StoreError) -> Value { try await pool.run(.change, body) }

  /// One statement that changes something, a transaction by itself and safe to repeat: one way there and back.
  @discardableResult
  func statement<Value: Sendable>(
    _ body: @escaping @Sendable (Session) throws -> Value
  ) async throws(StoreError) -> Value { try await pool.run(.single, body) }

  /// One statement that only reads.
  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Session) throws -> Value
  ) async throws(StoreError) -> Value { try await pool.run(.single, body) }

  /// Several reads of one state.
  func snapshot<Value: Sendable>(
    _ body: @escaping @Sendable (Session) throws -> Value
  ) async throws(StoreError) -> Value { try await pool.run(.snapshot, body) }
}
