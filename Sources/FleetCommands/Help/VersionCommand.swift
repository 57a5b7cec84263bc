internal import ArgumentParser
internal import FleetAPI
internal import FleetClient

/// `flotilla version`
struct VersionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Show the versions of this program and of the controller.")

  @Flag(help: "Ask no controller.")
  var client = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  private struct Versions: Encodable {
    var client: String
    var server: VersionResource?
  }

  func run() async throws {
    let server = client ? nil : try await connection.withController { client, _ in try await client.version() }
    let rows =
      [["flotilla", programVersion, ""]]
      + (server.map { [["controller", $0.version, "API \($0.apiVersion), process \($0.controller)"]] } ?? [])
    try Console.current.render(
      Versions(client: programVersion, server: server), as: output.output, names: rows.map { "\($0[0])/\($0[1])" }
    ) {
      Table(
        columns: [.init("PROGRAM"), .init("VERSION"), .init("DETAILS", isWide: true)],
        rows: rows.map { row in row.map { .init($0) } })
    }
  }
}
