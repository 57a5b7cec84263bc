internal import FleetModel
internal import FleetPlanner

/// How runs end, what waits and why, and where every member comes to rest (R12, R14, R18, R26, DESIGN rule 2).
extension World {
  func checkEnd(_ commit: Committed) throws(SimulationFailure) {
    let row = commit.after
    let state = row.run.state
    guard state.isEnd else {
      try require(!commit.plan.movesLastKnownGood, "R12", "last known good moves before the run has ended")
      return
    }
    let removes = row.run.kind == .remove
    let moves = !removes && (state.isGoodEnd || state == .aborted || state == .superseded)
    try require(
      commit.plan.movesLastKnownGood == moves, "R12",
      "the run ends \(state.rawValue) and last known good \(moves ? "does not move" : "moves")")
    try require(row.run.endedAt != nil, "R8", "an ended run has no time of its end")
    let isCommand = commit.command != nil
    var needsHold = state == .rolledBack || state == .rollbackFailed
    if state == .aborted, !isCommand {
      needsHold = if case .abort(let hold, _) = commit.before.run.breach?.aftermath { hold } else { true }
    }
    if case .abort(let hold) = commit.command, hold { needsHold = true }
    if removes { try require(commit.plan.hold == nil, "R25", "a run that removes holds a release") }
    if needsHold, !removes {
      try require(commit.plan.hold != nil, "R14", "the run ends \(state.rawValue) without a hold")
    }
    for unit in row.units {
      for step in unit.steps {
        try require(step.state != .pending, "R17", "\(unit.clusterName) is Pending in an ended run")
        if state.isGoodEnd || state == .rolledBack || state == .rollbackFailed {
          try require(
            !isInFlight(step.state) && step.state != .rollingBack, "R26",
            "the run ends \(state.rawValue) while \(unit.clusterName) is \(step.state.rawValue)")
        }
      }
    }
    if state.isGoodEnd { try checkGoodEnd(row) }
    if state == .rolledBack || state == .rollbackFailed { try checkRolledBack(commit) }
  }

  private func checkGoodEnd(_ row: RunRow) throws(SimulationFailure) {
    var waived = false
    var unreachable = false
    for unit in row.units {
      for step in unit.steps {
        // What a budget allowed to fail is waived by it (R18).
        if step.state == .waived || step.state == .failed { waived = true }
        let isAway = step.state == .unreachable || step.state == .skipped
        if step.state == .lost || isAway && !unit.isJoined { unreachable = true }
      }
    }
    if row.stages.contains(where: { $0.checks.contains { !$0.waivedBy.isEmpty } }) { waived = true }
    let expected: RolloutState =
      waived ? .succeededWithWaivers : unreachable ? .succeededWithUnreachable : .succeeded
    try require(row.run.state == expected, "R18", "the run ends \(row.run.state.rawValue), not \(expected.rawValue)")
    for stage in row.stages {
      try require(
        stage.state == .passed || stage.state == .empty, "R8",
        "the run ends \(row.run.state.rawValue) with stage \(stage.name) \(stage.state.rawValue)")
    }
  }

  private func checkRolledBack(_ commit: Committed) throws(SimulationFailure) {
    let row = commit.after
    guard let breach = row.run.breach, let scope = breach.rollbackScope else {
      throw failure("R14", "a rollback without a breach that asks for it")
    }
    let (failed, hasTooMany) = rollbackFailures(row)
    try require(
      (row.run.state == .rollbackFailed) == (failed > 0), "R14",
      "the run ends \(row.run.state.rawValue) with \(failed) that could not go back")
    if hasTooMany { return }
    for unit in row.units where scope != .stage || unit.stage >= breach.stage {
      guard !clusters[Int(unit.cluster.rawValue) - 1].isRemoved else { continue }
      let isInScope =
        scope != .failed || unit.steps.contains { $0.state == .failed || $0.state == .lost }
      for step in unit.steps where isInScope && row.witness.forwardOrdered.contains(step.target) {
        guard row.witness.mayGoBack(step, of: unit) else { continue }
        try require(
          step.state == .rolledBack || step.state == .rollbackFailed || step.state == .removed, "R14",
          "the run ends \(row.run.state.rawValue) and \(unit.clusterName) is left \(step.state.rawValue)")
      }
    }
  }

  /// Clusters that could not go back, and whether those are so many that nobody else is sent (R14).
  func rollbackFailures(_ row: RunRow) -> (failed: Int, hasTooMany: Bool) {
    var failed = 0
    var changed = 0
    for unit in row.units {
      if unit.steps.contains(where: { $0.state == .rollbackFailed }) { failed += 1 }
      // Who left, or did not catch up, is not among those that the rollback is about; who failed by being away is counted
      // with the others that failed.
      let isGone = [.removed, .unreachable, .skipped, .cancelled].contains(unit.state)
      let isChanged = unit.steps.contains { step in
        row.witness.forwardOrdered.contains(step.target) || step.state == .failed || step.state == .waived
      }
      if !isGone, isChanged { changed += 1 }
    }
    return (failed, failed > max(1, changed / 10))
  }

