internal import FleetModel

/// Something in a plan that must never be: a fault of the planner, found before it is committed.
public struct PlanViolation: Hashable, Sendable, CustomStringConvertible {
  /// The invariant, `V1` to `V9`, or `state` for a transition that the state machines do not have.
  public var invariant: String
  /// What is wrong.
  public var message: String

  /// The invariant and what is wrong.
  public var description: String { "\(invariant): \(message)" }
}

/// Checks a plan against its input, by other means than the planner's: it recounts what the plan would make of the units
/// and holds the result against ROLLOUTS.md's invariants. In production a violation stops that run, never the process.
public func lint(_ plan: Plan, input: PlanInput) -> [PlanViolation] {
  var lint = PlanLint(plan: plan, input: input)
  lint.checkTransitions()
  lint.checkOrders()
  lint.checkGates()
  lint.checkSlots()
  lint.checkCounters()
  return lint.violations
}

private struct PlanLint {
  struct Key: Hashable {
    var stage: Int
    var target: TargetID
  }

  let plan: Plan
  let input: PlanInput
  let stagesAfter: [Stage]
  let statesAfter: [Key: StepState]
  var violations: [PlanViolation] = []

  init(plan: Plan, input: PlanInput) {
    self.plan = plan
    self.input = input
    let changed = Dictionary(uniqueKeysWithValues: plan.stages.map { ($0.index, $0) })
    stagesAfter = input.stages.map { changed[$0.index] ?? $0 }
    statesAfter = Dictionary(
      plan.steps.map { (Key(stage: $0.stage, target: $0.target), $0.to) }, uniquingKeysWith: { _, last in last })
  }

  mutating func violate(_ invariant: String, _ message: String) {
    violations.append(PlanViolation(invariant: invariant, message: message))
  }

  mutating func checkTransitions() {
    if plan.run.state != input.run.state, !input.run.state.mayBecome(plan.run.state),
      !(input.run.state == .paused && plan.run.state.isEnd)
    {
      violate("state", "run \(input.run.state.rawValue) → \(plan.run.state.rawValue)")
    }
    for change in plan.steps where change.from != change.to {
      // One pass may try a step again and send it, or pass it over.
      let isRetry = change.from.mayBecome(.pending) && StepState.pending.mayBecome(change.to)
      if !change.from.mayBecome(change.to), !isRetry {
        violate("state", "target \(change.target) \(change.from.rawValue) → \(change.to.rawValue)")
      }
    }
    for stage in input.stages where stage.state.isComplete && !stagesAfter[stage.index].state.isComplete {
      // Only a person's retry takes a passed stage up again.
      if !plan.events.contains(where: { $0.kind == "step.retried" }) {
        violate("V2", "stage \(stage.name) was \(stage.state.rawValue) and is taken up again")
      }
    }
  }

  mutating func checkOrders() {
    var ordered: Set<TargetID> = []
    for change in plan.steps {
      guard let order = change.order else { continue }
      if !ordered.insert(change.target).inserted { violate("V3", "two orders for target \(change.target) in one plan") }
      guard let step = step(change) else {
        violate("V3", "an order for target \(change.target), which was not loaded")
        continue
      }
      if order.generation <= step.highestGeneration {
        violate(
          "V4", "generation \(order.generation) for target \(change.target) is not above \(step.highestGeneration)")
      }
      switch order.direction {
      case .forward: checkForward(change, order, step)
      case .rollback:
        checkBack(change, order, step)
        if plan.run.breach?.rollbackScope == nil { violate("V8", "a rollback without a breach that asks for it") }
      }
    }
  }

  /// A member goes back to its own `before`; one without is removed, where the run says so.
  private mutating func checkBack(_ change: StepChange, _ order: OrderDraft, _ step: Step) {
    let isNew = step.before == nil
    let unit = input.units.first { $0.stage == change.stage && $0.cluster == change.cluster }
    if isNew, !plan.run.strategy.onFailure.removeNew || unit?.isJoined ?? true {
      violate("V6", "target \(change.target) is new, and the run does not say that those are removed")
    }
    if (order.action == .remove) != isNew {
      violate("V6", "target \(change.target) is told to \(order.action.rawValue) by a rollback")
    }
    if let before = step.before, order.placed != before {
      violate("V4", "a rollback of target \(change.target) to another bundle")
    }
  }

