internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla cluster revoke`
struct ClusterRevoke: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Refuse a cluster's agent from now on; its workloads stay.",
    discussion: """
      The agent's key is worth nothing any more, its session ends, and so do join tokens that were not used. The agent is \
      told why and goes on keeping what runs. Another one, or the same with a new key, joins with a token of \
      flotilla cluster token NAME.
      """)

  @Argument(help: "The cluster.", completion: .clusterNames)
  var name: String

  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    guard let reason = change.reason, !reason.isEmpty else {
      throw CommandFailure.usage("revoke needs --reason: the agent and whoever looks for it are told")
    }
    let request = ReasonRequest(reason: reason, dryRun: change.dryRun)
    let name = name
    let answer = try await connection.withController { client, project in
      try await client.revokeAgent(of: name, request, in: project)
    }
    try printCluster(answer, "revoked: \(reason)", output.output, dryRun: change.dryRun)
  }
}
