internal import FleetModel
internal import FleetPlanner

/// What a checker remembers of one run, by its own arithmetic; it never asks the planner.
struct RunWitness {
  /// One stage as the strategy and its members make it.
  struct StageFacts {
    var size: Int
    var slots: Int
    var rollbackSlots: Int
    var failureBudget: Int
    var unreachableBudget: Int?
    var minSucceeded: Int
    var changing: Int
    /// When its last order left the air, by PostgreSQL's clock; nil before.
    var quietSince: Int64?
  }

  /// An approval as it was given.
  struct GivenApproval {
    var stage: Int
    var person: Person
    var at: Int64
    /// Whether the stage had begun to soak, so that it can count for `after` gates.
    var isDuringSoak: Bool
  }

  /// A window's override as it was given.
  struct GivenOverride {
    var stage: Int
    var person: String
    var at: Int64
  }

  /// A gate of a stage.
  struct GateKey: Hashable {
    var stage: Int
    var isAfter: Bool
    var place: Int
  }

  /// A measurement as chance made it.
  struct GivenMeasurement {
    var gate: GateKey
    var verdict: CheckVerdict
  }

  /// V3: no order is given twice.
  struct OrderKey: Hashable {
    var target: TargetID
    var isRollback: Bool
    var attempt: Int
  }

  var stages: [StageFacts]
  var failureBudget: Int?
  var unreachableBudget: Int
  var before: [TargetID: PlacedBundle] = [:]
  var bundles: [TargetID: Digest] = [:]
  var approvals: [GivenApproval] = []
  var overrides: [GivenOverride] = []
  var measurements: [GivenMeasurement] = []
  /// How many measurements there were when a stage began, or went on, to ask before it opens, and when its soak began. Not
  /// the time: a clock that jumped back stands still, and all that happens then happens at once.
  var askedAfter: [Int: Int] = [:]
  var soaksAfter: [Int: Int] = [:]
  /// Gates that people went on without, as `list place` of a stage.
  var waivedChecks: Set<GateKey> = []
  var orders: Set<OrderKey> = []
  /// Targets that were unhealthy when the run was made (R6).
  var unhealthy: Set<TargetID> = []
  /// Since when a stage's approvals are asked for (R19).
  var askedSince: [Int: Int64] = [:]
  var forwardOrdered: Set<TargetID> = []
  /// Somebody has been ready in this run (R7).
  var hasSucceeded = false
  var memberCount: Int
  var authors: [String]
  var hasUnknownAuthor: Bool
  /// Whether a rollback removes members without a `before`: all of them fit the budget at the start.
  var removesNew: Bool
  /// A person resumed the run although it is over its unreachable budgets, or untested.
  var acceptedUnreachable: [Int]
  var acceptedUntested: Set<Int> = []

