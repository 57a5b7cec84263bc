public import FleetModel

/// A run with its stages, what it waits for and what has become of it: `GET …/rollouts/SET/NUMBER`.
public struct RolloutResource: WireValue {
  /// A person's, or a rule's, pause.
  public struct Pause: WireValue {
    /// Who, or which rule.
    public var by: String
    /// Why.
    public var reason: String

    /// Makes a value.
    public init(by: String, reason: String) {
      self.by = by
      self.reason = reason
    }

    /// An example.
    public static var example: Self { Self(by: "kim", reason: "lunch") }
  }

  /// What stopped forward dispatch.
  public struct Breach: WireValue {
    /// The stage whose budget, gate or member caused it.
    public var stage: String
    /// Why, with numbers and names.
    public var cause: String
    /// When.
    public var at: Timestamp
    /// Whether changed members go back.
    public var rollsBack: Bool
    /// Which changed members go back: `failed`, `stage` or `all`.
    public var scope: FailurePolicy.Scope

    /// Makes a value.
    public init(stage: String, cause: String, at: Timestamp, rollsBack: Bool, scope: FailurePolicy.Scope) {
      self.stage = stage
      self.cause = cause
      self.at = at
      self.rollsBack = rollsBack
      self.scope = scope
    }

    /// An example.
    public static var example: Self {
      Self(stage: "canary", cause: "1 failure, 0 allowed", at: Example.time, rollsBack: true, scope: .all)
    }
  }

  /// The stages' numbers added up, in clusters (a cluster in two stages counts in both).
  public struct Counts: WireValue {
    /// Clusters of the run.
    public var clusters: Int
    /// Clusters that change.
    public var changing: Int
    /// Clusters that do not.
    public var unchanged: Int
    /// Clusters that hold a slot.
    public var inFlight: Int
    /// Clusters that are ready on the new release (Soaking or Succeeded).
    public var succeeded: Int
    /// Clusters that have failed at least once, whatever became of them.
    public var everFailed: Int
    /// Clusters that went back.
    public var rolledBack: Int
    /// Clusters that were away or got lost.
    public var unreachable: Int

    /// Makes a value.
    public init(
      clusters: Int, changing: Int, unchanged: Int, inFlight: Int, succeeded: Int, everFailed: Int, rolledBack: Int,
      unreachable: Int
    ) {
      self.clusters = clusters
      self.changing = changing
      self.unchanged = unchanged
      self.inFlight = inFlight
      self.succeeded = succeeded
      self.everFailed = everFailed
      self.rolledBack = rolledBack
      self.unreachable = unreachable
    }

    /// An example.
    public static var example: Self {
      Self(
        clusters: 24, changing: 8, unchanged: 16, inFlight: 1, succeeded: 5, everFailed: 0, rolledBack: 0,
        unreachable: 0)
    }
  }

  /// `SET/NUMBER`, how people name it.
  public var name: String
  /// The owner.
  public var project: ProjectName
  /// The FleetSet.
  public var fleetSet: FleetSetName
  /// The number within its set, from 1.
  public var number: Int
  /// What it is for.
  public var kind: RolloutKindOfRun
  /// Where it stands.
  public var state: RolloutState
  /// Whether it is over.
  public var ended: Bool
  /// The release's short name.
  public var release: String
  /// The release's sources.
  public var sources: [ReleaseResource.Source]
  /// Authors of the change and who started the run.
  public var authors: [String]
  /// The principal, or the cause, that started it.
  public var startedBy: String
  /// The SHA-256 of the frozen content; approvals are bound to it.
  public var planHash: Digest
  /// Raised by every change.
  public var version: Int64
  /// The pause; null for none.
  public var pause: Pause?
  /// The breach; null for none.
  public var breach: Breach?
  /// Failed clusters allowed over all stages; null for none of its own.
  public var failureBudget: Int?
  /// Unreachable clusters allowed over all stages.
  public var unreachableBudget: Int
  /// When it was made.
  public var createdAt: Timestamp
  /// When it ended; null while it goes on.
  public var endedAt: Timestamp?
  /// The stages' numbers added up.
  public var counts: Counts
  /// The stages in order.
  public var stages: [StageResource]
  /// Why everything that has not happened yet waits.
  public var waiting: [WaitingResource]
  /// What somebody should know though nothing waits for it.
  public var notes: [String]
  /// The warnings of its plan.
  public var warnings: [String]

