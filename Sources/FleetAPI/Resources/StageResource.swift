public import FleetModel

/// A stage of a rollout: its frozen rules with absolute numbers, and what has become of it. Counts are clusters, but for `targets`.
public struct StageResource: WireValue {
  /// An approval of a stage.
  public struct Approval: WireValue {
    /// Who approved.
    public var principal: String
    /// The groups of the approver at that time.
    public var groups: [String]
    /// Why.
    public var reason: String
    /// When.
    public var at: Timestamp

    /// Makes a value.
    public init(principal: String, groups: [String], reason: String, at: Timestamp) {
      self.principal = principal
      self.groups = groups
      self.reason = reason
      self.at = at
    }

    /// An example.
    public static var example: Self { Self(principal: "kim", groups: ["sre"], reason: "looks good", at: Example.time) }
  }

  /// Who must agree before a stage opens.
  public struct ApprovalRule: WireValue {
    /// Groups of which each approver must be in at least one; empty for anyone who may approve.
    public var groups: [String]
    /// How many different principals must approve.
    public var count: Int
    /// Whether the authors of the change and of the run are excluded.
    public var notAuthor: Bool
    /// An approval lapses after this time if the stage has not opened; null for never.
    public var expiresAfterMilliseconds: Int64?
    /// A request that nobody answers halts the run after this time; null for never.
    public var timeoutMilliseconds: Int64?

    /// Makes a value.
    public init(
      groups: [String], count: Int, notAuthor: Bool, expiresAfterMilliseconds: Int64? = nil,
      timeoutMilliseconds: Int64? = nil
    ) {
      self.groups = groups
      self.count = count
      self.notAuthor = notAuthor
      self.expiresAfterMilliseconds = expiresAfterMilliseconds
      self.timeoutMilliseconds = timeoutMilliseconds
    }

    /// An example.
    public static var example: Self {
      Self(
        groups: ["sre"], count: 1, notAuthor: true, expiresAfterMilliseconds: 86_400_000,
        timeoutMilliseconds: 172_800_000)
    }
  }

  /// What the measurements of one gate have come to.
  public struct Check: WireValue {
    /// `before` or `after`: which list of the stage it is in.
    public var list: String
    /// What it is, for example `analysis error-rate`.
    public var title: String
    /// How many measurements there were.
    public var measured: Int
    /// How many passed.
    public var passes: Int
    /// How many must pass.
    public var needed: Int
    /// What it has come to: `pass`, `fail`, `inconclusive`, `noData` or `error`; absent while it is measured.
    public var verdict: String?
    /// The last measurement, for people; empty for none.
    public var last: String
    /// When that was.
    public var lastAt: Timestamp?
    /// When the next is due.
    public var nextAt: Timestamp?
    /// Who goes on without it; empty for nobody.
    public var waivedBy: String

    /// Makes a value.
    public init(
      list: String, title: String, measured: Int, passes: Int, needed: Int, verdict: String? = nil, last: String = "",
      lastAt: Timestamp? = nil, nextAt: Timestamp? = nil, waivedBy: String = ""
    ) {
      self.list = list
      self.title = title
      self.measured = measured
      self.passes = passes
      self.needed = needed
      self.verdict = verdict
      self.last = last
      self.lastAt = lastAt
      self.nextAt = nextAt
      self.waivedBy = waivedBy
    }

    /// An example.
    public static var example: Self {
      Self(
        list: "after", title: "analysis error-rate", measured: 2, passes: 2, needed: 5, verdict: "pass", last: "0.004",
        lastAt: Example.time, nextAt: Example.time)
    }
  }

