public import FleetModel
import FleetPlanner
public import FleetPorts

extension PostgresStore {
  /// Windows, or freezes, in order of name.
  public func policies(
    _ kind: PolicyKind, in project: ProjectName, after: String?, limit: Int
  ) async throws(StoreError) -> Page<PolicyRecord> {
    try await read { session in
      let found = try session.rows(
        PolicyQueries.entries, .name(project), .text(kind.rawValue), .text(after), .int(limit + 1),
        read: { try $0.policyRecord() })
      return Page(found, limit: limit) { $0.name }
    }
  }

  /// One window or freeze.
  public func policy(
    _ kind: PolicyKind, named name: String, in project: ProjectName
  ) async throws(StoreError) -> PolicyRecord? {
    try await read { session in
      try session.first(
        PolicyQueries.entry, .name(project), .text(kind.rawValue), .text(name), read: { try $0.policyRecord() })
    }
  }

  /// Removes a window that nobody names, or a freeze.
  public func removePolicy(
    _ kind: PolicyKind, named name: String, in project: ProjectName, cause: ChangeCause
  ) async throws(StoreError) {
    try await change { session in
      try session.lockCalendar(of: project)
      let stored = try session.first(
        PolicyQueries.stored, .name(project), .text(kind.rawValue), .text(name), read: { try $0.int() })
      guard let id = stored else {
        throw StoreError(.notFound, "there is no \(kind.rawValue) '\(name)' in project '\(project)'")
      }
      let users: [String] =
        switch kind {
        case .window: try session.rows(PolicyQueries.users, .name(project), .text(name), read: { try $0.text() })
        case .analysis:
          try session.rows(PolicyQueries.analysisUsers, .name(project), .text(name), read: { try $0.text() })
        case .freeze, .limit: []
        }
      guard users.isEmpty else {
        throw StoreError(
          .conflict,
          "\(kind.rawValue.lowercased()) '\(name)' is named by \(users.joined(separator: ", ")), which would wait for ever"
        )
      }
      try session.execute(PolicyQueries.remove, .int(id))
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
        PolicyQueries.zoneNames, read: { (name: try $0.text(), version: try $0.text()) })
      return ZoneCatalogue(version: rows.map(\.version).max() ?? "", names: Set(rows.map(\.name)))
    }
  }

  /// Stores the zones of a newer database.
  public func storeTimeZones(_ zones: [TimeZoneFile], version: String) async throws(StoreError) -> Bool {
    try await change { session in
      try session.execute(PolicyQueries.lockZones)
      let stored = try session.first(PolicyQueries.zoneVersion, read: { try $0.optionalText() }) ?? nil
      if let stored, stored >= version { return false }
      try session.execute(
        PolicyQueries.insertZones, .text(version), .texts(zones.map(\.name)), .byteArrays(zones.map(\.bytes)))
      return true
    }
  }
}

extension Session {
  /// A strategy with what the analyses say that its gates name; those that are not known stay without.
  func resolved(_ strategy: RolloutStrategy, in project: ProjectName) throws -> RolloutStrategy {
    let gates = strategy.stages.flatMap { $0.before + $0.after }
    let names = Set(gates.compactMap { if case .analysis(let name, _) = $0 { name } else { nil } })
    guard !names.isEmpty else { return strategy }
    var analyses: [String: Analysis] = [:]
    for name in names {
      let record = try first(
        PolicyQueries.entry, .name(project), .text(PolicyKind.analysis.rawValue), .text(name),
        read: { try $0.policyRecord() })
      if case .analysis(let analysis)? = record?.entry { analyses[name] = analysis }
    }
    func resolve(_ gate: Gate) -> Gate {
      if case .analysis(let name, _) = gate { .analysis(name, analyses[name]) } else { gate }
    }
    var result = strategy
    for index in result.stages.indices {
      result.stages[index].before = result.stages[index].before.map(resolve)
      result.stages[index].after = result.stages[index].after.map(resolve)
    }
    return result
  }

  /// Keeps commits of orders waiting until the calendar's change is committed, and waits for those under way.
  func lockCalendar(of project: ProjectName) throws {
    _ = try first(PolicyQueries.lock, .name(project), read: { _ in true })
  }

  /// Makes every run that goes on, and every set, look again.
  func noteCalendarChanged(in project: ProjectName) throws {
    try execute(PolicyQueries.raiseVersion, .name(project))
    let runs = try rows(PolicyQueries.openRuns, .name(project), read: { try $0.int() })
    if !runs.isEmpty { try wake(.rollout, runs) }
    // Who is behind, or new, may wait for it too.
    let sets = try rows(DocumentQueries.fleetSetIDs, .name(project), read: { try $0.int() })
    if !sets.isEmpty { try wake(.start, sets) }
  }

  /// An order goes out only by the calendar that it was decided by: a freeze acts at once (R21).
  func holdCalendar(_ plan: Plan, input: PlanInput) throws {
    guard plan.steps.contains(where: { $0.order?.direction == .forward }) else { return }
    let project = plan.run.project
    _ = try first(PolicyQueries.share, .name(project), read: { _ in true })
    let isCurrent = try first(
      PolicyQueries.isCurrent, .name(project), .int(input.calendar.version), read: { try $0.int() })
    if isCurrent == nil {
      throw StoreError(.lostRace, "a window, freeze or limit changed since \(plan.run.displayName) was read")
    }
  }

  func timeZones(named names: Set<String>) throws -> [String: TimeZoneRules] {
    guard !names.isEmpty else { return [:] }
    let files = try binaryRows(PolicyQueries.zones, .texts(names.sorted())) { row in
      (name: try row.text(), bytes: Array(try row.optionalBytes() ?? UnsafeBufferPointer(start: nil, count: 0)))
    }
    var zones: [String: TimeZoneRules] = [:]
    for file in files { zones[file.name] = TimeZoneRules(name: file.name, bytes: file.bytes) }
    return zones
  }

  /// The windows and freezes that runs of a set have to heed, without zones.
  func calendar(of project: ProjectName, _ fleetSet: FleetSetName) throws -> ChangeCalendar {
    var calendar = ChangeCalendar(
      version: try first(PolicyQueries.version, .name(project), read: { try $0.int() }) ?? 0)
    guard calendar.version > 0 else { return calendar }
    for record in try rows(PolicyQueries.all, .name(project), read: { try $0.policyRecord() }) {
      switch record.entry {
      case .window(let window): calendar.windows[window.name] = window
      case .freeze(let freeze) where freeze.fleetSets.isEmpty || freeze.fleetSets.contains(fleetSet):
        calendar.freezes.append(ChangeCalendar.AppliedFreeze(freeze, appliedAt: record.appliedAt))
      case .freeze, .analysis, .limit: break
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
