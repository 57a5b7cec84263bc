public import FleetModel
public import FleetPorts

extension PostgresStore {
  /// FleetSets in order of name.
  public func fleetSets(
    in project: ProjectName, after: String?, limit: Int
  ) async throws(StoreError) -> Page<FleetSetRecord> {
    try await read { session in
      let found = try session.rows(
        DocumentQueries.fleetSets, .name(project), .text(after), .int(limit + 1), read: { try $0.fleetSetRecord() })
      return Page(found, limit: limit) { $0.name.rawValue }
    }
  }

  /// One FleetSet by name.
  public func fleetSet(_ name: FleetSetName, in project: ProjectName) async throws(StoreError) -> FleetSetRecord? {
    try await read { session in
      try session.first(DocumentQueries.fleetSet, .name(project), .name(name), read: { try $0.fleetSetRecord() })
    }
  }

  /// One FleetSet by its row.
  public func fleetSet(_ id: FleetSetID) async throws(StoreError) -> FleetSetRecord? {
    try await read { session in
      try session.first(DocumentQueries.fleetSetByID, .id(id), read: { try $0.fleetSetRecord() })
    }
  }

  /// Records whether a FleetSet is as it should be.
  public func recordCondition(_ condition: Condition, of fleetSet: FleetSetID) async throws(StoreError) {
    try await change { session in
      let names = try session.first(
        DocumentQueries.recordCondition, .id(fleetSet), .bool(condition.isReady), .text(condition.reason),
        .text(condition.message), .instant(condition.since),
        read: { row in (project: try row.name() as ProjectName, name: try row.text()) })
      guard let names else { return }
      try session.record(
        Event(
          condition.isReady ? "fleetset.ready" : "fleetset.degraded", project: names.project, fleetSet: names.name,
          cause: ChangeCause(principal: Principal.flotilla.name),
          message: condition.message.isEmpty ? condition.reason : condition.message))
    }
  }
}
