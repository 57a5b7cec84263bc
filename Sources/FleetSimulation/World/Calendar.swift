internal import FleetModel
internal import FleetPlanner

/// Windows and freezes of the world, as its store keeps them and as the checkers judge them.
extension World {
  /// What the store gives to a pass.
  var calendar: ChangeCalendar {
    var zones: [String: TimeZoneRules] = [:]
    for (number, offset) in CalendarKnobs.offsets.enumerated() {
      zones["z\(number)"] = TimeZoneRules(name: "z\(number)", offset: offset)
    }
    let windows = knobs.calendar.windows.compactMap(\.document)
    return ChangeCalendar(
      version: calendarVersion, windows: Dictionary(uniqueKeysWithValues: windows.map { ($0.name, $0) }),
      freezes: freezes.map(\.document), zones: zones)
  }

  /// Somebody declares a freeze, or lifts one.
  func changeFreezes() {
    guard !databaseDown, calendarChances.chance(knobs.calendar.freezePermille) else { return }
    if freezes.count > 1 || (!freezes.isEmpty && calendarChances.chance(500)) {
      freezes.removeFirst()
    } else {
      coverage.add(.freezes)
      let minute = databaseNow - databaseNow % 60_000
      let from = calendarChances.chance(300) ? minute + Int64(calendarChances.within(-3...5)) * 60_000 : nil
      let until =
        calendarChances.chance(500)
        ? max(minute, from ?? 0) + Int64(calendarChances.within(1...30)) * 60_000 : nil
      freezes.append(
        SimulatedFreeze(
          name: "f\(calendarVersion)", appliedAt: databaseNow, from: from, until: until,
          region: calendarChances.chance(400) ? "r\(calendarChances.below(knobs.regions))" : nil))
    }
    noteCalendarChanged()
  }

  func liftFreezes() {
    guard !freezes.isEmpty else { return }
    freezes = []
    noteCalendarChanged()
  }

  private func noteCalendarChanged() {
    calendarVersion += 1
    storeEpoch += 1
    log("freezes", Int64(freezes.count))
    for number in goingRuns { wake(number) }
    if activeRun == nil { queue.add(.start, at: time + 1_000) }
  }

  /// People who override what is closed, where something is.
  func overrideWindows(by people: [Person]) throws(SimulationFailure) {
    guard let number = activeRun, runs[number].run.state == .running,
      runs[number].report.waiting.contains(where: { $0.reason == .window || $0.reason == .freeze })
    else { return }
    for person in people where activeRun == number { try give(.overrideWindow(stage: nil), by: person) }
  }

  // The checkers' own arithmetic

  /// Whether orders of a stage may go to a cluster at a time of PostgreSQL's clock, as far as windows say.
  func windowsAreOpen(_ stage: StageStrategy, _ strategy: RolloutStrategy, _ labels: [String: String], _ at: Int64)
    -> Bool
  {
    [strategy.windows ?? [], stage.windows ?? []].allSatisfy { list in
      let windows = knobs.calendar.windows.filter { list.contains($0.name) }
      let isDenied = windows.contains { $0.effect == .deny && elapsed($0, labels, at) < lasts($0) }
      let allowing = windows.filter { $0.effect == .allow }
      let isAllowed = allowing.contains { window in
        let usual = min(stage.progressDeadline.wholeMilliseconds, lasts(window) / 2)
        let last = lasts(window) - (window.lastStart.map { Int64($0) * 1_000 } ?? usual)
        return elapsed(window, labels, at) < last
      }
      return !isDenied && (isAllowed || allowing.isEmpty)
    }
  }

  /// Milliseconds since a window opened last, open or not.
  private func elapsed(_ window: SimulatedWindow, _ labels: [String: String], _ at: Int64) -> Int64 {
    let zone = window.isLocal ? Int(labels["tz"]?.dropFirst() ?? "") ?? 0 : 0
    return (at + CalendarKnobs.offsets[zone] * 1_000) % (Int64(window.periodMinutes) * 60_000)
  }

  private func lasts(_ window: SimulatedWindow) -> Int64 { Int64(window.durationMinutes) * 60_000 }

  /// Freezes that are on for a cluster, each with the time from which overrides are about it.
  func freezesOn(_ labels: [String: String], _ at: Int64) -> [Int64] {
    freezes.filter { freeze in
      (freeze.region.map { $0 == labels["region"] } ?? true) && (freeze.from.map { $0 <= at } ?? true)
        && (freeze.until.map { at < $0 } ?? true)
    }.map { max($0.appliedAt, $0.from ?? $0.appliedAt) }
  }

  /// V8: nothing forward outside its windows or under a freeze, unless people said so.
  func checkWindows(_ commit: Committed, _ unit: Unit, _ name: String) throws(SimulationFailure) {
    guard commit.after.run.kind != .undo else { return }
    let labels = clusters[Int(unit.cluster.rawValue) - 1].labels
    let given = commit.before.witness.overrides.filter { $0.stage == unit.stage }
    for since in freezesOn(labels, commit.now) {
      let people = Set(given.filter { $0.at >= since }.map(\.person))
      try require(people.count > 1, "V8", "\(name) is dispatched under a freeze, overridden by \(people.sorted())")
      coverage.add(.freezeOverrides)
    }
    let rules = commit.after.stages[unit.stage].rules
    let strategy = commit.after.run.strategy
    guard !windowsAreOpen(rules, strategy, labels, commit.now) else { return }
    let isOverridden = given.contains { override in
      !hasBeenOpen(rules, strategy, labels, from: override.at, to: commit.now)
    }
    try require(isOverridden, "V8", "\(name) is dispatched outside its windows")
    coverage.add(.windowOverrides)
  }

  /// Whether the windows were open at some time between two: all of them open and close at whole seconds, every hour alike.
  private func hasBeenOpen(
    _ stage: StageStrategy, _ strategy: RolloutStrategy, _ labels: [String: String], from: Int64, to: Int64
  ) -> Bool {
    if windowsAreOpen(stage, strategy, labels, from) { return true }
    var at = from - from % 1_000 + 1_000
    while at <= min(to, from + 3_600_000) {
      if windowsAreOpen(stage, strategy, labels, at) { return true }
      at += 1_000
    }
    return false
  }

  /// What the report says is closed is closed, and orders in flight are counted as they close.
  func checkClosed(_ commit: Committed) throws(SimulationFailure) {
    // A plan without forward orders is committed also when a freeze came or went meanwhile.
    guard commit.input.calendar.version == calendarVersion else { return }
    for waiting in commit.plan.report.waiting where waiting.reason == .window || waiting.reason == .freeze {
      coverage.add(.windowWaits)
      guard let stage = commit.after.stages.first(where: { $0.name == waiting.stage }) else {
        throw failure("report", "a window of no stage is closed")
      }
      let isFlying = commit.after.units.contains { unit in
        unit.stage == stage.index && unit.steps.contains { isInFlight($0.state) }
      }
      if isFlying { coverage.add(waiting.reason == .window ? .windowsClosedInFlight : .freezesInFlight) }
      for name in waiting.clusters {
        guard let cluster = clusters.first(where: { $0.name == name }) else { continue }
        let isClosed =
          !windowsAreOpen(stage.rules, commit.after.run.strategy, cluster.labels, commit.now)
          || !freezesOn(cluster.labels, commit.now).isEmpty
        try require(isClosed, "report", "\(name) waits for a window that is open: \(waiting.message)")
      }
      if let next = waiting.nextChange {
        try require(next > commit.input.now, "report", "a window opens in the past: \(waiting.message)")
      }
    }
  }
}