  private mutating func checkForward(_ change: StepChange, _ order: OrderDraft, _ step: Step) {
    if order.placed != PlacedBundle(bundle: step.bundle, release: step.release) {
      violate("V4", "target \(change.target) is sent another bundle than frozen")
    }
    if (order.action == .remove) != (plan.run.kind == .remove) {
      violate(
        "V6", "target \(change.target) is told to \(order.action.rawValue) by a run of kind \(plan.run.kind.rawValue)")
    }
    if order.action == .remove, step.isBackInSet {
      violate("V6", "target \(change.target) is removed although its set has it")
    }
    if plan.run.breach != nil { violate("V8", "target \(change.target) is dispatched after a breach") }
    if input.run.state != .running || plan.run.pause != nil && input.run.pause != nil {
      violate("V8", "target \(change.target) is dispatched while the run is \(input.run.state.rawValue)")
    }
    checkWindows(change)
    for earlier in stagesAfter where earlier.index < change.stage && !earlier.state.isComplete {
      violate("V2", "target \(change.target) of stage \(change.stage) is dispatched before \(earlier.name) has passed")
    }
  }

  /// V8: a window that is open, no freeze, or people who said so. When overrides count is the planner's to judge; here it is
  /// enough that somebody gave some.
  private mutating func checkWindows(_ change: StepChange) {
    let stage = stagesAfter[change.stage]
    guard input.run.kind != .undo,
      let unit = input.units.first(where: { $0.stage == change.stage && $0.cluster == change.cluster })
    else { return }
    let calendar = input.calendar
    for freeze in calendar.freezes.map(\.freeze) where freeze.clusters?.matches(unit.clusterLabels) ?? true {
      let isOn = calendar.zone(freeze.timeZone, labels: unit.clusterLabels).map { freeze.isOn(at: input.now, in: $0) }
      if isOn ?? true, Set(stage.overrides.map(\.by)).count < 2 {
        violate("V8", "target \(change.target) is dispatched while freeze \(freeze.name) is on")
      }
    }
    guard stage.overrides.isEmpty else { return }
    for list in [input.run.strategy.windows ?? [], stage.rules.windows ?? []] {
      let windows = list.compactMap { calendar.windows[$0] }
      let open = windows.filter { window in
        calendar.zone(window.timeZone, labels: unit.clusterLabels).map { window.isOpen(at: input.now, in: $0) } ?? false
      }
      let needsOpen = windows.contains { $0.effect == .allow } && !open.contains { $0.effect == .allow }
      if windows.count < list.count || needsOpen || open.contains(where: { $0.effect == .deny }) {
        violate("V8", "target \(change.target) is dispatched outside the windows \(list.joined(separator: ", "))")
      }
    }
  }

  /// V2: no stage opens or passes before what is measured for it has passed, or a person goes on without it.
  mutating func checkGates() {
    for (old, new) in zip(input.stages, stagesAfter) {
      if old.openedAt == nil, new.openedAt != nil { checkMeasured(new, .before) }
      if old.state != .passed, new.state == .passed { checkMeasured(new, .after) }
    }
  }

  private mutating func checkMeasured(_ stage: Stage, _ list: CheckRecord.List) {
    for (place, gate) in (list == .before ? stage.rules.before : stage.rules.after).enumerated()
    where gate.checkRule != nil {
      let record = stage.checks.first { $0.list == list && $0.place == place }
      let hasPassed = record.map { $0.passes >= (gate.checkRule?.count ?? 0) || !$0.waivedBy.isEmpty } ?? false
      if !hasPassed { violate("V2", "stage \(stage.name) goes on although \(gate.title) has not passed") }
    }
  }

  mutating func checkSlots() {
    for stage in stagesAfter {
      var holding = 0
      for unit in input.units where unit.stage == stage.index {
        let states = unit.steps.map { after($0, of: unit) }
        if states.contains(.dispatched) || states.contains(.applying) || states.contains(.verifying) { holding += 1 }
      }
      let dispatches = plan.steps.contains { $0.stage == stage.index && $0.order?.direction == .forward }
      if holding > stage.slots, dispatches {
        violate("V1", "\(holding) clusters in flight in stage \(stage.name), which has \(stage.slots) slots")
      }
      if holding != stage.counters.slotsHeld {
        violate("V1", "stage \(stage.name) counts \(stage.counters.slotsHeld) slots held, there are \(holding)")
      }
    }
  }

  mutating func checkCounters() {
    for stage in stagesAfter where stage.counters.total != stage.size + stage.joined {
      violate(
        "V5",
        "the states of stage \(stage.name) add up to \(stage.counters.total), not to \(stage.size) and "
          + "\(stage.joined) joined")
    }
    for stage in stagesAfter where stage.counters.byState.values.contains(where: { $0 < 0 }) {
      violate("V5", "a state of stage \(stage.name) counts less than nothing")
    }
  }

  private func step(_ change: StepChange) -> Step? {
    for unit in input.units where unit.stage == change.stage {
      if let step = unit.steps.first(where: { $0.target == change.target }) { return step }
    }
    return nil
  }

  private func after(_ step: Step, of unit: Unit) -> StepState {
    statesAfter[Key(stage: unit.stage, target: step.target)] ?? step.state
  }
}
