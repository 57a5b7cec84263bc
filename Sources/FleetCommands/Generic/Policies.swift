internal import FleetAPI
internal import FleetClient
internal import FleetModel

extension ResourceQuery {
  func showWindows(_ client: ControllerClient, _ project: String, _ format: OutputFormat) async throws {
    let console = Console.current
    if let name {
      let item = try await client.window(name, in: project)
      try console.render(item, as: format, names: ["window/\(name)"]) { Tables.windows([item]) }
      return
    }
    let page = try await readList(list) { try await client.windows(in: project, page: $0) }
    try console.renderList(
      page, as: format, nothing: "no windows; describe one in a document and: flotilla apply -f FILE",
      name: { "window/\($0.name)" }, table: Tables.windows)
  }

  func showFreezes(_ client: ControllerClient, _ project: String, _ format: OutputFormat) async throws {
    let console = Console.current
    if let name {
      let item = try await client.freeze(name, in: project)
      try console.render(item, as: format, names: ["freeze/\(name)"]) { Tables.freezes([item]) }
      return
    }
    let page = try await readList(list) { try await client.freezes(in: project, page: $0) }
    try console.renderList(
      page, as: format, nothing: "no freezes", name: { "freeze/\($0.name)" }, table: Tables.freezes)
  }
}

extension ResourceQuery {
  func showAnalyses(_ client: ControllerClient, _ project: String, _ format: OutputFormat) async throws {
    let console = Console.current
    if let name {
      let item = try await client.analysis(name, in: project)
      try console.render(item, as: format, names: ["analysis/\(name)"]) { Tables.analyses([item]) }
      return
    }
    let page = try await readList(list) { try await client.analyses(in: project, page: $0) }
    try console.renderList(
      page, as: format, nothing: "no analyses; describe one in a document and: flotilla apply -f FILE",
      name: { "analysis/\($0.name)" }, table: Tables.analyses)
  }
}

extension ResourceQuery {
  func showLimits(_ client: ControllerClient, _ project: String, _ format: OutputFormat) async throws {
    let console = Console.current
    if let name {
      let item = try await client.limit(name, in: project)
      try console.render(item, as: format, names: ["limit/\(name)"]) { Tables.limits([item]) }
      return
    }
    let page = try await readList(list) { try await client.limits(in: project, page: $0) }
    try console.renderList(
      page, as: format,
      nothing: "no limits that FleetSets share; describe one in a document and: flotilla apply -f FILE",
      name: { "limit/\($0.name)" }, table: Tables.limits)
  }
}

extension Tables {
  static func limits(_ items: [LimitResource]) -> Table {
    Table(
      columns: [.init("NAME"), .init("LABEL"), .init("MAX IN FLIGHT", isNumber: true), .init("SETS")],
      rows: items.map { item in
        [
          .init(item.name), .init(item.label), .init(String(item.maxInFlight)),
          .init(item.sets.isEmpty ? "all" : item.sets),
        ]
      })
  }

  static func analyses(_ items: [AnalysisResource]) -> Table {
    Table(
      columns: [
        .init("NAME"), .init("PASSES"), .init("FAILS"), .init("COUNT", isNumber: true), .init("EVERY"), .init("URL"),
        .init("QUERY", isWide: true),
      ],
      rows: items.map { item in
        [
          .init(item.name), .init(item.pass), .init(dashed(item.fail)), .init(String(item.count)),
          .init(Duration.milliseconds(item.intervalMilliseconds).text), .init(item.url), .init(item.query),
        ]
      })
  }

  static func windows(_ items: [WindowResource]) -> Table {
    Table(
      columns: [
        .init("NAME"), .init("STATE"), .init("CHANGES"), .init("EFFECT"), .init("SCHEDULE"), .init("LASTS"),
        .init("ZONE"),
      ],
      rows: items.map { item in
        [
          .init(item.name), state(item.state), .init(item.changesAtLocal.isEmpty ? "—" : item.changesAtLocal),
          .init(item.effect.rawValue), .init(item.schedule),
          .init(Duration.milliseconds(item.durationMilliseconds).text), .init(item.timeZone),
        ]
      })
  }

