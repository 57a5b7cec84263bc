internal import FleetModel

extension Pass {
  /// Sends changed members back to what they ran before (R14): in-flight ones at once, failed ones next, then the others,
  /// last stage first, under each stage's concurrency. Needs no window, gate or soak.
  mutating func sendBack() {
    guard let breach = run.breach else { return }
    // An abort stops a rollback too: what is on its way ends first.
    guard breach.rollbackScope != nil else { return settleStoppedRollback(breach) }
    guard !tooManyFailed else { return settleRollback(breach) }
    for unit in units.indices where isRecalled(units[unit], breach) { sendBack(unit: unit) }
    for unit in units.indices.reversed()
    where isFailing(units[unit], breach) && hasRollbackSlot(units[unit].stage) && fitsLimits(units[unit]) {
      sendBack(unit: unit)
    }
    // In the pass that begins a rollback only in-flight and failed units are loaded: who else goes back, and whether it is
    // over, is for the next one.
    guard input.run.state == .rollingBack else { return }
    let hasCandidate = units.contains { isCandidate($0, breach) }
    if !hasCandidate, input.hasMoreToSendBack {
      plan.wantsMoreUnits = true
      return
    }
    // Whoever is held on its site takes no place on the way: an earlier stage may follow at once.
    var done: Int?
    while let last = lastStageToSendBack(breach), last != done {
      done = last
      for unit in units.indices.reversed() where units[unit].stage == last && isCandidate(units[unit], breach) {
        guard hasRollbackSlot(last), fitsLimits(units[unit]) else { continue }
        sendBack(unit: unit)
      }
      if hasRollbackSlot(last), input.hasMoreToSendBack { plan.wantsMoreUnits = true }
    }
    settleRollback(breach)
  }

  private func isCandidate(_ unit: Unit, _ breach: Run.Breach) -> Bool {
    let inScope =
      switch breach.rollbackScope {
      case .all: true
      case .stage: unit.stage >= breach.stage
      case .failed: unit.steps.contains { $0.state == .failed || $0.state == .lost }
      case nil: false
      }
    return inScope && !unit.isRemoved && unit.steps.contains { goesBack($0, of: unit) }
  }

  /// Whether a rollback has an order to give a step.
  private func goesBack(_ step: Step, of unit: Unit) -> Bool { step.isChanged && run.mayGoBack(step, of: unit) }

  private func isRecalled(_ unit: Unit, _ breach: Run.Breach) -> Bool {
    isCandidate(unit, breach) && unit.steps.contains { $0.state.holdsForwardSlot }
  }

  private func isFailing(_ unit: Unit, _ breach: Run.Breach) -> Bool {
    isCandidate(unit, breach) && unit.steps.contains { $0.state == .failed || $0.state == .lost }
  }

  private func hasRollbackSlot(_ stage: Int) -> Bool {
    goingBack(stage) < stages[stage].rollbackSlots
  }

  /// Who is on the way back, but for those who wait for a hold on their site and must hold nobody else up.
  private func goingBack(_ stage: Int) -> Int {
    stages[stage].counters.rollingBack
      - units.count { $0.stage == stage && $0.state == .rollingBack && $0.isHeldGoingBack }
  }

  /// The last stage that has somebody to send back, unless a later one still has somebody on the way.
  private func lastStageToSendBack(_ breach: Run.Breach) -> Int? {
    guard let candidate = units.last(where: { isCandidate($0, breach) })?.stage else { return nil }
    let later = stages[(candidate + 1)...].contains { goingBack($0.index) > 0 }
    return later ? nil : candidate
  }

  private mutating func sendBack(unit unitIndex: Int) {
    for stepIndex in units[unitIndex].steps.indices {
      let step = units[unitIndex].steps[stepIndex]
      guard goesBack(step, of: units[unitIndex]) else { continue }
      let order = OrderDraft(
        action: step.before == nil ? .remove : .apply,
        placed: step.before ?? PlacedBundle(bundle: step.bundle, release: step.release),
        generation: step.highestGeneration.next(inEpoch: input.epoch), direction: .rollback,
        rules: stages[units[unitIndex].stage].rules)
      move(unit: unitIndex, step: stepIndex, to: .rollingBack, order: order)
      guard order.action == .remove else { continue }
      note(
        "step.newRemoved", unit: units[unitIndex], target: step.target,
        "\(step.targetName) has nothing to go back to on \(units[unitIndex].clusterName), and is removed")
    }
    let unit = units[unitIndex]
    note("step.rollbackDispatched", unit: unit, "\(unit.clusterName) goes back to what it ran before")
    wakes.append(now + stages[unit.stage].rules.progressDeadline)
  }

  /// Clusters that could not go back, also those of which another target, by which they are counted, is on its way.
  private var rollbackFailures: Int {
    stages.reduce(0) { $0 + $1.counters[.rollbackFailed] }
      + units.count { $0.state == .rollingBack && $0.hasStep { $0 == .rollbackFailed } }
  }

  /// More than max(1, a tenth) of the changed clusters could not go back: nobody else is sent (R14).
  private var tooManyFailed: Bool {
    let changed = stages.reduce(0) { sum, stage in
      sum
        + stage.counters.count(
          .rollbackFailed, .rollingBack, .rolledBack, .failed, .lost, .waived, .soaking, .succeeded, .dispatched,
          .applying, .verifying)
    }
    return rollbackFailures > max(1, changed / 10)
  }

  private mutating func settleRollback(_ breach: Run.Breach) {
    let failed = rollbackFailures
    let under = stages.reduce(0) { $0 + $1.counters.rollingBack }
    let left = units.contains { isCandidate($0, breach) }
    guard under == 0, slotsHeld == 0, !left || tooManyFailed else { return }
    nameKept(breach)
    end(failed > 0 ? .rollbackFailed : .rolledBack, hold: breach.cause)
  }

  private mutating func settleStoppedRollback(_ breach: Run.Breach) {
    guard slotsHeld == 0, stages.allSatisfy({ $0.counters.rollingBack == 0 }) else { return }
    guard case .abort(let hold, let principal) = breach.aftermath else { return }
    end(.aborted, hold: hold ? breach.cause : nil, by: principal)
  }

  /// A member that ran nothing before keeps its workload and is named (R14).
  private mutating func nameKept(_ breach: Run.Breach) {
    let kept = units.filter { unit in
      unit.steps.contains { $0.isChanged && !run.mayGoBack($0, of: unit) }
    }
    for unit in kept {
      note("step.kept", unit: unit, "\(unit.clusterName) ran nothing before, so it keeps its workload")
    }
  }
}

extension Run {
  /// Whether a rollback has something to tell a step: to run what it ran before or, with `removeNew`, to be gone. Who
  /// joined during the run is not among those whose removal the budget was asked about.
  public func mayGoBack(_ step: Step, of unit: Unit) -> Bool {
    step.before != nil || strategy.onFailure.removeNew && !unit.isJoined
  }
}

extension Step {
  /// Whether a forward order of this run was committed for it, confirmed or not, also when a further attempt waits; one that
  /// failed by being away never got any.
  fileprivate var isChanged: Bool {
    guard order?.direction == .forward else { return false }
    return switch state {
    case .pending, .dispatched, .applying, .verifying, .soaking, .succeeded, .failed, .lost, .unreachable, .skipped,
      .waived:
      true
    case .unchanged, .removed, .cancelled, .rollingBack, .rolledBack, .rollbackFailed: false
    }
  }
}
