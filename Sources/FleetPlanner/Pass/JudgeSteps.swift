internal import FleetModel

extension Pass {
  /// Takes in what clusters reported, and which of them are gone or silent.
  mutating func judgeSteps() {
    for unit in units.indices {
      if let hold = units[unit].hold { wakes.append(hold.until) }
      for step in units[unit].steps.indices where needsJudgement(unit: unit, step: step) {
        judge(unit: unit, step: step)
      }
    }
  }

  /// Whether anything can follow from what is known of the step; asked before it is copied.
  private func needsJudgement(unit: Int, step: Int) -> Bool {
    if units[unit].isRemoved || units[unit].steps[step].isBackInSet { return true }
    switch units[unit].steps[step].state {
    case .dispatched, .applying, .verifying, .lost, .soaking, .succeeded, .rollingBack, .unreachable, .skipped:
      return true
    case .pending, .failed, .unchanged, .waived, .removed, .cancelled, .rolledBack, .rollbackFailed:
      return false
    }
  }

  private mutating func judge(unit unitIndex: Int, step stepIndex: Int) {
    let unit = units[unitIndex]
    let step = unit.steps[stepIndex]
    if unit.isRemoved {
      // A removed member that had failed, or whose failure was accepted, still counts (R5).
      guard step.state.mayBecome(.removed), step.state != .failed, step.state != .waived else { return }
      move(unit: unitIndex, step: stepIndex, to: .removed)
      note(
        "step.removed", unit: unit, target: step.target,
        "\(unit.clusterName) left the inventory; its workloads stay")
      return
    }
    if step.isBackInSet, step.state == .pending {
      move(unit: unitIndex, step: stepIndex, to: .cancelled)
      note("step.cancelled", unit: unit, target: step.target, "\(step.targetName) is in the set again, so it stays")
      return
    }
    let rules = stages[unit.stage].rules
    switch step.state {
    case .dispatched where unit.isHeldBefore(step):
      // Its agent does not begin it; it catches up when the hold ends, and a rollback finds it.
      move(unit: unitIndex, step: stepIndex, to: .skipped)
      if let hold = unit.hold {
        note(
          "step.skipped", unit: unit, target: step.target,
          "\(unit.clusterName) is \(hold.words); it had not begun")
      }
    case .dispatched, .applying, .verifying:
      let verdict = judgeInFlight(step, of: unit, rules: rules, listened: input.listened)
      takeForward(verdict, unit: unitIndex, step: stepIndex)
      planTimers(unit: unitIndex, step: stepIndex)
    case .lost:
      judgeLost(unit: unitIndex, step: stepIndex)
    case .soaking, .succeeded:
      if case .failed(let reason) = judgeWatched(step, rules: rules) {
        fail(unit: unitIndex, step: stepIndex, "regressed after it was ready: \(reason)")
      }
    case .rollingBack:
      let verdict = judgeInFlight(step, of: unit, rules: rules, listened: input.listened)
      takeRollback(verdict, unit: unitIndex, step: stepIndex)
      planTimers(unit: unitIndex, step: stepIndex)
    case .unreachable, .skipped:
      judgePassedOver(unit: unitIndex, step: stepIndex)
    case .pending, .failed, .unchanged, .waived, .removed, .cancelled, .rolledBack, .rollbackFailed:
      break
    }
  }

  /// Who was passed over and is there again takes its turn: in its stage as long as that is open, else as a catch-up in a
  /// free slot of it, which delays and fails nothing (R16).
  private mutating func judgePassedOver(unit unitIndex: Int, step stepIndex: Int) {
    let unit = units[unitIndex]
    guard isBackForTurn(unit), unit.steps[stepIndex].failure.isEmpty else { return }
    move(unit: unitIndex, step: stepIndex, to: .pending)
    let why = unit.isJoined ? "follows, having joined during the run" : "is back; it catches up"
    note("step.catchesUp", unit: unit, target: unit.steps[stepIndex].target, "\(unit.clusterName) \(why)")
  }

  /// Whether a unit that was passed over, or joined, is there and has a turn now.
  func isBackForTurn(_ unit: Unit) -> Bool {
    run.breach == nil && unit.silentFor < silenceShown && unit.cordonReason == nil && unit.hold == nil && hasTurn(unit)
  }

  /// Whether an order in flight in the stage is a catch-up: its stage went on without it.
  func isCatchUp(in stage: Int) -> Bool { stages[stage].state == .soaking || stages[stage].state.isComplete }

