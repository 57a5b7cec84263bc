public import FleetModel
public import FleetPlanner
public import FleetPorts

extension PostgresStore {
  /// Assigns positions to committed events that have none.
  public func assignEventPositions() async throws(StoreError) -> Int {
    try await change { session in
      guard try session.first(EventQueries.lockFeed, read: { try $0.bool() }) == true else { return 0 }
      let count = try session.first(EventQueries.assign, read: { try $0.count() }) ?? 0
      if count > 0 { try session.execute(WorkQueries.notify, .text(SignalHub.eventsChannel), .texts([""])) }
      return count
    }
  }

  /// Events after a cursor; with `newestFirst`, before it and backwards (0 or less for the newest).
  public func events(
    _ filter: EventFilter, after position: Int64, newestFirst: Bool, limit: Int
  ) async throws(StoreError) -> [EventRecord] {
    try await read { session in
      try session.rows(
        EventQueries.page(filter, newestFirst: newestFirst), .name(filter.project), .text(filter.fleetSet),
        .text(filter.rollout), .text(filter.cluster), .int(position), .int(limit)
      ) { row in
        EventRecord(
          position: try row.int(), at: try row.instant(), actor: try row.text(), kind: try row.text(),
          project: try row.name(), fleetSet: try row.text(), rollout: try row.text(), stage: try row.text(),
          cluster: try row.text(), target: try row.text(), message: try row.text(), reason: try row.text())
      }
    }
  }

  /// The highest position assigned.
  public func lastEventPosition() async throws(StoreError) -> Int64 {
    try await read { try $0.first(EventQueries.last, read: { try $0.int() }) ?? 0 }
  }

  /// Records an event that belongs to no other change.
  public func record(
    _ event: EventDraft, project: ProjectName, rollout: RolloutID?, actor: String
  ) async throws(StoreError) {
    try await change { session in
      var stored = Event(
        event.kind, project: project, stage: event.stage, cause: ChangeCause(principal: actor), message: event.message)
      if let rollout,
        let names = try session.first(
          EventQueries.rolloutName, .id(rollout), read: { (try $0.text(), try $0.text()) })
      {
        (stored.fleetSet, stored.rollout) = names
      }
      if let cluster = event.cluster {
        stored.cluster = try session.first(EventQueries.clusterName, .id(cluster), read: { try $0.text() }) ?? ""
      }
      if let target = event.target {
        stored.target = try session.first(EventQueries.targetName, .id(target), read: { try $0.text() }) ?? ""
      }
      try session.record(stored)
    }
  }
}
