internal import FleetModel
internal import FleetPlanner

/// What was committed, before and after, for the checkers.
struct Committed {
  var plan: Plan
  var input: PlanInput
  var before: RunRow
  var after: RunRow
  var number: Int
  var command: RolloutCommand?

  var now: Int64 { input.now.millisecondsSinceEpoch }
}

extension World {
  /// Checks ROLLOUTS.md's rules against the rows as a commit left them.
  func check(
    _ plan: Plan, input: PlanInput, before: RunRow, run number: Int, command: RolloutCommand?
  ) throws(SimulationFailure) {
    for event in plan.events {
      log("event", Int64(event.cluster?.rawValue ?? 0), text: "\(event.kind) \(event.message)")
    }
    runs[number].witness.noteJoin(plan.joined, at: input.now.millisecondsSinceEpoch) { target in
      placements[Int(target.rawValue) - 1].lastKnownGood
    }
    let commit = Committed(
      plan: plan, input: input, before: before, after: runs[number], number: number, command: command)
    // A pass that changes nothing left the rows as they were when they were last checked.
    if plan.changes(input) {
      try checkJoined(commit)
      try checkStates(commit)
      try checkSteps(commit)
      try checkOrders(commit)
      try checkStages(commit)
      try checkCounters(commit)
      try checkEvents(commit)
      try checkEnd(commit)
    }
    if command == nil {
      try checkReport(commit)
      try checkClosed(commit)
      try checkWakes(commit)
    }
    try checkWatched(commit)
    cover(commit)
  }

  /// The run's own state machine, and what a breach must lead to (R13, R14, R17).
  private func checkStates(_ commit: Committed) throws(SimulationFailure) {
    let old = commit.before.run
    let new = commit.after.run
    try require(!old.state.isEnd, "R17", "an ended run is changed")
    if old.state != new.state {
      let allowed: [RolloutState: Set<RolloutState>] = [
        .running: [.paused, .halting, .halted, .rollingBack],
        .paused: [.running, .halting, .halted, .rollingBack],
        .halting: [.halted, .rollingBack],
        .halted: [.running, .rollingBack, .halting],
        .rollingBack: [],
      ]
      if new.state.isEnd {
        let ends: Set<RolloutState> =
          old.state == .rollingBack
          ? [.rolledBack, .rollbackFailed, .aborted]
          : [.succeeded, .succeededWithWaivers, .succeededWithUnreachable, .aborted, .superseded]
        try require(ends.contains(new.state), "R8", "a run goes from \(old.state.rawValue) to \(new.state.rawValue)")
      } else {
        try require(
          allowed[old.state]?.contains(new.state) ?? false, "R8",
          "a run goes from \(old.state.rawValue) to \(new.state.rawValue)")
      }
    }
    if let breach = new.breach, old.breach == nil, commit.command == nil, !new.state.isEnd {
      let isHeldBack = old.pause.map { $0.by != "flotilla" } ?? false
      let policy = new.strategy.onFailure
      switch policy.action {
      case .rollback where !isHeldBack && policy.inFlight == .recall:
        try require(
          new.state == .rollingBack, "R14",
          "after \"\(breach.cause)\" the policy is rollback, and the run is \(new.state.rawValue)")
      case .rollback, .pause, .abort:
        try require(
          new.state == .halting || new.state == .halted || new.state == .rollingBack, "R13",
          "after \"\(breach.cause)\" the run is \(new.state.rawValue)")
      }
    }
    // R13: a budget that is exceeded stops the run, by the checker's own count.
    if commit.command == nil, new.state == .running {
      if let excess = failureExcess(commit.after) { throw failure("R13", "the run goes on although \(excess)") }
      if let excess = unreachableExcess(commit.after) { throw failure("R15", "the run goes on although \(excess)") }
    }
  }

  /// Which failure budget is exceeded, recounted from the rows.
  func failureExcess(_ row: RunRow) -> String? {
    var total = 0
    for (index, facts) in row.witness.stages.enumerated() {
      let count = row.units.count { $0.stage == index && isFailing($0, row.witness) }
      total += count
      if count > facts.failureBudget { return "\(count) clusters failed in stage \(index), \(facts.failureBudget) may" }
    }
    if let budget = row.witness.failureBudget, total > budget { return "\(total) clusters failed, \(budget) may" }
    return nil
  }

  /// Which unreachable budget is exceeded, beyond what a person accepted by resuming.
  func unreachableExcess(_ row: RunRow) -> String? {
    var total = 0
    for (index, facts) in row.witness.stages.enumerated() {
      let count = row.units.count { unit in
        unit.stage == index && unit.steps.contains { $0.state == .lost || $0.state == .unreachable && !unit.isJoined }
      }
      total += count
      if let budget = facts.unreachableBudget, count > max(budget, row.witness.acceptedUnreachable[index]) {
        return "\(count) clusters are unreachable in stage \(index), \(budget) may"
      }
    }
    let accepted = row.witness.acceptedUnreachable[row.witness.stages.count]
    guard total > max(row.witness.unreachableBudget, accepted) else { return nil }
    return "\(total) clusters are unreachable, \(row.witness.unreachableBudget) may"
  }

