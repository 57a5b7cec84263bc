internal import FleetModel
internal import FleetPlanner

/// The agents of a rehearsal.
extension Rehearser {
  /// An order is committed: the agent gets it when it is there, and says what comes of it.
  func send(_ order: OrderDraft, _ unit: Int, _ step: Int) {
    units[unit].steps[step].order = StepOrder(
      generation: order.generation, direction: order.direction, committedAt: now,
      committedListened: ListeningTime(milliseconds: time))
    units[unit].steps[step].report = nil
    units[unit].steps[step].highestGeneration = order.generation
    touched[unit] = true
    let place = cast.places[unit]
    if order.direction == .forward { vanish(place) }
    guard let start = cast.awaySince[place] == nil ? time : cast.backAt[place] else { return }
    let affliction = cast.afflictions[place]
    let range = order.direction == .forward ? affliction.apply ?? assumptions.apply : assumptions.apply
    perform(
      order, unit, step, from: start, took: chances.draw(range),
      failure: order.direction == .forward ? affliction.failure : nil)
  }

  /// A cluster that vanishes at its order does so once.
  private func vanish(_ place: Int) {
    guard let absence = cast.afflictions[place].absence, absence.from == .order else { return }
    cast.afflictions[place].absence = nil
    cast.awaySince[place] = time
    cast.backAt[place] = absence.for.map { time + chances.draw($0) }
    if let back = cast.backAt[place] { queue.add(.comeback(place), at: wholeSeconds(back)) }
  }

  private func perform(
    _ order: OrderDraft, _ unit: Int, _ step: Int, from start: Int64, took: Int64, failure: RehearsalFault.Failure?
  ) {
    func say(_ saying: Saying, at time: Int64) {
      queue.add(.report(unit: unit, step: step, generation: order.generation, saying), at: wholeSeconds(time))
    }
    let end = wholeSeconds(start + took)
    if order.action == .remove { return say(.removed, at: end) }
    let rules = stages[units[unit].stage].rules
    switch failure {
    case .refused: say(.refused, at: end)
    case .stuck: say(.begun, at: end)
    case .degraded:
      say(.degraded(for: .zero), at: end)
      say(.degraded(for: rules.failFast), at: end + rules.failFast.wholeMilliseconds)
    case .regresses(let range):
      sayReady(rules.minReady, at: end, say)
      let after = end + rules.minReady.wholeMilliseconds + chances.draw(range)
      say(.degraded(for: rules.failFast), at: after + rules.failFast.wholeMilliseconds)
    case nil: sayReady(rules.minReady, at: end, say)
    }
  }

  private func sayReady(_ minReady: Duration, at time: Int64, _ say: (Saying, Int64) -> Void) {
    if minReady > .zero { say(.healthy(for: .zero), time) }
    say(.healthy(for: minReady), time + minReady.wholeMilliseconds)
  }

  /// A report arrives; one about an older order changes nothing (R27).
  func hear(_ unit: Int, _ step: Int, _ generation: Generation, _ saying: Saying) {
    guard units[unit].steps[step].highestGeneration == generation, cast.awaySince[cast.places[unit]] == nil else {
      return
    }
    var observation = Observation(
      target: units[unit].steps[step].target, generation: generation, bundle: units[unit].steps[step].bundle,
      phase: .applied, health: .progressing, readyFor: .zero, degradedFor: .zero, message: "")
    switch saying {
    case .begun: break
    case .healthy(let duration): (observation.health, observation.readyFor) = (.healthy, duration)
    case .degraded(let duration):
      (observation.health, observation.degradedFor) = (.degraded, duration)
      observation.message = "Degraded, as the faults say"
    case .refused: (observation.phase, observation.message) = (.failed, "refused, as the faults say")
    case .removed: observation.phase = .removed
    }
    units[unit].steps[step].report = StepReport(
      observation: observation, receivedListened: ListeningTime(milliseconds: time))
    changed.insert(unit)
  }

  func comeBack(_ place: Int) {
    guard let back = cast.backAt[place], back <= time else { return }
    cast.awaySince[place] = nil
    cast.backAt[place] = nil
    changed.formUnion(cast.units[place])
  }
}