  init(_ frozen: FrozenRun, world: World) throws(SimulationFailure) {
    let strategy = frozen.run.strategy
    var facts: [StageFacts] = []
    var seen: Set<TargetID> = []
    for (index, stage) in frozen.stages.enumerated() {
      let units = frozen.units.filter { $0.stage == index }
      let size = units.count
      let changing = units.count { unit in unit.steps.contains { $0.state != .unchanged } }
      let slots = Self.concurrency(stage.rules.maxConcurrent, size)
      facts.append(
        StageFacts(
          size: size, slots: slots,
          rollbackSlots: strategy.onFailure.maxConcurrent.map { Self.concurrency($0, size) } ?? slots,
          failureBudget: Self.budget(stage.rules.failureBudget, size),
          unreachableBudget: stage.rules.unreachableBudget.map { Self.budget($0, size) },
          minSucceeded: min(changing, Self.atLeast(stage.rules.minSucceeded, changing)), changing: changing))
    }
    stages = facts
    let clusters = Set(frozen.units.map(\.cluster)).count
    failureBudget = strategy.budgets.failures.map { Self.budget($0, clusters) }
    unreachableBudget = Self.budget(strategy.budgets.unreachable, clusters)
    memberCount = frozen.units.reduce(0) { $0 + $1.steps.count }
    authors = frozen.run.authors + [frozen.run.startedBy]
    hasUnknownAuthor = !frozen.run.unknownAuthors.isEmpty
    acceptedUnreachable = Array(repeating: -1, count: facts.count + 1)
    let new = frozen.units.flatMap(\.steps).count { step in
      step.state != .unchanged && world.placements[Int(step.target.rawValue) - 1].lastKnownGood == nil
    }
    let asked = world.knobs.strategy
    removesNew =
      frozen.run.kind == .rollout && asked.onFailure.action == .rollback && asked.onFailure.removeNew
      && new <= Self.budget(asked.budgets.removals, memberCount)
    for unit in frozen.units {
      for step in unit.steps {
        try world.require(seen.insert(step.target).inserted, "R4", "target \(step.targetName) is in two stages")
        before[step.target] = world.placements[Int(step.target.rawValue) - 1].lastKnownGood
        bundles[step.target] = step.bundle
        let placement = world.placements[Int(step.target.rawValue) - 1]
        if frozen.run.kind == .rollout, world.wasUnhealthy(placement) { unhealthy.insert(step.target) }
        try world.require(
          step.before == (frozen.run.kind == .remove ? nil : before[step.target]) || frozen.run.kind == .undo, "R3",
          "target \(step.targetName) froze another `before` than its last known good bundle")
      }
    }
  }

  /// Whether a rollback has something to tell a step (R14).
  func mayGoBack(_ step: Step, of unit: Unit) -> Bool {
    before[step.target] != nil || removesNew && !unit.isJoined
  }

  // R1's arithmetic

  static func concurrency(_ rule: IntOrPercent, _ size: Int) -> Int {
    switch rule {
    case .count(let count): max(1, min(count, max(size, 1)))
    case .percent(let share): max(1, size * share / 100)
    }
  }

  static func budget(_ rule: IntOrPercent, _ size: Int) -> Int {
    switch rule {
    case .count(let count): count
    case .percent(let share): size * share / 100
    }
  }

  private static func atLeast(_ rule: IntOrPercent, _ size: Int) -> Int {
    switch rule {
    case .count(let count): count
    case .percent(let share): (size * share + 99) / 100
    }
  }

  // What people did

  mutating func noteApproval(before: [Stage], after: [Stage], person: Person, at: Int64) {
    for (old, new) in zip(before, after) where new.approvals.count > old.approvals.count {
      approvals.append(
        GivenApproval(stage: new.index, person: person, at: at, isDuringSoak: old.openedAt != nil))
    }
  }

  /// What somebody took back was never given.
  mutating func noteRevocation(before: [Stage], after: [Stage], person: Person, at: Int64) {
    for (old, new) in zip(before, after) where new.approvals.count < old.approvals.count {
      if askedSince[new.index] != nil { askedSince[new.index] = at }
      approvals.removeAll { given in
        given.stage == new.index && given.person.name == person.name && (old.openedAt == nil || given.isDuringSoak)
      }
    }
  }

  /// Who joins is a member from then on; approvals of a stage that one gets a place in are void (R5, R19).
  mutating func noteJoin(_ units: [Unit], at: Int64, lastKnownGood: (TargetID) -> PlacedBundle?) {
    for unit in units {
      memberCount += unit.steps.count
      for step in unit.steps {
        bundles[step.target] = step.bundle
        before[step.target] = lastKnownGood(step.target)
      }
      guard unit.steps.contains(where: { $0.state == .pending }) else { continue }
      let isVoid = approvals.contains { $0.stage == unit.stage }
      if isVoid, askedSince[unit.stage] != nil { askedSince[unit.stage] = at }
      approvals.removeAll { $0.stage == unit.stage }
    }
  }

  mutating func noteOverride(before: [Stage], after: [Stage], person: Person, at: Int64) {
    for (old, new) in zip(before, after) where new.overrides.count > old.overrides.count {
      overrides.append(GivenOverride(stage: new.index, person: person.name, at: at))
    }
  }

