public import FleetModel
import FleetPlanner
public import FleetPorts

extension PostgresStore {
  /// Windows, or freezes, in order of name.
  public func calendarEntries(
    _ kind: CalendarKind, in project: ProjectName, after: String?, limit: Int
  ) async throws(StoreError) -> Page<CalendarRecord> {
    try await read { session in
      let found = try session.rows(
        CalendarQueries.entries, .name(project), .text(kind.rawValue), .text(after), .int(limit + 1),
        read: { try $0.calendarRecord() })
      return Page(found, limit: limit) { $0.name }
    }
  }

  /// One window or freeze.
  public func calendarEntry(
    _ kind: CalendarKind, named name: String, in project: ProjectName
  ) async throws(StoreError) -> CalendarRecord? {
    try await read { session in
      try session.first(
        CalendarQueries.entry, .name(project), .text(kind.rawValue), .text(name), read: { try $0.calendarRecord() })
    }
  }

  /// Removes a window that nobody names, or a freeze.
  public func removeCalendarEntry(
    _ kind: CalendarKind, named name: String, in project: ProjectName, cause: ChangeCause
  ) async throws(StoreError) {
    try await change { session in
      try session.lockCalendar(of: project)
      let stored = try session.first(
        CalendarQueries.stored, .name(project), .text(kind.rawValue), .text(name), read: { try $0.int() })
      guard let id = stored else {
        throw StoreError(.notFound, "there is no \(kind.rawValue) '\(name)' in project '\(project)'")
      }
      if kind == .window {
        let users = try session.rows(CalendarQueries.users, .name(project), .text(name), read: { try $0.text() })
        guard users.isEmpty else {
          throw StoreError(
            .conflict, "window '\(name)' is named by \(users.joined(separator: ", ")), which would wait for ever")
        }
      }
      try session.execute(CalendarQueries.remove, .int(id))
      try session.noteCalendarChanged(in: project)
      try session.record(
        Event(
          "\(kind.rawValue.lowercased()).removed", project: project, cause: cause,
          message: "\(kind.rawValue.lowercased()) \(name) was removed"))
    }
  }

  /// The rules of time zones by name.
  public func timeZones(named names: Set<String>) async throws(StoreError) -> [String: TimeZoneRules] {
    try await read { try $0.timeZones(named: names) }
  }

  /// The names of all zones that are stored.
  public func timeZoneCatalogue() async throws(StoreError) -> ZoneCatalogue {
    try await read { session in
      let rows = try session.rows(
        CalendarQueries.zoneNames, read: { (name: try $0.text(), version: try $0.text()) })
      return ZoneCatalogue(version: rows.map(\.version).max() ?? "", names: Set(rows.map(\.name)))
    }
  }

  /// Stores the zones of a newer database.
  public func storeTimeZones(_ zones: [TimeZoneFile], version: String) async throws(StoreError) -> Bool {
    try await change { session in
      try session.execute(CalendarQueries.lockZones)
      let stored = try session.first(CalendarQueries.zoneVersion, read: { try $0.optionalText() }) ?? nil
      if let stored, stored >= version { return false }
      try session.execute(
        CalendarQueries.insertZones, .text(version), .texts(zones.map(\.name)), .byteArrays(zones.map(\.bytes)))
      return true
    }
  }
}

extension Session {
  /// Keeps commits of orders waiting until the calendar's change is committed, and waits for those under way.
  func lockCalendar(of project: ProjectName) throws {
    _ = try first(CalendarQueries.lock, .name(project), read: { _ in true })
  }

  /// Makes every run that goes on look again.
  func noteCalendarChanged(in project: ProjectName) throws {
    try execute(CalendarQueries.raiseVersion, .name(project))
    let runs = try rows(CalendarQueries.openRuns, .name(project), read: { try $0.int() })
    if !runs.isEmpty { try wake(.rollout, runs) }
  }

  /// An order goes out only by the calendar that it was decided by: a freeze acts at once (R21).
  func holdCalendar(_ plan: Plan, input: PlanInput) throws {
    guard plan.steps.contains(where: { $0.order?.direction == .forward }) else { return }
    let project = plan.run.project
    _ = try first(CalendarQueries.share, .name(project), read: { _ in true })
    let isCurrent = try first(
      CalendarQueries.isCurrent, .name(project), .int(input.calendar.version), read: { try $0.int() })
    if isCurrent == nil {
      throw StoreError(.lostRace, "a window or freeze changed since \(plan.run.displayName) was read")
    }
  }

  func timeZones(named names: Set<String>) throws -> [String: TimeZoneRules] {
    guard !names.isEmpty else { return [:] }
    let files = try binaryRows(CalendarQueries.zones, .texts(names.sorted())) { row in
      (name: try row.text(), bytes: Array(try row.optionalBytes() ?? UnsafeBufferPointer(start: nil, count: 0)))
    }
    var zones: [String: TimeZoneRules] = [:]
    for file in files { zones[file.name] = TimeZoneRules(name: file.name, bytes: file.bytes) }
    return zones
  }

  /// The windows and freezes that a run has to heed, without zones.
  func calendar(of run: Run) throws -> ChangeCalendar {
    var calendar = ChangeCalendar(
      version: try first(CalendarQueries.version, .name(run.project), read: { try $0.int() }) ?? 0)
    guard calendar.version > 0 else { return calendar }
    for record in try rows(CalendarQueries.all, .name(run.project), read: { try $0.calendarRecord() }) {
      switch record.entry {
      case .window(let window): calendar.windows[window.name] = window
      case .freeze(let freeze) where freeze.fleetSets.isEmpty || freeze.fleetSets.contains(run.fleetSet):
        calendar.freezes.append(ChangeCalendar.AppliedFreeze(freeze, appliedAt: record.appliedAt))
      case .freeze: break
      }
    }
    return calendar
  }
}

extension ChangeCalendar {
  private var references: [ZoneReference] { windows.values.map(\.timeZone) + freezes.map(\.freeze.timeZone) }

  /// Whether clusters' labels are looked at.
  var looksAtLabels: Bool {
    freezes.contains { $0.freeze.clusters != nil }
      || references.contains { if case .fromLabel = $0 { true } else { false } }
  }

  /// The names of all zones that it may need for clusters with these labels.
  func zoneNames(_ labels: [[String: String]]) -> Set<String> {
    var names: Set<String> = []
    for reference in Set(references) {
      switch reference {
      case .named(let name): names.insert(name)
      case .fromLabel: for cluster in labels { names.formUnion(reference.names(labels: cluster)) }
      }
    }
    return names
  }
}
