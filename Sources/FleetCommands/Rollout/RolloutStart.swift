internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla rollout start`
struct RolloutStart: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "Start a rollout of the newest release, or of one you name.",
    discussion: "When nothing changes, nothing is started and the exit code is 0.")

  @Argument(help: ArgumentHelp("The FleetSet.", valueName: "set"), completion: .fleetSetNames)
  var fleetSet: String

  @Option(
    help: ArgumentHelp("A release by its commit, short name or #NUMBER; the newest when absent.", valueName: "release"))
  var revision: String?

  @Option(
    help: ArgumentHelp(
      "Start exactly the plan with this hash, as `rollout plan` names it, or nothing.", valueName: "hash"))
  var plan: String?

  @Option(
    help: ArgumentHelp(
      "Delete more than `budgets.prunes` allows: exactly what the refusal named by this digest.", valueName: "digest"))
  var acceptPrunes: String?

  @Flag(help: "Go without the targets that would get what other targets own.")
  var skipConflicting = false

  @OptionGroup var change: ChangeOptions
  @OptionGroup var waiting: WaitOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    if acceptPrunes != nil, change.reason?.isEmpty != false, !change.dryRun {
      throw CommandFailure.usage("--accept-prunes needs --reason: the event feed keeps it")
    }
    let request = StartRolloutRequest(
      revision: revision, plan: plan, reason: change.reason, acceptPrunes: acceptPrunes,
      skipConflicting: skipConflicting ? true : nil, dryRun: change.dryRun)
    let (set, format, isDryRun) = (fleetSet, output.output, change.dryRun)
    let limits = waiting.wait ? WatchLimits(timeout: waiting.timeout) : nil
    try await connection.withController { client, project in
      let answer = try await client.start(set, request, in: project)
      let console = Console.current
      if let limits, !isDryRun, let rollout = answer.rollout {
        console.progress(answer.message)
        let reference = try RolloutReference(rollout.name)
        try await watchToTheEnd(reference, client, project, limits, format)
        return
      }
      guard format != .table else {
        console.output(answer.message)
        if isDryRun, let rollout = answer.rollout { Self.printPlan(rollout) }
        return
      }
      let rollouts = answer.rollout.map { [$0] } ?? []
      try console.render(answer, as: format, names: rollouts.map { "rollout/\($0.name)" }) {
        Tables.rollouts(rollouts)
      }
    }
  }

  /// The stages as they would be (EXPERIENCE 2).
  private static func printPlan(_ rollout: RolloutResource) {
    let console = Console.current
    for line in PlanTable.table(rollout.stages).lines(isWide: false, style: console.style(.output)) {
      console.output(line)
    }
    for warning in rollout.warnings { console.progress("warning: \(warning)") }
  }
}

/// A rollout's stages with their absolute numbers.
enum PlanTable {
  static func table(_ stages: [StageResource]) -> Table {
    Table(
      columns: [
        .init("STAGE"), .init("CLUSTERS", isNumber: true), .init("CHANGE", isNumber: true),
        .init("AT ONCE", isNumber: true), .init("FAILURES", isNumber: true), .init("WAITS FOR"),
      ],
      rows: stages.map { stage in
        [
          .init(stage.name), .init(grouped(stage.clusters)), .init(grouped(stage.changing)),
          .init(grouped(stage.slots)),
          .init(grouped(stage.failureBudget)), .init(dashed(waits(stage))),
        ]
      })
  }

  private static func waits(_ stage: StageResource) -> String {
    var parts: [String] = []
    if let rule = stage.approvalRule {
      var text = "approval by " + (rule.groups.isEmpty ? "anyone who may approve" : rule.groups.joined(separator: ", "))
      if rule.count > 1 { text += " ×\(rule.count)" }
      if rule.notAuthor { text += " (not the author)" }
      parts.append(text)
    }
    if let windows = stage.windows {
      parts.append((windows.count == 1 ? "window " : "windows ") + windows.joined(separator: ", "))
    }
    if stage.soakMilliseconds > 0 { parts.append("soak \(Duration.milliseconds(stage.soakMilliseconds).text)") }
    return parts.joined(separator: " · ")
  }
}
