internal import FleetDocuments
public import FleetModel
internal import FleetPlanner
internal import FleetPorts

/// A release of a FleetSet that no run is for yet, and what it waits for.
public struct WaitingRelease: Hashable, Sendable {
  /// Its place in the set's queue, from 1.
  public var position: Int
  /// Its short name.
  public var release: String
  /// What it waits for, one sentence for people.
  public var reason: String
  /// When it can go on by itself; nil when only a run's end or a person changes it.
  public var nextChange: Instant?

  /// Makes a value.
  public init(position: Int, release: String, reason: String, nextChange: Instant? = nil) {
    self.position = position
    self.release = release
    self.reason = reason
    self.nextChange = nextChange
  }
}

extension RolloutService {
  /// The releases of a set that would change something and that no run is for yet, in the order in which they have their
  /// turn: the newest one, or with `onNewRevision: queue` all that wait (R22, DESIGN rule 2). Empty for a set that is not
  /// there, and when nothing waits.
  ///
  /// - Throws: ``StoreError`` when the store cannot be reached.
  public func waiting(_ name: FleetSetName, in project: ProjectName) async throws -> [WaitingRelease] {
    guard let record = try await store.fleetSet(name, in: project),
      let definition = try? FleetSetReader.definition(of: record)
    else { return [] }
    let starter = RunStarter(store: store, definition: definition)
    let queues = definition.rollout.onNewRevision == .queue
    let releases: [ReleaseID?] = queues ? try await store.waitingReleases(of: record.id) : [nil]
    var waiting: [WaitingRelease] = []
    for release in releases {
      guard var input = try await store.startInput(for: record.id, strategy: definition.rollout, release: release)
      else {
        continue
      }
      input.onRemoval = definition.onRemoval
      guard input.activeRun?.release != input.release else { continue }
      let reason: String?
      // What stands behind another says that and nothing else: what its targets own is looked for when it is its turn.
      switch waiting.isEmpty ? try await starter.decide(input) : .decided(decideStart(input)) {
      case .stopped(_, let message): reason = message
      case .decided(let decision): reason = decision.waitingText
      }
      guard let reason else { continue }
      let before = waiting.last.map { "release \($0.release) goes before it" }
      waiting.append(
        WaitingRelease(
          position: waiting.count + 1, release: input.releaseName, reason: before ?? reason,
          nextChange: nextLook(input)))
    }
    return waiting
  }
}

extension StartDecision {
  /// What keeps a run from being there already; nil when nothing waits.
  fileprivate var waitingText: String? {
    switch self {
    case .waits(let reason), .held(let reason): reason
    case .run: "it starts now"
    case .supersedes: "the run before it makes place: what that has in flight ends first"
    case .refused(let problems): problems.joined(separator: "; ")
    // Who joins, or ends a run by joining, is told of with that run.
    case .nothing, .endSet, .recordOnly, .joins, .aborts: nil
    }
  }
}
