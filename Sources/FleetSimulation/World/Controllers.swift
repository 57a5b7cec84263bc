internal import FleetModel
internal import FleetPlanner

/// Controllers: load, decide, commit, as `RolloutTask` does; they crash between and race one another.
extension World {
  private static let claim: Int64 = 15_000

  /// A controller looks at the queue of work.
  func doWork() throws(SimulationFailure) {
    for number in goingRuns { try work(on: number) }
  }

  private func work(on number: Int) throws(SimulationFailure) {
    let work = runs[number].work
    guard isListening, work.dueAt <= time else { return }
    if work.claimedUntil > time {
      // Another controller has claimed it; one whose clock is off, or whose claim ran out, goes on all the same.
      guard knobs.controllers > 1, controllerChances.chance(knobs.racePermille) else {
        // One look at the end of the claim is enough, however many were woken meanwhile.
        if work.lookAfter != work.claimedUntil {
          runs[number].work.lookAfter = work.claimedUntil
          queue.add(.work, at: work.claimedUntil + 1)
        }
        return
      }
    }
    runs[number].work.claimedUntil = time + Self.claim
    runs[number].work.claimant = nextCommit
    let now = Instant(
      millisecondsSinceEpoch: max(databaseNow, runs[number].seenAt.millisecondsSinceEpoch))
    let (input, marks, plan) = decide(number, now: now, listened: listened)
    coverage.add(.passes)
    if isHealed { passesSinceHeal += 1 }
    log("pass", Int64(number), Int64(input.units.count), Int64(plan.steps.count))
    if decisions.lints {
      let violations = lint(plan, input: input)
      try require(violations.isEmpty, "lint", "\(violations)")
    }
    let fate = isHealed ? 1_000 : controllerChances.below(1_000)
    pendingCommits[nextCommit] = PendingCommit(
      run: number, plan: plan, input: input, marks: marks, storeEpoch: storeEpoch, wakes: work.wakes, fate: fate)
    queue.add(.commit(nextCommit), at: time + Int64(controllerChances.within(1...knobs.racePermille * 5 + 50)))
    nextCommit += 1
  }

  func commitPending(_ key: Int) throws(SimulationFailure) {
    guard let pending = pendingCommits.removeValue(forKey: key) else { return }
    let number = pending.run
    if !isListening || pending.fate < knobs.crashPermille {
      coverage.add(.crashesBeforeCommit)
      log("controller crashes before its commit")
      queue.add(.work, at: max(time, runs[number].work.claimedUntil) + 1)
      return
    }
    let before = runs[number]
    let isClaimant = before.work.claimant == key
    guard commit(pending.plan, input: pending.input, run: number, marks: pending.marks) else {
      coverage.add(.lostRaces)
      log("lost race", Int64(number))
      guard isClaimant else { return }
      runs[number].work.claimedUntil = -1
      runs[number].work.dueAt = time
      queue.add(.work, at: time + Int64(controllerChances.within(1...500)))
      return
    }
    let isQuiet = storeEpoch == pending.storeEpoch + (pending.plan.changes(pending.input) ? 1 : 0)
    try check(pending.plan, input: pending.input, before: before, run: number, command: nil)
    if isQuiet, pending.plan.changes(pending.input) { try checkTwice(number, pending.input, pending.plan) }
    if !goingRuns.contains(number) { return }
    if pending.fate < 2 * knobs.crashPermille {
      // The agents' next poll, and the end of the claim, find what was committed.
      coverage.add(.crashesAfterCommit)
      log("controller crashes after its commit")
      notify(pending.plan, after: 15_000)
      queue.add(.work, at: max(time, runs[number].work.claimedUntil) + 1)
      return
    }
    notify(pending.plan, after: 10)
    guard isClaimant else { return }
    runs[number].work.claimedUntil = -1
    if runs[number].work.wakes > pending.wakes {
      runs[number].work.dueAt = time
      queue.add(.work, at: time + 1)
    } else if let wake = pending.plan.nextWake {
      runs[number].work.dueAt = max(time, trueTime(of: wake))
      queue.add(.work, at: runs[number].work.dueAt + 1)
    } else {
      runs[number].work.dueAt = .max
    }
  }

  /// Tells the agents of ordered clusters to poll.
  func notify(_ plan: Plan, after delay: Int64) {
    for change in plan.steps where change.order != nil {
      let cluster = Int(change.cluster.rawValue) - 1
      queue.add(.poll(cluster), at: time + delay + Int64(agentChances.within(1...1_500)))
    }
  }

  /// V9: planning again what was just committed, with nothing new, changes nothing; a plan that asks to be called at once
  /// because more has to be loaded may do so a bounded number of times.
  private func checkTwice(_ number: Int, _ input: PlanInput, _ plan: Plan) throws(SimulationFailure) {
    guard goingRuns.contains(number), !asksAtOnce(plan, input) else { return }
    let (again, _, second) = decide(number, now: input.now, listened: input.listened.milliseconds)
    try require(
      !second.changes(again), "V9",
      "planning twice in a row changes something: run \(again.run.state.rawValue) → \(second.run.state.rawValue), "
        + "steps \(second.steps.map { "\($0.from.rawValue) → \($0.to.rawValue)" }), events \(second.events.map(\.message))"
    )
  }

  /// Whether a plan asks for the next pass at once.
  func asksAtOnce(_ plan: Plan, _ input: PlanInput) -> Bool {
    plan.nextWake.map { $0 <= input.now + .milliseconds(1) } ?? false
  }
}
