internal import FleetModel
internal import FleetPlanner

/// Who is ordered what, and when (V1 to V4, V8, R7, R14).
extension World {
  func checkOrders(_ commit: Committed) throws(SimulationFailure) {
    for change in commit.plan.steps {
      guard let order = change.order else { continue }
      let seen = commit.input.units.first {
        $0.stage == change.stage && $0.cluster == change.cluster
          && $0.steps.contains { $0.target == change.target }
      }
      guard let unit = seen, let step = unit.steps.first(where: { $0.target == change.target }) else {
        throw failure("V3", "an order for target \(change.target), which nobody looked at")
      }
      let name = "\(unit.clusterName) (target \(change.target))"
      try require(
        order.generation > step.highestGeneration, "V4",
        "\(name) gets generation \(order.generation) after \(step.highestGeneration)")
      let key = RunWitness.OrderKey(
        target: change.target, isRollback: order.direction == .rollback, attempt: change.attempt)
      try require(
        runs[commit.number].witness.orders.insert(key).inserted, "V3",
        "\(name) is ordered twice in attempt \(change.attempt)")
      try require(!unit.isRemoved, "R5", "\(name) has left the inventory and gets an order")
      try require(commit.command == nil, "V8", "\(name) gets an order by a command")
      switch order.direction {
      case .forward: try checkForward(commit, unit, order, name)
      case .rollback: try checkBack(commit, unit, step, order, name)
      }
    }
    try checkSlots(commit)
    try checkLimits(commit)
    try checkSharedLimit(commit)
  }

  private func checkForward(
    _ commit: Committed, _ unit: Unit, _ order: OrderDraft, _ name: String
  ) throws(SimulationFailure) {
    let witness = runs[commit.number].witness
    guard let target = commit.plan.steps.first(where: { $0.order == order && $0.cluster == unit.cluster })?.target
    else { throw failure("V3", name) }
    try require(order.placed.bundle == witness.bundles[target], "V4", "\(name) gets another bundle than frozen (R3)")
    if commit.after.run.kind != .undo {
      let release = releases[Int(order.placed.release.rawValue) - 1]
      try require(release.bundles.contains(order.placed.bundle), "R3", "\(name): its bundle is not of \(release.name)")
    }
    runs[commit.number].witness.forwardOrdered.insert(target)
    let isRemoval = commit.after.run.kind == .remove
    try require((order.action == .remove) == isRemoval, "V6", "\(name) is told to \(order.action.rawValue)")
    let placement = placements[Int(target.rawValue) - 1]
    try require(!isRemoval || placement.hasLeft && !placement.isKept, "V6", "\(name) is in the set and removed")
    let rules = commit.after.stages[unit.stage].rules
    try require(
      commit.before.run.state == .running && commit.before.run.pause == nil && commit.after.run.pause == nil, "V8",
      "\(name) is dispatched while the run is \(commit.after.run.state.rawValue)")
    try require(
      commit.before.run.breach == nil && commit.after.run.breach == nil, "V8", "\(name) is dispatched after a breach")
    if let excess = failureExcess(commit.after) ?? unreachableExcess(commit.after) {
      throw failure("V8", "\(name) is dispatched although \(excess)")
    }
    try checkWindows(commit, unit, name)
    try require(unit.cordonReason == nil, "R31", "\(name) is cordoned and dispatched")
    try require(unit.hold == nil, "R31", "\(name) is held on its site and dispatched")
    try require(
      unit.silentFor < .seconds(45) && unit.silentFor < rules.unreachableAfter, "R15",
      "\(name) is silent and dispatched")
    for earlier in commit.after.stages where earlier.index < unit.stage {
      let rest = commit.after.units.contains { other in
        // In a stage that has passed only those catch up who were passed over (R16).
        other.stage == earlier.index
          && other.steps.contains { ($0.state == .pending || isInFlight($0.state)) && $0.attempt == 1 }
      }
      try require(
        (earlier.state == .passed || earlier.state == .empty) && !rest, "V2",
        "\(name) is dispatched before stage \(earlier.name) has passed")
    }
    let isFollowing = unit.isJoined && commit.after.stages[unit.stage].state == .empty
    try require(
      isFollowing || commit.after.stages[unit.stage].openedAt != nil, "V2",
      "\(name) is dispatched before its stage opened")
  }

  /// V1, and R7's first cluster that goes alone, recounted from the rows.
  private func checkSlots(_ commit: Committed) throws(SimulationFailure) {
    var flying = 0
    var isReady = false
    let hasForward = commit.plan.steps.contains { $0.order?.direction == .forward }
    for (index, facts) in commit.after.witness.stages.enumerated() {
      var count = 0
      for unit in commit.after.units where unit.stage == index {
        if unit.steps.contains(where: { isInFlight($0.state) }) { count += 1 }
        if unit.steps.contains(where: { $0.state == .soaking || $0.state == .succeeded }) { isReady = true }
      }
      flying += count
      try require(
        count <= facts.slots, "V1", "\(count) clusters in flight in stage \(index), it has \(facts.slots) slots")
    }
    if isReady { runs[commit.number].witness.hasSucceeded = true }
    if commit.after.run.strategy.firstAlone, hasForward, !runs[commit.number].witness.hasSucceeded {
      try require(flying <= 1, "R7", "\(flying) clusters in flight before anybody has succeeded")
    }
  }

