internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla rollout plan`
struct RolloutPlan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what starting a rollout would do: stages, clusters, changes, and how long.",
    discussion: """
      The hash names exactly this plan: `flotilla rollout start SET --plan HASH` starts it as it is, or fails when members, \
      bundles or the strategy have changed. Exits with 1 when there is something to roll out, with 0 when there is nothing.
      """)

  @Argument(help: ArgumentHelp("The FleetSet.", valueName: "set"), completion: .fleetSetNames)
  var fleetSet: String

  @Option(
    help: ArgumentHelp("A release by its commit, short name or #NUMBER; the newest when absent.", valueName: "release"))
  var revision: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let (set, request) = (fleetSet, PlanRolloutRequest(revision: revision))
    let answer = try await connection.withController { client, project in
      try await client.plan(set, request, in: project)
    }
    let console = Console.current
    if output.output == .table || output.output == .wide {
      for line in Self.lines(answer, set, isWide: output.output == .wide, style: console.style(.output)) {
        console.output(line)
      }
      for warning in answer.rollout?.warnings ?? [] { console.progress("warning: \(warning)") }
    } else {
      let rollouts = answer.rollout.map { [$0] } ?? []
      try console.render(answer, as: output.output, names: rollouts.map { "rollout/\($0.name)" }) {
        Tables.rollouts(rollouts)
      }
    }
    if answer.rollout != nil { throw CommandFailure(.failed) }
  }

  private static func lines(
    _ answer: PlanRolloutResponse, _ set: String, isWide: Bool, style: Style
  ) -> [String] {
    guard let rollout = answer.rollout, let hash = answer.hash else { return [answer.message] }
    var lines = [answer.message, ""]
    lines += PlanTable.table(rollout.stages).lines(isWide: false, style: style)
    for stage in answer.stages where !stage.clusters.isEmpty {
      let shown = isWide ? stage.clusters[...] : stage.clusters.prefix(8)
      let rest = stage.clusters.count - shown.count
      lines.append(
        "  \(stage.name): " + shown.map(\.rawValue).joined(separator: ", ") + (rest > 0 ? ", … \(rest) more" : ""))
    }
    lines.append("")
    let difference = DiffResponse(
      fleetSet: FleetSetName(set), groups: answer.groups, unchanged: answer.unchanged, warnings: [])
    lines += DiffText.lines(difference, isWide: isWide, style: style)
    if let predicted = answer.predictedMilliseconds {
      lines += [
        "",
        "about \(Duration.milliseconds(predicted / 1_000 * 1_000).text), if nobody fails and people approve at once",
      ]
    }
    return lines + ["", "start exactly this:  flotilla rollout start \(set) --plan \(hash.short)"]
  }
}
