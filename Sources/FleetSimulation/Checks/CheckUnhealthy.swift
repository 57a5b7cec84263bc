internal import FleetModel
internal import FleetPlanner

/// Who was unhealthy before a run is marked, goes first or is left out, as the strategy says (R6).
extension World {
  /// Whether a target has been Degraded for as long as the stage that its labels name has patience.
  func wasUnhealthy(_ placement: Placement) -> Bool {
    let labels = clusters[placement.cluster].labels
    let stages = knobs.strategy.stages
    let own = stages.first { stage in
      switch stage.selection {
      case .clusters(let selector): selector.matches(labels)
      case .targets(let selector): selector.matches(placement.labels)
      case .names(let names): names.contains(clusters[placement.cluster].name)
      case .count, .percent, .rest: false
      }
    }
    return degradedFor(placement) >= (own ?? stages[stages.count - 1]).failFast && placement.health == .degraded
  }

  func checkUnhealthy(_ frozen: FrozenRun, _ witness: RunWitness) throws(SimulationFailure) {
    let policy = knobs.strategy.alreadyUnhealthy
    if frozen.run.kind == .rollout || frozen.run.kind == .catchUp, policy == .exclude {
      for unit in frozen.units {
        for step in unit.steps {
          let placement = placements[Int(step.target.rawValue) - 1]
          try require(!wasUnhealthy(placement), "R6", "\(unit.clusterName) is unhealthy and not left out")
        }
      }
      if frozen.run.kind == .rollout, placements.contains(where: { wasUnhealthy($0) && !$0.hasLeft }) {
        coverage.add(.unhealthyLeftOut)
      }
    }
    if frozen.run.kind == .catchUp {
      let most = knobs.strategy.catchUpMaxConcurrent
      for stage in witness.stages {
        try require(stage.slots <= most, "R16", "\(stage.slots) catch up at once, \(most) may")
        if stage.slots == most { coverage.add(.fullCatchUps) }
      }
    }
    for (index, unit) in frozen.units.enumerated() {
      let isMarked = isUnhealthy(unit, witness)
      try require(unit.wasUnhealthy == isMarked, "R6", "\(unit.clusterName) is marked \(unit.wasUnhealthy)")
      guard isMarked else { continue }
      coverage.add(.unhealthyBefore)
      if policy == .first, index > 0, frozen.units[index - 1].stage == unit.stage {
        let earlier = frozen.units[index - 1]
        try require(isUnhealthy(earlier, witness), "R6", "\(earlier.clusterName) goes before \(unit.clusterName)")
      }
      if policy == .first { coverage.add(.unhealthyFirst) }
    }
  }

  /// Whether no budget counts a failure of the unit.
  func isUnhealthy(_ unit: Unit, _ witness: RunWitness) -> Bool {
    unit.steps.contains { witness.unhealthy.contains($0.target) } && unit.steps.contains { $0.state != .unchanged }
  }

  /// Whether a failure budget counts the unit: lost, or failed without having been unhealthy or without any order.
  func isFailing(_ unit: Unit, _ witness: RunWitness) -> Bool {
    let isExcused = isUnhealthy(unit, witness)
    return unit.steps.contains { $0.state == .lost || $0.state == .failed && (!isExcused || $0.order == nil) }
  }
}
