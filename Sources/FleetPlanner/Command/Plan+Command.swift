internal import FleetModel

/// Carries a command out on a run: the plan to commit, which is followed by an ordinary pass.
///
/// A command that finds its work done already answers a plan without changes.
/// - Throws: ``CommandRefusal`` when the run's state, a budget or a rule does not allow it.
public func command(
  _ command: RolloutCommand, on input: PlanInput, by giver: CommandGiver
) throws(CommandRefusal) -> Plan {
  var pass = Pass(input)
  if input.run.state.isEnd { try refuseAfterEnd(command, input.run) }
  switch command {
  case .approve(let stage): try pass.approve(stage, giver)
  case .revokeApproval(let stage): try pass.revokeApproval(stage, giver)
  case .reject(let stage): try pass.reject(stage, giver)
  case .pause: try pass.pause(giver)
  case .resume: try pass.resume(giver)
  case .abort(let hold): pass.abort(hold: hold, giver)
  case .supersede(let newer): try pass.supersede(by: newer)
  case .join(let units): try pass.join(units)
  case .measured(let measurement): pass.measured(measurement)
  case .waiveChecks(let stage): try pass.waiveChecks(stage, giver)
  case .undo: try pass.undo(giver)
  case .retry(let clusters): try pass.retry(clusters, giver)
  case .waive(let clusters): try pass.waive(clusters, giver)
  case .overrideWindow(let stage): try pass.overrideWindow(stage, giver)
  }
  return pass.finished()
}

/// An ended run takes no command; aborting an aborted one is done already (R17).
private func refuseAfterEnd(_ command: RolloutCommand, _ run: Run) throws(CommandRefusal) {
  if case .abort = command, run.state == .aborted { return }
  throw CommandRefusal(
    .conflict, "\(run.displayName) has ended: \(run.state.rawValue)",
    hint: run.kind == .rollout && run.state != .rolledBack
      ? "`flotilla rollout undo \(run.displayName)` starts a run back" : "")
}

