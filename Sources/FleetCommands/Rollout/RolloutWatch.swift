internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla rollout watch`
struct RolloutWatch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Show a rollout until it is over; its outcome is the exit code.",
    discussion: """
      Progress goes to standard error, how it ended to standard output. A controller that restarts only delays it.
      Ctrl-C leaves the rollout alone.
      """)

  @OptionGroup var rollout: RolloutArgument

  @Option(
    help: ArgumentHelp(
      "Wait for the rollout of this commit to begin; the controller may not have seen it yet.", valueName: "commit"))
  var revision: String?

  @Option(help: ArgumentHelp("How long to wait, for example 30m.", valueName: "duration"), transform: parsedDuration)
  var timeout: Duration?

  @Flag(help: "Return as soon as it waits for a person (8) or a window (6).")
  var exitCode = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let named = try rollout.reference()
    if revision != nil, named.number != nil {
      throw CommandFailure.usage("--revision finds the number by itself: name the set only")
    }
    let given = WatchLimits(timeout: timeout, stopsAtGates: exitCode)
    let (revision, format) = (revision, output.output)
    try await connection.withController { client, project in
      var (reference, limits) = (named, given)
      if let revision {
        let start = ContinuousClock.now
        let finder = RevisionFinder(client: client, project: project, fleetSet: named.fleetSet, revision: revision)
        guard let number = try await finder.find(timeout: given.timeout) else { return }
        reference.number = number
        limits.timeout = given.timeout.map { max(.zero, $0 - (ContinuousClock.now - start)) }
      }
      try await watchToTheEnd(reference, client, project, limits, format)
    }
  }
}
