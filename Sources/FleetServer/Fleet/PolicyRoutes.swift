import FleetAPI
import FleetModel
import FleetPorts

/// Windows, freezes, analyses and limits: lists and removal; they are made by applying documents.
struct PolicyRoutes: Sendable {
  let store: any ControlStore

  var handlers: [String: Handler] {
    [
      Routes.listWindows.id: { call in
        try await list(.window, call) { record, reading in try WindowResource(record, reading, withDocument: false) }
      },
      Routes.getWindow.id: { call in
        let (record, reading) = try await entry(.window, call)
        return try .json(WindowResource(record, reading, withDocument: true), generation: record.generation)
      },
      Routes.removeWindow.id: { call in try await remove(.window, call) },
      Routes.listFreezes.id: { call in
        try await list(.freeze, call) { record, reading in try FreezeResource(record, reading, withDocument: false) }
      },
      Routes.getFreeze.id: { call in
        let (record, reading) = try await entry(.freeze, call)
        return try .json(FreezeResource(record, reading, withDocument: true), generation: record.generation)
      },
      Routes.removeFreeze.id: { call in try await remove(.freeze, call) },
      Routes.listAnalyses.id: { call in
        try await list(.analysis, call) { record, _ in try AnalysisResource(record, withDocument: false) }
      },
      Routes.getAnalysis.id: { call in
        let (record, _) = try await entry(.analysis, call)
        return try .json(AnalysisResource(record, withDocument: true), generation: record.generation)
      },
      Routes.removeAnalysis.id: { call in try await remove(.analysis, call) },
      Routes.listLimits.id: { call in
        try await list(.limit, call) { record, _ in try LimitResource(record, withDocument: false) }
      },
      Routes.getLimit.id: { call in
        let (record, _) = try await entry(.limit, call)
        return try .json(LimitResource(record, withDocument: true), generation: record.generation)
      },
      Routes.removeLimit.id: { call in try await remove(.limit, call) },
    ]
  }

  private func list<Item: WireValue>(
    _ kind: PolicyKind, _ call: Call, _ item: @escaping @Sendable (PolicyRecord, CalendarReading) throws -> Item
  ) async throws -> Reply {
    let clock = try await clock()
    let names = try await store.timeZoneCatalogue().names
    let zones = try await store.timeZones(named: names)
    return try await call.list({ try await store.policies(kind, in: call.project, after: $0, limit: $1) }) {
      try item($0, CalendarReading(now: clock, zones: zones))
    }
  }

  private func entry(_ kind: PolicyKind, _ call: Call) async throws -> (PolicyRecord, CalendarReading) {
    let name = call.parameter("name")
    guard let record = try await store.policy(kind, named: name, in: call.project) else {
      let word = kind.rawValue.lowercased()
      throw ErrorEnvelope(
        code: .notFound, message: "there is no \(word) \(name) in project \(call.project)",
        hint: "flotilla get \(kind == .analysis ? "analyses" : word + "s") lists them")
    }
    let zones = try await store.timeZones(named: Set(record.timeZone?.names(labels: [:]) ?? []))
    return (record, CalendarReading(now: try await clock(), zones: zones))
  }

  private func remove(_ kind: PolicyKind, _ call: Call) async throws -> Reply {
    let (record, _) = try await entry(kind, call)
    try call.checkGeneration(record.generation)
    let word = kind.rawValue.lowercased()
    if kind == .freeze, (call.query["reason"] ?? "").isEmpty {
      throw ErrorEnvelope(
        code: .invalid, message: "lifting a freeze needs a reason, because somebody will ask for it", field: "reason",
        hint: "give one with --reason")
    }
    if try call.flag("dryRun") {
      let unless = kind == .freeze || kind == .limit ? "" : " unless a FleetSet or rollout names it"
      return try .json(Acknowledgement(message: "\(word) \(record.name) would be removed\(unless)"))
    }
    try await store.removePolicy(kind, named: record.name, in: call.project, cause: call.cause(nil))
    return try .json(Acknowledgement(message: "\(word) \(record.name) was removed"))
  }

  private func clock() async throws -> Instant { try await store.now() }
}

/// With what a window's or freeze's state is told.
struct CalendarReading: Sendable {
  /// PostgreSQL's clock.
  var now: Instant
  var zones: [String: TimeZoneRules]

