public import FleetModel
public import FleetPlanner
public import FleetPorts

extension PostgresStore {
  /// What a pass needs.
  public func planInput(for rollout: RolloutID, lookahead: Int) async throws(StoreError) -> PlanInput? {
    try await snapshot { session in
      let head = try session.first(PlanQueries.head, .id(rollout)) { row in
        (
          now: try row.instant(), listened: try row.int(), epoch: Int32(truncatingIfNeeded: try row.int()),
          isHeld: try row.bool(), run: try row.run()
        )
      }
      guard let head else { return nil }
      let stages = try session.rows(RolloutQueries.stages, .ids([rollout]), read: { try $0.stage().stage })
      var input = PlanInput(
        now: head.now, listened: ListeningTime(milliseconds: head.listened), epoch: head.epoch, run: head.run,
        stages: stages, units: [])
      input.isHeld = head.isHeld
      if !head.run.state.isEnd {
        input.calendar = try session.calendar(of: head.run.project, head.run.fleetSet)
        if input.calendar.version > 0 {
          input.sharedLimits = try session.sharedLimits(of: head.run.project, head.run.fleetSet)
        }
        try session.loadUnits(of: &input, lookahead: lookahead)
        let zones = input.calendar.zoneNames(input.units.map(\.clusterLabels))
        input.calendar.zones = try session.timeZones(named: zones)
        if !head.run.strategy.limits.isEmpty {
          let counts = try session.rows(PlanQueries.inFlightByLabel, .id(rollout)) { row in
            (label: try row.text(), value: try row.text(), count: try row.count())
          }
          for entry in counts { input.inFlightByLabel[entry.label, default: [:]][entry.value] = entry.count }
        }
      }
      return input
    }
  }
}

private struct UnitKey: Hashable, Comparable {
  var stage: Int
  var position: Int

  static func < (left: Self, right: Self) -> Bool { (left.stage, left.position) < (right.stage, right.position) }
}

extension Session {
  /// Loads what ``PlanInput/units`` asks for, each part by an index of its own.
  fileprivate func loadUnits(of input: inout PlanInput, lookahead: Int) throws {
    let run = input.run
    var keys: Set<UnitKey> = []
    func add(_ statement: Statement) throws {
      keys.formUnion(try rows(statement, .id(run.id), read: unitKey))
    }
    for statement in [
      PlanQueries.inFlight, PlanQueries.failing, PlanQueries.pendingAgain, PlanQueries.attention, PlanQueries.joined,
      PlanQueries.held,
    ] {
      try add(statement)
    }
    if let stage = input.stages.first(where: { !$0.state.isComplete }) {
      keys.formUnion(
        try rows(
          PlanQueries.pending, .id(run.id), .int(stage.index),
          .int((stage.slots + lookahead) * stage.stepsPerUnit), read: unitKey))
    }
    if let breach = run.breach, let scope = breach.rollbackScope, scope != .failed {
      let limit = input.stages.map { ($0.rollbackSlots + lookahead) * $0.stepsPerUnit }.max() ?? lookahead
      let found = try rows(
        PlanQueries.sendBack, .id(run.id), .int(scope == .stage ? breach.stage : 0), .int(limit),
        .bool(run.strategy.onFailure.removeNew), read: unitKey)
      input.hasMoreToSendBack = found.count == limit
      keys.formUnion(found)
    }
    guard !keys.isEmpty else { return }
    let order = keys.sorted()
    let limits = run.strategy.limits.map(\.label)
    let steps = try rows(
      PlanQueries.units, .id(run.id), .ints(order.map { Int64($0.stage) }), .ints(order.map { Int64($0.position) }),
      .int(input.listened.milliseconds), .bool(input.calendar.looksAtLabels || !input.sharedLimits.isEmpty),
      read: { try LoadedStep(&$0, limits: limits) })
    for loaded in steps {
      if let last = input.units.indices.last, input.units[last].stage == loaded.unit.stage,
        input.units[last].position == loaded.unit.position
      {
        input.units[last].steps.append(loaded.step)
      } else {
        input.units.append(loaded.unit)
      }
      if loaded.attention != 0 { input.marks[loaded.step.target] = loaded.attention }
    }
  }
}

private func unitKey(_ row: inout Row) throws -> UnitKey {
  UnitKey(stage: try row.count(), position: try row.count())
}

extension Stage {
  /// Rows to ask for per unit, on average and rounded up: steps of one unit have one place, and some more rows than
  /// units cost less than counting places.
  fileprivate var stepsPerUnit: Int {
    let units = max(1, size)
    return max(1, (memberCount + units - 1) / units)
  }
}
