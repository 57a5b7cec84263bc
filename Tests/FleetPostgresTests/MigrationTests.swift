import FleetModel
import FleetPorts
import FleetPrograms
import FleetTestSupport
import Logging
import FoundationEssentials
import Testing

@testable import FleetPostgres

@Suite struct MigrationTests {
  private static let root = String(
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/"))

  @Test func theListIsTheFolder() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.root + "/migrations").sorted()
    var expected: [String] = []
    for migration in Migration.all {
      let digits = String(migration.version)
      let number = String(repeating: "0", count: 4 - digits.count) + digits
      expected += ["\(number)_\(migration.name).down.sql", "\(number)_\(migration.name).up.sql"]
      let data = try #require(
        FileManager.default.contents(atPath: "\(Self.root)/migrations/\(number)_\(migration.name).up.sql"))
      #expect(migration.up == String(decoding: data, as: UTF8.self))
    }
    #expect(files == (expected + ["schema.sql"]).sorted())
    #expect(Migration.all.map(\.version) == Array(1...Migration.all.count))
  }

  @Test func upDownAndUpAgain() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      #expect(try await store.revertNewestMigration() == Migration.all.last?.name)
      for _ in Migration.all.dropLast() { _ = try await store.revertNewestMigration() }
      let left = try await PostgresScript.rows(
        """
        SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname !~ '^schema_migrations'
        UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        """, url: database.url)
      #expect(left == [])
      #expect(await store.readiness()?.contains("flotilla-controller migrate") == true)
      #expect(try await store.migrate() == Migration.all.map(\.name))
      #expect(await store.readiness() == nil)
    }
  }

  @Test func takingBackRefusesToDeleteDocuments() async throws {
    try await TestDatabase.with { database in
      _ = try await StoreFixture.make(in: database.store, clusters: 1)
      let error = await #expect(throws: StoreError.self) { try await database.store.revertNewestMigration() }
      #expect(error?.code == .conflict)
      #expect(await database.store.readiness() == nil)
    }
  }

  @Test func aNewerDatabaseIsRefusedWithWhatToDo() async throws {
    try await TestDatabase.with { database in
      try await PostgresScript.run(
        "INSERT INTO schema_migrations (version, name) VALUES (99, 'later')", url: database.url)
      #expect(await database.store.readiness()?.contains("newer") == true)
      let error = await #expect(throws: StoreError.self) { try await database.store.migrate() }
      #expect(error?.code == .conflict)
      let refused = await #expect(throws: StoreError.self) {
        try await database.store.prepare(migratingAutomatically: false)
      }
      #expect(refused?.code == .conflict)
    }
  }

  @Test func twoProgramsMigrateAtOnce() async throws {
    try await TestDatabase.with { database in
      for _ in Migration.all { _ = try await database.store.revertNewestMigration() }
      let other = PostgresStore(url: database.url, poolSize: 1, logger: Logger(label: "flotilla.test"))
      defer { other.close() }
      async let left = database.store.migrate()
      async let right = other.migrate()
      let applied = try await left + right
      #expect(applied == Migration.all.map(\.name))
    }
  }

  /// `migrations/schema.sql` is what all migrations add up to. To write it anew, run this test with
  /// FLOTILLA_WRITE_SCHEMA=1.
  @Test func theSumOfTheMigrationsIsTheSchemaFile() async throws {
    try await TestDatabase.with { database in
      let folder = try #require(
        (try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")).compactMap { Int($0) }.max())
      let result = try await Program.run(
        "/usr/lib/postgresql/\(folder)/bin/pg_dump",
        arguments: [
          "--schema-only", "--no-owner", "--no-privileges", "--exclude-table=objects_p*",
          "--exclude-table=schema_migrations", database.url,
        ], timeLimit: .seconds(60), outputLimitBytes: 4 << 20)
      #expect(result.isSuccess, "\(result.errorText)")
      let dumped = Self.normalised(result.text)
      let path = Self.root + "/migrations/schema.sql"
      if ProcessInfo.processInfo.environment["FLOTILLA_WRITE_SCHEMA"] == "1" {
        let head =
          "-- What all migrations add up to, without the 64 partitions of objects. Written by MigrationTests.\n"
        try Data((head + dumped).utf8).write(to: URL(fileURLWithPath: path))
      }
      let stored = try #require(FileManager.default.contents(atPath: path))
      #expect(Self.normalised(String(decoding: stored, as: UTF8.self)) == dumped)
    }
  }

  /// Without comments, settings, empty lines and what differs between versions of pg_dump.
  private static func normalised(_ text: String) -> String {
    text.split(separator: "\n").filter { line in
      !line.hasPrefix("--") && !line.hasPrefix("SET ") && !line.hasPrefix("SELECT pg_catalog.set_config")
        && !line.hasPrefix("\\")
    }.joined(separator: "\n") + "\n"
  }
}
