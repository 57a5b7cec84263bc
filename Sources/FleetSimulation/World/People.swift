internal import FleetModel
internal import FleetPlanner

/// Somebody who gives commands.
struct Person {
  var name: String
  var groups: [String]

  static let all = [
    Person(name: "kim", groups: ["sre"]), Person(name: "ann", groups: ["sre"]),
    Person(name: "bob", groups: ["sre", "dev"]), Person(name: "jo", groups: ["dev"]),
    Person(name: "eve", groups: ["dev"]),
  ]
}

/// People: some help runs on, some meddle; after the healing a steward brings every run to its end.
extension World {
  func person() throws(SimulationFailure) {
    queue.add(.person, at: time + Int64(peopleChances.within(10...90)) * 1_000)
    guard isListening else { return }
    if isHealed {
      try steward()
      return
    }
    if peopleChances.chance(knobs.meddlePermille) { try meddle() }
    if peopleChances.chance(knobs.helpPermille) { try help() }
    if revokeChances.chance(knobs.revokePermille) {
      try give(.revokeApproval(stage: nil), by: revokeChances.pick(Person.all))
    }
    if calendarChances.chance(knobs.calendar.overridePermille) {
      try overrideWindows(by: Array(Person.all.prefix(calendarChances.within(1...2))))
    }
    if knobs.strategy.trigger == .manual || peopleChances.chance(30), activeRun == nil {
      try startIfDue(by: StartRequest(principal: "kim", reason: peopleChances.chance(500) ? "needed" : ""))
    }
  }

  private func meddle() throws(SimulationFailure) {
    let person = peopleChances.pick(Person.all)
    let choice: RolloutCommand
    switch peopleChances.below(14) {
    case 0...1: choice = .approve(stage: nil)
    case 2: choice = .reject(stage: nil)
    case 3...5: choice = .pause
    case 6: choice = .resume
    case 7: choice = .abort(hold: peopleChances.chance(700))
    case 8:
      if activeRun == nil {
        try undoEnded(by: person)
        return
      }
      choice = .undo
    case 9...10: choice = .retry(someFailed())
    case 11...12: choice = .waive(someFailed())
    default: choice = .resume
    }
    try give(choice, by: person)
  }

  private func someFailed() -> [ClusterName] {
    guard let number = activeRun, peopleChances.chance(500) else { return [] }
    let failed = runs[number].units.filter { unit in
      unit.steps.contains { $0.state == .failed || $0.state == .lost }
    }
    return failed.isEmpty ? [] : [peopleChances.pick(failed).clusterName]
  }

  /// A person who wants the run to go on.
  private func help() throws(SimulationFailure) {
    guard let number = activeRun else { return }
    switch runs[number].run.state {
    case .paused: try give(.resume, by: peopleChances.pick(Person.all))
    case .halted: try give(peopleChances.pick([.retry([]), .waive([]), .resume, .resume]), by: Person.all[1])
    case .running: try approveAsking(number)
    default: break
    }
  }

  private func approveAsking(_ number: Int) throws(SimulationFailure) {
    guard runs[number].report.waiting.contains(where: { $0.reason == .approval }) else { return }
    for person in Person.all {
      guard activeRun == number else { return }
      try give(.approve(stage: nil), by: person)
    }
  }

  /// Brings the run to its end by whatever the rules allow, mildest first.
  private func steward() throws(SimulationFailure) {
    try require(
      passesSinceHeal < 400 + 120 * placements.count * knobs.strategy.stages.count, "R26",
      "a run does not end, \(passesSinceHeal) passes after everything was repaired")
    try require(
      time - healedAt < 14 * 24 * 3_600_000, "R26",
      "a run does not end in days after everything was repaired: \(stuckText())")
    guard let number = activeRun else {
      try startIfDue(by: nil)
      if activeRun == nil, knobs.strategy.trigger == .manual {
        try startIfDue(by: StartRequest(principal: "kim", reason: ""))
      }
      return
    }
    switch runs[number].run.state {
    case .paused: try give(.resume, by: Person.all[1])
    case .halted:
      stewardTries += 1
      switch stewardTries % 8 {
      case 1: try give(.resume, by: Person.all[1])
      case 2: try give(.retry([]), by: Person.all[1])
      case 4: try give(.waive([]), by: Person.all[1])
      case 5: try give(.waiveChecks(stage: nil), by: Person.all[1])
      case 7: try give(peopleChances.chance(500) ? .undo : .abort(hold: true), by: Person.all[1])
      default: try give(.resume, by: Person.all[1])
      }
    case .running:
      try approveAsking(number)
      if runs[number].report.waiting.contains(where: { $0.reason == .check }), peopleChances.chance(200) {
        try give(.waiveChecks(stage: nil), by: Person.all[1])
      }
      // Windows that are never open together are for people to override.
      if runs[number].report.waiting.contains(where: { $0.reason == .window && $0.nextChange == nil }) {
        try overrideWindows(by: [Person.all[1]])
      }
    default: break
    }
  }

