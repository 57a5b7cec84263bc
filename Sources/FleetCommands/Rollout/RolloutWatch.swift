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
        guard
          let number = try await RevisionFinder(client: client, project: project, fleetSet: named.fleetSet)
            .find(revision, timeout: given.timeout)
        else { return }
        reference.number = number
        limits.timeout = given.timeout.map { max(.zero, $0 - (ContinuousClock.now - start)) }
      }
      try await watchToTheEnd(reference, client, project, limits, format)
    }
  }
}

/// Finds the rollout of a commit, and waits for it when the controller has not seen the commit yet.
struct RevisionFinder: Sendable {
  let client: ControllerClient
  let project: String
  let fleetSet: String

  /// How long a release may stand without a rollout before it counts as one that changes nothing.
  private static let grace = Duration.seconds(5)

  /// The rollout's number; nil when the commit's release changes nothing, which has been said then.
  func find(_ revision: String, timeout: Duration?) async throws -> Int? {
    let start = ContinuousClock.now
    var recordedAt: ContinuousClock.Instant?
    while true {
      do {
        let page = try await client.rollouts(in: project, fleetSet: fleetSet, page: PageRequest(limit: 20))
        if let found = page.items.first(where: { Self.matches($0.sources, $0.release, revision) }) {
          return found.number
        }
        let set = try await client.fleetSet(fleetSet, in: project)
        if let release = set.newestRelease, set.activeRollout == nil,
          Self.matches(release.sources, release.name, revision)
        {
          let since = recordedAt ?? .now
          recordedAt = since
          if ContinuousClock.now - since > Self.grace {
            Console.current.output("\(fleetSet) \(release.name): no target changes, so there is nothing to roll out")
            return nil
          }
        }
      } catch let error as ClientError {
        guard error.mayPass else { throw error }
      }
      if let timeout, ContinuousClock.now - start > timeout {
        throw CommandFailure(
          .timedOut, "no rollout of \(revision) has begun",
          hint: "is the repository ready? flotilla get repositories; flotilla describe fleetset/\(fleetSet)")
      }
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  static func matches(_ sources: [ReleaseResource.Source], _ release: String, _ revision: String) -> Bool {
    release == revision || sources.contains { revision.count >= 4 && $0.commit.hasPrefix(revision) }
  }
}
