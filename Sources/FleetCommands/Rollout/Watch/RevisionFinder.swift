internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// Finds the rollout of a commit, and waits for it when the controller has not seen the commit yet.
struct RevisionFinder: Sendable {
  let client: ControllerClient
  let project: String
  let fleetSet: String
  /// A commit, or its first digits, or a release's short name.
  let revision: String

  /// How long a recorded release that changes targets may stand without a rollout before something must be in its way.
  private static let grace = Duration.seconds(15)
  /// When it is said that nothing is there yet.
  private static let patience = Duration.seconds(2)

  /// The rollout's number; nil when the commit's release changes nothing, which has been said then.
  ///
  /// - Throws: ``CommandFailure`` when the time is over, or something keeps the rollout from starting.
  func find(timeout: Duration?) async throws -> Int? {
    switch try await attended(timeout: timeout, { try await search() }) {
    case .done(let number): return number
    case .timedOut:
      throw CommandFailure(
        .timedOut, "no rollout of \(revision) has begun",
        hint: "is the repository ready? flotilla get repositories; flotilla describe fleetset/\(fleetSet)")
    case .interrupted:
      Console.current.progress("no rollout of \(revision) has begun")
      throw CommandFailure(.interrupted)
    }
  }

  private func search() async throws -> Int? {
    let start = ContinuousClock.now
    var recordedAt: ContinuousClock.Instant?
    var hasSaidSo = false
    // The first look goes far back, for a commit of long ago; after that only new ones are of interest.
    var depth = 500
    while true {
      do {
        let page = try await client.rollouts(in: project, fleetSet: fleetSet, page: PageRequest(limit: depth))
        depth = 20
        if let found = page.items.first(where: { $0.kind != .undo && matches($0.sources, $0.release) }) {
          return found.number
        }
        let set = try await client.fleetSet(fleetSet, in: project)
        if let release = set.newestRelease, set.activeRollout == nil, matches(release.sources, release.name) {
          guard try await changesTargets() else {
            Console.current.output("\(fleetSet) \(release.name): no target changes, so there is nothing to roll out")
            return nil
          }
          let since = recordedAt ?? .now
          recordedAt = since
          if let obstacle = obstacle(to: release, of: set, isOverdue: ContinuousClock.now - since > Self.grace) {
            throw obstacle
          }
        }
      } catch let error as ClientError {
        guard error.mayPass else { throw error }
      }
      if !hasSaidSo, ContinuousClock.now - start > Self.patience {
        hasSaidSo = true
        Console.current.progress("waiting for a rollout of \(revision) to begin")
      }
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  /// What keeps a recorded release that changes targets from being rolled out; nil when its rollout may begin any moment.
  private func obstacle(to release: ReleaseResource, of set: FleetSetResource, isOverdue: Bool) -> CommandFailure? {
    let start = "start it with: flotilla rollout start \(fleetSet)"
    if let hold = release.hold {
      return CommandFailure(
        .blocked, "\(fleetSet) \(release.name) is on hold: \(hold)",
        hint: "\(start) --reason …, or: flotilla rollout release-hold \(fleetSet) --reason …")
    }
    if set.document?["spec"]?["rollout"]?["trigger"] == .string("manual") {
      return CommandFailure(
        .blocked, "\(fleetSet) \(release.name) has no rollout yet, and the set says trigger: manual", hint: start)
    }
    guard isOverdue else { return nil }
    return CommandFailure(
      .blocked, "nothing starts a rollout of \(fleetSet) \(release.name): some of what it sends may be on hold",
      hint: "\(start) --reason …; flotilla get releases \(fleetSet) shows what is on hold")
  }

  /// Whether the newest release gives a target something else than it was told to run.
  private func changesTargets() async throws -> Bool {
    var after: String?
    repeat {
      let page = try await client.targets(
        in: project, fleetSet: fleetSet, page: PageRequest(limit: 1_000, after: after))
      if page.items.contains(where: { !$0.abandoned && $0.newest != $0.wanted?.bundle }) { return true }
      after = page.next
    } while after != nil
    return false
  }

  private func matches(_ sources: [ReleaseResource.Source], _ release: String) -> Bool {
    release == revision || sources.contains { revision.count >= 4 && $0.commit.hasPrefix(revision) }
  }
}
