internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla cluster token`
struct ClusterToken: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Make a new one-time token for a cluster's agent.",
    discussion: "The token is shown once: on standard output, or in the file that --token-out names (mode 0600).")

  @Argument(help: "The cluster.", completion: .clusterNames)
  var name: String

  @Flag(help: "Let the token replace an agent that has joined already; its key is revoked then.")
  var rejoin = false

  @Option(help: ArgumentHelp("Write the token to this file.", valueName: "file"), completion: .file())
  var tokenOut: String?

  @Option(
    help: ArgumentHelp("How long the token is good, 1m to 168h; an hour when absent.", valueName: "duration"),
    transform: parsedJoinLifetime)
  var expires: Duration?

  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let request = JoinTokenRequest(
      rejoin: rejoin, expiresInSeconds: expires.map { Int($0.components.seconds) }, reason: change.reason,
      dryRun: change.dryRun)
    let name = name
    let created = try await connection.withController { client, project in
      try await client.joinToken(for: name, request, in: project)
    }
    guard !change.dryRun else {
      if output.output == .table || output.output == .wide {
        Console.current.output("a token for cluster/\(name) would be made (dry run)")
        return
      }
      try showJoinToken(created, writtenTo: nil, output.output) {}
      return
    }
    try showJoinToken(created, writtenTo: tokenOut, output.output) {
      let console = Console.current
      console.progress(
        "good once, until \(moment(created.expiresAt.instant, now: console.now(), isRelative: true))")
    }
  }
}
