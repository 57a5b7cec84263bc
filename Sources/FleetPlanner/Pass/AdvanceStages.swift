internal import FleetModel

extension Pass {
  /// Opens, feeds, soaks and passes stages in order; a later one waits for the earlier (V2). Who catches up in a stage that
  /// has passed is sent in its free slots (R16).
  mutating func advanceStages() {
    let wentOn = stages.indices.filter { isCatchUp(in: $0) && hasPending($0) }
    for index in wentOn { passOverAway(index) }
    checkBudgets()
    for index in stages.indices {
      if !stages[index].state.isComplete { advance(index) }
      guard stages[index].state.isComplete else {
        // Later ones ask for nothing until it is their turn, again where an earlier one was taken up once more (R19).
        for later in stages[(index + 1)...].indices { stages[later].askedAt = nil }
        break
      }
    }
    for index in wentOn where stages[..<index].allSatisfy(\.state.isComplete) { dispatch(index) }
    guard stages.allSatisfy(\.state.isComplete) else { return }
    guard run.state == .running || run.state == .paused, slotsHeld == 0 else { return }
    endWell()
  }

  private mutating func advance(_ index: Int) {
    if stages[index].state == .waiting { begin(index) }
    if [.gated, .soaking].contains(stages[index].state) { stages[index].askedAt = stages[index].askedAt ?? now }
    if stages[index].state == .gated, !stopByCheck(.before, index), !stopByTimeout(.before, index) {
      // Both are looked at, so that the report names both; nobody waits for a window who has nothing to send.
      let isMet = isMet(.before, index)
      let isClosed = hasPending(index) && isShut(index)
      if isMet, !isClosed { open(index) }
    }
    if stages[index].state == .open {
      dispatch(index)
      leaveOpen(index)
    }
    if stages[index].state == .soaking { soak(index) }
  }

  private mutating func begin(_ index: Int) {
    let stage = stages[index]
    guard stage.changing > 0 || hasPending(index) || stage.rules.gateWhenEmpty else {
      stages[index].state = .empty
      stages[index].passedAt = now
      note("stage.passed", stage: index, stage.size == 0 ? "no clusters" : "unchanged on all \(stage.size)")
      let testsNothing = stages[index...].contains { $0.changing > 0 }
      if testsNothing, stage.rules.whenUnchanged == .pause, run.pause == nil {
        let reason = "stage \(stage.name) has no changes, so it tests nothing for the stages after it"
        run.pause = Run.Pause(by: Self.planner, reason: reason)
        run.state = .paused
        note("rollout.paused", stage: index, reason)
      }
      return
    }
    stages[index].state = .gated
    if !isMet(.before, index) {
      note("stage.gated", stage: index, gatesText(stage.rules.before))
    } else if hasPending(index), isShut(index), let shut = waits[index].shut {
      note("stage.gated", stage: index, shut.message)
    }
  }

  private mutating func open(_ index: Int) {
    stages[index].state = .open
    stages[index].openedAt = now
    note("stage.opened", stage: index, "\(stages[index].changing) of \(stages[index].size) clusters change")
  }

  /// When nothing is left to send and nothing in flight, the soak starts, if anybody tested the release here (R7).
  private mutating func leaveOpen(_ index: Int) {
    let counters = stages[index].counters
    guard !hasPending(index), counters.slotsHeld == 0, run.breach == nil else { return }
    guard counters.ready >= stages[index].minSucceeded else {
      let reason =
        "nobody has tested this release here: \(counters.ready) of the \(stages[index].minSucceeded) clusters that must "
        + "succeed in stage \(stages[index].name) did"
      stages[index].state = .halted
      stages[index].haltReason = reason
      run.state = .halted
      note("rollout.halted", stage: index, reason)
      return
    }
    stages[index].state = .soaking
    stages[index].soakStartedAt = now
    stages[index].askedAt = now
    // A soak that begins anew is measured anew.
    stages[index].checks.removeAll { $0.list == .after && $0.waivedBy.isEmpty }
    beginChecks(.after, index)
    let soak = stages[index].rules.soak
    if soak > .zero {
      note("stage.soaking", stage: index, "soaks for \(soak.text)")
    } else if !stages[index].rules.after.isEmpty {
      note("stage.soaking", stage: index, gatesText(stages[index].rules.after))
    }
  }

  private mutating func soak(_ index: Int) {
    guard let startedAt = stages[index].soakStartedAt, !stopByCheck(.after, index), !stopByTimeout(.after, index) else {
      return
    }
    let endsAt = startedAt + stages[index].rules.soak
    guard now >= endsAt else {
      wakes.append(endsAt)
      return
    }
    guard isMet(.after, index) else { return }
    pass(index)
  }

  /// The stage has passed: its soaking steps have succeeded (R8).
  private mutating func pass(_ index: Int) {
    stages[index].state = .passed
    stages[index].passedAt = now
    let ready = stages[index].counters[.soaking]
    stages[index].counters[.soaking] = 0
    stages[index].counters[.succeeded] += ready
    plan.bulk.append(BulkTransition(stage: index, from: .soaking, to: .succeeded))
    for unit in units.indices where units[unit].stage == index {
      for step in units[unit].steps.indices where units[unit].steps[step].state == .soaking {
        units[unit].steps[step].state = .succeeded
      }
    }
    note("stage.passed", stage: index, "\(stages[index].counters[.succeeded]) healthy")
  }