  /// The place in the run, from 0.
  public var index: Int
  /// The name.
  public var name: String
  /// Where it stands.
  public var state: StageState
  /// Clusters in it, including unchanged ones.
  public var clusters: Int
  /// Clusters that change.
  public var changing: Int
  /// Members (targets) in it.
  public var targets: Int
  /// Clusters that joined it during the run, apart from `clusters` and `changing`; absent for none.
  public var joined: Int?
  /// Clusters in flight at once.
  public var slots: Int
  /// Failed clusters allowed.
  public var failureBudget: Int
  /// Unreachable clusters allowed; null leaves it to the run's budget.
  public var unreachableBudget: Int?
  /// Changing clusters that must succeed.
  public var minSucceeded: Int
  /// How long a member must be ready without a break.
  public var minReadyMilliseconds: Int64
  /// Not ready this long after dispatch is a failure.
  public var progressDeadlineMilliseconds: Int64
  /// How long the stage is watched after its last step became ready.
  public var soakMilliseconds: Int64
  /// Clusters by step state (`Pending`, `Verifying`, `Succeeded` …); states without clusters are absent.
  public var clustersByState: [String: Int]
  /// Clusters that have failed at least once in this run, whatever became of them.
  public var everFailed: Int
  /// When it opened.
  public var openedAt: Timestamp?
  /// When its last step left Verifying.
  public var soakStartedAt: Timestamp?
  /// When it passed, or was found empty.
  public var passedAt: Timestamp?
  /// Who must agree before it opens; null when nobody must.
  public var approvalRule: ApprovalRule?
  /// The approvals given, in order.
  public var approvals: [Approval]
  /// Why it is halted; empty when it is not.
  public var haltReason: String
  /// What is measured for its gates; absent for nothing.
  public var checks: [Check]?
  /// The windows in which its orders go: the set's and its own; absent for none.
  public var windows: [String]?
  /// Who let it go on although its windows were closed or a freeze was on, in order; absent for nobody.
  public var overrides: [Approval]?

  /// Makes a value.
  public init(
    index: Int, name: String, state: StageState, clusters: Int, changing: Int, targets: Int, joined: Int? = nil,
    slots: Int, failureBudget: Int, unreachableBudget: Int? = nil, minSucceeded: Int, minReadyMilliseconds: Int64,
    progressDeadlineMilliseconds: Int64, soakMilliseconds: Int64, clustersByState: [String: Int], everFailed: Int,
    openedAt: Timestamp? = nil, soakStartedAt: Timestamp? = nil, passedAt: Timestamp? = nil,
    approvalRule: ApprovalRule? = nil, approvals: [Approval] = [], haltReason: String = "",
    checks: [Check]? = nil, windows: [String]? = nil, overrides: [Approval]? = nil
  ) {
    self.index = index
    self.name = name
    self.state = state
    self.clusters = clusters
    self.changing = changing
    self.targets = targets
    self.joined = joined
    self.slots = slots
    self.failureBudget = failureBudget
    self.unreachableBudget = unreachableBudget
    self.minSucceeded = minSucceeded
    self.minReadyMilliseconds = minReadyMilliseconds
    self.progressDeadlineMilliseconds = progressDeadlineMilliseconds
    self.soakMilliseconds = soakMilliseconds
    self.clustersByState = clustersByState
    self.everFailed = everFailed
    self.openedAt = openedAt
    self.soakStartedAt = soakStartedAt
    self.passedAt = passedAt
    self.approvalRule = approvalRule
    self.approvals = approvals
    self.haltReason = haltReason
    self.checks = checks
    self.windows = windows
    self.overrides = overrides
  }

  /// An example.
  public static var example: Self {
    Self(
      index: 0, name: "canary", state: .soaking, clusters: 2, changing: 2, targets: 2, joined: 1, slots: 1,
      failureBudget: 0,
      unreachableBudget: 0, minSucceeded: 1, minReadyMilliseconds: 10_000, progressDeadlineMilliseconds: 600_000,
      soakMilliseconds: 900_000, clustersByState: ["Soaking": 2], everFailed: 0, openedAt: Example.time,
      soakStartedAt: Example.time, passedAt: Example.time, approvalRule: .example, approvals: [.example],
      haltReason: "1 of 0 failures allowed", checks: [.example], windows: ["business-hours"], overrides: [.example])
  }
}