  func stuckText() -> String {
    guard let number = activeRun else { return "no run goes on" }
    let row = runs[number]
    let waits = row.report.waiting.map { "\($0.reason.rawValue): \($0.message)" }
    let stages = row.stages.map { "\($0.name) \($0.state.rawValue) \($0.counters.byState)" }
    return "\(row.run.displayName) is \(row.run.state.rawValue), stages \(stages), waits \(waits)"
  }

  /// Gives a command as `RolloutService` does; what the rules forbid is refused and changes nothing.
  func give(_ choice: RolloutCommand, by person: Person) throws(SimulationFailure) {
    guard let number = activeRun ?? runs.indices.last else { return }
    try give(choice, by: person, to: number)
  }

  /// Gives a command that a rule asks for.
  func give(_ choice: RolloutCommand, to number: Int) throws(SimulationFailure) {
    try give(choice, by: Person(name: "flotilla", groups: []), to: number)
  }

  private func give(_ choice: RolloutCommand, by person: Person, to number: Int) throws(SimulationFailure) {
    let now = Instant(
      millisecondsSinceEpoch: max(databaseNow, runs[number].seenAt.millisecondsSinceEpoch))
    let (input, _) = load(number, now: now, listened: listened)
    let giver = CommandGiver(name: person.name, groups: person.groups, reason: "because")
    let plan: Plan
    do throws(CommandRefusal) {
      plan = try command(choice, on: input, by: giver)
    } catch {
      coverage.add(.refusedCommands)
      if case .approve = choice { coverage.add(.approvalsRefused) }
      return
    }
    guard plan.changes(input) else { return }
    let before = runs[number]
    // A command judges nobody, so what is marked stays marked for the pass that follows it.
    guard commit(plan, input: input, run: number, marks: []) else {
      throw failure("V3", "a command is refused by the store although nobody was faster")
    }
    log("command", Int64(number), text: "\(choice) by \(person.name)")
    noteCommand(choice, person, number, before)
    try check(plan, input: input, before: before, run: number, command: choice)
    if goingRuns.contains(number) { wake(number) }
    notify(plan, after: 10)
  }

  private func noteCommand(_ choice: RolloutCommand, _ person: Person, _ number: Int, _ before: RunRow) {
    switch choice {
    case .approve:
      coverage.add(.approvals)
      runs[number].witness.noteApproval(
        before: before.stages, after: runs[number].stages, person: person,
        at: max(databaseNow, before.seenAt.millisecondsSinceEpoch))
    case .revokeApproval:
      coverage.add(.approvalsRevoked)
      runs[number].witness.noteRevocation(
        before: before.stages, after: runs[number].stages, person: person,
        at: max(databaseNow, before.seenAt.millisecondsSinceEpoch))
    case .reject: coverage.add(.rejections)
    case .pause:
      let isFlying = before.units.contains { unit in unit.steps.contains { isInFlight($0.state) } }
      if isFlying { coverage.add(.pausesWithInFlight) }
    case .resume:
      coverage.add(.resumes)
      runs[number].witness.noteResume(runs[number], before: before)
    case .abort: coverage.add(.aborts)
    case .supersede: coverage.add(.supersededRuns)
    case .join, .measured: break  // noted where they come from
    case .waiveChecks: runs[number].witness.noteWaivedChecks(before: before.stages, after: runs[number].stages)
    case .undo: coverage.add(.undosOfGoingRuns)
    case .retry: coverage.add(.retries)
    case .waive: coverage.add(.waivers)
    case .overrideWindow:
      runs[number].witness.noteOverride(
        before: before.stages, after: runs[number].stages, person: person,
        at: max(databaseNow, before.seenAt.millisecondsSinceEpoch))
    }
  }
}
