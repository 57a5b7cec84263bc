/// One stage as a user wrote it (defaults from AMENDMENTS 12).
public struct StageStrategy: Hashable, Sendable, Codable {
  /// Which members a stage takes; selectors first in order of declaration, then counts and shares (R1).
  public enum Selection: Hashable, Sendable, Codable {
    /// Members whose cluster's labels match.
    case clusters(LabelSelector)
    /// Members whose own labels match.
    case targets(LabelSelector)
    /// Members on these clusters.
    case names([ClusterName])
    /// So many clusters of what selectors left.
    case count(Int)
    /// The stage's own share of what selectors left, 1 to 100.
    case percent(Int)
    /// All that is left.
    case rest
  }

  /// What a cluster that was away before its dispatch does to the stage (R15).
  public enum UnreachablePolicy: String, Sendable, Codable, CaseIterable {
    /// The stage waits up to `holdFor`, then goes on as `skip`.
    case hold
    /// The stage goes on; the cluster catches up when it returns.
    case skip
    /// It counts as a failure.
    case fail
  }

  /// What a stage without changes does when later ones do change (R7).
  public enum UnchangedPolicy: String, Sendable, Codable, CaseIterable {
    /// It passes.
    case pass
    /// The run pauses.
    case pause
  }

  /// The name, unique in the strategy.
  public var name: String
  /// Which members it takes.
  public var selection: Selection
  /// Clusters in flight at once.
  public var maxConcurrent: IntOrPercent = .count(1)
  /// How long a member must be ready without a break (R9).
  public var minReady: Duration = .seconds(10)
  /// Degraded this long is a failure (R10).
  public var failFast: Duration = .seconds(120)
  /// Not ready this long after dispatch is a failure (R10).
  public var progressDeadline: Duration = .seconds(600)
  /// No contact this long is Unreachable (R15).
  public var unreachableAfter: Duration = .seconds(300)
  /// How long the stage is watched after its last step became ready.
  public var soak: Duration = .zero
  /// What an away cluster does.
  public var unreachable: UnreachablePolicy = .skip
  /// How long `hold` waits.
  public var holdFor: Duration = .seconds(86_400)
  /// Failed clusters allowed.
  public var failureBudget: IntOrPercent = .count(0)
  /// Unreachable clusters allowed; nil leaves it to the run's budget.
  public var unreachableBudget: IntOrPercent?
  /// Targets of the stage that may leave the set without approval, of those it has; nil leaves it to the run's budget.
  public var removalBudget: IntOrPercent?
  /// Objects that may leave the bundle of a target of the stage without approval; nil for as many as the run's budget.
  public var pruneBudget: IntOrPercent?
  /// Changing clusters that must succeed for the stage to pass (R7).
  public var minSucceeded: IntOrPercent = .count(1)
  /// What a stage without changes does.
  public var whenUnchanged: UnchangedPolicy = .pass
  /// Whether gates are asked although nothing is dispatched (R7).
  public var gateWhenEmpty = false
  /// What must be true before the stage opens.
  public var before: [Gate] = []
  /// The windows in which its orders are sent, beside the set's own (R21); nil for none. Optional, so that runs stored before
  /// there were windows are read.
  public var windows: [String]?
  /// What must be true before the stage passes; started with the soak (R20).
  public var after: [Gate] = []

  /// Makes a stage with the defaults.
  public init(name: String, selection: Selection, maxConcurrent: IntOrPercent = .count(1)) {
    self.name = name
    self.selection = selection
    self.maxConcurrent = maxConcurrent
  }
}

/// What must be true before a stage opens or passes. Soak and windows are properties of the stage.
public enum Gate: Hashable, Sendable, Codable {
  /// People, or jobs, agree.
  case approval(ApprovalRule)
  /// A metric says that all is well; its document by name, and, frozen with a run, what that says.
  case analysis(String, Analysis?)
  /// A program of the owner says that all is well.
  case http(HTTPCheck)

  /// How a gate is measured; nil for one that people clear, and for an analysis whose document is not known.
  public var checkRule: CheckRule? {
    switch self {
    case .approval: nil
    case .analysis(_, let analysis): analysis?.rule
    case .http(let check): check.rule
    }
  }

  /// What it is, for people, for example `analysis error-rate`.
  public var title: String {
    switch self {
    case .approval: "approval"
    case .analysis(let name, _): "analysis \(name)"
    case .http(let check): "check \(check.url)"
    }
  }
}

/// Who must agree, and under which conditions (R19).
public struct ApprovalRule: Hashable, Sendable, Codable {
  /// Groups of which each approver must be in at least one; empty for anyone who may approve.
  public var groups: [String]
  /// How many different principals must approve.
  public var count: Int
  /// Whether the authors of the change and of the run are excluded.
  public var notAuthor: Bool
  /// An approval lapses this long after it was given if its stage has not opened; nil for never.
  public var expiresAfter: Duration?
  /// How long it may be asked for in vain before the run halts; nil for ever.
  public var timeout: Duration?

  /// Makes a rule.
  public init(
    groups: [String] = [], count: Int = 1, notAuthor: Bool = false, expiresAfter: Duration? = nil,
    timeout: Duration? = nil
  ) {
    self.groups = groups
    self.count = count
    self.notAuthor = notAuthor
    self.expiresAfter = expiresAfter
    self.timeout = timeout
  }
}
