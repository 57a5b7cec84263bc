import ArgumentParser
import FleetPostgres
import Foundation
import Logging

/// Where the state is kept.
struct DatabaseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "`embedded` for a private PostgreSQL server in the data folder, or the URL of a server.",
      discussion: "Also from FLOTILLA_DATABASE, so that a password is on no command line.", valueName: "URL"))
  var database: String = ProcessInfo.processInfo.environment["FLOTILLA_DATABASE"] ?? "embedded"

  @Option(help: "The folder for keys, mirrors and the embedded database.")
  var dataDir: String = DatabaseOptions.defaultFolder

  /// `/var/lib/flotilla` as root, else `flotilla` in the user's state folder.
  static var defaultFolder: String {
    let database = EmbeddedPostgres.defaultFolder(environment: ProcessInfo.processInfo.environment)
    return (database as NSString).deletingLastPathComponent
  }

  /// The data folder as an absolute path.
  var folder: String {
    dataDir.hasPrefix("/") ? dataDir : FileManager.default.currentDirectoryPath + "/" + dataDir
  }

  var isEmbedded: Bool { database == "embedded" }

  var embeddedFolder: String { folder + "/postgres" }

  func validate() throws {
    guard isEmbedded || database.hasPrefix("postgresql://") || database.hasPrefix("postgres://") else {
      throw ValidationError("--database: expected `embedded` or postgresql://USER@HOST:PORT/DATABASE")
    }
  }

  /// The URL to connect to; starts the embedded server, or finds it running.
  func url(logger: Logger) async throws -> String {
    guard isEmbedded else { return database }
    let server = try await EmbeddedPostgres.start(folder: embeddedFolder, logger: logger)
    logger.info(
      "embedded PostgreSQL", metadata: ["folder": "\(server.folder)", "wasRunning": "\(server.wasRunning)"])
    return server.url
  }
}