  /// A person's resume accepts what stopped the run as it is now: unreachable clusters, an untested stage.
  mutating func noteResume(_ row: RunRow, before: RunRow) {
    var total = 0
    for index in stages.indices {
      let count = row.units.count { unit in
        unit.stage == index && unit.steps.contains { $0.state == .lost || $0.state == .unreachable && !unit.isJoined }
      }
      total += count
      acceptedUnreachable[index] = max(acceptedUnreachable[index], count)
      if before.stages[index].state == .halted, before.run.breach == nil, before.stages[index].openedAt != nil {
        acceptedUntested.insert(index)
      }
    }
    acceptedUnreachable[stages.count] = max(acceptedUnreachable[stages.count], total)
  }

  mutating func noteMeasurement(_ request: CheckRequest, _ answer: CheckAnswer) {
    let gate = GateKey(stage: request.stage, isAfter: request.list == .after, place: request.place)
    measurements.append(GivenMeasurement(gate: gate, verdict: answer.verdict))
  }

  mutating func noteWaivedChecks(before: [Stage], after: [Stage]) {
    for (old, new) in zip(before, after) {
      for record in new.checks where !record.waivedBy.isEmpty && !old.checks.contains(record) {
        waivedChecks.insert(GateKey(stage: new.index, isAfter: record.list == .after, place: record.place))
      }
    }
  }

  /// Whether enough measurements of a gate behind earlier ones passed, and no more failed than may.
  private func hasPassed(_ gate: GateKey, _ rule: CheckRule, after earlier: Int) -> Bool {
    if waivedChecks.contains(gate) { return true }
    let verdicts = measurements.dropFirst(earlier).filter { $0.gate == gate }.map(\.verdict)
    return verdicts.count { $0 == .pass } >= rule.count && verdicts.count { $0 == .fail } <= rule.failures
  }

  /// When the first request for approval in a list of gates runs out that has not all its approvals; nil when none does.
  func answerDue(_ gates: [Gate], stage: Int, now: Int64, afterSoakBegan: Bool) -> Int64? {
    guard let asked = askedSince[stage] else { return nil }
    return gates.compactMap { gate -> Int64? in
      guard case .approval(let rule) = gate, let timeout = rule.timeout?.wholeMilliseconds,
        !areMet([gate], stage: stage, now: now, afterSoakBegan: afterSoakBegan)
      else { return nil }
      let expiry = rule.expiresAfter?.wholeMilliseconds ?? .max / 2
      let lapsed = approvals.filter { $0.stage == stage }.map { $0.at + expiry }.filter { $0 <= now }
      return max(asked, lapsed.max() ?? asked) + timeout
    }.min()
  }

  /// Whether a list of gates of a stage is met by approvals that people really gave (R19), and measurements that were made
  /// behind earlier ones (R20).
  func areMet(_ gates: [Gate], stage: Int, now: Int64, afterSoakBegan: Bool) -> Bool {
    let earlier = (afterSoakBegan ? soaksAfter : askedAfter)[stage] ?? 0
    return gates.enumerated().allSatisfy { place, gate in
      switch gate {
      case .analysis, .http:
        guard let rule = gate.checkRule else { return false }
        return hasPassed(
          GateKey(stage: stage, isAfter: afterSoakBegan, place: place), rule, after: earlier)
      case .approval(let rule):
        let people = approvals.filter { given in
          guard given.stage == stage, given.isDuringSoak || !afterSoakBegan else { return false }
          if let expiry = rule.expiresAfter, now >= given.at + expiry.wholeMilliseconds { return false }
          if !rule.groups.isEmpty, !given.person.groups.contains(where: rule.groups.contains) { return false }
          return !(rule.notAuthor && authors.contains(given.person.name))
        }
        let needed = rule.notAuthor && hasUnknownAuthor ? 2 * rule.count : rule.count
        return Set(people.map(\.person.name)).count >= needed
      }
    }
  }
}
