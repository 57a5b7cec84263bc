internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// What verbs that decide about a rollout share.
struct DecisionOptions: ParsableArguments {
  @OptionGroup var rollout: RolloutArgument
  @OptionGroup var change: ChangeOptions
  @OptionGroup var waiting: WaitOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  /// Sends the decision and shows what it came to.
  func decide(
    _ verb: RolloutVerb, done: String, stage: String? = nil, hold: Bool? = nil, clusters: [String] = [],
    wanted: RolloutState? = nil
  ) async throws {
    let reference = try rollout.reference()
    let request = RolloutActionRequest(
      stage: stage, hold: hold, clusters: clusters.isEmpty ? nil : clusters.map { ClusterName($0) },
      reason: change.reason, dryRun: change.dryRun)
    let (format, isDryRun) = (output.output, change.dryRun)
    let limits = waiting.wait && !isDryRun ? WatchLimits(timeout: waiting.timeout) : nil
    try await connection.withController { client, project in
      let answer = try await client.act(
        verb, on: reference.fleetSet, number: reference.number, request, in: project)
      let console = Console.current
      // Undoing an ended run is a run of its own.
      let isNewRun = verb == .undo && answer.kind == .undo && answer.number != reference.number
      let text = isNewRun ? "\(answer.name) was started: to \(answer.release)" : "\(answer.name) \(done)"
      if let limits {
        console.progress(text)
        let number = try RolloutReference(answer.name)
        try await watchToTheEnd(number, client, project, limits, format, wanted: wanted)
      } else if format == .table {
        let state = isDryRun ? "it would be \(answer.state.rawValue) (dry run)" : "it is \(answer.state.rawValue)"
        console.output("\(text); \(state)")
      } else {
        try console.render(answer, as: format, names: ["rollout/\(answer.name)"]) { Tables.rollouts([answer]) }
      }
    }
  }

  /// Refuses a decision that nobody could understand later.
  func requireReason(for verb: String) throws {
    guard let text = change.reason, !text.allSatisfy(\.isWhitespace) else {
      throw CommandFailure.usage("\(verb) needs --reason: who reads the events later must understand it")
    }
  }
}

/// `flotilla rollout approve`
struct RolloutApprove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Let a stage that waits for an approval begin.")

  @Option(
    help: ArgumentHelp("The stage; the one that waits when absent.", valueName: "name"), completion: .stageNames)
  var stage: String?

  @OptionGroup var decision: DecisionOptions

  func run() async throws {
    try await decision.decide(.approve, done: stage.map { "approved for stage \($0)" } ?? "approved", stage: stage)
  }
}

/// `flotilla rollout revoke-approval`
struct RolloutRevokeApproval: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke-approval",
    abstract: "Take back your own approval of a stage that has not gone on with it.")

  @Option(
    help: ArgumentHelp("The stage; the first with an approval of yours when absent.", valueName: "name"),
    completion: .stageNames)
  var stage: String?

  @OptionGroup var decision: DecisionOptions

  func run() async throws {
    try await decision.decide(.revokeApproval, done: "no longer approved by you", stage: stage)
  }
}

/// `flotilla rollout reject`
struct RolloutReject: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reject", abstract: "Refuse a stage that waits for an approval; the release is put on hold.")

  @Option(
    help: ArgumentHelp("The stage; the one that waits when absent.", valueName: "name"), completion: .stageNames)
  var stage: String?

  @OptionGroup var decision: DecisionOptions

  func run() async throws {
    try decision.requireReason(for: "reject")
    try await decision.decide(.reject, done: "rejected", stage: stage)
  }
}

/// `flotilla rollout pause`
struct RolloutPause: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Send no new orders; what is in flight ends, a soak goes on.")

  @OptionGroup var decision: DecisionOptions

  func run() async throws { try await decision.decide(.pause, done: "paused") }
}

/// `flotilla rollout resume`
struct RolloutResume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Go on after a pause or a halt; what is done is not done again.")

  @OptionGroup var decision: DecisionOptions

  func run() async throws { try await decision.decide(.resume, done: "resumed") }
}

/// `flotilla rollout abort`
struct RolloutAbort: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abort", abstract: "End a rollout where it stands, and put its release on hold.")

  @Flag(help: "Do not put the release on hold: automation may start it again.")
  var noHold = false

  @OptionGroup var decision: DecisionOptions

  func run() async throws {
    try decision.requireReason(for: "abort")
    try await decision.decide(.abort, done: "aborted", hold: !noHold, wanted: .aborted)
  }
}

/// `flotilla rollout undo`
struct RolloutUndo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo", abstract: "Send every changed cluster back to what it ran before, and hold the release.")

  @OptionGroup var decision: DecisionOptions

  func run() async throws { try await decision.decide(.undo, done: "is being undone", wanted: .rolledBack) }
}

/// `flotilla rollout retry`
struct RolloutRetry: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Try failed clusters again.")

  @Option(
    name: [.customLong("cluster")],
    help: ArgumentHelp("A failed cluster; all of them when absent. May be repeated.", valueName: "name"),
    completion: .clusterNames)
  var clusters: [String] = []

  @OptionGroup var decision: DecisionOptions

  func run() async throws { try await decision.decide(.retry, done: "tries again", clusters: clusters) }
}

/// `flotilla rollout waive`
struct RolloutWaive: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "waive", abstract: "Accept failures, so that the rollout can go on without these clusters.",
    discussion: "The rollout then ends SucceededWithWaivers (exit code 10) at best.")

  @Option(
    name: [.customLong("cluster")],
    help: ArgumentHelp("A failed cluster; all of them when absent. May be repeated.", valueName: "name"),
    completion: .clusterNames)
  var clusters: [String] = []

  @OptionGroup var decision: DecisionOptions

  func run() async throws {
    try decision.requireReason(for: "waive")
    try await decision.decide(.waive, done: "goes on without the failed clusters", clusters: clusters)
  }
}

/// `flotilla rollout release-hold`
struct RolloutReleaseHold: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release-hold", abstract: "Let a release that is on hold be rolled out again.")

  @Argument(help: ArgumentHelp("The FleetSet.", valueName: "set"), completion: .fleetSetNames)
  var fleetSet: String

  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let request = ReasonRequest(reason: change.reason, dryRun: change.dryRun)
    let (set, dryRun) = (fleetSet, change.dryRun)
    let answer = try await connection.withController { client, project in
      try await client.releaseHold(set, request, in: project)
    }
    guard output.output == .table else {
      try Console.current.render(answer, as: output.output, names: ["fleetset/\(set)"]) { Tables.fleetSets([answer]) }
      return
    }
    Console.current.output("\(set): no release is on hold any more" + (dryRun ? " (dry run)" : ""))
  }
}