  static func freezes(_ items: [FreezeResource]) -> Table {
    Table(
      columns: [
        .init("NAME"), .init("STATE"), .init("FROM"), .init("UNTIL"), .init("ZONE"), .init("ABOUT"), .init("REASON"),
      ],
      rows: items.map { item in
        [
          .init(item.name), state(item.state), .init(item.from.isEmpty ? "—" : item.from),
          .init(item.until.isEmpty ? "it is deleted" : item.until), .init(item.timeZone), .init(scope(item)),
          .init(item.reason),
        ]
      })
  }

  static func scope(_ freeze: FreezeResource) -> String {
    let sets = freeze.fleetSets.map(\.rawValue).joined(separator: ", ")
    let parts = [sets, freeze.clusters].filter { !$0.isEmpty }
    return parts.isEmpty ? "everything" : parts.joined(separator: " on ")
  }

  private static func state(_ state: CalendarState) -> Table.Cell {
    switch state {
    case .open, .off: .init(state.rawValue, .good)
    case .closed, .on, .perCluster: .init(state == .perCluster ? "by cluster" : state.rawValue, .busy)
    case .unknownZone: .init("unknown zone", .bad)
    }
  }
}

extension Description {
  init(_ limit: LimitResource) {
    self.init()
    add("Name", limit.name)
    add("Project", limit.project.rawValue)
    add("Label", limit.label)
    add("Max in flight", "\(limit.maxInFlight) clusters of each value")
    add("Sets", limit.sets.isEmpty ? "all" : limit.sets)
    add("Generation", String(limit.generation))
  }

  init(_ analysis: AnalysisResource) {
    self.init()
    add("Name", analysis.name)
    add("Project", analysis.project.rawValue)
    add("Prometheus", analysis.url)
    add("Credential", analysis.credential)
    add("Query", analysis.query)
    add("Passes", "\(analysis.count) measurements that are \(analysis.pass)")
    add("Fails", "more than \(analysis.failures) that \(analysis.fail.isEmpty ? "are not" : "are \(analysis.fail)")")
    add("Every", Duration.milliseconds(analysis.intervalMilliseconds).text)
    add("Time-out", Duration.milliseconds(analysis.timeoutMilliseconds).text)
    add("Retries", String(analysis.retries))
    for (verdict, consequence) in analysis.consequences.sorted(by: { $0.key < $1.key }) {
      add("On \(verdict)", consequence)
    }
    add("Generation", String(analysis.generation))
  }

  init(_ window: WindowResource) {
    self.init()
    add("Name", window.name)
    add("Project", window.project.rawValue)
    add("Effect", window.effect.rawValue)
    add("Schedule", window.schedule)
    add("Lasts", Duration.milliseconds(window.durationMilliseconds).text)
    add(
      "Last start",
      window.lastStartMilliseconds.map { Duration.milliseconds($0).text + " before its end" }
        ?? (window.effect == .allow ? "the stage's progressDeadline before its end" : nil))
    add("Time zone", window.timeZone)
    add("State", window.state.rawValue)
    add(window.state == .open ? "Closes" : "Opens", window.changesAtLocal)
    add("Generation", String(window.generation))
  }

  init(_ freeze: FreezeResource) {
    self.init()
    add("Name", freeze.name)
    add("Project", freeze.project.rawValue)
    add("Reason", freeze.reason)
    add("From", freeze.from)
    add("Until", freeze.until.isEmpty ? "it is deleted" : freeze.until)
    add("Time zone", freeze.timeZone)
    add("About", Tables.scope(freeze))
    add("State", freeze.state.rawValue)
    add("Generation", String(freeze.generation))
  }
}