  /// The zone; nil where each cluster has its own, or it is not known.
  func zone(_ reference: ZoneReference) -> TimeZoneRules? {
    guard case .named(let name) = reference else { return nil }
    return zones[name] ?? (name == TimeZoneRules.utc.name ? .utc : nil)
  }

  func state(_ reference: ZoneReference, _ isOn: (TimeZoneRules) -> Bool, on: CalendarState, off: CalendarState)
    -> CalendarState
  {
    if case .fromLabel = reference { return .perCluster }
    return zone(reference).map { isOn($0) ? on : off } ?? .unknownZone
  }
}

extension WindowResource {
  /// A window on the wire.
  init(_ record: PolicyRecord, _ reading: CalendarReading, withDocument: Bool) throws {
    guard case .window(let window) = record.entry else { throw ErrorEnvelope(code: .internal, message: "no window") }
    let zone = reading.zone(window.timeZone)
    let state = reading.state(
      window.timeZone, { window.isOpen(at: reading.now, in: $0) }, on: .open, off: .closed)
    let changesAt = zone.flatMap { zone in
      state == .open
        ? window.closing(after: reading.now, in: zone) : window.nextOpening(after: reading.now, in: zone)
    }
    let local = zone.flatMap { zone in changesAt.map { zone.text($0) } }
    self.init(
      project: window.project, name: window.name, effect: window.effect, schedule: window.start.text,
      durationMilliseconds: window.duration.wholeMilliseconds,
      lastStartMilliseconds: window.lastStart?.wholeMilliseconds, timeZone: window.timeZone.text, state: state,
      changesAt: changesAt.map(Timestamp.init), changesAtLocal: local ?? "", generation: record.generation,
      document: withDocument ? try record.document : nil)
  }
}

extension FreezeResource {
  /// A freeze on the wire.
  init(_ record: PolicyRecord, _ reading: CalendarReading, withDocument: Bool) throws {
    guard case .freeze(let freeze) = record.entry else { throw ErrorEnvelope(code: .internal, message: "no freeze") }
    let zone = reading.zone(freeze.timeZone)
    let changes = zone.map { [freeze.begin(in: $0), freeze.end(in: $0)] } ?? []
    self.init(
      project: freeze.project, name: freeze.name, reason: freeze.reason, from: freeze.from?.text ?? "",
      until: freeze.until?.text ?? "", timeZone: freeze.timeZone.text, clusters: freeze.clusters?.text ?? "",
      fleetSets: freeze.fleetSets,
      state: reading.state(freeze.timeZone, { freeze.isOn(at: reading.now, in: $0) }, on: .on, off: .off),
      changesAt: changes.compactMap { $0 }.first { $0 > reading.now }.map(Timestamp.init),
      generation: record.generation, document: withDocument ? try record.document : nil)
  }
}

extension AnalysisResource {
  /// An analysis on the wire.
  init(_ record: PolicyRecord, withDocument: Bool) throws {
    guard case .analysis(let analysis) = record.entry else {
      throw ErrorEnvelope(code: .internal, message: "no analysis")
    }
    let rule = analysis.rule
    self.init(
      project: analysis.project, name: analysis.name, url: analysis.url, credential: analysis.credential ?? "",
      query: analysis.query, pass: analysis.pass.text, fail: analysis.fail?.text ?? "", count: rule.count,
      failures: rule.failures, retries: rule.retries, intervalMilliseconds: rule.interval.wholeMilliseconds,
      timeoutMilliseconds: rule.timeout.wholeMilliseconds,
      consequences: [
        "inconclusive": rule.onInconclusive.rawValue, "noData": rule.onNoData.rawValue, "error": rule.onError.rawValue,
      ], generation: record.generation, document: withDocument ? try record.document : nil)
  }
}

extension LimitResource {
  /// A limit on the wire.
  init(_ record: PolicyRecord, withDocument: Bool) throws {
    guard case .limit(let limit) = record.entry else { throw ErrorEnvelope(code: .internal, message: "no limit") }
    self.init(
      project: limit.project, name: limit.name, label: limit.label, maxInFlight: limit.maxInFlight,
      sets: limit.sets?.text ?? "", generation: record.generation, document: withDocument ? try record.document : nil)
  }
}

extension PolicyRecord {
  fileprivate var document: JSONValue {
    get throws {
      let kind: PolicyKind =
        switch entry {
        case .window: .window
        case .freeze: .freeze
        case .analysis: .analysis
        case .limit: .limit
        }
      return try JSONValue(kind: kind.rawValue, project: project, name: name, stored: canonicalJSON)
    }
  }
}
