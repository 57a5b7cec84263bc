internal import FleetModel
internal import FleetPlanner

/// What the gates of runs are measured by: chance (R20).
extension World {
  /// Measures what is due, as `CheckTask` does; while nothing listens it is done later.
  func measure(_ number: Int) throws(SimulationFailure) {
    guard goingRuns.contains(number) else { return }
    guard isListening else {
      queue.add(.measure(number), at: time + 5_000)
      return
    }
    for request in dueChecks(checkInput(number)).due {
      let answer = CheckAnswer(drawVerdict(), value: "1")
      coverage.add(.measurements)
      runs[number].witness.noteMeasurement(request, answer)
      try give(.measured(CheckMeasurement(request: request, answer: answer)), to: number)
      guard goingRuns.contains(number) else { return }
    }
    scheduleMeasurements(number)
  }

  /// Plans the next measurement, after a commit that may have begun some.
  func scheduleMeasurements(_ number: Int) {
    let (due, next) = dueChecks(checkInput(number))
    let at = due.isEmpty ? next.map { trueTime(of: $0) } : time
    if let at { queue.add(.measure(number), at: max(time + Int64(checkChances.within(10...3_000)), at)) }
  }

  private func checkInput(_ number: Int) -> PlanInput {
    let now = Instant(millisecondsSinceEpoch: max(databaseNow, runs[number].seenAt.millisecondsSinceEpoch))
    return load(number, now: now, listened: listened).input
  }

  private func drawVerdict() -> CheckVerdict {
    guard !isHealed, checkChances.chance(knobs.checks.troublePermille) else { return .pass }
    return checkChances.pick([.fail, .inconclusive, .noData, .error])
  }
}