  /// Makes a value.
  public init(
    name: String, project: ProjectName, fleetSet: FleetSetName, number: Int, kind: RolloutKindOfRun,
    state: RolloutState, ended: Bool, release: String, sources: [ReleaseResource.Source], authors: [String],
    startedBy: String, planHash: Digest, version: Int64, pause: Pause? = nil, breach: Breach? = nil,
    failureBudget: Int? = nil, unreachableBudget: Int, createdAt: Timestamp, endedAt: Timestamp? = nil, counts: Counts,
    stages: [StageResource], waiting: [WaitingResource] = [], notes: [String] = [], warnings: [String] = []
  ) {
    self.name = name
    self.project = project
    self.fleetSet = fleetSet
    self.number = number
    self.kind = kind
    self.state = state
    self.ended = ended
    self.release = release
    self.sources = sources
    self.authors = authors
    self.startedBy = startedBy
    self.planHash = planHash
    self.version = version
    self.pause = pause
    self.breach = breach
    self.failureBudget = failureBudget
    self.unreachableBudget = unreachableBudget
    self.createdAt = createdAt
    self.endedAt = endedAt
    self.counts = counts
    self.stages = stages
    self.waiting = waiting
    self.notes = notes
    self.warnings = warnings
  }

  /// An example.
  public static var example: Self {
    Self(
      name: "storefront/43", project: "default", fleetSet: "storefront", number: 43, kind: .rollout, state: .running,
      ended: false, release: "77ad012", sources: [.example], authors: ["kim@example.com"], startedBy: "flotilla",
      planHash: Example.bundle, version: 12, pause: .example, breach: .example, failureBudget: 4, unreachableBudget: 2,
      createdAt: Example.time, endedAt: Example.time, counts: .example, stages: [.example], waiting: [.example],
      notes: ["eu-19 is away"], warnings: ["the canary stage changes nothing"])
  }
}

/// One target in a run: `GET …/rollouts/SET/NUMBER/steps`.
public struct StepResource: WireValue {
  /// The stage's name.
  public var stage: String
  /// The cluster.
  public var cluster: ClusterName
  /// The target.
  public var target: TargetName
  /// Where it stands.
  public var state: StepState
  /// Which attempt it is, from 1.
  public var attempt: Int
  /// Why it failed; empty when it did not.
  public var failure: String
  /// The message of the cluster's last report.
  public var message: String
  /// When its order was committed; null before.
  public var dispatchedAt: Timestamp?
  /// When its state last changed.
  public var changedAt: Timestamp

  /// Makes a value.
  public init(
    stage: String, cluster: ClusterName, target: TargetName, state: StepState, attempt: Int, failure: String,
    message: String, dispatchedAt: Timestamp? = nil, changedAt: Timestamp
  ) {
    self.stage = stage
    self.cluster = cluster
    self.target = target
    self.state = state
    self.attempt = attempt
    self.failure = failure
    self.message = message
    self.dispatchedAt = dispatchedAt
    self.changedAt = changedAt
  }

  /// An example.
  public static var example: Self {
    Self(
      stage: "canary", cluster: "canary-eu", target: "storefront-canary-eu", state: .failed, attempt: 1,
      failure: "Deployment shop/web: ImagePullBackOff registry.example/web:9.9", message: "",
      dispatchedAt: Example.time,
      changedAt: Example.time)
  }
}
