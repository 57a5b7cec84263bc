internal import ArgumentParser
internal import FleetClient

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// How a verb finds its controller, and whose token it shows.
struct ConnectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The controller's URL, or several separated by commas (FLOTILLA_SERVER).", valueName: "url"))
  var server: String?

  @Option(
    help: ArgumentHelp("A file with the access token (FLOTILLA_TOKEN_FILE, FLOTILLA_TOKEN).", valueName: "file"),
    completion: .file())
  var tokenFile: String?

  @Option(
    help: ArgumentHelp("A PEM file of the authorities to trust (FLOTILLA_CA_FILE).", valueName: "file"),
    completion: .file())
  var caFile: String?

  @Option(help: ArgumentHelp("The project (FLOTILLA_PROJECT).", valueName: "name"))
  var project: String?

  @Flag(help: "Never use colours (NO_COLOR).")
  var noColor = false

  /// Where a controller is when nothing says otherwise.
  static let defaultServer = "http://127.0.0.1:8484"

  /// The project that documents and names are looked up in.
  var projectName: String { project ?? variable("FLOTILLA_PROJECT") ?? "default" }

  /// Runs `body` with a client for the controller and the project's name.
  func withController<Result: Sendable>(
    _ body: @Sendable (ControllerClient, String) async throws -> Result
  ) async throws -> Result {
    let project = projectName
    return try await ControllerClient.with(try configuration()) { try await body($0, project) }
  }

  /// The configuration that options and environment ask for.
  func configuration() throws -> ControllerConfiguration {
    ControllerConfiguration(
      server: server ?? variable("FLOTILLA_SERVER") ?? Self.defaultServer, token: try token(),
      authorityFile: caFile ?? variable("FLOTILLA_CA_FILE"))
  }

  private func token() throws -> String? {
    guard let file = tokenFile ?? variable("FLOTILLA_TOKEN_FILE") else { return variable("FLOTILLA_TOKEN") }
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
      throw CommandFailure(
        .notAllowed, "the token file \(file) cannot be read",
        hint: "the controller writes the first one when it starts; name it with --token-file")
    }
    let token = text.filter { !$0.isWhitespace }
    guard !token.isEmpty else { throw CommandFailure(.notAllowed, "the token file \(file) is empty") }
    return token
  }

  private func variable(_ name: String) -> String? {
    Console.current.environment(name).flatMap { $0.isEmpty ? nil : $0 }
  }
}
