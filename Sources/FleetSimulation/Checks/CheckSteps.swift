internal import FleetModel
internal import FleetPlanner

/// Steps move only for what the world really said (R8 to R11, R15, R28).
extension World {
  func checkSteps(_ commit: Committed) throws(SimulationFailure) {
    for index in commit.before.units.indices {
      let old = commit.before.units[index]
      let new = commit.after.units[index]
      for step in old.steps.indices where old.steps[step].state != new.steps[step].state {
        try checkStep(commit, unit: index, step: step, from: old.steps[step].state, to: new.steps[step].state)
      }
    }
  }

  private func checkStep(
    _ commit: Committed, unit: Int, step: Int, from: StepState, to: StepState
  ) throws(SimulationFailure) {
    let stored = commit.before.units[unit]
    let name = "\(stored.clusterName) (\(from.rawValue) → \(to.rawValue))"
    let rules = commit.after.stages[stored.stage].rules
    // Transitions of units that were not loaded are made in bulk.
    guard let seen = commit.input.units.first(where: { $0.stage == stored.stage && $0.position == stored.position })
    else {
      try checkBulk(commit, stage: stored.stage, from, to, name)
      return
    }
    let report = seen.steps[step].report?.observation
    let order = seen.steps[step].order
    let isFlying = isInFlight(from)
    switch to {
    case .dispatched:
      let isPassedOver = from == .unreachable || from == .skipped
      try require(from == .pending || from == .lost || isPassedOver, "R8", "\(name) is dispatched")
      if isPassedOver { try checkCatchUp(commit, seen, name) }
    case .applying: try require(from == .dispatched && report?.phase == .applying, "R8", name)
    case .verifying: try require(isFlying && report?.phase == .applied, "R8", name)
    case .soaking, .succeeded:
      if from == .soaking { return try checkBulk(commit, stage: stored.stage, from, to, name) }
      try require(isFlying || from == .lost, "R8", name)
      try require(isReady(report, rules, seen.steps[step].bundle), "R9", "\(name) without being ready for minReady")
      if to == .succeeded {
        let state = commit.after.stages[stored.stage].state
        try require(
          state == .passed || state == .empty && stored.isJoined, "R8", "\(name) before its stage has passed")
      }
    case .failed: try checkFailed(commit, seen, step, from, name)
    case .lost:
      try require(isFlying && seen.silentFor >= rules.unreachableAfter, "R15", "\(name), silent for \(seen.silentFor)")
    case .pending:
      let isRetry = if case .retry = commit.command { true } else { false }
      if from == .unreachable || from == .skipped { return try checkCatchUp(commit, seen, name) }
      try require(
        (isRetry && (from == .failed || from == .lost)) || (from == .lost && seen.silentFor < .seconds(45)), "R8", name)
    case .unreachable where hasGoneOn(commit, stored.stage):
      try checkNotCaughtUp(commit, seen, step, from, name)
    case .unreachable:
      try require(from == .pending && seen.silentFor >= rules.unreachableAfter, "R15", name)
      if rules.unreachable == .hold {
        let opened = commit.after.stages[stored.stage].openedAt ?? commit.input.now
        try require(commit.input.now >= opened + rules.holdFor, "R15", "\(name) before holdFor is over")
      }
      try require(rules.unreachable != .fail, "R15", name)
    case .skipped where from == .dispatched:
      coverage.add(.recalledByHold)
      try require(seen.hold != nil && seen.steps[step].report == nil, "R31", name)
    case .skipped:
      if seen.hold != nil { coverage.add(.passedOverHeld) }
      let isKeptBack = seen.cordonReason != nil || seen.hold != nil
      try require((from == .pending || from == .lost) && isKeptBack, "R31", name)
    case .removed: try require(seen.isRemoved && from != .failed, "R5", name)
    case .waived:
      let isWaive = if case .waive = commit.command { true } else { false }
      try require(isWaive && (from == .failed || from == .lost), "R18", name)
    case .cancelled where seen.steps[step].isBackInSet:
      coverage.add(.removalsCancelled)
      try require(from == .pending && commit.after.run.kind == .remove, "R25", name)
    case .cancelled: try checkBulk(commit, stage: stored.stage, from, to, name)
    case .rollingBack:
      let isUpdated = commit.after.witness.forwardOrdered.contains(stored.steps[step].target)
      try require(isUpdated && from != .rolledBack && from != .rollbackFailed && from != .removed, "R14", name)
    case .rolledBack:
      try require(
        from == .rollingBack && order?.direction == .rollback
          && isReady(report, rules, seen.steps[step].before?.bundle), "R14", "\(name) without being ready there")
    case .rollbackFailed:
      let isSilent = seen.silentFor >= rules.unreachableAfter
      try require(
        from == .rollingBack && order?.direction == .rollback
          && (isSilent || hasFailed(report, rules) || isOverdue(commit, seen, step, rules)), "R14",
        "\(name) without a reason")
    case .unchanged: throw failure("R8", name)
    }
  }

  /// Whether a stage soaks or has passed, so that what begins in it now is a catch-up (R16).
  private func hasGoneOn(_ commit: Committed, _ stage: Int) -> Bool {
    let states = [commit.before.stages[stage].state, commit.after.stages[stage].state]
    return states.contains(.soaking) || states.contains(.passed) || states.contains(.empty)
  }

