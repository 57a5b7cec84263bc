internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla rollout`
struct RolloutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollout", abstract: "Start, watch and decide about rollouts.",
    discussion:
      "A rollout is named SET/NUMBER, for example web/3; SET alone means the one that goes on, or else its newest.",
    subcommands: [
      RolloutPlan.self, RolloutRehearse.self, RolloutStart.self, RolloutStatus.self, RolloutWatch.self,
      RolloutExplain.self,
      RolloutHistory.self,
      RolloutApprove.self, RolloutReject.self, RolloutPause.self, RolloutResume.self, RolloutAbort.self,
      RolloutUndo.self, RolloutRetry.self, RolloutWaive.self, RolloutWaiveChecks.self, RolloutOverrideWindow.self,
      RolloutReleaseHold.self,
    ])
}

/// The argument that names a rollout.
struct RolloutArgument: ParsableArguments {
  @Argument(
    help: ArgumentHelp("SET/NUMBER, or SET for the one that goes on, or else its newest.", valueName: "rollout"),
    completion: .rolloutNames)
  var name: String

  func reference() throws -> RolloutReference { try RolloutReference(name) }
}

/// Watches a rollout, prints how it ended, and ends the process with the code for that. `wanted` is the end that the
/// person asked for, as `undo` and `abort` do: it counts as success.
func watchToTheEnd(
  _ rollout: RolloutReference, _ client: ControllerClient, _ project: String, _ limits: WatchLimits,
  _ format: OutputFormat, wanted: RolloutState? = nil
) async throws {
  let console = Console.current
  let watcher = RolloutWatcher(client: client, project: project, fleetSet: rollout.fleetSet, number: rollout.number)
  switch try await watcher.watch(limits, LiveDisplay(console)) {
  case .over(let final):
    try printEnd(final, format)
    let code = final.state == wanted ? .ok : ExitCode(end: final.state) ?? .failed
    if code != .ok { throw CommandFailure(code) }
  case .waits(let waiting):
    try printEnd(waiting, format)
    throw CommandFailure(RolloutStatus.code(waiting, saysWaits: true))
  case .timedOut(let unfinished?):
    try printEnd(unfinished, format)
    throw CommandFailure(
      .timedOut, "\(unfinished.name) is not over yet: \(waitingText(unfinished))",
      hint: "it goes on; watch it with: flotilla rollout watch \(unfinished.name)")
  case .timedOut(nil):
    throw CommandFailure(
      .timedOut, "the controller has not said in time where \(rollout) stands",
      hint: "watch it with: flotilla rollout watch \(rollout)")
  case .interrupted(let unfinished):
    let name = unfinished?.name ?? rollout.description
    console.progress("\(name) goes on; watch it again with: flotilla rollout watch \(name)")
    throw CommandFailure(.interrupted)
  }
}

/// What a rollout waits for, in one sentence.
func waitingText(_ rollout: RolloutResource) -> String {
  rollout.waiting.first?.message ?? "it is \(rollout.state.rawValue)"
}

private func printEnd(_ rollout: RolloutResource, _ format: OutputFormat) throws {
  let console = Console.current
  guard format == .table else {
    try console.render(rollout, as: format, names: ["rollout/\(rollout.name)"]) { Tables.rollouts([rollout]) }
    return
  }
  console.output(outcomeText(rollout))
}

/// `storefront/2 Succeeded in 31s: 24 updated, 0 unchanged`.
func outcomeText(_ rollout: RolloutResource) -> String {
  let counts = rollout.counts
  var parts = ["\(counts.succeeded) updated", "\(counts.unchanged) unchanged"]
  if counts.everFailed > 0 { parts.append("\(counts.everFailed) failed") }
  if counts.rolledBack > 0 { parts.append("\(counts.rolledBack) rolled back") }
  if counts.unreachable > 0 { parts.append("\(counts.unreachable) unreachable") }
  let time = shortDuration(Tables.elapsed(rollout))
  let state = rollout.ended ? "\(rollout.state.rawValue) in \(time)" : "\(rollout.state.rawValue) for \(time)"
  return "\(rollout.name) \(state): " + parts.joined(separator: ", ")
}