extension Pass {
  /// Refuses the name of a stage that the run does not have.
  func checkStage(_ name: String?) throws(CommandRefusal) {
    guard let name, !stages.contains(where: { $0.name == name }) else { return }
    let known = stages.map(\.name)
    let guess = suggestion(for: name, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
    throw CommandRefusal(
      .notFound, "\(run.displayName) has no stage \"\(name)\"\(guess)",
      hint: "its stages: \(known.joined(separator: ", "))")
  }

  fileprivate mutating func pause(_ giver: CommandGiver) throws(CommandRefusal) {
    switch run.state {
    case .paused where run.pause?.by == giver.name: return
    case .running, .paused:
      run.pause = Run.Pause(by: giver.name, reason: giver.reason)
      run.state = .paused
      note("rollout.paused", "paused by \(giver.name)")
    default:
      throw CommandRefusal(.conflict, "\(run.displayName) is \(run.state.rawValue), there is nothing to pause")
    }
  }

  fileprivate mutating func resume(_ giver: CommandGiver) throws(CommandRefusal) {
    switch run.state {
    case .running: return
    case .paused:
      if run.pause?.by == Self.planner { acceptUnreachable() }
      run.pause = nil
      run.state = .running
    case .halted:
      try resumeHalted(giver)
    default:
      throw CommandRefusal(.conflict, "\(run.displayName) is \(run.state.rawValue), it cannot be resumed")
    }
    note("rollout.resumed", "resumed by \(giver.name)")
  }

  /// A person goes on without the clusters that are unreachable by now; the next one beyond them pauses the run again.
  private mutating func acceptUnreachable() {
    var total = 0
    for index in stages.indices {
      let count = stages[index].counters.unreachable
      total += count
      if let budget = stages[index].unreachableBudget { stages[index].unreachableBudget = max(budget, count) }
    }
    run.unreachableBudget = max(run.unreachableBudget, total)
  }

  /// A halted run goes on only when what halted it is no more (AMENDMENTS 21).
  private mutating func resumeHalted(_ giver: CommandGiver) throws(CommandRefusal) {
    if run.breach?.rollbackScope != nil {
      run.pause = nil
      beginRollback()
      return
    }
    if input.isHeld {
      // What somebody rejected goes on only on somebody's word, and is held no longer then (R14, V8).
      guard !giver.reason.isEmpty else {
        throw CommandRefusal(
          .blocked, "release \(run.releaseName) is on hold; resuming \(run.displayName) takes the hold off",
          hint: "give --reason to do so")
      }
      plan.releasesHold = true
    }
    for stage in stages where stage.counters.failing > stage.failureBudget {
      throw CommandRefusal(
        .blocked, "\(stage.counters.failing) failed in stage \(stage.name), which allows \(stage.failureBudget)",
        hint: "`flotilla rollout retry` or `waive` them, or `undo` the run")
    }
    let failing = stages.reduce(0) { $0 + $1.counters.failing }
    if let budget = run.failureBudget, failing > budget {
      throw CommandRefusal(.blocked, "\(failing) failed, the run allows \(budget)", hint: "retry, waive or undo")
    }
    for index in stages.indices where stages[index].state == .halted {
      // A person lets the stage pass although nobody tested the release in it.
      let isByCheck = stages[index].checks.contains { $0.stops || !$0.waivedBy.isEmpty }
      if run.breach == nil, !isByCheck, !stages[index].isTimedOut { stages[index].minSucceeded = 0 }
      // When a check stopped it, time has passed: all of them are measured anew.
      if stages[index].checks.contains(where: \.stops) { stages[index].checks.removeAll { $0.waivedBy.isEmpty } }
      stages[index].state = stages[index].openedAt == nil ? .gated : .open
      // Its approvals are asked for anew, from when it has its turn on.
      stages[index].askedAt = nil
      stages[index].haltReason = ""
    }
    run.breach = nil
    run.pause = nil
    run.state = .running
  }

  /// Nothing new is sent from now on; the run ends when what is in flight has ended, at once when nothing is (R17).
  fileprivate mutating func abort(hold: Bool, _ giver: CommandGiver) {
    guard !run.state.isEnd else { return }
    if case .abort = run.breach?.aftermath { return }
    let why = "aborted by \(giver.name)" + (giver.reason.isEmpty ? "" : ": \(giver.reason)")
    guard !isIdle else { return end(.aborted, hold: hold ? why : nil, by: giver.name) }
    stop(why, aftermath: .abort(hold: hold, by: giver.name))
  }

  fileprivate mutating func supersede(by newer: String) throws(CommandRefusal) {
    if case .supersede = run.breach?.aftermath { return }
    if run.state == .halted {
      return end(
        .superseded, hold: run.kind == .rollout ? "\(run.displayName) was Halted when \(newer) took its place" : nil)
    }
    let mayYield = run.strategy.yieldsWhileRunning(
      hasOpenedLaterStage: stages.dropFirst().contains { $0.openedAt != nil })
    guard run.state == .running, mayYield || run.kind.isPlain else {
      throw CommandRefusal(.conflict, "\(run.displayName) is \(run.state.rawValue), it goes first")
    }
    guard !isIdle else { return end(.superseded, hold: nil) }
    stop("\(newer) takes its place", aftermath: .supersede)
  }

  /// Whether nothing is in flight, in either direction.
  private var isIdle: Bool { slotsHeld == 0 && stages.allSatisfy { $0.counters.rollingBack == 0 } }

  /// Stops dispatch for good; a rollback under way goes on being one until what it sent has ended.
  private mutating func stop(_ why: String, aftermath: Run.Aftermath) {
    let stage = stages.first { !$0.state.isComplete }?.index ?? 0
    run.breach = Run.Breach(stage: stage, cause: why, at: now, aftermath: aftermath)
    if run.state != .rollingBack { run.state = .halting }
    note("rollout.stopping", stage: stage, "\(why); what is in flight ends first")
  }

  fileprivate mutating func undo(_ giver: CommandGiver) throws(CommandRefusal) {
    guard run.kind != .remove else {
      throw CommandRefusal(
        .conflict, "\(run.displayName) removes targets, and there is nothing to go back to",
        hint: "`flotilla rollout abort` keeps who is left; a target that is in the set again is rolled out again")
    }
    guard run.state != .rollingBack || run.breach?.rollbackScope == nil else { return }
    let cause = "undone by \(giver.name)" + (giver.reason.isEmpty ? "" : ": \(giver.reason)")
    run.breach = Run.Breach(stage: 0, cause: cause, at: now, aftermath: .rollBack(.all))
    run.pause = nil
    note("rollout.undone", cause)
    beginRollback()
  }

  fileprivate mutating func retry(_ names: [ClusterName], _ giver: CommandGiver) throws(CommandRefusal) {
    for unit in try failing(names, "retried") {
      for step in units[unit].steps.indices where [.failed, .lost].contains(units[unit].steps[step].state) {
        move(unit: unit, step: step, to: .pending)
      }
      let stage = units[unit].stage
      if stages[stage].state == .soaking || stages[stage].state == .passed { stages[stage].state = .open }
      note("step.retried", unit: units[unit], "\(units[unit].clusterName) is tried again by \(giver.name)")
    }
  }

  fileprivate mutating func waive(_ names: [ClusterName], _ giver: CommandGiver) throws(CommandRefusal) {
    guard !giver.reason.isEmpty else {
      throw CommandRefusal(.invalid, "waiving a failure needs a reason", hint: "give --reason")
    }
    for unit in try failing(names, "waived") {
      for step in units[unit].steps.indices where [.failed, .lost].contains(units[unit].steps[step].state) {
        move(unit: unit, step: step, to: .waived)
      }
      note("step.waived", unit: units[unit], "\(units[unit].clusterName) is waived by \(giver.name): \(giver.reason)")
    }
  }

  /// The units that failed, by name; all of them when no name is given.
  private func failing(_ names: [ClusterName], _ verb: String) throws(CommandRefusal) -> [Int] {
    let mayGoOn = run.breach?.aftermath.mayGoOn ?? true
    guard mayGoOn, [.running, .paused, .halting, .halted].contains(run.state) else {
      throw CommandRefusal(.conflict, "\(run.displayName) is \(run.state.rawValue), nothing can be \(verb)")
    }
    let failed = units.indices.filter { index in
      units[index].steps.contains { $0.state == .failed || $0.state == .lost }
    }
    for name in names where !failed.contains(where: { units[$0].clusterName == name }) {
      throw CommandRefusal(.notFound, "\(name) has not failed in \(run.displayName)")
    }
    let chosen = failed.filter { names.isEmpty || names.contains(units[$0].clusterName) }
    if chosen.isEmpty { throw CommandRefusal(.conflict, "nothing has failed in \(run.displayName)") }
    return chosen
  }
}

extension RolloutStrategy {
  /// Whether a run that goes on makes place for a newer release (R22).
  func yieldsWhileRunning(hasOpenedLaterStage: Bool) -> Bool {
    onNewRevision == .supersede && (supersede == .always || !hasOpenedLaterStage)
  }
}

extension Run.Aftermath {
  /// Whether the run may run on after a person has acted; one that is being aborted or superseded ends.
  var mayGoOn: Bool {
    switch self {
    case .halt, .rollBack: true
    case .abort, .supersede: false
    }
  }
}
