public import FleetModel
public import FleetPorts

extension PostgresStore {
  /// The newest orders above what the agent has seen.
  public func orders(
    for cluster: ClusterID, above seen: [TargetID: Generation]
  ) async throws(StoreError) -> [Order] {
    try await change { session in
      let known = seen.sorted { $0.key < $1.key }
      let targets = Parameter.ids(known.map(\.key))
      let epochs = Parameter.ints(known.map { Int64($0.value.epoch) })
      let counters = Parameter.ints(known.map(\.value.counter))
      let passed = known.isEmpty ? [] : try session.goAbove(cluster, targets, epochs, counters)
      return try session.rows(
        PlacementQueries.orders, .id(cluster), targets, epochs, counters, .ids(passed), read: { try $0.order() })
    }
  }

  /// Stores reports.
  public func record(_ observations: [Observation], from cluster: ClusterID) async throws(StoreError) {
    // Of several reports about one target the newest counts, and those that tell of drift, which become events.
    var newest: [TargetID: Int] = [:]
    for (index, observation) in observations.enumerated() {
      if let other = newest[observation.target], observations[other].generation > observation.generation { continue }
      newest[observation.target] = index
    }
    let reports = observations.enumerated()
      .filter { $0.element.drift != nil || newest[$0.element.target] == $0.offset }.map(\.element)
    guard !reports.isEmpty else { return }
    try await change { try $0.record(reports, from: cluster) }
  }
}

extension Session {
  /// Continues above generations that an agent has seen and this database has not: it was restored, or failed over with
  /// loss (R27). Answers the targets, which get no order in the same answer.
  fileprivate func goAbove(
    _ cluster: ClusterID, _ targets: Parameter, _ epochs: Parameter, _ counters: Parameter
  ) throws -> [TargetID] {
    let epoch = try first(PlacementQueries.epoch, read: { Int32(truncatingIfNeeded: try $0.int()) }) ?? 1
    let found = try rows(PlacementQueries.passed, .id(cluster), targets, epochs, counters) { row in
      (
        target: try row.id() as TargetID,
        seen: Generation(epoch: Int32(truncatingIfNeeded: try row.int()), counter: try row.int()),
        stored: Generation(epoch: Int32(truncatingIfNeeded: try row.int()), counter: try row.int()),
        hasOrder: try row.bool(), project: try row.name() as ProjectName, fleetSet: try row.text(),
        clusterName: try row.text(), targetName: try row.text()
      )
    }
    for entry in found {
      let next = entry.hasOrder ? entry.seen.next(inEpoch: epoch) : entry.seen
      try execute(
        PlacementQueries.goAbove, .id(cluster), .id(entry.target), .int(entry.stored.epoch),
        .int(entry.stored.counter), .int(next.epoch), .int(next.counter))
      try record(
        Event(
          "incident.generation", project: entry.project, fleetSet: entry.fleetSet, cluster: entry.clusterName,
          target: entry.targetName, cause: ChangeCause(principal: "flotilla"),
          message:
            "\(entry.clusterName) has seen generation \(entry.seen), stored was \(entry.stored): the database lost "
            + "orders (restored, or failed over with loss); it continues at \(next)"))
    }
    return found.map(\.target)
  }

  /// Stores reports in their order. One statement changes a row once, so of several reports about one target, as of
  /// drift and of its repair, the later ones go into statements of their own.
  fileprivate func record(_ reports: [Observation], from cluster: ClusterID) throws {
    var rounds: [[Observation]] = []
    var counts: [TargetID: Int] = [:]
    for report in reports {
      let round = counts[report.target, default: 0]
      if round == rounds.count { rounds.append([]) }
      rounds[round].append(report)
      counts[report.target] = round + 1
    }
    for round in rounds { try recordRound(round.sorted { $0.target < $1.target }, from: cluster) }
  }

