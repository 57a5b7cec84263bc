internal import FleetModel
internal import FleetPlanner

/// The people of a rehearsal, and what gates are measured by.
extension Rehearser {
  /// Who is asked for an approval answers when the assumptions say so.
  func askPeople() {
    guard case .after(let delay) = assumptions.approvals else { return }
    for waiting in report.waiting where waiting.reason == .approval {
      guard let stage = stages.first(where: { $0.name == waiting.stage })?.index, askedStages.insert(stage).inserted
      else { continue }
      queue.add(.approve(stage: stage), at: wholeSeconds(time + delay.wholeMilliseconds))
    }
  }

  /// All that a stage asks for is given at once, by as many people as it takes.
  func approve(_ index: Int) {
    askedStages.remove(index)
    let stage = stages[index]
    let gates = stage.openedAt == nil ? stage.rules.before : stage.rules.after
    for case .approval(let rule) in gates {
      for number in 1...max(1, rule.count) {
        give(
          .approve(stage: stage.name),
          by: CommandGiver(name: "approver \(number) of the rehearsal", groups: rule.groups, reason: "rehearsal"))
      }
    }
  }

  /// Plans the next measurement.
  func measureLater() {
    guard stages.contains(where: \.hasOpenChecks) else { return }
    let (due, next) = dueChecks(checkInput)
    if !due.isEmpty {
      queue.add(.measure, at: wholeSeconds(time + 1))
    } else if let next {
      queue.add(.measure, at: wholeSeconds((next - beginning).wholeMilliseconds))
    }
  }

  /// Measures what is due: it comes to what the assumptions say.
  func measure() {
    let answer = CheckAnswer(assumptions.checks == .pass ? .pass : .fail, message: "assumed by the rehearsal")
    for request in dueChecks(checkInput).due {
      give(.measured(CheckMeasurement(request: request, answer: answer)), by: CommandGiver(name: "flotilla"))
    }
  }

  private var checkInput: PlanInput {
    PlanInput(
      now: now, listened: ListeningTime(milliseconds: time), epoch: epoch, run: run, stages: stages, units: [])
  }

  /// Gives a command; one that is refused by then changes nothing.
  private func give(_ order: RolloutCommand, by giver: CommandGiver) {
    guard let plan = try? command(order, on: load(perGroup: Self.lookahead).input, by: giver) else { return }
    let heard = changed
    commit(plan)
    // A command judges nobody: what is new stays new for the pass that follows.
    changed = heard
  }

  /// What the time until the next happening is spent on.
  func occupation() -> Rehearsal.Occupation {
    let reasons = Set(report.waiting.map(\.reason))
    let isMoving = stages.contains { $0.counters.slotsHeld > 0 || $0.counters.rollingBack > 0 }
    if isMoving { return .applying }
    if reasons.contains(.approval) { return .approvals }
    if reasons.contains(.window) || reasons.contains(.freeze) { return .windows }
    if reasons.contains(.soak) { return .soaks }
    if reasons.contains(.check) { return .checks }
    if reasons.contains(.contact) { return .awayClusters }
    return .applying
  }
}
