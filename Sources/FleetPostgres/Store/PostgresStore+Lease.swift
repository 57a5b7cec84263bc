public import FleetModel
public import FleetPorts

extension PostgresStore {
  /// Registers this process and starts its lease.
  public func registerController(version: String) async throws(StoreError) -> ControllerID {
    try await change { session in
      try session.execute(WorkQueries.advanceClock)
      guard let id = try session.first(WorkQueries.register, .text(version), read: { try $0.int() }) else {
        throw StoreError(.internal, "registering a controller answered no row")
      }
      return ControllerID(id)
    }
  }

  /// Renews the lease and advances the listening clock.
  @discardableResult
  public func renewLease(of controller: ControllerID) async throws(StoreError) -> Bool {
    try await keeper.run(.single) { session in
      guard let hadLapsed = try session.first(WorkQueries.renew, .id(controller), read: { try $0.bool() }) else {
        throw StoreError(.notFound, "controller \(controller) is not registered")
      }
      return hadLapsed
    }
  }

  /// Ends the lease and closes this controller's sessions.
  public func releaseLease(of controller: ControllerID) async throws(StoreError) {
    try await change { session in
      try session.execute(WorkQueries.advanceClock)
      try session.execute(WorkQueries.release, .id(controller))
      try session.noteContactLost(
        try session.rows(AgentQueries.closeOfController, .id(controller), read: { try $0.int() }))
    }
  }

  /// Closes sessions whose controller's lease has lapsed.
  public func closeLapsedSessions() async throws(StoreError) -> Int {
    try await change { session in
      let clusters = try session.rows(AgentQueries.closeLapsed, read: { try $0.int() })
      try session.noteContactLost(clusters)
      return clusters.count
    }
  }

  /// PostgreSQL's clock.
  public func now() async throws(StoreError) -> Instant {
    try await read { session in
      guard let now = try session.first(WorkQueries.now, read: { try $0.instant() }) else {
        throw StoreError(.internal, "the clock answered no row")
      }
      return now
    }
  }
}
