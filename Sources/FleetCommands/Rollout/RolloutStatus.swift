internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla rollout status`
struct RolloutStatus: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show where a rollout stands; its outcome is the exit code.",
    discussion: """
      A rollout that goes on exits with 0; with --exit-code it exits with 8 when it waits for a person and with 6 when
      it waits for a window or policy.
      """)

  @OptionGroup var rollout: RolloutArgument

  @Flag(help: "Exit with 8 or 6 when it waits for a person or a window.")
  var exitCode = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let reference = try rollout.reference()
    let answer = try await connection.withController { client, project in
      try await client.rollout(reference.fleetSet, number: reference.number, in: project)
    }
    let console = Console.current
    if output.output == .table {
      let width = console.isTerminal(.output) ? console.columns() : 120
      let frame = RolloutFrame(rollout: answer, now: console.now())
      for line in frame.lines(style: console.style(.output), width: width) { console.output(line) }
    } else {
      try console.render(answer, as: output.output, names: ["rollout/\(answer.name)"]) { Tables.rollouts([answer]) }
    }
    let code = Self.code(answer, saysWaits: exitCode)
    if code != .ok { throw CommandFailure(code) }
  }

  /// The exit code for a state (AMENDMENTS 41).
  static func code(_ rollout: RolloutResource, saysWaits: Bool) -> ExitCode {
    if let code = ExitCode(end: rollout.state) { return code }
    guard saysWaits else { return .ok }
    let reasons = Set(rollout.waiting.map(\.reason))
    if reasons.contains("approval") || reasons.contains("paused") { return .needsApproval }
    return reasons.contains("window") || reasons.contains("freeze") ? .blocked : .ok
  }
}
