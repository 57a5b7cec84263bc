public import FleetModel

/// What a stage counts and dispatches together: the steps of one cluster in it, or one step with `unit: target` (R0).
public struct Unit: Hashable, Sendable {
  /// The stage.
  public var stage: Int
  /// The place in the stage's order, from 0.
  public var position: Int
  /// The cluster.
  public var cluster: ClusterID
  /// The cluster's name.
  public var clusterName: ClusterName
  /// The values of the strategy's limit labels, in the order of `limits`; nil where the cluster has no such label.
  public var limitValues: [String?]
  /// The cluster's labels as they are now; loaded only where windows, freezes or shared limits look at them.
  public var clusterLabels: [String: String] = [:]
  /// How long the cluster has been silent, in listening time (R28). One that has not been heard since the last outage of
  /// all controllers counts as silent for at least 45 s, so that nothing is sent to it, or fails by its deadline, unheard.
  public var silentFor: Duration
  /// Why the cluster takes no forward orders (R31); nil when it does.
  public var cordonReason: String?
  /// The hold on its site, because of which its agent begins no order (R31); nil when there is none.
  public var hold: ClusterHold?
  /// How long ago its last hold ended; nil when there was none. What waited for its end has its whole time from then on.
  public var releasedFor: Duration?
  /// Whether the cluster has left the inventory (R5).
  public var isRemoved: Bool
  /// Whether it joined during the run (R5); its place is behind the frozen ones of its stage.
  public var isJoined = false
  /// Whether it was unhealthy for longer than its stage's `failFast` when the run was frozen: its failures touch no budget
  /// then, unless it is lost (R6).
  public var wasUnhealthy = false
  /// The steps in order of target name; never empty.
  public var steps: [Step]

  /// Makes a unit.
  public init(
    stage: Int, position: Int, cluster: ClusterID, clusterName: ClusterName, limitValues: [String?] = [],
    silentFor: Duration = .zero, cordonReason: String? = nil, isRemoved: Bool = false, steps: [Step]
  ) {
    self.stage = stage
    self.position = position
    self.cluster = cluster
    self.clusterName = clusterName
    self.limitValues = limitValues
    self.silentFor = silentFor
    self.cordonReason = cordonReason
    self.isRemoved = isRemoved
    self.steps = steps
  }

  /// The state that the unit is counted under: the one of its steps that matters most.
  public var state: StepState {
    var result = StepState.unchanged
    for index in steps.indices where Self.weight(steps[index].state) > Self.weight(result) {
      result = steps[index].state
    }
    return result
  }

  /// Whether any step's state is one that `matches` takes. A step is large: only its state is looked at, not a copy.
  func hasStep(_ matches: (StepState) -> Bool) -> Bool {
    for index in steps.indices where matches(steps[index].state) { return true }
    return false
  }

  /// Whether any step has failed at least once in this run.
  public var hasFailed: Bool { steps.indices.contains { !steps[$0].failure.isEmpty } }

  /// Whether it counts against failure budgets: who was unhealthy before does so only by being away (R6).
  public var isFailing: Bool {
    for index in steps.indices {
      switch steps[index].state {
      case .lost: return true
      case .failed where !wasUnhealthy || steps[index].order == nil: return true
      default: continue
      }
    }
    return false
  }

  /// Whether any step has a bundle to send.
  public var changes: Bool { hasStep { $0 != .unchanged } }

  /// A later state in this list hides an earlier one of the same unit.
  private static func weight(_ state: StepState) -> Int {
    switch state {
    case .unchanged: 0
    case .cancelled: 1
    case .removed: 2
    case .skipped: 3
    case .unreachable: 4
    case .succeeded: 5
    case .rolledBack: 6
    case .soaking: 7
    case .waived: 8
    case .pending: 9
    case .verifying: 10
    case .applying: 11
    case .dispatched: 12
    case .lost: 13
    case .failed: 14
    case .rollbackFailed: 15
    case .rollingBack: 16
    }
  }
}

