internal import FleetModel
internal import FleetPlanner

/// No waiting cluster is without a reason (DESIGN rule 2).
extension World {
  /// Every cluster of an open stage that is pending or in flight is named by an entry of its stage. One that the pass was not
  /// given, or that stands behind the twenty that an entry names, is among those that it counts.
  func checkWaiting(_ commit: Committed, _ stage: Stage) throws(SimulationFailure) {
    let entries = commit.plan.report.waiting.filter { $0.stage == stage.name }
    let given = Set(commit.input.units.filter { $0.stage == stage.index }.map(\.position))
    for unit in commit.after.units where unit.stage == stage.index {
      let isPending = unit.steps.contains { $0.state == .pending }
      let isFlying = unit.steps.contains { isInFlight($0.state) }
      guard isPending || isFlying else { continue }
      let reasons: Set<Waiting.Reason> =
        isFlying ? [.report, .minReady] : [.slot, .firstAlone, .limit, .contact, .window, .freeze]
      let fitting = entries.filter { reasons.contains($0.reason) }
      let isNamed = fitting.contains { $0.clusters.contains(unit.clusterName) }
      let isCounted = fitting.contains { $0.clusterCount > $0.clusters.count || !given.contains(unit.position) }
      try require(
        isNamed || isCounted, "report",
        "\(unit.clusterName) is \(unit.state.rawValue) in stage \(stage.name) without a reason: "
          + "\(entries.map { "\($0.reason.rawValue) \($0.clusters)" })")
    }
  }
}
