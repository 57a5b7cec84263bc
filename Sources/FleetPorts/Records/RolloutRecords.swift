public import FleetModel
public import FleetPlanner

/// A rollout with its stages, for lists and `rollout status`.
public struct RolloutRecord: Hashable, Sendable {
  /// The run.
  public var run: Run
  /// Its stages in order.
  public var stages: [Stage]
  /// The release's sources.
  public var sources: [ReleaseSource]
  /// The report of the last pass.
  public var report: PlanReport
  /// The warnings of its plan.
  public var warnings: [String]

  /// Makes a record.
  public init(run: Run, stages: [Stage], sources: [ReleaseSource], report: PlanReport, warnings: [String]) {
    self.run = run
    self.stages = stages
    self.sources = sources
    self.report = report
    self.warnings = warnings
  }
}

/// A step of a rollout, for people.
public struct StepRecord: Hashable, Sendable {
  /// The stage's name.
  public var stage: String
  /// The cluster.
  public var clusterName: ClusterName
  /// The target.
  public var targetName: TargetName
  /// Where it stands.
  public var state: StepState
  /// Which attempt it is.
  public var attempt: Int
  /// Why it failed; empty when it did not.
  public var failure: String
  /// The message of the cluster's last report.
  public var message: String
  /// When its order was committed; nil before.
  public var dispatchedAt: Instant?
  /// When its state last changed.
  public var changedAt: Instant

  /// Makes a record.
  public init(
    stage: String, clusterName: ClusterName, targetName: TargetName, state: StepState, attempt: Int, failure: String,
    message: String, dispatchedAt: Instant?, changedAt: Instant
  ) {
    self.stage = stage
    self.clusterName = clusterName
    self.targetName = targetName
    self.state = state
    self.attempt = attempt
    self.failure = failure
    self.message = message
    self.dispatchedAt = dispatchedAt
    self.changedAt = changedAt
  }
}

/// Something that happened.
public struct EventRecord: Hashable, Sendable, Codable {
  /// The place in the feed, assigned after the commit, so that readers of `position > cursor` never skip a row that
  /// commits late (AMENDMENTS 32).
  public var position: Int64
  /// When.
  public var at: Instant
  /// Who: a principal, or `flotilla`.
  public var actor: String
  /// What happened, as `noun.verb`.
  public var kind: String
  /// The owner.
  public var project: ProjectName
  /// The FleetSet; empty when it is not about one.
  public var fleetSet: String
  /// The rollout as `SET/NUMBER`; empty when it is not about one.
  public var rollout: String
  /// The stage; empty when it is not about one.
  public var stage: String
  /// The cluster; empty when it is not about one.
  public var cluster: String
  /// The target; empty when it is not about one.
  public var target: String
  /// One sentence for people.
  public var message: String
  /// The reason that the actor gave; empty for none.
  public var reason: String

  /// Makes a record.
  public init(
    position: Int64, at: Instant, actor: String, kind: String, project: ProjectName, fleetSet: String, rollout: String,
    stage: String, cluster: String, target: String, message: String, reason: String
  ) {
    self.position = position
    self.at = at
    self.actor = actor
    self.kind = kind
    self.project = project
    self.fleetSet = fleetSet
    self.rollout = rollout
    self.stage = stage
    self.cluster = cluster
    self.target = target
    self.message = message
    self.reason = reason
  }
}

/// Which events a reader wants; empty and nil parts match everything.
public struct EventFilter: Hashable, Sendable {
  /// The owner.
  public var project: ProjectName?
  /// The FleetSet.
  public var fleetSet: String?
  /// The rollout as `SET/NUMBER`.
  public var rollout: String?
  /// The cluster.
  public var cluster: String?

  /// Makes a filter.
  public init(
    project: ProjectName? = nil, fleetSet: String? = nil, rollout: String? = nil, cluster: String? = nil
  ) {
    self.project = project
    self.fleetSet = fleetSet
    self.rollout = rollout
    self.cluster = cluster
  }
}
