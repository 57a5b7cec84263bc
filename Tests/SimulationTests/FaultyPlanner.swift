import FleetModel
import FleetPlanner
import FleetSimulation

/// A planner with one fault planted in it, to show that the checkers, which know nothing of it, see what comes of it.
enum Fault: String, CaseIterable, Sendable {
  case dispatchesOneTooMany
  case skipsGateBefore
  case skipsGateAfter
  case reusesGenerations
  case dispatchesAfterBreach
  case dispatchesWhilePaused
  case forgetsRollback
  case sendsBackNeverUpdated
  case sendsBackToWrongBundle
  case sendsWrongBundle
  case countsFailuresWrongly
  case succeedsBeforeSoak
  case passesStageEarly
  case losesEvents
  case ignoresFailures
  case ignoresReadiness
  case losesClustersEarly
  case failsByDeadlineEarly
  case ignoresLimits
  case ignoresCordons
  case sendsToSilent
  case forgetsHold
  case movesLastKnownGoodAfterRollback
  case saysNoReason
  case neverWakes
  case changesItsMind
  case goesOnAfterBreach
  case stopsRollbackEarly
  case overlooksRemovals
  case sendsFirstTogether
  case ignoresWindows
  case ignoresFreezes

  /// The planner with the fault; production's own lint is not asked, so that only the checkers can see it.
  var decisions: Decisions {
    Decisions(plan: { faultyPlan($0) }, lints: false)
  }

  private func faultyPlan(_ input: PlanInput) -> Plan {
    var plan = FleetPlanner.plan(tamper(input))
    switch self {
    case .dispatchesOneTooMany:
      // Also when the stage has slots left, it looks as if it had one more.
      if let stage = openStage(plan, input), stage.counters.slotsHeld >= stage.slots {
        sendNext(&plan, input, stage: stage.index)
      }
    case .skipsGateBefore:
      for index in input.stages.indices where stage(plan, input, index).state == .gated {
        change(&plan, input, index) { stage in
          stage.state = .open
          stage.openedAt = input.now
        }
      }
    case .skipsGateAfter, .succeedsBeforeSoak:
      break
    case .reusesGenerations:
      for index in plan.steps.indices {
        guard let order = plan.steps[index].order, order.generation.counter > 1 else { continue }
        plan.steps[index].order?.generation.counter = order.generation.counter - 1
      }
    case .dispatchesAfterBreach:
      if plan.run.breach != nil, let stage = stageWithPending(plan, input) {
        sendNext(&plan, input, stage: stage.index)
      }
    case .dispatchesWhilePaused:
      if plan.run.state == .paused, let stage = openStage(plan, input) { sendNext(&plan, input, stage: stage.index) }
    case .forgetsRollback:
      if plan.run.state == .rollingBack {
        plan.run.state = .halted
        plan.steps.removeAll { $0.order?.direction == .rollback }
      }
    case .sendsBackNeverUpdated:
      sendBackPending(&plan, input)
    case .sendsBackToWrongBundle:
      for index in plan.steps.indices where plan.steps[index].order?.direction == .rollback {
        plan.steps[index].order?.placed.release = plan.run.release
      }
    case .sendsWrongBundle:
      for index in plan.steps.indices where plan.steps[index].order?.direction == .forward {
        guard let before = step(input, plan.steps[index])?.before else { continue }
        plan.steps[index].order?.placed = before
      }
    case .countsFailuresWrongly:
      for index in plan.stages.indices where plan.stages[index].counters.failing > 0 {
        plan.stages[index].counters.failing -= 1
      }
    case .passesStageEarly:
      if let stage = openStage(plan, input), stage.counters[.soaking] > 0 {
        change(&plan, input, stage.index) { stage in
          stage.state = .passed
          stage.passedAt = input.now
        }
        plan.events.append(EventDraft(kind: "stage.passed", stage: stage.name, message: "enough"))
      }
    case .losesEvents: plan.events.removeAll { $0.kind.hasPrefix("step.") }
    case .forgetsHold: plan.hold = nil
    case .movesLastKnownGoodAfterRollback:
      if plan.run.state == .rolledBack { plan.movesLastKnownGood = true }
    case .saysNoReason: plan.report.waiting.removeAll { $0.reason == .slot || $0.reason == .soak }
    case .neverWakes: plan.nextWake = nil
    case .changesItsMind:
      plan.run.releaseName += "'"
    case .goesOnAfterBreach:
      if plan.run.state == .halting || plan.run.state == .halted, plan.run.breach?.aftermath == .halt,
        input.run.breach == nil
      {
        plan.run.breach = nil
        plan.run.state = .running
      }
    case .stopsRollbackEarly:
      if plan.run.state == .rollingBack, input.run.state == .rollingBack {
        plan.run.state = .rolledBack
        plan.run.endedAt = input.now
        plan.hold = HoldDraft(reason: "enough", by: "flotilla")
        plan.events.append(EventDraft(kind: "rollout.ended", message: "enough"))
        plan.nextWake = nil
      }
    case .ignoresFailures, .ignoresReadiness, .losesClustersEarly, .failsByDeadlineEarly, .ignoresLimits,
      .ignoresCordons, .sendsToSilent, .overlooksRemovals, .sendsFirstTogether, .ignoresWindows, .ignoresFreezes:
      break
    }
    return restored(plan, input)
  }

