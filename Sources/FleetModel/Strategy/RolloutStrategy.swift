/// How a FleetSet's releases reach its clusters (ROLLOUTS.md, "The strategy"; defaults from AMENDMENTS 12).
public struct RolloutStrategy: Hashable, Sendable, Codable {
  /// What starts a run (R30).
  public enum Trigger: String, Sendable, Codable, CaseIterable {
    /// A run starts as soon as the newest release differs from what the members want.
    case automatic
    /// A run starts only by `rollout start`.
    case manual
  }

  /// What order, percentages, slots and budgets count (R0).
  public enum Unit: String, Sendable, Codable, CaseIterable {
    /// Clusters: all of a cluster's steps in a stage are one.
    case cluster
    /// Members, each by itself.
    case target
  }

  /// What a cluster that joins during a run gets (R5).
  public enum Membership: String, Sendable, Codable, CaseIterable {
    /// The last good release now, this run's release when the run has ended well.
    case afterRun
    /// The last good release now, this run's release as soon as the stage its labels name has passed.
    case lastPassedStage
    /// A place at the end of its stage, when that has not passed.
    case intoStage
    /// The join ends the run.
    case abort
  }

  /// What a newer revision does while a run is active (R22).
  public enum NewRevisionPolicy: String, Sendable, Codable, CaseIterable {
    /// It is refused until the run has ended.
    case reject
    /// It waits in line.
    case queue
    /// It waits, and replaces one that already waits.
    case coalesce
    /// It ends the run at a safe point and starts its own.
    case supersede
  }

  /// How far a run may have come that `onNewRevision: supersede` ends (R22).
  public enum Supersession: String, Sendable, Codable, CaseIterable {
    /// No stage after the first has opened.
    case firstStage
    /// As far as it likes.
    case always
  }

  /// What becomes of clusters that were unhealthy before the run (R6).
  public enum UnhealthyPolicy: String, Sendable, Codable, CaseIterable {
    /// They take their place in the order.
    case inOrder
    /// They go first in their stage.
    case first
    /// They are left out, and catch up when they are healthy again.
    case exclude
  }

  /// What starts a run.
  public var trigger: Trigger = .automatic
  /// What is counted.
  public var unit: Unit = .cluster
  /// The order of members inside a stage.
  public var order = OrderRule()
  /// What joins get.
  public var membership: Membership = .lastPassedStage
  /// What newer revisions do.
  public var onNewRevision: NewRevisionPolicy = .coalesce
  /// How far a run may have come that makes place for a newer revision.
  public var supersede: Supersession = .firstStage
  /// What becomes of clusters that were unhealthy before.
  public var alreadyUnhealthy: UnhealthyPolicy = .inOrder
  /// The run's budgets.
  public var budgets = RunBudgets()
  /// How many clusters per value of a label may be in flight in this set's runs.
  public var limits: [LabelLimit] = []
  /// What a breach does.
  public var onFailure = FailurePolicy()
  /// Until one step of the run has succeeded only one cluster is in flight (R7).
  public var firstAlone = true
  /// How many onboarding clusters may be in flight when no run is active (R30).
  public var onboardMaxConcurrent = 10
  /// How many clusters may be in flight that catch up after their run (R16).
  public var catchUpMaxConcurrent = 5
  /// The windows in which orders of every stage are sent (R21); nil for none.
  public var windows: [String]?
  /// The stages in order; never empty.
  public var stages: [StageStrategy]

  /// Makes a strategy; without stages, the default of one stage `rest` with 25 % at once (AMENDMENTS 12).
  public init(stages: [StageStrategy] = []) {
    self.stages =
      stages.isEmpty
      ? [StageStrategy(name: "rest", selection: .rest, maxConcurrent: .percent(25))] : stages
  }

  /// Decodes a strategy; fields that are newer than a stored run have their defaults.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func read<Value: Decodable>(_ key: CodingKeys) throws -> Value { try container.decode(Value.self, forKey: key) }
    func readNew<Value: Decodable>(_ key: CodingKeys, _ other: Value) throws -> Value {
      try container.decodeIfPresent(Value.self, forKey: key) ?? other
    }
    self.init(stages: try read(.stages))
    trigger = try read(.trigger)
    unit = try read(.unit)
    order = try read(.order)
    membership = try read(.membership)
    onNewRevision = try read(.onNewRevision)
    supersede = try readNew(.supersede, supersede)
    alreadyUnhealthy = try readNew(.alreadyUnhealthy, alreadyUnhealthy)
    budgets = try read(.budgets)
    limits = try read(.limits)
    onFailure = try read(.onFailure)
    firstAlone = try read(.firstAlone)
    onboardMaxConcurrent = try read(.onboardMaxConcurrent)
    catchUpMaxConcurrent = try readNew(.catchUpMaxConcurrent, catchUpMaxConcurrent)
    windows = try container.decodeIfPresent([String].self, forKey: .windows)
  }
}

