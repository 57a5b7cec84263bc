internal import FleetModel
internal import FleetPlanner

/// What a pass was given.
struct RehearsalLoad {
  var input: PlanInput
  /// The last pending unit given of each group that has more.
  var lastOfGroups: [Int]

  /// Whether more units would change the plan: somebody behind those given could have what they left.
  func isWorthWidening(_ plan: Plan, _ rehearser: Rehearser) -> Bool {
    if input.hasMoreToSendBack, input.run.state == .rollingBack { return true }
    let moved = Set(plan.steps.map(\.target))
    return lastOfGroups.contains { unit in rehearser.units[unit].steps.contains { moved.contains($0.target) } }
  }
}

/// The store of a rehearsal: it gives a pass what `PlanInput.units` documents, and takes in what was planned.
extension Rehearser {
  func load(perGroup: Int) -> RehearsalLoad {
    var wanted = active.union(changed)
    var last: [Int] = []
    if let stage = stages.first(where: { !$0.state.isComplete }) {
      let next = pending.next(perGroup, of: stage.index, in: units)
      wanted.formUnion(next.units)
      last = next.lastOfGroups
    }
    var hasMore = false
    if run.state == .rollingBack, let breach = run.breach, let scope = breach.rollbackScope {
      hasMore = addSendBack(breach.stage, scope, perGroup, &wanted)
    }
    let isRemoval = run.kind == .remove
    let given = wanted.sorted().map { index in
      var unit = units[index]
      let place = cast.places[index]
      unit.silentFor = cast.silence(place, at: time)
      unit.cordonReason = isRemoval ? nil : cast.clusters[place].cordonReason
      return unit
    }
    var input = PlanInput(
      now: now, listened: ListeningTime(milliseconds: time), epoch: epoch, run: run, stages: stages, units: given,
      inFlightByLabel: inFlightByLabel())
    input.calendar = calendar
    input.hasMoreToSendBack = hasMore
    return RehearsalLoad(input: input, lastOfGroups: last)
  }

  private func inFlightByLabel() -> [String: [String: Int]] {
    guard !run.strategy.limits.isEmpty else { return [:] }
    var counts: [String: [String: Int]] = [:]
    for index in active
    where units[index].steps.contains(where: { $0.state.holdsForwardSlot || $0.state == .rollingBack }) {
      for (limit, value) in zip(run.strategy.limits, units[index].limitValues) {
        if let value { counts[limit.label, default: [:]][value, default: 0] += 1 }
      }
    }
    return counts
  }

  /// The next units to send back, last stage first; answers whether there are more.
  private func addSendBack(_ stage: Int, _ scope: FailurePolicy.Scope, _ count: Int, _ wanted: inout Set<Int>) -> Bool {
    var left = count + (stages.map(\.rollbackSlots).max() ?? 0)
    var place = backCursor
    var isFirst = true
    while place >= 0 {
      if isCandidate(units[place], stage, scope) {
        if isFirst { backCursor = place }
        isFirst = false
        if left == 0 { return true }
        wanted.insert(place)
        left -= 1
      }
      place -= 1
    }
    if isFirst { backCursor = -1 }
    return false
  }

  private func isCandidate(_ unit: Unit, _ stage: Int, _ scope: FailurePolicy.Scope) -> Bool {
    if scope == .stage, unit.stage < stage { return false }
    return unit.steps.contains { step in
      guard run.mayGoBack(step, of: unit), step.order?.direction == .forward else { return false }
      return switch step.state {
      case .failed, .lost: true
      case .pending, .dispatched, .applying, .verifying, .soaking, .succeeded, .waived, .unreachable, .skipped:
        scope != .failed
      case .unchanged, .removed, .cancelled, .rollingBack, .rolledBack, .rollbackFailed: false
      }
    }
  }

  // What was planned

  func commit(_ plan: Plan) {
    run = plan.run
    for stage in plan.stages { stages[stage.index] = stage }
    changed = []
    for change in plan.steps {
      guard let (unit, step) = places[change.target] else { continue }
      units[unit].steps[step].state = change.to
      units[unit].steps[step].attempt = change.attempt
      units[unit].steps[step].failure = change.failure
      if change.to == .soaking || change.to == .succeeded { wasReady[unit] = true }
      if let order = change.order { send(order, unit, step) }
      note(unit)
    }
    for bulk in plan.bulk { apply(bulk) }
    report = plan.report
  }

  private func apply(_ bulk: BulkTransition) {
    for unit in units.indices where bulk.stage == nil || units[unit].stage == bulk.stage {
      var isChanged = false
      for step in units[unit].steps.indices where units[unit].steps[step].state == bulk.from {
        units[unit].steps[step].state = bulk.to
        isChanged = true
      }
      if isChanged { note(unit) }
    }
  }

  /// Whether every pass has to look at a unit.
  private func note(_ unit: Int) {
    let isActive = units[unit].steps.contains { step in
      switch step.state {
      case .dispatched, .applying, .verifying, .rollingBack, .failed, .lost: true
      case .pending: step.attempt > 1
      default: false
      }
    }
    if isActive { active.insert(unit) } else { active.remove(unit) }
  }
}
