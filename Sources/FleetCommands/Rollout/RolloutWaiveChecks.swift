internal import ArgumentParser
internal import FleetClient

/// `flotilla rollout waive-checks`
struct RolloutWaiveChecks: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "waive-checks",
    abstract: "Let a stage go on without the metrics and checks that have not passed.",
    discussion: "The rollout ends SucceededWithWaivers then. One that has halted goes on with: flotilla rollout resume")

  @Option(
    help: ArgumentHelp("The stage; the one that waits when absent.", valueName: "name"), completion: .stageNames)
  var stage: String?

  @OptionGroup var decision: DecisionOptions

  func run() async throws {
    try decision.requireReason(for: "waive-checks")
    try await decision.decide(.waiveChecks, done: "goes on without the checks", stage: stage)
  }
}
