public import FleetModel
public import FleetPlanner

/// A cluster of the inventory as a rehearsal sees it.
public struct RehearsedCluster: Hashable, Sendable {
  /// The cluster.
  public var id: ClusterID
  /// Its name.
  public var name: ClusterName
  /// Its labels.
  public var labels: [String: String]
  /// The version of Kubernetes that its agent reports; empty when unknown.
  public var kubernetes: String
  /// Why it takes no forward orders (R31); nil when it does.
  public var cordonReason: String?
  /// Whether it is out of contact now.
  public var isAway: Bool

  /// Makes a cluster.
  public init(
    id: ClusterID, name: ClusterName, labels: [String: String] = [:], kubernetes: String = "",
    cordonReason: String? = nil, isAway: Bool = false
  ) {
    self.id = id
    self.name = name
    self.labels = labels
    self.kubernetes = kubernetes
    self.cordonReason = cordonReason
    self.isAway = isAway
  }
}

/// How a run would go.
public struct Rehearsal: Hashable, Sendable {
  /// How it ends.
  public enum Verdict: String, Hashable, Sendable, CaseIterable {
    /// The run ends by itself, well or not.
    case ends
    /// It stands still until a person acts.
    case stops
    /// It is not over after the longest time that is rehearsed.
    case goesOn
  }

  /// Where forward orders stop, and why.
  public struct Stop: Hashable, Sendable {
    /// The stage; empty when it is about the whole run.
    public var stage: String
    /// Why.
    public var cause: String
    /// When, from the beginning.
    public var after: Duration
    /// Who or what can clear it; empty when the run ends by itself.
    public var clearedBy: String
  }

  /// A stage, as it is at the end.
  public struct Stage: Hashable, Sendable {
    /// The name.
    public var name: String
    /// Clusters in it.
    public var size: Int
    /// Clusters that change.
    public var changing: Int
    /// When it opened, from the beginning; nil when it never did.
    public var openedAfter: Duration?
    /// When it passed, from the beginning; nil when it never did.
    public var passedAfter: Duration?
    /// Its clusters by what became of them.
    public var counts: Counts
  }

  /// Clusters by what became of them.
  public struct Counts: Hashable, Sendable {
    /// Clusters to which an order of this run was sent, whatever became of them.
    public var touched = 0
    /// Clusters that run the release.
    public var updated = 0
    /// Clusters that failed at least once.
    public var failed = 0
    /// Clusters that went back to what they ran before.
    public var rolledBack = 0
    /// Clusters that were away, and do not run the release.
    public var away = 0
    /// Cordoned clusters that were passed over.
    public var skipped = 0
    /// Clusters whose turn never came.
    public var notReached = 0
    /// Clusters that do not change.
    public var unchanged = 0
  }

  /// A cluster on which something went wrong.
  public struct Casualty: Hashable, Sendable {
    /// The cluster.
    public var cluster: ClusterName
    /// Its stage.
    public var stage: String
    /// What went wrong.
    public var reason: String
  }

  /// What a run spends its time on.
  public enum Occupation: String, Hashable, Sendable, CaseIterable {
    case applying, soaks, approvals, windows, checks, awayClusters
  }

  /// How it ends.
  public var verdict: Verdict
  /// The run's state then.
  public var state: RolloutState
  /// How long it takes until then.
  public var duration: Duration
  /// Where forward orders stop before all clusters had their turn; nil when they do not.
  public var stop: Stop?
  /// The stages.
  public var stages: [Stage]
  /// All clusters.
  public var counts: Counts
  /// On which clusters something went wrong, in order, at most a hundred.
  public var casualties: [Casualty]
  /// What failures have in common.
  public var correlations: [FailureCorrelation]
  /// What the time is spent on; what takes none is absent.
  public var occupations: [Occupation: Duration]
  /// Passes of the planner.
  public var passes: Int
  /// What `lint` found in the plans, when it was asked.
  public var violations: [PlanViolation]
}

/// A rehearsal that is not carried out.
public enum RehearsalRefusal: Error, Hashable, Sendable {
  /// It takes more work than is allowed.
  case tooLong(passes: Int, units: Int)
}
