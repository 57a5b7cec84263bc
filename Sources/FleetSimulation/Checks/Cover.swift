internal import FleetModel
internal import FleetPlanner

/// Counts what a commit shows, so that a world in which nothing happens does not pass for one in which all is well.
extension World {
  func cover(_ commit: Committed) {
    coverSteps(commit)
    let old = commit.before.run
    let new = commit.after.run
    if new.breach != nil, old.breach == nil, commit.command == nil { coverage.add(.failureBreaches) }
    if new.state == .rollingBack, old.state != .rollingBack { coverage.add(.rollbacks) }
    if new.state == .paused, old.state != .paused, commit.command == nil, unreachableExcess(commit.before) == nil,
      unreachableExcess(commit.after) != nil
    {
      coverage.add(.unreachableBreaches)
    }
    if new.state == .halted, old.state != .halted, new.breach == nil {
      let isByCheck = commit.after.stages.contains { $0.state == .halted && $0.checks.contains(where: \.stops) }
      let isUntested = commit.after.stages.contains { $0.state == .halted && $0.counters.ready < $0.minSucceeded }
      if isByCheck || isUntested { coverage.add(isByCheck ? .checkHalts : .untestedHalts) }
    }
    if let breach = new.breach, old.breach == nil, commit.command == nil,
      commit.after.stages[breach.stage].checks.contains(where: \.stops)
    {
      coverage.add(.checkBreaches)
    }
    if case .waiveChecks = commit.command { coverage.add(.checksWaived) }
    for entry in commit.plan.report.waiting {
      if entry.reason == .limit { coverage.add(.limitsReached) }
      if entry.reason == .firstAlone { coverage.add(.firstAlone) }
      if entry.reason == .contact { coverage.add(.heldForAway) }
    }
    for (before, after) in zip(commit.before.stages, commit.after.stages) {
      if after.state == .empty, before.state != .empty { coverage.add(.emptyStages) }
      if after.state == .gated, commit.command == nil, hasExpired(commit, after) { coverage.add(.approvalsExpired) }
    }
    for unit in commit.after.units where unit.steps.contains(where: { $0.state == .failed }) {
      if !isFailing(unit, commit.after.witness) { coverage.add(.unhealthyFailures) }
    }
    if commit.plan.events.contains(where: { $0.kind == "step.kept" }) { coverage.add(.newMembersKept) }
    if new.state.isEnd { coverEnd(new.state) }
  }

  private func coverSteps(_ commit: Committed) {
    for change in commit.plan.steps {
      if change.order?.direction == .forward { coverage.add(.ordersForward) }
      if change.order?.direction == .rollback {
        coverage.add(.ordersBack)
        if isInFlight(change.from) { coverage.add(.recalls) }
      }
      switch (change.from, change.to) {
      case (_, .rollbackFailed): coverage.add(.rollbackFailures)
      case (_, .lost): coverage.add(.lossesAfterDispatch)
      case (.lost, .pending), (.lost, .dispatched): coverage.add(.returnsOfLost)
      case (.lost, .soaking), (.lost, .succeeded): coverage.add(.lateSuccesses)
      case (.pending, .unreachable), (.pending, .failed): coverage.add(.awayBeforeDispatch)
      case (.soaking, .failed),
        (.soaking, .rollingBack) where commit.after.stages[change.stage].state != .passed:
        if !change.failure.isEmpty { coverage.add(.regressionsInSoak) }
      case (.succeeded, .failed): coverage.add(.regressionsInPassedStages)
      case (.succeeded, .rollingBack) where !change.failure.isEmpty: coverage.add(.regressionsInPassedStages)
      default: break
      }
    }
  }

  private func hasExpired(_ commit: Committed, _ stage: Stage) -> Bool {
    stage.rules.before.contains { gate in
      switch gate {
      case .analysis, .http: return false
      case .approval(let rule):
        guard let expiry = rule.expiresAfter?.wholeMilliseconds else { return false }
        return runs[commit.number].witness.approvals.contains {
          $0.stage == stage.index && commit.now >= $0.at + expiry
        }
      }
    }
  }

  private func coverEnd(_ state: RolloutState) {
    switch state {
    case .succeeded: coverage.add(.endSucceeded)
    case .succeededWithWaivers: coverage.add(.endSucceededWithWaivers)
    case .succeededWithUnreachable: coverage.add(.endSucceededWithUnreachable)
    case .rolledBack: coverage.add(.endRolledBack)
    case .rollbackFailed: coverage.add(.endRollbackFailed)
    case .aborted: coverage.add(.endAborted)
    case .superseded: coverage.add(.endSuperseded)
    case .queued, .running, .paused, .halting, .halted, .rollingBack, .noChange: break
    }
  }
}