  /// V5: counters say what the rows say, and add up to the members.
  private func checkCounters(_ commit: Committed) throws(SimulationFailure) {
    let row = commit.after
    for stage in row.stages {
      var byState: [StepState: Int] = [:]
      var slots = 0
      var failing = 0
      var unreachable = 0
      var back = 0
      var waived = 0
      var skipped = 0
      var size = 0
      for unit in row.units where unit.stage == stage.index {
        size += 1
        var leading = StepState.unchanged
        var flags = 0
        for step in unit.steps {
          if Self.importance(step.state) > Self.importance(leading) { leading = step.state }
          switch step.state {
          case .dispatched, .applying, .verifying: flags |= 1
          case .lost: flags |= 4
          case .unreachable: flags |= unit.isJoined ? 0 : 4
          case .rollingBack: flags |= 8
          case .waived: flags |= 16
          case .skipped: flags |= unit.isJoined ? 0 : 32
          default: break
          }
        }
        if isFailing(unit, row.witness) { flags |= 2 }
        byState[leading, default: 0] += 1
        slots += flags & 1
        failing += (flags >> 1) & 1
        unreachable += (flags >> 2) & 1
        back += (flags >> 3) & 1
        waived += (flags >> 4) & 1
        skipped += (flags >> 5) & 1
      }
      let counters = stage.counters
      try require(
        counters.byState == byState, "V5", "stage \(stage.name) counts \(counters.byState), its rows are \(byState)")
      try require(counters.total == size, "V5", "stage \(stage.name) counts \(counters.total) of \(size)")
      try require(
        stage.size == row.witness.stages[stage.index].size && stage.size + stage.joined == size, "R5",
        "stage \(stage.name) has \(size) clusters, \(stage.size) frozen and \(stage.joined) joined")
      try require(
        counters.slotsHeld == slots && counters.failing == failing && counters.unreachable == unreachable
          && counters.rollingBack == back && counters.waived == waived && counters.skipped == skipped, "V5",
        "stage \(stage.name) counts \(counters.slotsHeld) in flight, \(counters.failing) failing, "
          + "\(counters.unreachable) unreachable, \(counters.rollingBack) going back; rows have "
          + "\(slots), \(failing), \(unreachable), \(back)")
    }
    let members = row.units.reduce(0) { $0 + $1.steps.count }
    try require(members == row.witness.memberCount, "V5", "\(members) members, frozen were \(row.witness.memberCount)")
  }

  /// Which of a cluster's steps a stage counts it under: what is over first, then what is well, then what needs somebody.
  private static func importance(_ state: StepState) -> Int {
    let order: [StepState] = [
      .unchanged, .cancelled, .removed, .skipped, .unreachable, .succeeded, .rolledBack, .soaking, .waived, .pending,
      .verifying, .applying, .dispatched, .lost, .failed, .rollbackFailed, .rollingBack,
    ]
    return order.firstIndex(of: state) ?? 0
  }

  /// V7: no transition without an event that tells of it. Progress of one order (Applying, Verifying) is told by reports.
  private func checkEvents(_ commit: Committed) throws(SimulationFailure) {
    let plan = commit.plan
    for event in plan.events {
      try require(!event.kind.isEmpty && !event.message.isEmpty, "V7", "an event without kind or message")
    }
    if commit.before.run.state != commit.after.run.state {
      try require(
        plan.events.contains { $0.kind.hasPrefix("rollout.") || $0.kind == "stage.rejected" }, "V7",
        "the run becomes \(commit.after.run.state.rawValue) without an event")
    }
    for (old, new) in zip(commit.before.stages, commit.after.stages) where old.state != new.state {
      let isTold = plan.events.contains { $0.stage == new.name || ($0.stage.isEmpty && $0.kind.hasPrefix("rollout.")) }
      try require(
        isTold, "V7", "stage \(new.name) goes from \(old.state.rawValue) to \(new.state.rawValue) without an event")
    }
    for change in plan.steps where change.from != change.to {
      if change.to == .applying || change.to == .verifying { continue }
      let stage = commit.after.stages[change.stage].name
      let isTold = plan.events.contains { event in
        event.cluster == change.cluster || (event.stage == stage && event.kind == "stage.passed")
          || event.kind == "rollout.ended"
      }
      try require(
        isTold, "V7", "target \(change.target) goes from \(change.from.rawValue) to \(change.to.rawValue) untold")
    }
  }
}
