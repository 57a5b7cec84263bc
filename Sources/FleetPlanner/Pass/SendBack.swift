internal import FleetModel

extension Pass {
  /// Sends changed members back to what they ran before (R14): in-flight ones at once, failed ones next, then the others,
  /// last stage first, under each stage's concurrency. Needs no window, gate or soak.
  mutating func sendBack() {
    guard let breach = run.breach else { return }
    for unit in units.indices where isRecalled(units[unit], breach) { sendBack(unit: unit) }
    for unit in units.indices.reversed() where isFailing(units[unit], breach) && hasRollbackSlot(units[unit].stage) {
      sendBack(unit: unit)
    }
    if let last = lastStageToSendBack(breach) {
      for unit in units.indices.reversed() where units[unit].stage == last && isCandidate(units[unit], breach) {
        guard hasRollbackSlot(last) else { break }
        sendBack(unit: unit)
      }
    }
    settleRollback(breach)
  }

  private func isCandidate(_ unit: Unit, _ breach: Run.Breach) -> Bool {
    let inScope =
      switch breach.scope {
      case .all: true
      case .stage: unit.stage >= breach.stage
      case .failed: unit.steps.contains { $0.state == .failed || $0.state == .lost }
      }
    return inScope && unit.steps.contains { $0.goesBack }
  }

  private func isRecalled(_ unit: Unit, _ breach: Run.Breach) -> Bool {
    isCandidate(unit, breach) && unit.steps.contains { $0.state.holdsForwardSlot }
  }

  private func isFailing(_ unit: Unit, _ breach: Run.Breach) -> Bool {
    isCandidate(unit, breach) && unit.steps.contains { $0.state == .failed || $0.state == .lost }
  }

  private func hasRollbackSlot(_ stage: Int) -> Bool {
    stages[stage].counters.rollingBack < stages[stage].rollbackSlots
  }

  /// The last stage that has somebody to send back, unless a later one still has somebody on the way.
  private func lastStageToSendBack(_ breach: Run.Breach) -> Int? {
    guard let candidate = units.last(where: { isCandidate($0, breach) })?.stage else { return nil }
    let later = stages[(candidate + 1)...].contains { $0.counters.rollingBack > 0 }
    return later ? nil : candidate
  }

  private mutating func sendBack(unit unitIndex: Int) {
    for stepIndex in units[unitIndex].steps.indices where units[unitIndex].steps[stepIndex].goesBack {
      let step = units[unitIndex].steps[stepIndex]
      guard let before = step.before else { continue }
      let order = OrderDraft(
        placed: before, generation: step.highestGeneration.next(inEpoch: input.epoch), direction: .rollback,
        startWithin: stages[units[unitIndex].stage].rules.unreachableAfter)
      move(unit: unitIndex, step: stepIndex, to: .rollingBack, order: order)
    }
    let unit = units[unitIndex]
    note("step.rollbackDispatched", unit: unit, "\(unit.clusterName) goes back to what it ran before")
    wakes.append(now + stages[unit.stage].rules.progressDeadline)
  }

  private mutating func settleRollback(_ breach: Run.Breach) {
    let failed = stages.reduce(0) { $0 + $1.counters[.rollbackFailed] }
    let under = stages.reduce(0) { $0 + $1.counters.rollingBack }
    let left = units.contains { isCandidate($0, breach) }
    let changed = failed + under + stages.reduce(0) { $0 + $1.counters[.rolledBack] }
    let isHalted = failed > max(1, changed / 10)
    guard isHalted || (under == 0 && !left) else { return }
    nameKept(breach)
    end(failed > 0 ? .rollbackFailed : .rolledBack, hold: breach.cause)
  }

  /// A member that ran nothing before keeps its workload and is named (R14).
  private mutating func nameKept(_ breach: Run.Breach) {
    let kept = units.filter { unit in unit.steps.contains { $0.state.isChangedByRun && $0.before == nil } }
    for unit in kept {
      note("step.kept", unit: unit, "\(unit.clusterName) ran nothing before, so it keeps its workload")
    }
  }
}

extension Step {
  /// Whether a rollback has an order to give it.
  fileprivate var goesBack: Bool { state.isChangedByRun && before != nil }
}
