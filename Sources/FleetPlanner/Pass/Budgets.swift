internal import FleetModel

extension Pass {
  /// Who pauses a run when no person does.
  static let planner = "flotilla"

  /// Stops forward dispatch from the instant a budget is exceeded (R13); a later success does not undo it.
  mutating func checkBudgets() {
    guard run.breach == nil, run.state == .running || run.state == .paused else { return }
    if let (stage, cause) = failureBreach() {
      breach(stage: stage, cause: cause)
    } else if let cause = unreachableBreach() {
      // Rolling back healthy clusters because others are offline would be wrong (AMENDMENTS 5).
      if run.pause == nil {
        run.pause = Run.Pause(by: Self.planner, reason: cause)
        run.state = .paused
        note("rollout.paused", cause)
      }
    }
  }

  private func failureBreach() -> (stage: Int, cause: String)? {
    for stage in stages where stage.counters.failing > stage.failureBudget {
      let cause =
        "\(clusters(stage.counters.failing)) failed in stage \(stage.name), which allows \(stage.failureBudget)"
      return (stage.index, cause + firstFailure(in: stage.index))
    }
    let failing = stages.reduce(0) { $0 + $1.counters.failing }
    if let budget = run.failureBudget, failing > budget {
      let last = stages.last { $0.counters.failing > 0 }?.index ?? 0
      return (last, "\(clusters(failing)) failed, the run allows \(budget)" + firstFailure(in: last))
    }
    return nil
  }

  private func firstFailure(in stage: Int) -> String {
    for unit in units where unit.stage == stage && unit.isFailing {
      if let step = unit.steps.first(where: { $0.state == .failed || $0.state == .lost }) {
        return ": \(unit.clusterName) " + (step.state == .lost ? "was lost after its order" : step.failure)
      }
    }
    return ""
  }

  private func unreachableBreach() -> String? {
    for stage in stages {
      if let budget = stage.unreachableBudget, stage.counters.unreachable > budget {
        return "\(clusters(stage.counters.unreachable)) unreachable in stage \(stage.name), which allows \(budget)"
      }
    }
    let unreachable = stages.reduce(0) { $0 + $1.counters.unreachable }
    guard unreachable > run.unreachableBudget else { return nil }
    return "\(clusters(unreachable)) unreachable, the run allows \(run.unreachableBudget)"
  }

  private func clusters(_ count: Int) -> String { count == 1 ? "1 cluster" : "\(count) clusters" }

  /// Records the breach, halts its stage, and does what `onFailure` says.
  mutating func breach(stage: Int, cause: String) {
    let policy = run.strategy.onFailure
    // Only a person's pause holds a rollback back (R14).
    if policy.action == .rollback, run.pause?.by == Self.planner { run.pause = nil }
    run.breach = Run.Breach(stage: stage, cause: cause, at: now, aftermath: policy.aftermath)
    // A passed stage stays passed: the breach of a regression in it is on the run.
    if !stages[stage].state.isComplete {
      stages[stage].state = .halted
      stages[stage].haltReason = cause
    }
    note("rollout.breached", stage: stage, cause)
    if policy.action == .rollback, policy.inFlight == .recall, run.pause == nil {
      beginRollback()
    } else {
      run.state = .halting
    }
  }

  mutating func beginRollback() {
    run.state = .rollingBack
    let scope = run.breach?.rollbackScope ?? .all
    let what =
      switch scope {
      case .failed: "the failed clusters go back"
      case .stage: "the stage's changed clusters, and later ones, go back"
      case .all: "all changed clusters go back"
      }
    note("rollout.rollbackStarted", stage: run.breach?.stage, what)
  }

  /// In-flight steps have ended: the run stops, goes back or ends, as `onFailure` says (R13).
  mutating func settleHalt() {
    guard slotsHeld == 0, let breach = run.breach else { return }
    switch breach.aftermath {
    case .halt:
      run.state = .halted
      note("rollout.halted", stage: breach.stage, breach.cause)
    case .rollBack where run.pause != nil:
      run.state = .halted
      note("rollout.halted", stage: breach.stage, "the run was paused, so the rollback waits for resume or undo")
    case .rollBack: beginRollback()
    case .abort(let hold, let principal): end(.aborted, hold: hold ? breach.cause : nil, by: principal)
    case .supersede: end(.superseded, hold: nil)
    }
  }
}

extension FailurePolicy {
  /// What the policy makes of a breach.
  fileprivate var aftermath: Run.Aftermath {
    switch action {
    case .pause: .halt
    case .rollback: .rollBack(scope)
    case .abort: .abort(hold: true, by: Pass.planner)
    }
  }
}