  private func recordRound(_ reports: [Observation], from cluster: ClusterID) throws {
    let stored = try rows(
      PlacementQueries.record, .id(cluster), .ids(reports.map(\.target)),
      .ints(reports.map { Int64($0.generation.epoch) }), .ints(reports.map(\.generation.counter)),
      .digests(reports.map(\.bundle)), .texts(reports.map(\.phase.rawValue)), .texts(reports.map(\.health.rawValue)),
      .ints(reports.map(\.readyFor.wholeMilliseconds)), .ints(reports.map(\.degradedFor.wholeMilliseconds)),
      .texts(reports.map(\.message.replacingNUL)), .jsons(reports.map(StoredObservation.init)),
      read: { try StoredReport(&$0) })
    try execute(AgentQueries.noteReport, .id(cluster))
    try record(stored.flatMap(\.events))
    let runs = stored.compactMap(\.runToWake)
    if !runs.isEmpty { try wake(.rollout, runs) }
    if stored.contains(where: \.hasRecovered) { try wakeSetsBehind([cluster.rawValue]) }
  }
}

/// An observation with a number that SQL compares beside it.
private struct StoredObservation: Encodable {
  var observation: Observation

  init(_ observation: Observation) { self.observation = observation }

  func encode(to encoder: any Encoder) throws {
    try observation.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(observation.degradedFor.wholeMilliseconds, forKey: .degradedForMilliseconds)
  }

  private enum CodingKeys: String, CodingKey { case degradedForMilliseconds }
}

/// What a report that was stored means for others.
private struct StoredReport {
  var runToWake: Int64?
  /// Whether it is not Degraded any more: who was left out for that may catch up (R6).
  var hasRecovered: Bool
  var events: [Event] = []

  init(_ row: inout Row) throws {
    _ = try row.int()
    let project: ProjectName = try row.name()
    let fleetSet = try row.text()
    let rollout = try row.text()
    let cluster = try row.text()
    let target = try row.text()
    runToWake = try row.optionalInt()
    let isConfirmation = try row.bool()
    let bundle = try row.optionalText()
    let drift: Drift? = try row.optionalJSON()
    hasRecovered = try row.bool()
    let loops: [String] = try row.json()
    let loopsBefore: [String] = try row.json()
    let cause = ChangeCause(principal: "agent of \(cluster)")
    func event(_ kind: String, _ message: String) -> Event {
      Event(
        kind, project: project, fleetSet: fleetSet, rollout: rollout, cluster: cluster, target: target, cause: cause,
        message: message)
    }
    if isConfirmation { events.append(event("target.applied", "\(cluster) runs \(bundle ?? "nothing of it")")) }
    if let drift {
      let objects = drift.objects.prefix(5).joined(separator: ", ")
      events.append(
        event(
          drift.repaired ? "target.driftRepaired" : "target.driftDetected",
          "\(objects) on \(cluster) \(drift.repaired ? "was put right" : "differs from its manifest")"))
    }
    for object in loops where !loopsBefore.contains(object) {
      events.append(
        event(
          "target.driftLoop",
          "\(object) on \(cluster) was changed back again and again; it is not repaired any more"))
    }
    for object in loopsBefore where !loops.contains(object) {
      events.append(event("target.driftLoopEnded", "\(object) on \(cluster) is as it should be again"))
    }
  }
}

extension Row {
  fileprivate mutating func order() throws -> Order {
    let target: TargetID = try id()
    let targetName = try text()
    let action: Order.Action = try raw()
    let bundle = try optionalDigest()
    let generation = Generation(epoch: Int32(truncatingIfNeeded: try int()), counter: try int())
    let namespace = try text()
    let selfHeal = try bool()
    let createNamespace = try bool()
    let startWithin = Duration.milliseconds(try optionalInt() ?? 300_000)
    let minReady = try optionalInt().map { Duration.milliseconds($0) }
    let failFast = try optionalInt().map { Duration.milliseconds($0) }
    let mayPrune: [String] = try json()
    return Order(
      target: target, targetName: targetName, action: action, bundle: bundle, generation: generation,
      namespace: namespace, selfHeal: selfHeal, createNamespace: createNamespace, mayPrune: mayPrune.sorted(),
      startWithin: startWithin, minReady: minReady, failFast: failFast)
  }
}
