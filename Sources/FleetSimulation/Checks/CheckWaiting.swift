internal import FleetModel
internal import FleetPlanner

/// No waiting cluster is without a reason (DESIGN rule 2).
extension World {
  /// Whoever a hold on the site keeps from an order is named with it (R31).
  func checkHeld(_ commit: Committed) throws(SimulationFailure) {
    let named = commit.plan.report.waiting.filter { $0.reason == .held }
    for unit in commit.input.units where unit.hold != nil {
      let stored = commit.after.units.first { $0.stage == unit.stage && $0.position == unit.position }
      guard let stored, stored.steps.contains(where: { $0.state == .skipped }) else { continue }
      let isNamed = named.contains { $0.clusters.contains(unit.clusterName) || $0.clusterCount > $0.clusters.count }
      try require(isNamed, "R31", "\(unit.clusterName) is held on its site and nobody is told")
    }
  }

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
