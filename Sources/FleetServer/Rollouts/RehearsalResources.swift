import FleetAPI
import FleetModel
import FleetPlanner
import FleetPorts
import FleetSimulation

extension RehearsalResponse {
  /// A rehearsal on the wire; nil when there is nothing to run.
  init(_ found: RehearsedRollout?, _ options: RehearsalOptions) {
    let at = options.at.map { Timestamp($0) }
    guard let found else {
      self.init(seed: options.seed, at: at, verdict: .nothing, assumptions: options.assumptions.sentences)
      return
    }
    let (run, rehearsal) = (found.rollout.run, found.rehearsal)
    let verdict: Verdict =
      switch rehearsal.verdict {
      case .ends: .ends
      case .stops: .stops
      case .goesOn: .goesOn
      }
    self.init(
      rollout: run.displayName, release: run.releaseName, seed: options.seed, at: at, verdict: verdict,
      state: rehearsal.state, durationMilliseconds: rehearsal.duration.wholeMilliseconds,
      stop: rehearsal.stop.map { stop in
        Stop(
          stage: stop.stage, cause: stop.cause, afterMilliseconds: stop.after.wholeMilliseconds,
          clearedBy: stop.clearedBy)
      },
      counts: Counts(rehearsal.counts),
      stages: rehearsal.stages.map { stage in
        Stage(
          name: stage.name, clusters: stage.size, opensMilliseconds: stage.openedAfter?.wholeMilliseconds,
          passesMilliseconds: stage.passedAfter?.wholeMilliseconds, counts: Counts(stage.counts))
      },
      failures: rehearsal.casualties.map { Failure(cluster: $0.cluster, stage: $0.stage, reason: $0.reason) },
      correlations: rehearsal.correlations.map(CorrelationResource.init),
      time: rehearsal.occupations.map { TimeSpent(on: $0.key.rawValue, milliseconds: $0.value.wholeMilliseconds) }
        .sorted { ($1.milliseconds, $0.on) < ($0.milliseconds, $1.on) },
      assumptions: options.assumptions.sentences, warnings: found.rollout.warnings)
  }
}

extension RehearsalResponse.Counts {
  fileprivate init(_ counts: Rehearsal.Counts) {
    self.init(
      touched: counts.touched, updated: counts.updated, failed: counts.failed, rolledBack: counts.rolledBack,
      away: counts.away, skipped: counts.skipped, notReached: counts.notReached, unchanged: counts.unchanged)
  }
}