/// The order of members (R3): a label's integer, missing last; then the name bytewise, or a seeded shuffle.
public struct OrderRule: Hashable, Sendable, Codable {
  /// The label whose signed 64-bit integer value orders first; nil for none.
  public var label: String?
  /// Orders by SHA-256(seed, name) within one order value instead of by name; nil for the name.
  public var shuffleSeed: String?

  /// Makes a rule.
  public init(label: String? = nil, shuffleSeed: String? = nil) {
    self.label = label
    self.shuffleSeed = shuffleSeed
  }
}

/// What a whole run may lose (R13, R15, R24).
public struct RunBudgets: Hashable, Sendable, Codable {
  /// Failed clusters allowed over all stages; nil leaves it to the stages' budgets.
  public var failures: IntOrPercent?
  /// Unreachable clusters allowed over all stages.
  public var unreachable: IntOrPercent
  /// Targets that may leave the set without approval.
  public var removals: IntOrPercent
  /// Objects that may leave a target's bundle without approval, of those it had.
  public var prunes: IntOrPercent

  /// Makes budgets with the defaults of AMENDMENTS 12.
  public init(
    failures: IntOrPercent? = nil, unreachable: IntOrPercent = .percent(10), removals: IntOrPercent = .percent(10),
    prunes: IntOrPercent = .percent(20)
  ) {
    self.failures = failures
    self.unreachable = unreachable
    self.removals = removals
    self.prunes = prunes
  }
}

/// At most so many clusters in flight for each value of a label.
public struct LabelLimit: Hashable, Sendable, Codable {
  /// The label's key; clusters without it are not limited.
  public var label: String
  /// Clusters in flight per value, from 1.
  public var maxInFlight: Int

  /// Makes a limit.
  public init(label: String, maxInFlight: Int) {
    self.label = label
    self.maxInFlight = maxInFlight
  }
}

/// What happens when a budget is breached (R13, R14).
public struct FailurePolicy: Hashable, Sendable, Codable {
  /// What the run does.
  public enum Action: String, Sendable, Codable, CaseIterable {
    /// It halts and waits for a person.
    case pause
    /// It sends changed members back.
    case rollback
    /// It ends.
    case abort
  }

  /// Which changed members a rollback sends back.
  public enum Scope: String, Sendable, Codable, CaseIterable {
    /// Only the failed ones.
    case failed
    /// Those of the failed step's stage and of every later one.
    case stage
    /// All of the run.
    case all
  }

  /// What in-flight steps do when a rollback is decided.
  public enum InFlight: String, Sendable, Codable, CaseIterable {
    /// They go back at once.
    case recall
    /// They end first, at most until their progress deadline.
    case finish
  }

  /// What the run does.
  public var action: Action
  /// Which members go back.
  public var scope: Scope
  /// What in-flight steps do.
  public var inFlight: InFlight
  /// The rollback's concurrency; nil for the stage's own.
  public var maxConcurrent: IntOrPercent?
  /// Whether a rollback removes members that have nothing to go back to, which keep their workloads otherwise.
  public var removeNew: Bool

  /// Makes a policy; the defaults are AMENDMENTS 11 and 12.
  public init(
    action: Action = .pause, scope: Scope = .all, inFlight: InFlight = .recall, maxConcurrent: IntOrPercent? = nil,
    removeNew: Bool = false
  ) {
    self.action = action
    self.scope = scope
    self.inFlight = inFlight
    self.maxConcurrent = maxConcurrent
    self.removeNew = removeNew
  }

  /// Reads a policy, also one that was frozen before `removeNew` was there.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    action = try values.decode(Action.self, forKey: .action)
    scope = try values.decode(Scope.self, forKey: .scope)
    inFlight = try values.decode(InFlight.self, forKey: .inFlight)
    maxConcurrent = try values.decodeIfPresent(IntOrPercent.self, forKey: .maxConcurrent)
    removeNew = try values.decodeIfPresent(Bool.self, forKey: .removeNew) ?? false
  }
}