  /// Whether all gates of a list are met (R20). They are asked together.
  mutating func isMet(_ list: CheckRecord.List, _ index: Int) -> Bool {
    beginChecks(list, index)
    var isMet = true
    for (place, gate) in stages[index].gates(list).enumerated() {
      switch gate {
      case .approval(let rule):
        let valid = validApprovals(of: stages[index], rule: rule, run: run, now: now)
        if let expiry = rule.expiresAfter { wakes += valid.map { $0.at + expiry } }
        isMet = isMet && valid.count >= run.approvalsNeeded(by: rule)
      case .analysis, .http:
        let record = stages[index].checkPlace(list, place).map { stages[index].checks[$0] }
        isMet = isMet && record?.isMet ?? false
      }
    }
    return isMet
  }

  private func gatesText(_ gates: [Gate]) -> String {
    let checks = gates.filter { $0.checkRule != nil }.map(\.title)
    let asked = gates.count > checks.count ? ["approval"] : []
    let all = asked + checks
    return all.joined(separator: ", ") + (all.count == 1 ? " is asked" : " are asked")
  }

  private mutating func endWell() {
    passOverPending()
    let counters = stages.map(\.counters)
    // Failures that the budgets allow are waived by them: the run is not plainly a success (R18).
    let hasWaivedChecks = stages.contains { $0.checks.contains { !$0.waivedBy.isEmpty } }
    if hasWaivedChecks || counters.contains(where: { $0.waived > 0 || $0[.failed] > 0 }) {
      end(.succeededWithWaivers, hold: nil)
    } else if counters.contains(where: { $0.unreachable > 0 || $0.skipped > 0 }) {
      end(.succeededWithUnreachable, hold: nil)
    } else {
      end(.succeeded, hold: nil)
    }
  }

  /// Who is back and has not had a turn when the run ends catches up after it (R16).
  private mutating func passOverPending() {
    guard stages.indices.contains(where: hasPending) else { return }
    plan.bulk.append(BulkTransition(from: .pending, to: .unreachable))
    moveAllPending(to: .unreachable)
  }

  /// Ends the run: what has not begun is Cancelled, last known good bundles move as R12 says, a hold keeps automation from
  /// starting it again (R14).
  mutating func end(_ state: RolloutState, hold: String?, by principal: String = "flotilla") {
    run.state = state
    run.endedAt = now
    plan.movesLastKnownGood = run.kind != .remove && (state.isGoodEnd || state == .aborted || state == .superseded)
    // A run that removes says nothing against the release that the others have.
    if let hold, run.kind != .remove { plan.hold = HoldDraft(reason: hold, by: principal) }
    if stages.indices.contains(where: hasPending) {
      plan.bulk.append(BulkTransition(from: .pending, to: .cancelled))
      moveAllPending(to: .cancelled)
    }
    note("rollout.ended", state.rawValue + (hold.map { ": \($0)" } ?? ""))
  }

  /// Counts what a bulk transition of all pending steps makes of the units.
  private mutating func moveAllPending(to state: StepState) {
    for unit in units.indices where units[unit].hasPendingStep {
      stages[units[unit].stage].counters.count(units[unit], sign: -1)
      for step in units[unit].steps.indices where units[unit].steps[step].state == .pending {
        units[unit].steps[step].state = state
      }
      stages[units[unit].stage].counters.count(units[unit], sign: 1)
    }
    // The others have not been begun, as a step that is tried again is always given: all theirs are Pending, or Unchanged.
    for index in stages.indices {
      let pending = stages[index].counters[.pending]
      stages[index].counters[.pending] = 0
      stages[index].counters[state] += pending
    }
  }
}

extension Unit {
  var hasPendingStep: Bool { hasStep { $0 == .pending } }
}

/// The approvals of a stage that count for a rule (R19): bound to this plan, not expired, in a listed group, not an author
/// where `notAuthor` says so, one per person. Those from before the stage opened are for its `before` gates only, which
/// nobody asks any more then (R20).
func validApprovals(of stage: Stage, rule: ApprovalRule, run: Run, now: Instant) -> [Approval] {
  var seen: Set<String> = []
  return stage.approvals.filter { approval in
    guard approval.planHash == run.planHash, !seen.contains(approval.principal) else { return false }
    guard approval.isAfterOpening == (stage.openedAt != nil) else { return false }
    if let expiry = rule.expiresAfter, now >= approval.at + expiry { return false }
    if !rule.groups.isEmpty, !approval.groups.contains(where: rule.groups.contains) { return false }
    if rule.notAuthor, run.isAuthor(approval.principal) { return false }
    return seen.insert(approval.principal).inserted
  }
}

extension Run {
  /// Whether a principal is an author of the change, or started the run (R19).
  func isAuthor(_ principal: String) -> Bool { startedBy == principal || authors.contains(principal) }
}