  private mutating func takeForward(_ verdict: Verdict, unit unitIndex: Int, step stepIndex: Int) {
    let unit = units[unitIndex]
    let step = unit.steps[stepIndex]
    switch verdict {
    case .unchanged: break
    case .reached(let state):
      // A flapping report never takes a step back to an earlier state.
      guard step.state.mayBecome(state) else { return }
      move(unit: unitIndex, step: stepIndex, to: state)
    case .ready:
      move(unit: unitIndex, step: stepIndex, to: stages[unit.stage].state.isComplete ? .succeeded : .soaking)
      note("step.ready", unit: unit, target: step.target, readiness(unit))
    case .failed(let reason) where isCatchUp(in: unit.stage):
      move(unit: unitIndex, step: stepIndex, to: .unreachable, failure: "did not catch up: \(reason)")
      note("step.catchUpFailed", unit: unit, target: step.target, "\(unit.clusterName) did not catch up: \(reason)")
    case .failed(let reason): fail(unit: unitIndex, step: stepIndex, reason)
    case .lost where isCatchUp(in: unit.stage):
      move(unit: unitIndex, step: stepIndex, to: .unreachable)
      note("step.unreachable", unit: unit, target: step.target, "\(unit.clusterName) is away again")
    case .lost:
      move(unit: unitIndex, step: stepIndex, to: .lost)
      note(
        "step.lost", unit: unit, target: step.target,
        "\(unit.clusterName) has been silent for \(unit.silentFor.text) since its order")
    }
  }

  private func readiness(_ unit: Unit) -> String {
    "\(unit.clusterName) " + (run.kind == .remove ? "has removed \(unit.targetNames)" : "is healthy on the new bundle")
  }

  private mutating func fail(unit unitIndex: Int, step stepIndex: Int, _ reason: String) {
    let unit = units[unitIndex]
    move(unit: unitIndex, step: stepIndex, to: .failed, failure: reason)
    note("step.failed", unit: unit, target: unit.steps[stepIndex].target, "\(unit.clusterName): \(reason)")
  }

  /// A lost step is given back by a late fenced success (R15), and tried anew when its cluster is back without one.
  private mutating func judgeLost(unit unitIndex: Int, step stepIndex: Int) {
    let unit = units[unitIndex]
    let step = unit.steps[stepIndex]
    guard run.breach == nil, unit.silentFor < silenceShown else { return }
    switch judgeReturned(step, rules: stages[unit.stage].rules) {
    case .ready:
      move(unit: unitIndex, step: stepIndex, to: stages[unit.stage].state.isComplete ? .succeeded : .soaking)
      note("step.ready", unit: unit, target: step.target, "\(unit.clusterName) is back, and healthy on the new bundle")
    case .failed(let reason): fail(unit: unitIndex, step: stepIndex, reason)
    case .unchanged, .reached, .lost:
      guard !stages[unit.stage].state.isComplete else { return }
      move(unit: unitIndex, step: stepIndex, to: .pending)
      if stages[unit.stage].state == .soaking { stages[unit.stage].state = .open }
      note("step.retried", unit: unit, target: step.target, "\(unit.clusterName) is back; it gets its order again")
    }
  }

  private mutating func takeRollback(_ verdict: Verdict, unit unitIndex: Int, step stepIndex: Int) {
    let unit = units[unitIndex]
    let step = unit.steps[stepIndex]
    switch verdict {
    case .unchanged, .reached: break
    case .ready:
      move(unit: unitIndex, step: stepIndex, to: .rolledBack)
      let what = step.before == nil ? "has removed \(step.targetName)" : "runs what it ran before"
      note("step.rolledBack", unit: unit, target: step.target, "\(unit.clusterName) \(what)")
    case .failed(let reason): failRollback(unit: unitIndex, step: stepIndex, reason)
    case .lost: failRollback(unit: unitIndex, step: stepIndex, "no contact for \(unit.silentFor.text)")
    }
  }

  private mutating func failRollback(unit unitIndex: Int, step stepIndex: Int, _ reason: String) {
    let unit = units[unitIndex]
    move(unit: unitIndex, step: stepIndex, to: .rollbackFailed, failure: reason)
    note(
      "step.rollbackFailed", unit: unit, target: unit.steps[stepIndex].target,
      "\(unit.clusterName) could not go back: \(reason)")
  }

  /// Plans the next pass for the moments at which the clocks alone change a verdict.
  private mutating func planTimers(unit unitIndex: Int, step stepIndex: Int) {
    let unit = units[unitIndex]
    let step = unit.steps[stepIndex]
    guard step.state.holdsForwardSlot || step.state == .rollingBack, let order = step.order else { return }
    let rules = stages[unit.stage].rules
    let elapsed = timeGiven(to: step, of: unit, order: order, listened: input.listened)
    let remaining = rules.progressDeadline - elapsed
    wakes += [now + remaining, now + remaining + .seconds(30)]
    if unit.silentFor > .zero { wakes.append(now + max(rules.unreachableAfter - unit.silentFor, .seconds(1))) }
  }
}
