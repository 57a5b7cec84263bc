internal import FleetModel
internal import FleetPlanner

/// Who joins a run gets what its `membership` says, and changes nothing for the others (R5).
extension World {
  func checkJoined(_ commit: Committed) throws(SimulationFailure) {
    let joined = commit.plan.joined
    guard !joined.isEmpty else { return }
    guard case .join = commit.command else { throw failure("R5", "a pass takes somebody in") }
    let run = commit.before.run
    try require(run.kind == .rollout && run.breach == nil, "R5", "\(run.displayName) takes somebody in")
    for unit in joined {
      let name = "\(unit.clusterName)"
      let stage = commit.before.stages[unit.stage]
      let isOpen = stage.state != .passed && stage.state != .empty && stage.state != .soaking
      let hasPlace = unit.steps.contains { $0.state == .pending }
      let changes = unit.steps.contains { $0.state != .unchanged }
      let isExpected = run.strategy.membership == .intoStage && isOpen && changes
      try require(hasPlace == isExpected, "R5", "\(name) joins a stage that is \(stage.state.rawValue)")
      try require(run.strategy.membership != .abort, "R5", "\(name) joins though membership is abort")
      for other in commit.before.units where other.stage == unit.stage {
        try require(other.position < unit.position, "R5", "\(name) stands before \(other.clusterName)")
      }
      for step in unit.steps {
        let placement = placements[Int(step.target.rawValue) - 1]
        try require(
          !commit.before.units.contains { $0.steps.contains { $0.target == step.target } }, "R5",
          "\(placement.name) joins twice")
        try require(
          releases[Int(run.release.rawValue) - 1].bundles[placement.variant] == step.bundle, "R5",
          "\(placement.name) joins with another bundle than the run's")
        try require(step.before == placement.lastKnownGood, "R3", "\(placement.name) froze another `before`")
        // With somewhere to go back to, it was brought there first.
        try require(placement.wanted != nil, "R5", "\(placement.name) joins before it was onboarded")
      }
      if hasPlace { coverage.add(.joinedPlaces) }
    }
  }

  /// Whether somebody who joined may follow now: its stage, or the run, is as far as the policy says.
  func checkFollows(_ commit: Committed, _ unit: Unit, _ name: String) throws(SimulationFailure) {
    let stage = commit.after.stages[unit.stage]
    let hasPassed = stage.state == .passed || stage.state == .empty
    switch commit.after.run.strategy.membership {
    case .lastPassedStage, .abort: try require(hasPassed, "R5", "\(name) before its stage has passed")
    case .intoStage: try require(hasPassed || stage.openedAt != nil, "R5", "\(name) before its stage has opened")
    case .afterRun: throw failure("R5", "\(name) before the run has ended")
    }
    coverage.add(.joinedFollowers)
  }
}
