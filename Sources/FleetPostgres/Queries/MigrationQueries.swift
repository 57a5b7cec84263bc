enum MigrationQueries {
  static let hasTable = Statement("migration.hasTable", "SELECT to_regclass('schema_migrations') IS NOT NULL")
  static let version = Statement("migration.version", "SELECT coalesce(max(version), 0) FROM schema_migrations")
  static let hasDocuments = Statement(
    "migration.hasDocuments",
    "SELECT EXISTS (SELECT FROM clusters) OR EXISTS (SELECT FROM repositories) OR EXISTS (SELECT FROM fleet_sets)")
}
