public import FleetAPI
public import FleetModel
public import FleetPorts
public import FleetSimulation

/// What a person decides about a run.
public enum RolloutAction: Hashable, Sendable {
  /// Approves a stage; nil for the one that waits for it.
  case approve(stage: String?)
  /// Takes back the principal's own approval; nil for the first stage with one.
  case revokeApproval(stage: String?)
  /// Refuses a stage; nil for the one that waits for an approval.
  case reject(stage: String?)
  /// Stops new dispatches.
  case pause
  /// Goes on after a pause.
  case resume
  /// Ends the run where it stands; `hold` puts its release on hold.
  case abort(hold: Bool)
  /// Sends changed members back to what they ran before.
  case undo
  /// Tries failed clusters again; empty for all of them.
  case retry([ClusterName])
  /// Accepts failures; empty for all of them.
  case waive([ClusterName])
  /// Lets a stage go on although its windows are closed or a freeze is on; nil for the one that waits.
  case overrideWindow(stage: String?)
  /// Lets a stage go on without the checks that have not passed; nil for the one that waits.
  case waiveChecks(stage: String?)
}

/// How a run is started by a person.
public struct StartOptions: Hashable, Sendable {
  /// The release, by number or by the first digits of its commit; nil for the newest.
  public var revision: String?
  /// The first digits of the hash of the only plan that may be started; nil for any.
  public var plan: String?
  /// What may be deleted beyond the budget, by its digest; nil for nothing.
  public var acceptPrunes: String?
  /// Whether to go without targets that would get what others own.
  public var skipConflicting: Bool
  /// Whether to answer the run as it would be and start nothing.
  public var dryRun: Bool

  /// Makes options.
  public init(
    revision: String? = nil, plan: String? = nil, acceptPrunes: String? = nil, skipConflicting: Bool = false,
    dryRun: Bool = false
  ) {
    self.revision = revision
    self.plan = plan
    self.acceptPrunes = acceptPrunes
    self.skipConflicting = skipConflicting
    self.dryRun = dryRun
  }
}

/// What starting a run came to.
public struct StartOutcome: Hashable, Sendable {
  /// What it came to.
  public enum Result: String, Sendable {
    /// The run was started.
    case started
    /// The run waits for another one of its set to end.
    case queued
    /// No bundle changes: there is nothing to run.
    case noChange
    /// Nothing was started because the caller wanted to see only.
    case dryRun
  }

  /// What it came to.
  public var result: Result
  /// The run, as it would be with `dryRun`; nil when there is nothing to run.
  public var rollout: RolloutRecord?
  /// One sentence for people.
  public var message: String

  /// Makes an outcome.
  public init(result: Result, rollout: RolloutRecord?, message: String) {
    self.result = result
    self.rollout = rollout
    self.message = message
  }
}

/// A run as it would be started now.
public struct RolloutPlan: Sendable {
  /// The run as it would be.
  public var rollout: RolloutRecord
  /// The clusters of each stage that change, in order.
  public var clusters: [[ClusterName]]
  /// What targets would get, equal changes together, the largest group first.
  public var groups: [PreviewedGroup]
  /// Targets without a change.
  public var unchanged: Int
  /// How long it would take; nil when unknown.
  public var predicted: Duration?

  /// Makes a plan.
  public init(
    rollout: RolloutRecord, clusters: [[ClusterName]], groups: [PreviewedGroup], unchanged: Int, predicted: Duration?
  ) {
    self.rollout = rollout
    self.clusters = clusters
    self.groups = groups
    self.unchanged = unchanged
    self.predicted = predicted
  }
}

/// What a rehearsal is asked for.
public struct RehearsalOptions: Sendable {
  /// The release by number or commit; nil for the newest.
  public var revision: String?
  /// What is taken for granted.
  public var assumptions: RehearsalAssumptions
  /// What chance is drawn from.
  public var seed: UInt64
  /// When the run begins; nil for the present minute.
  public var at: Instant?

  /// Makes options.
  public init(revision: String? = nil, assumptions: RehearsalAssumptions, seed: UInt64, at: Instant? = nil) {
    self.revision = revision
    self.assumptions = assumptions
    self.seed = seed
    self.at = at
  }
}

/// How a run would go.
public struct RehearsedRollout: Sendable {
  /// The run as it would be.
  public var rollout: RolloutRecord
  /// How it would go.
  public var rehearsal: Rehearsal

  /// Makes a value.
  public init(rollout: RolloutRecord, rehearsal: Rehearsal) {
    self.rollout = rollout
    self.rehearsal = rehearsal
  }
}

/// An action that a run's state, a rule or the caller's rights do not allow; nothing was changed.
public struct ActionRefusal: Error, Hashable, Sendable {
  /// What the caller should do: mostly `conflict`, `blocked`, `forbidden`, `notFound` or `invalid`.
  public var code: ErrorEnvelope.Code
  /// What is in the way.
  public var message: String
  /// What to do; empty when the message says it all.
  public var hint: String

  /// Makes a refusal.
  public init(code: ErrorEnvelope.Code, message: String, hint: String = "") {
    self.code = code
    self.message = message
    self.hint = hint
  }
}

/// What people do with runs. The server calls it after it checked the caller's token; the implementation loads, asks the
/// planner, commits, and tries again when it lost a race.
public protocol RolloutActions: Sendable {
  /// Starts a run of a FleetSet.
  ///
  /// - Throws: ``ActionRefusal``, or `StoreError`.
  func start(
    _ fleetSet: FleetSetName, in project: ProjectName, options: StartOptions, by principal: Principal, reason: String
  ) async throws -> StartOutcome

  /// What `start` would start now; nil when nothing changes.
  ///
  /// - Throws: ``ActionRefusal`` for what would keep it from starting, or `StoreError`.
  func plan(
    _ fleetSet: FleetSetName, in project: ProjectName, revision: String?, by principal: Principal
  ) async throws -> RolloutPlan?

  /// The releases of a set that would change something and that no run is for yet, in the order of their turns.
  ///
  /// - Throws: `StoreError`.
  func waitingReleases(_ fleetSet: FleetSetName, in project: ProjectName) async throws -> [WaitingReleaseResource]

  /// What differs between two releases of a set, `to` the newest when nil; equal changes together.
  ///
  /// - Throws: ``ActionRefusal``, or `StoreError`.
  func compare(
    _ fleetSet: FleetSetName, in project: ProjectName, from: String, to: String?
  ) async throws -> PreviewedDifference

  /// The objects that a cluster gets from a set by a release (nil: the newest), by target, as JSON without secret values.
  ///
  /// - Throws: ``ActionRefusal``, or `StoreError`.
  func manifests(
    of fleetSet: FleetSetName, on cluster: ClusterName, in project: ProjectName, revision: String?
  ) async throws -> [(target: TargetName, objects: [[UInt8]])]

  /// How a run that `start` would start now would go; nil when nothing changes.
  ///
  /// - Throws: ``ActionRefusal`` for what would keep it from starting or when another rehearsal goes on, or `StoreError`.
  func rehearse(
    _ fleetSet: FleetSetName, in project: ProjectName, options: RehearsalOptions, by principal: Principal
  ) async throws -> RehearsedRollout?

  /// Does what a person decided about a run; answers it as it is then, or would be with `dryRun`.
  ///
  /// - Parameter number: nil for the newest run.
  /// - Throws: ``ActionRefusal``, or `StoreError`.
  func act(
    _ action: RolloutAction, on fleetSet: FleetSetName, number: Int?, in project: ProjectName,
    by principal: Principal, reason: String, dryRun: Bool
  ) async throws -> RolloutRecord
}
