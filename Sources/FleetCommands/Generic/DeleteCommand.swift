internal import ArgumentParser
internal import FleetAPI
internal import FleetClient

/// `flotilla delete`
struct DeleteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Remove a cluster, repository, FleetSet, window or freeze; workloads stay.",
    usage: "flotilla delete TYPE NAME\nflotilla delete TYPE/NAME")

  @Argument(
    help: ArgumentHelp("TYPE NAME, or TYPE/NAME.", valueName: "name"),
    completion: .references([.clusters, .repositories, .fleetsets, .windows, .freezes]))
  var reference: [String]

  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let subject = try ResourceReference(words: reference)
    let (reason, dryRun) = (change.reason, change.dryRun)
    let answer = try await connection.withController { client, project in
      switch subject.type {
      case .clusters: try await client.removeCluster(subject.name, in: project, reason: reason, dryRun: dryRun)
      case .repositories: try await client.removeRepository(subject.name, in: project, reason: reason, dryRun: dryRun)
      case .fleetsets: try await client.removeFleetSet(subject.name, in: project, reason: reason, dryRun: dryRun)
      case .windows: try await client.removeWindow(subject.name, in: project, reason: reason, dryRun: dryRun)
      case .freezes: try await client.removeFreeze(subject.name, in: project, reason: reason, dryRun: dryRun)
      case .targets, .releases, .rollouts:
        throw CommandFailure.usage(
          "\(subject.type.rawValue) cannot be deleted: history is kept",
          hint: "clusters, repositories, fleetsets, windows and freezes can")
      }
    }
    try printAcknowledgement(answer, name: "\(subject.type.singular)/\(subject.name)", output.output, dryRun: dryRun)
  }
}

/// Shows that something was done.
func printAcknowledgement(
  _ answer: Acknowledgement, name: String, _ format: OutputFormat, dryRun: Bool
) throws {
  let console = Console.current
  switch format {
  case .table, .wide: console.output(answer.message + (dryRun ? " (dry run)" : ""))
  case .json, .yaml, .name: try console.render(answer, as: format, names: [name]) { Table(columns: [], rows: []) }
  }
}
