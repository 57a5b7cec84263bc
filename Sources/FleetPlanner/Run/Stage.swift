public import FleetModel

/// A stage of a run: its frozen rules with absolute numbers, and what has become of it.
public struct Stage: Hashable, Sendable, Codable {
  /// The place in the run, from 0.
  public var index: Int
  /// The rules as they were at the start.
  public var rules: StageStrategy
  /// Clusters in it, including unchanged ones.
  public var size: Int
  /// Clusters that change.
  public var changing: Int
  /// Members (targets) in it.
  public var memberCount: Int
  /// Units that joined it during the run, apart from `size`: no percentage looks at them (R5).
  public var joined = 0
  /// Clusters in flight at once (R1).
  public var slots: Int
  /// Clusters in flight at once during a rollback.
  public var rollbackSlots: Int
  /// Failed clusters allowed (R1).
  public var failureBudget: Int
  /// Unreachable clusters allowed; nil leaves it to the run's budget.
  public var unreachableBudget: Int?
  /// Changing clusters that must succeed (R7).
  public var minSucceeded: Int
  /// Where it stands.
  public var state: StageState
  /// Clusters by state.
  public var counters: StageCounters
  /// When it opened.
  public var openedAt: Instant?
  /// When its last step left Verifying.
  public var soakStartedAt: Instant?
  /// Since when its gates are asked for, those before it or those after; nil for ever.
  public var askedAt: Instant?
  /// When it passed, or was found empty.
  public var passedAt: Instant?
  /// The approvals given, in order.
  public var approvals: [Approval]
  /// The overrides of its windows that were given, in order (R21).
  public var overrides: [WindowOverride]
  /// What is measured for its gates (R20).
  public var checks: [CheckRecord] = []
  /// Why it is halted; empty when it is not.
  public var haltReason: String

  /// Makes a stage that has not begun.
  public init(
    index: Int, rules: StageStrategy, size: Int, changing: Int, memberCount: Int, slots: Int, rollbackSlots: Int,
    failureBudget: Int, unreachableBudget: Int?, minSucceeded: Int, counters: StageCounters
  ) {
    self.index = index
    self.rules = rules
    self.size = size
    self.changing = changing
    self.memberCount = memberCount
    self.slots = slots
    self.rollbackSlots = rollbackSlots
    self.failureBudget = failureBudget
    self.unreachableBudget = unreachableBudget
    self.minSucceeded = minSucceeded
    state = .waiting
    self.counters = counters
    approvals = []
    overrides = []
    haltReason = ""
  }

  /// The name.
  public var name: String { rules.name }
}

/// An approval of a stage (R19).
public struct Approval: Hashable, Sendable, Codable {
  /// Who approved.
  public var principal: String
  /// The groups of the approver at that time.
  public var groups: [String]
  /// Why.
  public var reason: String
  /// The plan that was approved.
  public var planHash: Digest
  /// When.
  public var at: Instant
  /// Whether the stage had opened by then: it counts for the gates after the stage, an earlier one for those before it.
  public var isAfterOpening: Bool

  /// Makes an approval.
  public init(
    principal: String, groups: [String], reason: String, planHash: Digest, at: Instant, isAfterOpening: Bool = false
  ) {
    self.principal = principal
    self.groups = groups
    self.reason = reason
    self.planHash = planHash
    self.at = at
    self.isAfterOpening = isAfterOpening
  }
}

/// Clusters of a stage by the state of their steps; kept on the stage's row and changed with the steps (AMENDMENTS 18).
public struct StageCounters: Hashable, Sendable, Codable {
  /// Clusters by state; states without clusters are absent.
  public private(set) var byState: [StepState: Int]
  /// Clusters that have failed at least once in this run, whatever became of them.
  public var everFailed: Int
  /// Clusters of which any step holds a slot with a forward order (R0, R8).
  public var slotsHeld: Int
  /// Clusters of which any step is failed or lost: what failure budgets count (R13, R15). Who was unhealthy before the run
  /// and failed is not among them (R6).
  public var failing: Int
  /// Clusters of which any step is lost, or was away at its turn and not joined: what unreachable budgets count (R15).
  public var unreachable: Int
  /// Clusters of which any step has a rollback order on its way.
  public var rollingBack: Int
  /// Clusters of which any step is waived: what makes a run end with waivers (R18).
  public var waived: Int
  /// Clusters of which any step is passed over: cordoned or held, to catch up later (R31); joined ones are not counted.
  public var skipped: Int

  /// Makes empty counters.
  public init() {
    byState = [:]
    everFailed = 0
    slotsHeld = 0
    failing = 0
    unreachable = 0
    rollingBack = 0
    waived = 0
    skipped = 0
  }

  /// Adds (`sign` 1) or takes away (`sign` -1) what a unit counts for.
  public mutating func count(_ unit: Unit, sign: Int) {
    self[unit.state] += sign
    if unit.hasFailed { everFailed += sign }
    if unit.hasStep({ $0.holdsForwardSlot }) { slotsHeld += sign }
    if unit.isFailing { failing += sign }
    // Who joined and is away was never promised anything by this run: it follows later (R5).
    if unit.hasStep({ $0 == .lost || $0 == .unreachable && !unit.isJoined }) { unreachable += sign }
    if unit.hasStep({ $0 == .rollingBack }) { rollingBack += sign }
    if unit.hasStep({ $0 == .waived }) { waived += sign }
    if !unit.isJoined, unit.hasStep({ $0 == .skipped }) { skipped += sign }
  }

  /// The number of clusters in a state. Setting 0 removes the entry.
  public subscript(state: StepState) -> Int {
    get { byState[state] ?? 0 }
    set { byState[state] = newValue == 0 ? nil : newValue }
  }

  /// The number of clusters in any of the states.
  public func count(_ states: StepState...) -> Int { states.reduce(0) { $0 + self[$1] } }

  /// The number of clusters in all states.
  public var total: Int { byState.values.reduce(0, +) }

  /// Clusters that are ready on the run's bundles, in or after the soak.
  public var ready: Int { count(.soaking, .succeeded) }

  /// Decodes a map of state names to counts.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let named = try container.decode([String: Int].self, forKey: .byState)
    byState = [:]
    for (name, count) in named {
      guard let state = StepState(rawValue: name) else {
        throw DecodingError.dataCorruptedError(
          forKey: .byState, in: container, debugDescription: "\(name) is not a step state")
      }
      byState[state] = count
    }
    everFailed = try container.decode(Int.self, forKey: .everFailed)
    slotsHeld = try container.decode(Int.self, forKey: .slotsHeld)
    failing = try container.decode(Int.self, forKey: .failing)
    unreachable = try container.decode(Int.self, forKey: .unreachable)
    rollingBack = try container.decode(Int.self, forKey: .rollingBack)
    waived = try container.decode(Int.self, forKey: .waived)
    skipped = try container.decode(Int.self, forKey: .skipped)
  }

  /// Encodes a map of state names to counts.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let named = Dictionary(uniqueKeysWithValues: byState.map { ($0.key.rawValue, $0.value) })
    try container.encode(named, forKey: .byState)
    try container.encode(everFailed, forKey: .everFailed)
    try container.encode(slotsHeld, forKey: .slotsHeld)
    try container.encode(failing, forKey: .failing)
    try container.encode(unreachable, forKey: .unreachable)
    try container.encode(rollingBack, forKey: .rollingBack)
    try container.encode(waived, forKey: .waived)
    try container.encode(skipped, forKey: .skipped)
  }

  private enum CodingKeys: String, CodingKey {
    case byState, everFailed, slotsHeld, failing, unreachable, rollingBack, waived, skipped
  }
}
