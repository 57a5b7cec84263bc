import FleetPorts

/// Brings a database to the schema that this program knows.
enum Migrator {
  /// Two programs that migrate at once wait for each other: the lock's key spells `flotilla`.
  private static let lockKey = 0x66_6c_6f_74_69_6c_6c_61

  /// Applies what is missing, each step in a transaction of its own, and answers the names of the steps.
  static func up(_ session: Session) throws -> [String] {
    try locked(session) { applied in
      try refuseNewer(applied)
      var names: [String] = []
      for migration in Migration.all where migration.version > applied {
        try step(
          session, migration.up,
          "INSERT INTO schema_migrations (version, name) VALUES (\(migration.version), '\(migration.name)')")
        names.append(migration.name)
      }
      return names
    }
  }

  /// Takes the newest step back. It loses what the step's tables hold, so it refuses when there is a rollout.
  static func down(_ session: Session, evenWithData: Bool = false) throws -> String? {
    try locked(session) { applied in
      try refuseNewer(applied)
      guard let migration = Migration.all.first(where: { $0.version == applied }) else { return nil }
      if !evenWithData, try session.first(MigrationQueries.hasDocuments, read: { try $0.bool() }) == true {
        throw StoreError(
          .conflict, "the database holds documents, which taking back '\(migration.name)' would delete; dump it first")
      }
      try step(session, migration.down, "DELETE FROM schema_migrations WHERE version = \(migration.version)")
      return migration.name
    }
  }

  /// What keeps this program from using the database as it is; nil for nothing.
  static func obstacle(_ session: Session) throws -> String? {
    let isThere = try session.first(MigrationQueries.hasTable, read: { try $0.bool() }) ?? false
    let applied = isThere ? try session.first(MigrationQueries.version, read: { try $0.count() }) ?? 0 : 0
    let known = Migration.all.count
    if applied > known { return newer(applied) }
    if applied < known {
      return "the database has schema version \(applied), this program needs \(known): "
        + "run `flotilla-controller migrate`, or start with `--migrate auto`"
    }
    return nil
  }

  private static func refuseNewer(_ applied: Int) throws {
    if applied > Migration.all.count { throw StoreError(.conflict, newer(applied)) }
  }

  private static func newer(_ applied: Int) -> String {
    "the database has schema version \(applied), newer than the \(Migration.all.count) that this program knows: "
      + "run a newer flotilla-controller"
  }

  private static func step(_ session: Session, _ sql: String, _ record: String) throws {
    do {
      try session.script("BEGIN")
      try session.script(sql)
      try session.script(record)
      try session.script("COMMIT")
    } catch {
      try? session.script("ROLLBACK")
      throw error
    }
  }

  private static func locked<Value>(_ session: Session, _ body: (Int) throws -> Value) throws -> Value {
    guard session.serverVersion >= 150_000 else {
      throw StoreError(.conflict, "PostgreSQL 15 or newer is needed, this server is \(session.serverVersion / 10_000)")
    }
    try session.script("SELECT pg_advisory_lock(\(lockKey))")
    defer { try? session.script("SELECT pg_advisory_unlock(\(lockKey))") }
    try session.script(
      """
      CREATE TABLE IF NOT EXISTS schema_migrations (
        version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
      """)
    return try body(try session.first(MigrationQueries.version, read: { try $0.count() }) ?? 0)
  }
}
