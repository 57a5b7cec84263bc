internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla rollout history`
struct RolloutHistory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "List the rollouts of a FleetSet, newest first.")

  @Argument(help: ArgumentHelp("The FleetSet.", valueName: "set"), completion: .fleetSetNames)
  var fleetSet: String

  @Flag(help: "With -o json and yaml: only names, outcomes, numbers of clusters and seconds, oldest first.")
  var summary = false

  @OptionGroup var list: ListOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let (set, options) = (fleetSet, list.limits(for: output.output))
    let page = try await connection.withController { client, project in
      let page = try await readList(options) { try await client.rollouts(in: project, fleetSet: set, page: $0) }
      if page.items.isEmpty { try await checkExists(fleetSet: set, client, project) }
      return page
    }
    let console = Console.current
    if summary, output.output == .json || output.output == .yaml {
      let summaries = page.items.reversed().map(RolloutSummary.init)
      try console.render(summaries, as: output.output, names: []) { Tables.rollouts(page.items) }
      return
    }
    try console.renderList(
      page, as: output.output, nothing: "\(set) has had no rollout yet", name: { "rollout/\($0.name)" },
      table: Tables.rollouts)
  }
}

/// A rollout in numbers; all counts are clusters.
struct RolloutSummary: Encodable {
  /// `SET/NUMBER`.
  var name: String
  /// The run's state.
  var outcome: String
  /// Clusters that were given an order, counted once.
  var dispatched: Int
  /// Clusters whose manifests do not change.
  var unchanged: Int
  /// Clusters that have failed at least once.
  var failed: Int
  /// Clusters that went back.
  var rolledBack: Int
  /// How long the run took, or has taken so far.
  var seconds: Double

  init(_ rollout: RolloutResource) {
    name = rollout.name
    outcome = rollout.state.rawValue
    unchanged = rollout.counts.unchanged
    failed = rollout.counts.everFailed
    rolledBack = rollout.counts.rolledBack
    let untouched: Set<StepState> = [.pending, .unreachable, .skipped, .unchanged, .cancelled]
    dispatched = rollout.stages.reduce(0) { sum, stage in
      sum + stage.clustersByState.reduce(0) { $0 + (untouched.map(\.rawValue).contains($1.key) ? 0 : $1.value) }
    }
    seconds = Double(Tables.elapsed(rollout).wholeMilliseconds / 100) / 10
  }
}