  /// What the faulty planner believes of the world.
  private func tamper(_ input: PlanInput) -> PlanInput {
    var input = input
    switch self {
    case .skipsGateAfter: for index in input.stages.indices { input.stages[index].rules.after = [] }
    case .succeedsBeforeSoak: for index in input.stages.indices { input.stages[index].rules.soak = .zero }
    case .ignoresLimits: input.run.strategy.limits = []
    case .sendsFirstTogether: input.run.strategy.firstAlone = false
    case .ignoresFreezes: input.calendar.freezes = []
    case .ignoresWindows:
      input.run.strategy.windows = nil
      for index in input.stages.indices { input.stages[index].rules.windows = nil }
    case .failsByDeadlineEarly: input.listened.milliseconds += 500_000
    case .ignoresFailures:
      for index in input.stages.indices { input.stages[index].rules.failFast = .seconds(86_400) }
    case .ignoresReadiness:
      for index in input.stages.indices { input.stages[index].rules.minReady = .zero }
    case .losesClustersEarly, .ignoresCordons, .sendsToSilent, .overlooksRemovals:
      for index in input.units.indices { tamper(&input.units[index]) }
    default: break
    }
    return input
  }

  private func tamper(_ unit: inout Unit) {
    switch self {
    case .losesClustersEarly: unit.silentFor *= 3
    case .ignoresCordons: unit.cordonReason = nil
    case .sendsToSilent: unit.silentFor = .zero
    case .overlooksRemovals: unit.isRemoved = false
    default: break
    }
  }

  /// The plan with the true rules, where the planner was made to believe others.
  private func restored(_ plan: Plan, _ input: PlanInput) -> Plan {
    var plan = plan
    plan.run.strategy = input.run.strategy
    for index in plan.stages.indices { plan.stages[index].rules = input.stages[plan.stages[index].index].rules }
    return plan
  }
}

// The tools of those who plant faults

private func stage(_ plan: Plan, _ input: PlanInput, _ index: Int) -> Stage {
  plan.stages.first { $0.index == index } ?? input.stages[index]
}

private func openStage(_ plan: Plan, _ input: PlanInput) -> Stage? {
  input.stages.indices.map { stage(plan, input, $0) }.first { $0.state == .open }
}

private func stageWithPending(_ plan: Plan, _ input: PlanInput) -> Stage? {
  input.stages.indices.map { stage(plan, input, $0) }.first { $0.counters[.pending] > 0 && $0.openedAt != nil }
}

private func step(_ input: PlanInput, _ change: StepChange) -> Step? {
  input.units.first { $0.stage == change.stage && $0.cluster == change.cluster }?.steps
    .first { $0.target == change.target }
}

private func change(_ plan: inout Plan, _ input: PlanInput, _ index: Int, _ body: (inout Stage) -> Void) {
  var changed = stage(plan, input, index)
  body(&changed)
  plan.stages.removeAll { $0.index == index }
  plan.stages.append(changed)
}

/// Sends the next pending unit of a stage, whoever may say no, and keeps the counters right.
private func sendNext(_ plan: inout Plan, _ input: PlanInput, stage index: Int) {
  send(&plan, input, stage: index, to: .dispatched, direction: .forward)
}

private func sendBackPending(_ plan: inout Plan, _ input: PlanInput) {
  guard plan.run.state == .rollingBack else { return }
  for index in input.stages.indices {
    send(&plan, input, stage: index, to: .rollingBack, direction: .rollback)
  }
}

private func send(
  _ plan: inout Plan, _ input: PlanInput, stage index: Int, to state: StepState, direction: StepOrder.Direction
) {
  let touched = Set(plan.steps.map(\.target))
  for unit in input.units where unit.stage == index && !unit.isRemoved && unit.cordonReason == nil {
    guard unit.steps.allSatisfy({ $0.state == .pending && !touched.contains($0.target) && $0.before != nil }) else {
      continue
    }
    var sent = unit
    for place in unit.steps.indices {
      guard let before = unit.steps[place].before else { continue }
      let step = unit.steps[place]
      let forward = PlacedBundle(bundle: step.bundle, release: plan.run.release)
      sent.steps[place].state = state
      plan.steps.append(
        StepChange(
          stage: index, cluster: unit.cluster, target: step.target, from: .pending, to: state, attempt: step.attempt,
          failure: step.failure,
          order: OrderDraft(
            placed: direction == .forward ? forward : before,
            generation: step.highestGeneration.next(inEpoch: input.epoch), direction: direction,
            rules: input.stages[index].rules)))
    }
    change(&plan, input, index) { stage in
      stage.counters.count(unit, sign: -1)
      stage.counters.count(sent, sign: 1)
    }
    plan.events.append(EventDraft(kind: "step.dispatched", cluster: unit.cluster, message: "one more"))
    return
  }
}
