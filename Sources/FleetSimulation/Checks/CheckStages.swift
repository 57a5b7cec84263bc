internal import FleetModel
internal import FleetPlanner

/// Stages open, soak and pass only as their gates, members and clocks allow (V2, R7, R8, R19, R20).
extension World {
  func checkStages(_ commit: Committed) throws(SimulationFailure) {
    for index in commit.after.stages.indices {
      let old = commit.before.stages[index]
      let new = commit.after.stages[index]
      let units = commit.after.units.filter { $0.stage == index }
      // Who catches up in a stage that went on delays nothing (R16).
      let wentOn = (old.state == .soaking || old.state == .passed) && new.state != .open
      let flying = !wentOn && units.contains { unit in unit.steps.contains { isInFlight($0.state) } }
      if flying {
        runs[commit.number].witness.stages[index].quietSince = nil
      } else if runs[commit.number].witness.stages[index].quietSince == nil, new.openedAt != nil {
        runs[commit.number].witness.stages[index].quietSince = commit.now
      }
      // What a check has stopped is measured anew when a person resumes it.
      let isAskedAnew = old.state == .waiting || old.state == .halted && old.checks.contains(where: \.stops)
      let measured = runs[commit.number].witness.measurements.count
      if new.state == .gated, isAskedAnew { runs[commit.number].witness.askedAfter[index] = measured }
      if old.state != .soaking, new.state == .soaking { runs[commit.number].witness.soaksAfter[index] = measured }
      try checkAnswers(commit, old, new)
      guard old.state != new.state else { continue }
      let witness = runs[commit.number].witness
      if new.openedAt != nil, old.openedAt == nil {
        try require(
          witness.areMet(
            new.rules.before, stage: index, now: commit.now, afterSoakBegan: false), "V2",
          "stage \(new.name) opens though its gates are not met")
        for earlier in commit.after.stages where earlier.index < index {
          try require(
            earlier.state == .passed || earlier.state == .empty, "V2", "\(new.name) opens before \(earlier.name) passed"
          )
        }
      }
      switch new.state {
      case .passed: try checkPassed(commit, new, units, flying)
      case .empty:
        try require(witness.stages[index].changing == 0, "R7", "stage \(new.name) has changes and is Empty")
      case .soaking:
        try require(
          !flying && !units.contains { $0.steps.contains { $0.state == .pending } }, "R8",
          "stage \(new.name) soaks before its last step left Verifying")
      case .waiting: throw failure("R8", "stage \(new.name) goes back to Waiting")
      case .gated:
        try require(old.state == .waiting || old.openedAt == nil, "R8", "stage \(new.name) is gated anew")
      case .open, .halted: break
      }
      if old.state == .passed || old.state == .empty {
        let isRetry = if case .retry = commit.command { true } else { false }
        try require(isRetry, "V2", "stage \(new.name) had passed and is \(new.state.rawValue)")
      }
    }
  }

  /// R19: a request for approval that has run out halts the run, and none does so earlier.
  private func checkAnswers(_ commit: Committed, _ old: Stage, _ new: Stage) throws(SimulationFailure) {
    let isAfter = old.openedAt != nil
    let gates = isAfter ? new.rules.after : new.rules.before
    let due = runs[commit.number].witness.answerDue(
      gates, stage: new.index, now: commit.now, afterSoakBegan: isAfter)
    let run = commit.after.run
    // A stage that opens, or is taken up again, may find in the same pass that nobody tests the release in it.
    let isGated = old.state == .gated && new.openedAt == nil
    let isSoaking = old.state == .soaking && new.counters.ready >= new.minSucceeded
    if new.state == .halted, isGated || isSoaking, run.breach == nil, !new.checks.contains(where: \.stops) {
      coverage.add(.approvalsTimedOut)
      try require(due.map { $0 <= commit.now } ?? false, "R19", "stage \(new.name) halts before its approvals are due")
    } else if commit.command == nil, run.state == .running, old.state == new.state, commit.hasTurn(new),
      new.state == .gated || new.state == .soaking && isAfter
    {
      let isSoaked = new.state == .gated || commit.now > (new.soakStartedAt?.millisecondsSinceEpoch ?? 0)
      try require(
        !isSoaked || due.map { $0 > commit.now } ?? true, "R19", "stage \(new.name) still asks for approval")
    }
    noteAsking(commit, old, new)
  }

  /// Since when a stage asks: it does so while it is Gated or Soaking and all before it are complete.
  private func noteAsking(_ commit: Committed, _ old: Stage, _ new: Stage) {
    let isResumed = commit.command != nil && old.state == .halted && new.state != .halted
    let hasTurn = commit.hasTurn(new)
    if isResumed || commit.command == nil && !hasTurn { runs[commit.number].witness.askedSince[new.index] = nil }
    guard commit.command == nil, hasTurn, new.state == .gated || new.state == .soaking else { return }
    if old.state != .soaking && new.state == .soaking || runs[commit.number].witness.askedSince[new.index] == nil {
      runs[commit.number].witness.askedSince[new.index] = commit.now
    }
  }

  private func checkPassed(
    _ commit: Committed, _ stage: Stage, _ units: [Unit], _ flying: Bool
  ) throws(SimulationFailure) {
    let witness = runs[commit.number].witness
    let facts = witness.stages[stage.index]
    try require(
      !flying && !units.contains { $0.steps.contains { $0.state == .pending && $0.attempt == 1 } }, "V2",
      "stage \(stage.name) passes with steps to do")
    try require(
      witness.areMet(
        stage.rules.after, stage: stage.index, now: commit.now, afterSoakBegan: true), "R20",
      "stage \(stage.name) passes though its gates after the soak are not met")
    let quiet = facts.quietSince ?? commit.now
    let soaked = commit.now - quiet
    try require(
      soaked >= stage.rules.soak.wholeMilliseconds, "R8",
      "stage \(stage.name) passes after \(soaked) ms of its soak of \(stage.rules.soak.text)")
    // Members that regressed or left after the soak had begun were tested all the same.
    if commit.before.stages[stage.index].state != .soaking, !witness.acceptedUntested.contains(stage.index) {
      let ready = units.count { unit in unit.steps.contains { $0.state == .succeeded || $0.state == .soaking } }
      try require(
        ready >= facts.minSucceeded, "R7",
        "stage \(stage.name) passes with \(ready) of \(facts.minSucceeded) clusters that must succeed")
    }
  }
}

extension Committed {
  /// Whether a stage is the next one: those before it are complete.
  fileprivate func hasTurn(_ stage: Stage) -> Bool {
    after.stages[..<stage.index].allSatisfy { $0.state == .passed || $0.state == .empty }
  }
}
