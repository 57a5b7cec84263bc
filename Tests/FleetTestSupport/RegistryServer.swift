import FleetPrograms
import Foundation

/// Debian's docker-registry on 127.0.0.1, over plain HTTP: what charts are pushed to as OCI artefacts.
public struct RegistryServer: Sendable {
  /// `127.0.0.1:PORT`.
  public let address: String

  /// The only user, where one is asked for.
  public static let user = "kim"
  /// The user's password.
  public static let password = "s3cret"
  /// The password as htpasswd keeps it.
  private static let hash = "$2b$05$abcdefghijklmnopqrstuuLK7U1u6pVRmL7L1BBM2aS35PSZnDXlK"

  /// Whether the program is there; with `FLOTILLA_REQUIRE=all` its absence fails the tests instead of skipping them.
  public static let isAvailable: Bool = {
    if ProcessInfo.processInfo.environment["FLOTILLA_REQUIRE"] == "all" { return true }
    let isThere = (try? ProgramSearch.find("docker-registry", in: ChartFixture.programFolders)) != nil
    if !isThere { print("skipped: no docker-registry; run scripts/install-tools tests") }
    return isThere
  }()

  /// Runs a closure with a registry over a folder.
  ///
  /// - Parameter asksForPassword: whether it answers only to the user.
  public static func with<Value>(
    folder: String, asksForPassword: Bool = false, isolation: isolated (any Actor)? = #isolation,
    _ body: (RegistryServer) async throws -> Value
  ) async throws -> Value {
    let own = folder + "/registry-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
    var configuration = """
      version: 0.1
      storage: {filesystem: {rootdirectory: "\(folder)/artefacts"}}
      http: {addr: "127.0.0.1:0"}

      """
    if asksForPassword {
      try "\(user):\(hash)\n".write(toFile: own + "/htpasswd", atomically: true, encoding: .utf8)
      configuration += "auth: {htpasswd: {realm: charts, path: \"\(own)/htpasswd\"}}\n"
    }
    try configuration.write(toFile: own + "/config.yml", atomically: true, encoding: .utf8)
    let server = try await Program.start(
      try ProgramSearch.find("docker-registry", in: ChartFixture.programFolders),
      arguments: ["serve", own + "/config.yml"], outputFile: own + "/log")
    let result: Result<Value, any Error>
    do {
      let port = try await ChartFixture.port(in: own + "/log", after: "listening on 127.0.0.1:")
      result = .success(try await body(RegistryServer(address: "127.0.0.1:\(port)")))
    } catch {
      result = .failure(error)
    }
    await server.terminate(gracePeriod: .seconds(5))
    return try result.get()
  }
}
