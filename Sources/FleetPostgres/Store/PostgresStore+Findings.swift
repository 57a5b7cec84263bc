public import FleetModel
public import FleetPlanner
public import FleetPorts

extension PostgresStore {
  /// What is known of the objects that a run would send.
  public func findings(of run: FrozenRun) async throws(StoreError) -> RunFindings {
    try await read { try $0.findings(of: run, withPrunes: true) }
  }

  /// How long clusters took from their order to being ready.
  public func medianStepDuration(
    of fleetSet: FleetSetName, in project: ProjectName
  ) async throws(StoreError) -> Duration? {
    try await read { session in
      let found = try session.first(
        FindingQueries.medianStep, .name(project), .name(fleetSet), read: { try $0.optionalInt() })
      return (found ?? nil).map { .milliseconds($0) }
    }
  }

  /// What failures have in common.
  public func correlations(of rollout: RolloutID) async throws(StoreError) -> [FailureCorrelation] {
    try await read { session in
      var totals = (failed: 0, healthy: 0)
      let tallies = try session.rows(FindingQueries.failureLabels, .id(rollout)) { row in
        totals = (try row.count(), try row.count())
        return LabelTally(
          label: try row.text(), value: try row.text(), failed: try row.count(), healthy: try row.count())
      }
      return correlate(tallies, failed: totals.failed, healthy: totals.healthy)
    }
  }
}

extension Session {
  /// What is known of the objects that a run would send; a run that removes, or goes back, sends nothing new.
  func findings(of run: FrozenRun, withPrunes: Bool) throws -> RunFindings {
    guard run.run.kind == .rollout || run.run.kind == .onboard else { return RunFindings() }
    let steps = run.units.flatMap(\.steps).filter { $0.state != .unchanged }
    let parameters: [Parameter] = [
      .ids(steps.map(\.target)), .digests(steps.map(\.bundle)), .ids(steps.map(\.release)),
    ]
    var findings = RunFindings()
    if withPrunes, run.run.kind == .rollout {
      let haveOwnBudget = Set(run.stages.filter { $0.rules.pruneBudget != nil }.map(\.index))
      let stages = run.units.flatMap { unit in
        unit.steps.filter { $0.state != .unchanged }.map { _ in
          Int64(haveOwnBudget.contains(unit.stage) ? unit.stage : -1)
        }
      }
      findings.prunes = try rows(
        FindingQueries.prunes, parameters[0], parameters[1], parameters[2], .ints(stages)
      ) { row in
        let (from, to, stage) = (try row.digest(), try row.digest(), try row.count())
        return PruneFinding(
          from: from, to: to, stage: stage < 0 ? nil : stage, targetCount: try row.count(), target: try row.name(),
          objectCount: try row.count(), pruned: try row.json())
      }
    }
    findings.conflicts = try rows(FindingQueries.conflicts, parameters[0], parameters[1], parameters[2]) { row in
      OwnershipConflict(
        clusterName: try row.name(), target: try row.id(), targetName: try row.name(), object: try row.text(),
        ownerSet: try row.name(), owner: try row.name())
    }
    return findings
  }
}
