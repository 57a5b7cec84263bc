public import FleetModel

/// A rollout as the planner sees it: frozen at its start (R3), with what has become of it.
public struct Run: Hashable, Sendable, Codable {
  /// The row.
  public var id: RolloutID
  /// The owner.
  public var project: ProjectName
  /// The FleetSet.
  public var fleetSet: FleetSetName
  /// The number within its set, from 1.
  public var number: Int
  /// What the run is for.
  public var kind: RolloutKindOfRun
  /// Where it stands.
  public var state: RolloutState
  /// Raised by every commit; a commit names the one it read (compare and set).
  public var version: Int64
  /// The release that members move to.
  public var release: ReleaseID
  /// The release's short name, for people.
  public var releaseName: String
  /// The strategy as it was at the start.
  public var strategy: RolloutStrategy
  /// Failed clusters allowed over all stages; nil for none of its own.
  public var failureBudget: Int?
  /// Unreachable clusters allowed over all stages.
  public var unreachableBudget: Int
  /// The SHA-256 of the frozen content; approvals are bound to it (R19).
  public var planHash: Digest
  /// Authors of the change and who started the run: whom `notAuthor` excludes.
  public var authors: [String]
  /// Those of them that are the git identity of no token.
  public var unknownAuthors: [String]
  /// The principal, or the cause, that started it.
  public var startedBy: String
  /// The principal and reason of an operator's pause, which also holds back an automatic rollback; nil for none.
  public var pause: Pause?
  /// The breach that stopped forward dispatch; it stays when a later success arrives (R13).
  public var breach: Breach?
  /// When the run was made.
  public var createdAt: Instant
  /// When it ended; nil while it goes on.
  public var endedAt: Instant?

  /// An operator's, or a rule's, pause.
  public struct Pause: Hashable, Sendable, Codable {
    /// Who, or which rule.
    public var by: String
    /// Why.
    public var reason: String

    /// Makes a pause.
    public init(by: String, reason: String) {
      self.by = by
      self.reason = reason
    }
  }

  /// What stopped forward dispatch.
  public struct Breach: Hashable, Sendable, Codable {
    /// The stage whose budget, gate or member caused it.
    public var stage: Int
    /// Why, with numbers and names.
    public var cause: String
    /// When.
    public var at: Instant
    /// What follows when orders in flight have ended.
    public var aftermath: Aftermath

    /// Makes a breach.
    public init(stage: Int, cause: String, at: Instant, aftermath: Aftermath) {
      self.stage = stage
      self.cause = cause
      self.at = at
      self.aftermath = aftermath
    }

    /// Which changed members go back; nil when the breach sends nobody back.
    public var rollbackScope: FailurePolicy.Scope? {
      if case .rollBack(let scope) = aftermath { scope } else { nil }
    }
  }

  /// What follows a breach (R13, R14, R17, R22).
  public enum Aftermath: Hashable, Sendable, Codable {
    /// The run is Halted and waits for a person.
    case halt
    /// Changed members go back: the policy's action, or a person's undo.
    case rollBack(FailurePolicy.Scope)
    /// The run ends Aborted; its release is held unless `hold` is false. `by` is the principal.
    case abort(hold: Bool, by: String)
    /// The run ends Superseded.
    case supersede
  }

  /// Makes a run.
  public init(
    id: RolloutID, project: ProjectName, fleetSet: FleetSetName, number: Int, kind: RolloutKindOfRun,
    state: RolloutState, version: Int64, release: ReleaseID, releaseName: String, strategy: RolloutStrategy,
    failureBudget: Int?, unreachableBudget: Int, planHash: Digest, authors: [String],
    unknownAuthors: [String] = [], startedBy: String,
    pause: Pause? = nil, breach: Breach? = nil, createdAt: Instant, endedAt: Instant? = nil
  ) {
    self.id = id
    self.project = project
    self.fleetSet = fleetSet
    self.number = number
    self.kind = kind
    self.state = state
    self.version = version
    self.release = release
    self.releaseName = releaseName
    self.strategy = strategy
    self.failureBudget = failureBudget
    self.unreachableBudget = unreachableBudget
    self.planHash = planHash
    self.authors = authors
    self.unknownAuthors = unknownAuthors
    self.startedBy = startedBy
    self.pause = pause
    self.breach = breach
    self.createdAt = createdAt
    self.endedAt = endedAt
  }

  /// The name people use: `SET/NUMBER`.
  public var displayName: String { "\(fleetSet)/\(number)" }

  /// How many must approve: who wrote a part of the change and is known by no token may be anybody, so that `notAuthor`
  /// asks for twice as many (R19).
  public func approvalsNeeded(by rule: ApprovalRule) -> Int {
    rule.notAuthor && !unknownAuthors.isEmpty ? 2 * rule.count : rule.count
  }
}
