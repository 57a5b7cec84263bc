internal import ArgumentParser
internal import FleetAPI
internal import FleetClient

/// `flotilla fleetset`
struct FleetSetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fleetset", abstract: "Decide about a FleetSet.", subcommands: [FleetSetAccept.self])
}

/// `flotilla fleetset accept`
struct FleetSetAccept: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accept", abstract: "Accept that a FleetSet has fewer targets than before.",
    discussion: """
      A set that shrinks by more than `rollout.budgets.removals`, or to nothing, keeps its last targets until somebody \
      accepts that by name. `flotilla describe fleetset/NAME` lists who would leave, and names the expansion.
      """)

  @Argument(help: ArgumentHelp("The FleetSet.", valueName: "set"), completion: .fleetSetNames)
  var fleetSet: String

  @Option(
    help: ArgumentHelp("The expansion, as `describe` names it: accepted is that one and no other.", valueName: "digest")
  )
  var expansion: String

  @OptionGroup var change: ChangeOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    guard let reason = change.reason, !reason.isEmpty else {
      throw CommandFailure.usage("accept needs --reason: the event feed keeps it")
    }
    let request = AcceptShrinkRequest(expansion: expansion, reason: reason, dryRun: change.dryRun)
    let (set, dryRun) = (fleetSet, change.dryRun)
    let (before, answer) = try await connection.withController { client, project in
      let before = try await client.fleetSet(set, in: project)
      return (before, try await client.acceptShrink(of: set, request, in: project))
    }
    guard output.output == .table else {
      try Console.current.render(answer, as: output.output, names: ["fleetset/\(set)"]) { Tables.fleetSets([answer]) }
      return
    }
    let count = before.shrink?.leaving.count ?? 0
    Console.current.output(
      "\(set): \(count) target\(count == 1 ? "" : "s") may leave" + (dryRun ? " (dry run)" : ""))
  }
}
