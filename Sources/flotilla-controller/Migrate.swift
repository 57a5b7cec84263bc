import ArgumentParser
import FleetPostgres
import Logging

/// Brings the database's schema to this program's version.
struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring the database's schema to this program's version.")

  @OptionGroup var database: DatabaseOptions

  func run() async throws {
    let logger = Logger(label: "flotilla-controller", factory: { StreamLogHandler.standardError(label: $0) })
    let store = PostgresStore(url: try await database.url(logger: logger), logger: logger)
    let applied: [String]
    do {
      applied = try await store.migrate()
    } catch {
      await store.end()
      throw error
    }
    await store.end()
    print(applied.isEmpty ? "the schema is up to date" : "applied " + applied.joined(separator: ", "))
  }
}

/// Ends the embedded PostgreSQL server of a data folder.
struct DatabaseStop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "database-stop", abstract: "End the embedded PostgreSQL server of a data folder.")

  @OptionGroup var database: DatabaseOptions

  func run() async throws {
    let stopped = try await EmbeddedPostgres.stop(folder: database.embeddedFolder)
    print(stopped ? "stopped" : "no server runs in \(database.embeddedFolder)")
  }
}