  /// R16: who was passed over takes its turn only when it is back, in a stage that has opened.
  private func checkCatchUp(_ commit: Committed, _ unit: Unit, _ name: String) throws(SimulationFailure) {
    try require(
      unit.silentFor < .seconds(45) && unit.cordonReason == nil && unit.hold == nil && !unit.isRemoved, "R16",
      "\(name) and is not back")
    if unit.isJoined {
      try checkFollows(commit, unit, name)
    } else {
      try require(commit.after.stages[unit.stage].openedAt != nil, "R16", "\(name) before its stage has opened")
    }
    try require(commit.before.run.breach == nil, "R16", "\(name) after a breach")
    coverage.add(.catchUpsInRun)
  }

  /// R16: a catch-up that fails or vanishes is Unreachable again and changes no verdict.
  private func checkNotCaughtUp(
    _ commit: Committed, _ unit: Unit, _ step: Int, _ from: StepState, _ name: String
  ) throws(SimulationFailure) {
    let rules = commit.after.stages[unit.stage].rules
    if from == .pending {
      let hasEnded = commit.after.run.state.isGoodEnd && unit.steps[step].attempt > 1
      return try require(hasEnded || unit.silentFor >= rules.unreachableAfter, "R15", name)
    }
    if from == .skipped {
      // It came back in the very pass that ended the run.
      try require(commit.after.run.state.isGoodEnd, "R16", name)
      return try checkCatchUp(commit, unit, name)
    }
    try require(isInFlight(from), "R16", name)
    let report = unit.steps[step].report?.observation
    let hasFailed = hasFailed(report, rules) || isOverdue(commit, unit, step, rules)
    if hasFailed { coverage.add(.failedCatchUps) }
    try require(hasFailed || unit.silentFor >= rules.unreachableAfter, "R16", "\(name) without a reason")
  }

  /// Transitions of a whole stage or run: its stage passed, or the run ended.
  private func checkBulk(
    _ commit: Committed, stage: Int, _ from: StepState, _ to: StepState, _ name: String
  ) throws(SimulationFailure) {
    switch (from, to) {
    case (.soaking, .succeeded):
      try require(commit.after.stages[stage].state == .passed, "R8", "\(name) before its stage has passed")
    case (.pending, .cancelled), (.lost, .cancelled), (.unreachable, .cancelled), (.skipped, .cancelled):
      // Who has just come back is pending for a moment.
      try require(commit.after.run.state.isEnd, "R17", "\(name) before the run has ended")
    default: throw failure("R8", "\(name) without having been looked at")
    }
  }

  private func isReady(_ report: Observation?, _ rules: StageStrategy, _ bundle: Digest?) -> Bool {
    if report?.phase == .removed { return report?.bundle == nil }
    guard let report, report.phase == .applied, report.bundle == bundle else { return false }
    return (report.health == .healthy || report.health == .suspended) && report.readyFor >= rules.minReady
  }

  func hasFailed(_ report: Observation?, _ rules: StageStrategy) -> Bool {
    guard let report else { return false }
    return report.phase == .failed || (report.health == .degraded && report.degradedFor >= rules.failFast)
  }

  /// R10 with AMENDMENTS 7: only listening time counts, and only while the cluster is heard.
  private func isOverdue(_ commit: Committed, _ unit: Unit, _ step: Int, _ rules: StageStrategy) -> Bool {
    guard let order = unit.steps[step].order else { return false }
    // An order that waits for a hold on its site has its whole time from the end of that (R31).
    if unit.hold != nil, unit.steps[step].report == nil { return false }
    if let released = unit.releasedFor, released < rules.progressDeadline { return false }
    let elapsed = commit.input.listened - order.committedListened
    guard elapsed >= rules.progressDeadline else { return false }
    if let received = unit.steps[step].report?.receivedListened,
      received - order.committedListened >= rules.progressDeadline
    {
      return true
    }
    return unit.silentFor < .seconds(45)
  }

  private func checkFailed(
    _ commit: Committed, _ unit: Unit, _ step: Int, _ from: StepState, _ name: String
  ) throws(SimulationFailure) {
    let rules = commit.after.stages[unit.stage].rules
    let report = unit.steps[step].report?.observation
    switch from {
    case .pending:
      try require(
        rules.unreachable == .fail && unit.silentFor >= rules.unreachableAfter, "R15", "\(name) though in contact")
    case .dispatched, .applying, .verifying:
      try require(
        hasFailed(report, rules) || isOverdue(commit, unit, step, rules), "R10", "\(name) without a reason")
    case .lost: try require(hasFailed(report, rules), "R15", "\(name) without a failure reported")
    case .soaking, .succeeded:
      try require(hasFailed(report, rules), "R11", "\(name) without a regression")
    default: throw failure("R8", name)
    }
    try require(
      !commit.after.units.isEmpty && commit.plan.steps.contains { $0.to == .failed && !$0.failure.isEmpty }, "R10",
      "\(name) without saying why")
  }

  /// R11: nobody who is ready in this run and reports a regression goes unseen by a pass.
  func checkWatched(_ commit: Committed) throws(SimulationFailure) {
    guard commit.command == nil, !commit.after.run.state.isEnd else { return }
    for index in commit.after.units.indices where runs[commit.number].marks[index] == 0 {
      let unit = commit.after.units[index]
      guard !clusters[Int(unit.cluster.rawValue) - 1].isRemoved else { continue }
      for step in unit.steps where step.state == .soaking || step.state == .succeeded {
        let placement = placements[Int(step.target.rawValue) - 1]
        guard placement.generation == step.order?.generation else { continue }
        try require(
          !hasFailed(placement.report?.observation, commit.after.stages[unit.stage].rules), "R11",
          "\(unit.clusterName) regressed and is still \(step.state.rawValue)")
      }
    }
  }
}
