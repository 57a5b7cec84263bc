internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla delete`
struct DeleteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Remove a cluster, repository, ConfigMap, FleetSet, window, freeze, analysis or limit.",
    usage: "flotilla delete TYPE NAME\nflotilla delete TYPE/NAME",
    discussion: "Workloads stay, but for those of a FleetSet with --workloads remove: a rollout removes them first.")

  @Argument(
    help: ArgumentHelp("TYPE NAME, or TYPE/NAME.", valueName: "name"),
    completion: .references([.clusters, .repositories, .configmaps, .fleetsets, .windows, .freezes, .analyses, .limits])
  )
  var reference: [String]

  @Option(help: "For a FleetSet, which needs it: `keep` its workloads where they run, or `remove` them.")
  var workloads: WorkloadChoice?

  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let subject = try ResourceReference(words: reference)
    guard (subject.type == .fleetsets) == (workloads != nil) else {
      throw subject.type == .fleetsets
        ? CommandFailure.usage(
          "deleting a FleetSet needs --workloads",
          hint: "--workloads keep leaves them where they run, as abandoned targets; --workloads remove removes them")
        : CommandFailure.usage(
          "--workloads is for FleetSets", hint: "the workloads of \(subject.type.rawValue) stay where they run")
    }
    let policy = workloads?.policy ?? .keep
    let (reason, dryRun) = (change.reason, change.dryRun)
    let answer = try await connection.withController { client, project in
      switch subject.type {
      case .clusters: try await client.removeCluster(subject.name, in: project, reason: reason, dryRun: dryRun)
      case .repositories: try await client.removeRepository(subject.name, in: project, reason: reason, dryRun: dryRun)
      case .configmaps: try await client.removeConfigMap(subject.name, in: project, reason: reason, dryRun: dryRun)
      case .fleetsets:
        try await client.removeFleetSet(
          subject.name, in: project, workloads: policy, reason: reason, dryRun: dryRun)
      case .windows: try await client.removeWindow(subject.name, in: project, reason: reason, dryRun: dryRun)
      case .freezes: try await client.removeFreeze(subject.name, in: project, reason: reason, dryRun: dryRun)
      case .analyses: try await client.removeAnalysis(subject.name, in: project, reason: reason, dryRun: dryRun)
      case .limits: try await client.removeLimit(subject.name, in: project, reason: reason, dryRun: dryRun)
      case .targets, .releases, .rollouts:
        throw CommandFailure.usage(
          "\(subject.type.rawValue) cannot be deleted: history is kept",
          hint: "clusters, repositories, configmaps, fleetsets, windows, freezes, analyses and limits can")
      }
    }
    try printAcknowledgement(answer, name: "\(subject.type.singular)/\(subject.name)", output.output, dryRun: dryRun)
  }
}

/// What `flotilla delete` says about workloads.
enum WorkloadChoice: String, ExpressibleByArgument, CaseIterable {
  case keep, remove

  /// The choice in the words of the API.
  var policy: RemovalPolicy { self == .keep ? .keep : .remove }
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
