import FleetGit
import FleetModel
import FleetPorts
import FleetTestSupport
import Foundation
import Logging
import Testing

/// A reader over a data folder inside the fixture, with loopback and the fixture's own folder allowed.
func makeReader(
  _ fixture: GitFixture, data: String = "data", listTimeLimit: Duration = .seconds(30), concurrentFetches: Int = 16,
  openMirrors: Int = 32
) throws -> GitSourceReader {
  var logger = Logger(label: "test")
  logger.logLevel = .critical
  return try GitSourceReader(
    GitConfiguration(
      dataFolder: fixture.folder + "/" + data, fileFolders: [fixture.folder], allowsLoopback: true,
      listTimeLimit: listTimeLimit, concurrentFetches: concurrentFetches, openMirrors: openMirrors),
    logger: logger)
}

func repository(_ url: String, name: RepositoryName = "storefront", credential: String? = nil) -> Repository {
  Repository(name: name, url: url, credential: credential)
}

/// The error that an operation throws.
func failure<Value>(
  isolation: isolated (any Actor)? = #isolation, _ operation: () async throws(SourceError) -> Value,
  sourceLocation: SourceLocation = #_sourceLocation
) async throws -> SourceError {
  do throws(SourceError) {
    _ = try await operation()
  } catch {
    return error
  }
  Issue.record("expected an error", sourceLocation: sourceLocation)
  throw CancellationError()
}

/// The only mirror below a data folder.
func mirrorFolder(_ fixture: GitFixture, data: String = "data") throws -> String {
  let mirrors = fixture.folder + "/\(data)/mirrors"
  let names = try FileManager.default.contentsOfDirectory(atPath: mirrors)
  return mirrors + "/" + (try #require(names.first))
}
