internal import FleetModel

extension Pass {
  /// A person lets a stage go on although its windows are closed or a freeze is on (R21).
  mutating func overrideWindow(_ name: String?, _ giver: CommandGiver) throws(CommandRefusal) {
    guard !giver.reason.isEmpty else {
      throw CommandRefusal(.invalid, "overriding a window needs a reason", hint: "give --reason")
    }
    guard run.state == .running || run.state == .paused else {
      throw CommandRefusal(.conflict, "\(run.displayName) is \(run.state.rawValue), no window holds it back")
    }
    try checkStage(name)
    // Who catches up may wait in a stage that has passed.
    let waiting = stages.indices.filter { stages[$0].state != .waiting && hasPending($0) }
    let places = waiting.filter { name == nil || stages[$0].name == name }
    guard let index = places.first(where: { closureNow($0) != nil }), let (closure, question) = closureNow(index) else {
      let about = name.map { "stage \($0) of " } ?? ""
      throw CommandRefusal(
        .conflict, "no window or freeze holds \(about)\(run.displayName) back now",
        hint: "`flotilla rollout explain \(run.fleetSet)` says what it waits for")
    }
    // An earlier one that counts against all that is closed counts still.
    let isNew = !stages[index].overrides.contains {
      $0.by == giver.name && input.calendar.counts($0, for: question, at: now)
    }
    guard isNew else { return }
    stages[index].overrides.append(WindowOverride(by: giver.name, reason: giver.reason, at: now))
    let rest = closureNow(index).map { _ in "; a second person must override it too" } ?? ""
    note("window.overridden", stage: index, "\(closure.message); overridden by \(giver.name): \(giver.reason)\(rest)")
  }

  /// What holds the stage, or one of its waiting clusters, back at this moment, with what was asked of the calendar.
  private func closureNow(_ index: Int) -> (WindowClosure, WindowQuestion)? {
    guard windowMemory.areObeyed else { return nil }
    let waiting = units.filter { $0.stage == index && $0.hasPendingStep }
    for labels in windowMemory.dependsOnCluster[index] ? waiting.map(\.clusterLabels) : [[:]] {
      let question = windowQuestion(index, labels: labels)
      if let closure = input.calendar.closure(question, at: now) { return (closure, question) }
    }
    return nil
  }
}
