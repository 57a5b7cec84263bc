internal import FleetModel
internal import FleetPlanner

/// A pass names the next moment at which a clock alone changes something: nobody else looks then (DESIGN rule 2, R26).
extension World {
  func checkWakes(_ commit: Committed) throws(SimulationFailure) {
    let row = commit.after
    guard !row.run.state.isEnd else { return }
    let wake = commit.plan.nextWake?.millisecondsSinceEpoch ?? Int64.max
    try require(
      wake > commit.now, "R26", "a pass at \(commit.now) asks for another at \(wake): they would go on without end")
    if row.run.state == .running || row.run.state == .paused,
      let stage = row.stages.first(where: { $0.state != .passed && $0.state != .empty }), stage.state == .soaking,
      let began = stage.soakStartedAt?.millisecondsSinceEpoch
    {
      let end = began + stage.rules.soak.wholeMilliseconds
      try require(
        end <= commit.now || wake <= end, "R26",
        "stage \(stage.name) has soaked at \(end), and nobody looks until \(wake)")
    }
    for unit in row.units {
      for step in unit.steps where isInFlight(step.state) || step.state == .rollingBack {
        guard let order = step.order else { continue }
        // A hold on its site gives it its whole time anew (R31).
        let given = commit.input.units.first { $0.stage == unit.stage && $0.position == unit.position }
        if given?.hold != nil { continue }
        let elapsed = min(
          given?.releasedFor?.wholeMilliseconds ?? .max,
          commit.input.listened.milliseconds - order.committedListened.milliseconds)
        let left = row.stages[unit.stage].rules.progressDeadline.wholeMilliseconds - elapsed
        try require(
          left <= 0 || wake <= commit.now + left, "R26",
          "the deadline of \(unit.clusterName) is over in \(left) ms, and nobody looks until then")
      }
    }
  }
}
