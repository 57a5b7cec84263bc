internal import ArgumentParser
internal import FleetClient

/// `flotilla rollout override-window`
struct RolloutOverrideWindow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "override-window",
    abstract: "Let a stage go on although its windows are closed or a freeze is on.",
    discussion: "It counts until the windows open next. While a freeze is on, two different people must override.")

  @Option(
    help: ArgumentHelp("The stage; the one that waits when absent.", valueName: "name"), completion: .stageNames)
  var stage: String?

  @OptionGroup var decision: DecisionOptions

  func run() async throws {
    try decision.requireReason(for: "override-window")
    try await decision.decide(.overrideWindow, done: "has your override", stage: stage)
  }
}
