import FleetModel
import FleetPlanner

/// A run in memory: commits plans as the store does, and gives the planner either all units or those that the store
/// loads (`PlanInput.units`).
struct BenchedRun {
  /// Which units a pass is given.
  enum Given {
    /// All.
    case whole
    /// Those that the store loads.
    case summary
  }

  private(set) var now: Instant
  private(set) var run: Run
  private(set) var stages: [Stage]
  private(set) var units: [Unit]
  /// Where each target's step is.
  private var places: [TargetID: (unit: Int, step: Int)] = [:]
  /// Targets that reported since the last pass.
  private var news: Set<TargetID> = []

  init(_ frozen: FrozenRun) {
    now = frozen.run.createdAt
    run = frozen.run
    run.id = 1
    stages = frozen.stages
    units = frozen.units
    for (unit, value) in units.enumerated() {
      for (step, value) in value.steps.enumerated() { places[value.target] = (unit, step) }
    }
  }

  private var listened: ListeningTime { ListeningTime(milliseconds: now.millisecondsSinceEpoch) }

  func input(_ given: Given) -> PlanInput {
    var inFlight: [String: [String: Int]] = [:]
    for unit in units where Self.isUnderway(unit) {
      for (limit, value) in zip(run.strategy.limits, unit.limitValues) {
        if let value { inFlight[limit.label, default: [:]][value, default: 0] += 1 }
      }
    }
    return PlanInput(
      now: now, listened: listened, epoch: 1, run: run, stages: stages, units: given == .whole ? units : loaded(),
      inFlightByLabel: inFlight)
  }

  /// The units that the store's loader picks: in flight, failing, with news, and the next pending ones.
  private func loaded() -> [Unit] {
    let open = stages.first { !$0.state.isComplete }
    var pendingLeft = open.map { $0.slots + PlanInput.lookahead } ?? 0
    return units.filter { unit in
      if unit.stage == open?.index, pendingLeft > 0, unit.steps.contains(where: { $0.state == .pending }) {
        pendingLeft -= 1
        return true
      }
      return Self.isUnderway(unit)
        || unit.steps.contains { $0.state == .failed || $0.state == .lost || news.contains($0.target) }
    }
  }

  /// Clusters with an order in flight.
  var inFlight: [Int] { units.indices.filter { Self.isUnderway(units[$0]) } }

  private static func isUnderway(_ unit: Unit) -> Bool {
    unit.steps.contains { $0.state.holdsForwardSlot || $0.state == .rollingBack }
  }

  mutating func advance(_ duration: Duration) { now = now + duration }

  /// All clusters in flight report that they are healthy.
  mutating func report() {
    for unit in inFlight {
      for step in units[unit].steps.indices {
        guard let order = units[unit].steps[step].order else { continue }
        let target = units[unit].steps[step].target
        units[unit].steps[step].report = StepReport(
          observation: Observation(
            target: target, generation: order.generation, bundle: units[unit].steps[step].bundle, phase: .applied,
            health: .healthy, readyFor: .seconds(3600), objectCount: 4),
          receivedListened: listened)
        news.insert(target)
      }
    }
  }

  mutating func commit(_ plan: Plan) {
    run = plan.run
    run.version += 1
    news = []
    for stage in plan.stages { stages[stage.index] = stage }
    for change in plan.steps { apply(change) }
    for bulk in plan.bulk {
      for unit in units.indices where bulk.stage == nil || units[unit].stage == bulk.stage {
        for step in units[unit].steps.indices where units[unit].steps[step].state == bulk.from {
          units[unit].steps[step].state = bulk.to
        }
      }
    }
  }

  private mutating func apply(_ change: StepChange) {
    guard let place = places[change.target] else { return }
    var step = units[place.unit].steps[place.step]
    step.state = change.to
    step.attempt = change.attempt
    step.failure = change.failure
    if let order = change.order {
      step.highestGeneration = order.generation
      step.report = nil
      step.order = StepOrder(
        generation: order.generation, direction: order.direction, committedAt: now, committedListened: listened)
    }
    units[place.unit].steps[place.step] = step
  }
}