  /// V1 for limits: no order in either direction takes a value of a label above its limit; who is recalled keeps a place.
  private func checkLimits(_ commit: Committed) throws(SimulationFailure) {
    for (place, limit) in commit.after.run.strategy.limits.enumerated() {
      var before: [String: Int] = [:]
      var after: [String: Int] = [:]
      for (old, new) in zip(commit.before.units, commit.after.units) {
        guard let value = new.limitValues[place] else { continue }
        if isUnderway(old) { before[value, default: 0] += 1 }
        if isUnderway(new) { after[value, default: 0] += 1 }
      }
      for (value, count) in after.sorted(by: { $0.key < $1.key }) where count > limit.maxInFlight {
        try require(
          count <= before[value] ?? 0, "V1",
          "\(count) in flight with \(limit.label)=\(value), the limit is \(limit.maxInFlight)")
      }
    }
  }

  /// V1 for a limit that all runs share (R29): however many go on, no value of the label is above it.
  private func checkSharedLimit(_ commit: Committed) throws(SimulationFailure) {
    guard let most = knobs.sharedLimit else { return }
    var counts: [String: Int] = [:]
    for number in goingRuns { counts.merge(inFlightByRegion(number), uniquingKeysWith: +) }
    for (region, count) in counts.sorted(by: { $0.key < $1.key }) {
      if count == most { coverage.add(.sharedLimitsReached) }
      try require(count <= most, "V1", "\(count) in flight in region \(region) over all runs, the limit is \(most)")
    }
  }

  private func isUnderway(_ unit: Unit) -> Bool {
    unit.steps.contains { isInFlight($0.state) || $0.state == .rollingBack }
  }

  /// R14: changed members go back to their own `before`, last stage first, under the stage's concurrency.
  private func checkBack(
    _ commit: Committed, _ unit: Unit, _ step: Step, _ order: OrderDraft, _ name: String
  ) throws(SimulationFailure) {
    let witness = runs[commit.number].witness
    try require(
      witness.forwardOrdered.contains(step.target), "R14", "\(name) was never updated and is sent back")
    if order.action == .remove {
      coverage.add(.newMembersRemoved)
      try require(
        witness.before[step.target] == nil && witness.removesNew && !unit.isJoined, "V6",
        "\(name) is removed by a rollback")
    } else {
      try require(
        order.placed == witness.before[step.target] || commit.after.run.kind == .undo, "R14",
        "\(name) is sent back to another bundle than its own `before`")
    }
    guard let breach = commit.after.run.breach, let scope = breach.rollbackScope else {
      throw failure("V8", "\(name) is sent back without a breach that asks for it")
    }
    switch scope {
    case .all: break
    case .stage: try require(unit.stage >= breach.stage, "R14", "\(name) of an earlier stage is sent back")
    case .failed:
      let hasFailed =
        unit.steps.contains { [.failed, .lost].contains($0.state) }
        || commit.plan.steps.contains { $0.cluster == unit.cluster && !$0.failure.isEmpty }
        || commit.plan.events.contains { $0.cluster == unit.cluster && $0.kind == "step.lost" }
      try require(hasFailed, "R14", "\(name) has not failed and is sent back")
    }
    let (failed, hasTooMany) = rollbackFailures(commit.after)
    try require(!hasTooMany, "R14", "\(name) is sent back although \(failed) could not go back")
    // In flight ones are recalled at once; the others wait for a slot of the rollback.
    let isRecalled = unit.steps.contains { isInFlight($0.state) }
    if !isRecalled {
      let count = commit.after.units.count { other in
        other.stage == unit.stage && other.steps.contains { $0.state == .rollingBack }
          && !isHeldGoingBack(other, commit)
      }
      let recalled = commit.input.units.count { other in
        other.stage == unit.stage && other.steps.contains { isInFlight($0.state) }
      }
      let slots = max(witness.stages[unit.stage].rollbackSlots, recalled)
      try require(
        count <= slots, "V1", "\(count) clusters go back in stage \(unit.stage), it has \(slots) slots for it")
      try checkBackOrder(commit, unit, name)
    }
  }

  private func checkBackOrder(_ commit: Committed, _ unit: Unit, _ name: String) throws(SimulationFailure) {
    let isFailing =
      unit.steps.contains { $0.state == .failed || $0.state == .lost }
      || commit.plan.steps.contains { $0.cluster == unit.cluster && !$0.failure.isEmpty }
    guard !isFailing, let scope = commit.after.run.breach?.rollbackScope else { return }
    for later in commit.after.units where later.stage > unit.stage {
      guard !clusters[Int(later.cluster.rawValue) - 1].isRemoved, !isHeldGoingBack(later, commit) else { continue }
      let isLeft = later.steps.contains { step in
        guard commit.after.witness.mayGoBack(step, of: later),
          commit.after.witness.forwardOrdered.contains(step.target)
        else { return false }
        return step.state == .rollingBack || (scope == .all && (step.state == .soaking || step.state == .succeeded))
      }
      try require(!isLeft, "R14", "\(name) goes back before \(later.clusterName) of a later stage has")
    }
  }
}
