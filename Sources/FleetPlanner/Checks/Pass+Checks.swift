internal import FleetModel

extension Pass {
  /// Begins the measurements of a list of gates that have not begun.
  mutating func beginChecks(_ list: CheckRecord.List, _ index: Int) {
    for (place, gate) in stages[index].gates(list).enumerated() {
      guard gate.checkRule != nil, stages[index].checkPlace(list, place) == nil else { continue }
      stages[index].checks.append(CheckRecord(list: list, place: place, title: gate.title, nextAt: now))
      note("check.started", stage: index, "\(gate.title) is asked")
    }
  }

  /// Stops the run when a gate of the list has come to anything but a pass; answers whether it did.
  mutating func stopByCheck(_ list: CheckRecord.List, _ index: Int) -> Bool {
    guard run.breach == nil, let record = stages[index].checks.first(where: { $0.list == list && $0.stops }) else {
      return false
    }
    let reason = Self.text(of: record)
    if record.isFailure {
      breach(stage: index, cause: reason)
      return true
    }
    stages[index].state = .halted
    stages[index].haltReason = reason
    run.state = .halted
    note("rollout.halted", stage: index, reason)
    return true
  }

  /// Takes in a measurement; one that somebody else has made meanwhile changes nothing.
  mutating func measured(_ measurement: CheckMeasurement) {
    let request = measurement.request
    guard stages.indices.contains(request.stage), run.breach == nil,
      let place = stages[request.stage].checkPlace(request.list, request.place),
      stages[request.stage].checks[place].isOpen, stages[request.stage].checks[place].measured == request.measured,
      let rule = stages[request.stage].gate(of: stages[request.stage].checks[place])?.checkRule
    else { return }
    let before = stages[request.stage].checks[place]
    stages[request.stage].checks[place].take(measurement.answer, rule: rule, at: now)
    let after = stages[request.stage].checks[place]
    // What goes on waiting for the same thing is told once.
    guard
      before.last?.verdict != measurement.answer.verdict || after.verdict != nil || measurement.answer.verdict == .pass
    else { return }
    note("check.measured", stage: request.stage, Self.text(of: after))
  }

  /// A person goes on without the checks of a stage (R18).
  mutating func waiveChecks(_ name: String?, _ giver: CommandGiver) throws(CommandRefusal) {
    guard !giver.reason.isEmpty else {
      throw CommandRefusal(.invalid, "going on without a check needs a reason", hint: "give --reason")
    }
    try checkStage(name)
    let mayGoOn = run.breach?.aftermath.mayGoOn ?? true
    guard mayGoOn, [.running, .paused, .halting, .halted].contains(run.state) else {
      throw CommandRefusal(.conflict, "\(run.displayName) is \(run.state.rawValue), no check holds it back")
    }
    let chosen = stages.first { stage in
      !stage.state.isComplete && (name == nil || stage.name == name) && stage.checks.contains { !$0.isMet }
    }
    guard let index = chosen?.index else {
      throw CommandRefusal(.conflict, "no check holds \(name.map { "stage \($0)" } ?? run.displayName) back")
    }
    for place in stages[index].checks.indices where !stages[index].checks[place].isMet {
      stages[index].checks[place].waivedBy = giver.name
      note(
        "check.waived", stage: index,
        "\(giver.name) goes on without \(stages[index].checks[place].title): \(giver.reason)")
    }
  }

  /// What a gate that is measured waits for.
  func checkEntry(_ list: CheckRecord.List, _ place: Int, _ stage: Stage) -> Waiting? {
    guard let found = stage.checkPlace(list, place) else { return nil }
    let record = stage.checks[found]
    guard record.isOpen else { return nil }
    return Waiting(
      reason: .check, stage: stage.name, message: Self.text(of: record, rule: stage.gate(of: record)?.checkRule),
      clearedBy: "its measurements, or flotilla rollout waive-checks \(run.displayName) --reason …",
      nextChange: record.nextAt)
  }

  /// A record for people: `analysis error-rate: 2 of 5 passed, last 0.004`.
  static func text(of record: CheckRecord, rule: CheckRule? = nil) -> String {
    let last = record.last?.text ?? ""
    switch record.verdict {
    case .pass?: return "\(record.title) passed" + (last.isEmpty ? "" : ": \(last)")
    case .fail?: return "\(record.title) failed" + (last.isEmpty ? "" : ": \(last)")
    case .inconclusive?: return "\(record.title) is inconclusive" + (last.isEmpty ? "" : ": \(last)")
    case .noData?: return "\(record.title) has no data" + (last.isEmpty ? "" : ": \(last)")
    case .error?: return "\(record.title) cannot be measured" + (last.isEmpty ? "" : ": \(last)")
    case nil:
      let passed = rule.map { "\(record.passes) of \($0.count) passed" } ?? "\(record.passes) passed"
      guard let answer = record.last else { return "\(record.title): \(passed)" }
      return "\(record.title): \(passed), last \(answer.verdict.rawValue)" + (last.isEmpty ? "" : " (\(last))")
    }
  }
}
