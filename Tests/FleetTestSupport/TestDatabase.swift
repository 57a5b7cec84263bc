public import FleetPostgres
public import Logging

/// A migrated database for one test, on a server that the tests of this process share. Tests run in parallel, each with
/// its own.
///
/// `FLOTILLA_TEST_DATABASE` names another server to use: a URL whose user may create databases.
public struct TestDatabase: Sendable {
  /// Where to connect.
  public let url: String
  /// A store on it.
  public let store: PostgresStore
  /// The database's name.
  public let name: String

  /// Makes a database, runs the body with it, and drops it.
  public static func with<Value: Sendable>(
    poolSize: Int = 4, logger: Logger = Logger(label: "flotilla.test"),
    _ body: (TestDatabase) async throws -> Value
  ) async throws -> Value {
    let database = try await make(poolSize: poolSize, logger: logger)
    do {
      let value = try await body(database)
      await database.drop()
      return value
    } catch {
      await database.drop()
      throw error
    }
  }

  /// Makes a database; the caller drops it.
  public static func make(
    poolSize: Int = 4, logger: Logger = Logger(label: "flotilla.test")
  ) async throws -> TestDatabase {
    let template = try await PostgresTestServer.shared.templateURL()
    let name = "flotilla_test_\(String(UInt64.random(in: .min ... .max), radix: 36))"
    try await PostgresAdministration.create(name, from: PostgresAdministration.database(of: template), url: template)
    let url = PostgresAdministration.url(template, database: name)
    return TestDatabase(
      url: url, store: PostgresStore(url: url, poolSize: poolSize, logger: logger), name: name)
  }

  /// Closes the store and drops the database, whoever else is connected to it.
  public func drop() async {
    store.close()
    try? await PostgresAdministration.run(
      "DROP DATABASE IF EXISTS \(name) WITH (FORCE)", url: PostgresAdministration.url(url, database: "postgres"))
  }
}