  /// Nothing waits without a reason (DESIGN rule 2).
  func checkReport(_ commit: Committed) throws(SimulationFailure) {
    let row = commit.after
    guard !row.run.state.isEnd, !asksAtOnce(commit.plan, commit.input) else { return }
    let waiting = commit.plan.report.waiting
    let reasons = Set(waiting.map(\.reason))
    func ask(_ wanted: Waiting.Reason..., what: String) throws(SimulationFailure) {
      try require(
        !reasons.isDisjoint(with: wanted), "report", "\(what), and the report says \(reasons.map(\.rawValue))")
    }
    try checkHeld(commit)
    for entry in waiting {
      try require(!entry.message.isEmpty && !entry.clearedBy.isEmpty, "report", "an entry without words")
    }
    switch row.run.state {
    case .paused: try ask(.paused, what: "the run is paused")
    case .halted: try ask(.halted, .untested, .check, .approval, what: "the run is halted")
    case .halting: try ask(.inFlight, what: "the run is halting")
    case .rollingBack: try ask(.rollback, what: "the run goes back")
    default: break
    }
    guard row.run.state == .running else { return }
    guard let stage = row.stages.first(where: { $0.state != .passed && $0.state != .empty }) else {
      return try ask(.report, .minReady, what: "somebody catches up")
    }
    switch stage.state {
    case .gated: try ask(.approval, .window, .freeze, .check, what: "stage \(stage.name) is gated")
    case .open:
      try checkWaiting(commit, stage)
      try ask(
        .slot, .firstAlone, .limit, .contact, .window, .freeze, .report, .minReady, what: "stage \(stage.name) is open")
    case .soaking: try ask(.soak, .approval, .check, what: "stage \(stage.name) soaks")
    case .waiting, .halted, .passed, .empty:
      throw failure("report", "the run is running and stage \(stage.name) is \(stage.state.rawValue)")
    }
    if row.stages.contains(where: { $0.index > stage.index && $0.changing > 0 && $0.state == .waiting }) {
      try ask(.earlierStage, what: "a stage waits for \(stage.name)")
    }
  }

  /// Whether everything has come to rest after the healing; then every member must run what its last run's end says.
  func hasConverged() throws(SimulationFailure) -> Bool {
    guard activeRun == nil, time > healedAt + 60_000, !isDue() else { return false }
    for placement in placements where !clusters[placement.cluster].isRemoved {
      guard let wanted = placement.wanted else {
        try checkGone(placement)
        continue
      }
      let isDone = placement.fence == placement.generation && placement.phase != .applying
      if !isDone || (placement.phase == .applied && placement.running != wanted.bundle) {
        // The newest order is still on its way; a bound on time ends the wait.
        try require(
          time < healedAt + 14 * 24 * 3_600_000, "R26",
          "\(placement.name) does not come to run what it was ordered last")
        return false
      }
    }
    for placement in placements where !clusters[placement.cluster].isRemoved { try checkRest(placement) }
    coverage.add(.convergences)
    return true
  }

  /// What a rollback removed is gone, and stays so.
  private func checkGone(_ placement: Placement) throws(SimulationFailure) {
    guard placement.wantsRemoval, let number = placement.run else { return }
    let step = runs[number].units.flatMap(\.steps).first { $0.target == placement.id }
    guard step?.state == .rolledBack else { return }
    try require(placement.running == nil, "R26", "\(placement.name) was removed by a rollback and runs something")
  }

  private func isDue() -> Bool {
    // Who waits for a window starts when it opens.
    let next = nextInput()
    if nextLook(next) != nil { return true }
    return switch decideStart(next) {
    case .run, .supersedes, .joins, .aborts: true
    case .waits: knobs.strategy.trigger == .manual && decideManual()
    case .nothing, .endSet, .recordOnly, .held, .refused: false
    }
  }

  private func decideManual() -> Bool {
    switch decideStart(startInput(of: releases.count - 1), request: StartRequest(principal: "kim", reason: "")) {
    case .run, .supersedes, .joins, .aborts: true
    case .nothing, .endSet, .recordOnly, .waits, .held, .refused: false
    }
  }

  /// A member's wanted bundle is what the end of the last run that ordered it says.
  private func checkRest(_ placement: Placement) throws(SimulationFailure) {
    guard let number = placement.run, let wanted = placement.wanted else { return }
    let row = runs[number]
    for unit in row.units {
      for step in unit.steps where step.target == placement.id {
        switch step.state {
        case .succeeded, .soaking, .waived:
          try require(wanted.bundle == step.bundle, "R26", "\(placement.name) ended \(step.state.rawValue) elsewhere")
        case .rolledBack:
          try require(wanted == step.before, "R26", "\(placement.name) is RolledBack elsewhere")
          try require(placement.running == wanted.bundle, "R26", "\(placement.name) is RolledBack and runs another")
        default: break
        }
        if step.state == .succeeded {
          try require(placement.running == wanted.bundle, "R26", "\(placement.name) Succeeded and runs another bundle")
        }
      }
    }
    if let good = placement.lastKnownGood {
      try require(
        !isHeld(good.bundle, for: placement.id) || placement.goodHistory.last == good, "R12",
        "\(placement.name)'s last known good bundle is held")
    }
  }
}
