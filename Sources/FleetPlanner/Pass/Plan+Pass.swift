internal import FleetModel

/// Decides the next steps of a run. Same input, same plan, in every process; planning its result again changes nothing (V9).
public func plan(_ input: PlanInput) -> Plan {
  var pass = Pass(input)
  pass.decide()
  return pass.finished()
}

/// The working state of one pass: copies of the input's values, and what was changed in them.
struct Pass {
  let input: PlanInput
  var run: Run
  var stages: [Stage]
  var units: [Unit]
  var inFlightByLabel: [String: [String: Int]]
  var sharedLimits: [SharedLimitUse]
  var plan: Plan
  /// When something can change by itself; the earliest is the plan's `nextWake`.
  var wakes: [Instant] = []
  /// Units of each stage that wait for something of their own, collected while dispatching, for the report.
  var waits: [DispatchWaits]
  var windowMemory: WindowMemory
  /// Whether pending units were sent, passed over or removed, so that others move up among those that a pass is given.
  var hasTakenPending = false
  private var changedSteps: [StepChange] = []
  /// Where a step's change is in `changedSteps`.
  private var changePlaces: [StepKey: Int] = [:]

  private struct StepKey: Hashable {
    var stage: Int
    var target: TargetID
  }

  init(_ input: PlanInput) {
    self.input = input
    run = input.run
    stages = input.stages
    let given = input.units
    units = given
    // The store gives them in order; looking costs less than sorting.
    let isOrdered = given.indices.dropFirst().allSatisfy { index in
      (given[index - 1].stage, given[index - 1].position) <= (given[index].stage, given[index].position)
    }
    if !isOrdered {
      units.sort { ($0.stage, $0.position) < ($1.stage, $1.position) }
    }
    inFlightByLabel = input.inFlightByLabel
    sharedLimits = input.sharedLimits
    waits = Array(repeating: DispatchWaits(), count: input.stages.count)
    windowMemory = WindowMemory(input)
    plan = Plan(run: input.run)
  }

  var now: Instant { input.now }

  mutating func decide() {
    guard !run.state.isEnd, run.state != .queued else { return }
    judgeSteps()
    checkBudgets()
    if run.state == .running || run.state == .paused {
      advanceStages()
      checkBudgets()
    }
    if run.state == .halting { settleHalt() }
    if run.state == .rollingBack { sendBack() }
  }

  /// The plan, with what was changed since the input and the report about what was not.
  func finished() -> Plan {
    var result = plan
    result.run = run
    result.stages = zip(stages, input.stages).filter { $0 != $1 }.map(\.0)
    result.steps = changedSteps
    result.report = report()
    let asksAtOnce = needsMoreUnits || hasTurnsLeft
    result.nextWake = run.state.isEnd ? nil : asksAtOnce ? now + .milliseconds(1) : wakes.filter { $0 > now }.min()
    return result
  }

  /// Whether this pass could go on at once with units that it was not given: of a stage that it opened, beyond the ones that
  /// it passed over, or for a rollback that it began.
  private var needsMoreUnits: Bool {
    if run.state == .rollingBack { return input.run.state != .rollingBack }
    guard let stage = stages.first(where: { !$0.state.isComplete }), stage.state == .open else { return false }
    let given = pendingGiven(stage.index)
    return given < stage.counters[.pending]
      && (given == 0 || stage.index != firstIncompleteGiven || hasTakenPending)
  }

  /// Moves a step and keeps the counters of its stage (AMENDMENTS 18).
  mutating func move(
    unit unitIndex: Int, step stepIndex: Int, to state: StepState, failure: String? = nil, order: OrderDraft? = nil
  ) {
    // A run may move thousands of steps in one pass: no copy of the unit is held here, so that it changes in place.
    let stage = units[unitIndex].stage
    let from = units[unitIndex].steps[stepIndex].state
    let wasUnderway = units[unitIndex].isUnderway
    stages[stage].counters.count(units[unitIndex], sign: -1)
    units[unitIndex].steps[stepIndex].state = state
    if state == .pending { units[unitIndex].steps[stepIndex].attempt += 1 }
    if from == .pending { hasTakenPending = true }
    if let failure { units[unitIndex].steps[stepIndex].failure = failure }
    if let order {
      units[unitIndex].steps[stepIndex].order = StepOrder(
        generation: order.generation, direction: order.direction, committedAt: now, committedListened: input.listened)
      units[unitIndex].steps[stepIndex].report = nil
      units[unitIndex].steps[stepIndex].highestGeneration = order.generation
    }
    stages[stage].counters.count(units[unitIndex], sign: 1)
    countLimits(units[unitIndex], wasUnderway: wasUnderway)
    record(units[unitIndex], stepIndex, from: from, order: order)
  }

  /// A unit takes a place under its limits with its first order in flight, in either direction, and gives it back with its
  /// last.
  private mutating func countLimits(_ unit: Unit, wasUnderway: Bool) {
    let change = (unit.isUnderway ? 1 : 0) - (wasUnderway ? 1 : 0)
    for (limit, value) in zip(run.strategy.limits, unit.limitValues) {
      if let value { inFlightByLabel[limit.label, default: [:]][value, default: 0] += change }
    }
    countSharedLimits(unit, change: change)
  }

  private mutating func record(_ unit: Unit, _ stepIndex: Int, from: StepState, order: OrderDraft?) {
    let step = unit.steps[stepIndex]
    let key = StepKey(stage: unit.stage, target: step.target)
    if let place = changePlaces[key] {
      changedSteps[place].to = step.state
      changedSteps[place].attempt = step.attempt
      changedSteps[place].failure = step.failure
      if let order { changedSteps[place].order = order }
      return
    }
    changePlaces[key] = changedSteps.count
    changedSteps.append(
      StepChange(
        stage: unit.stage, cluster: unit.cluster, target: step.target, from: from, to: step.state,
        attempt: step.attempt, failure: step.failure, order: order))
  }

  /// Adds an event about a step, a stage or the run.
  mutating func note(_ kind: String, stage: Int? = nil, unit: Unit? = nil, target: TargetID? = nil, _ message: String) {
    let index = unit?.stage ?? stage
    plan.events.append(
      EventDraft(
        kind: kind, stage: index.map { stages[$0].name } ?? "", cluster: unit?.cluster, target: target,
        message: message))
  }

  /// Clusters that hold a forward slot, in all stages.
  var slotsHeld: Int { stages.reduce(0) { $0 + $1.counters.slotsHeld } }
}