/// One target in a run, with the newest fenced report about the order it was given.
public struct Step: Hashable, Sendable {
  /// The target.
  public var target: TargetID
  /// The target's name.
  public var targetName: TargetName
  /// Where it stands.
  public var state: StepState
  /// Which attempt this is, from 1.
  public var attempt: Int
  /// The bundle that the run gives it.
  public var bundle: Digest
  /// The release that the bundle came from, whose settings go with it: the run's own, or in a run back an older one.
  public var release: ReleaseID
  /// The last known good bundle at the run's start, where a rollback goes (R12, R14); nil for a new member.
  public var before: PlacedBundle?
  /// The newest order of this run for it; nil before its dispatch.
  public var order: StepOrder?
  /// The newest report at the order's generation; nil when there is none.
  public var report: StepReport?
  /// The highest generation stored or reported for the cluster and target; the next order goes above it (R27).
  public var highestGeneration: Generation
  /// Why it failed, the last time it did in this run; empty when it never did.
  public var failure: String
  /// In a run that removes: whether the target is in its set again, which cancels its removal (R25).
  public var isBackInSet = false

  /// Makes a step.
  public init(
    target: TargetID, targetName: TargetName, state: StepState = .pending, attempt: Int = 1, bundle: Digest,
    release: ReleaseID, before: PlacedBundle? = nil, order: StepOrder? = nil, report: StepReport? = nil,
    highestGeneration: Generation = .none, failure: String = ""
  ) {
    self.target = target
    self.targetName = targetName
    self.state = state
    self.attempt = attempt
    self.bundle = bundle
    self.release = release
    self.before = before
    self.order = order
    self.report = report
    self.highestGeneration = highestGeneration
    self.failure = failure
  }
}

/// A bundle with the release that it came from.
public struct PlacedBundle: Hashable, Sendable, Codable {
  /// The bundle.
  public var bundle: Digest
  /// The release, whose settings (namespace, sync policy) go with it.
  public var release: ReleaseID

  /// Makes a pair.
  public init(bundle: Digest, release: ReleaseID) {
    self.bundle = bundle
    self.release = release
  }
}

/// An order of a run for one step.
public struct StepOrder: Hashable, Sendable, Codable {
  /// Which way it goes.
  public enum Direction: String, Sendable, Codable {
    /// To the run's bundle.
    case forward
    /// To the bundle of before the run.
    case rollback
  }

  /// The fence.
  public var generation: Generation
  /// Which way it goes.
  public var direction: Direction
  /// When it was committed.
  public var committedAt: Instant
  /// The listening clock when it was committed (R28).
  public var committedListened: ListeningTime

  /// Makes an order.
  public init(
    generation: Generation, direction: Direction, committedAt: Instant, committedListened: ListeningTime
  ) {
    self.generation = generation
    self.direction = direction
    self.committedAt = committedAt
    self.committedListened = committedListened
  }
}

/// The newest report at an order's generation.
public struct StepReport: Hashable, Sendable {
  /// What the agent said.
  public var observation: Observation
  /// The listening clock when it arrived.
  public var receivedListened: ListeningTime

  /// Makes a report.
  public init(observation: Observation, receivedListened: ListeningTime) {
    self.observation = observation
    self.receivedListened = receivedListened
  }
}

/// How long some controller has been listening, in total since the database was made (R28).
///
/// Silence and deadlines are measured on this clock, so that an outage of the controller or of PostgreSQL makes no
/// cluster fail: the clock stands still while nobody listens.
public struct ListeningTime: Hashable, Comparable, Sendable, Codable {
  /// Milliseconds listened.
  public var milliseconds: Int64

  /// Makes a time.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// Orders by time.
  public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

  /// The listening time between two moments.
  public static func - (left: Self, right: Self) -> Duration {
    .milliseconds(left.milliseconds - right.milliseconds)
  }
}
