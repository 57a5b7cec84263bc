internal import FleetModel

extension Pass {
  /// Takes in who joined the set during the run, behind the frozen members of its stage (R5).
  mutating func join(_ units: [Unit]) throws(CommandRefusal) {
    guard run.kind == .rollout, run.breach == nil, !input.isHeld, [.running, .paused, .halted].contains(run.state)
    else {
      throw CommandRefusal(.conflict, "\(run.displayName) is \(run.state.rawValue), it takes nobody in")
    }
    for unit in units { take(unit) }
  }

  private mutating func take(_ joining: Unit) {
    let index = joining.stage
    var unit = joining
    unit.isJoined = true
    unit.position = stages[index].size + stages[index].joined
    let hasPlace =
      run.strategy.membership == .intoStage && !stages[index].state.isComplete && stages[index].state != .soaking
    if !hasPlace {
      for step in unit.steps.indices where unit.steps[step].state == .pending { unit.steps[step].state = .skipped }
    }
    stages[index].joined += 1
    stages[index].counters.count(unit, sign: 1)
    plan.joined.append(unit)
    let fate =
      if !unit.changes {
        "runs \(run.releaseName) already"
      } else if hasPlace {
        "has its place at the end of stage \(stages[index].name)"
      } else {
        "gets \(run.releaseName) \(turnText(stages[index]))"
      }
    note("step.joined", unit: unit, "\(unit.clusterName) joined: it \(fate)")
    if hasPlace, unit.changes { changePlan(by: unit) }
  }

  /// A place in a stage changes what was approved there: the plan has another hash, and only the approvals of the other
  /// stages go over to it (R19).
  private mutating func changePlan(by unit: Unit) {
    let steps = unit.steps.map { "\($0.target) \($0.bundle) \($0.release)" }
    let lines = ["plan \(run.planHash)", "join \(unit.stage) \(unit.position) \(unit.cluster)"] + steps
    let changed = sha256(of: lines.joined(separator: "\n"))
    let void = stages[unit.stage].approvals.count { $0.planHash == run.planHash }
    for stage in stages.indices where stage != unit.stage {
      for approval in stages[stage].approvals.indices where stages[stage].approvals[approval].planHash == run.planHash {
        stages[stage].approvals[approval].planHash = changed
      }
    }
    run.planHash = changed
    if void > 0 {
      if stages[unit.stage].askedAt != nil { stages[unit.stage].askedAt = now }
      note("stage.approvalsVoid", stage: unit.stage, "\(unit.clusterName) joined the stage after it was approved")
    }
  }

  /// Whether the stage, or the run, is as far as a unit that was passed over or joined waits for.
  func hasTurn(_ unit: Unit) -> Bool {
    let stage = stages[unit.stage]
    guard unit.isJoined else { return stage.openedAt != nil }
    return switch run.strategy.membership {
    case .afterRun: false
    case .intoStage: stage.openedAt != nil || stage.state.isComplete
    case .lastPassedStage, .abort: stage.state.isComplete
    }
  }

  /// Whether a stage has passed in this very pass for which somebody who joined has waited.
  var hasTurnsLeft: Bool {
    !run.state.isEnd
      && units.contains { unit in
        unit.isJoined && isBackForTurn(unit) && unit.steps.contains { $0.state == .skipped && $0.failure.isEmpty }
      }
  }

  /// What those wait for who joined and have no turn yet.
  func joinedEntries() -> [Waiting] {
    let joined = units.filter { $0.isJoined && $0.hasStep { $0 == .skipped } }
    return stages.compactMap { stage in
      let waiting = joined.filter { $0.stage == stage.index }
      guard !waiting.isEmpty else { return nil }
      return Waiting(
        reason: .earlierStage, stage: stage.name, clusters: waiting.map(\.clusterName),
        message: "\(joinedText(waiting)) \(run.releaseName) \(turnText(stage))",
        clearedBy: run.strategy.membership == .afterRun ? "the end of \(run.displayName)" : "stage \(stage.name)")
    }
  }

  private func joinedText(_ units: [Unit]) -> String {
    guard units.count == 1, let unit = units.first else {
      return "\(units.count) clusters joined during the run and get"
    }
    return "\(unit.clusterName) joined during the run and gets"
  }

  private func turnText(_ stage: Stage) -> String {
    run.strategy.membership == .afterRun ? "when \(run.displayName) has ended" : "when stage \(stage.name) has passed"
  }
}
