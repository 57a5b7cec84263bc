public import FleetModel
public import FleetPlanner
public import FleetPorts

extension PostgresStore {
  /// Deletes a FleetSet.
  public func removeFleetSet(
    _ name: FleetSetName, in project: ProjectName, workloads: RemovalPolicy, cause: ChangeCause
  ) async throws(StoreError) {
    try await change { session in
      let stored = try session.first(
        DocumentQueries.storedFleetSet, .name(project), .name(name), read: { try $0.int() })
      guard let id = stored else {
        throw StoreError(.notFound, "there is no FleetSet '\(name)' in project '\(project)'")
      }
      if let number = try session.first(DocumentQueries.openRollout, .int(id), read: { try $0.int() }) {
        throw StoreError(.conflict, "rollout \(name)/\(number) goes on; abort it or let it end first")
      }
      let left =
        workloads == .keep ? 0 : try session.first(RemovalQueries.leaveAll, .int(id), read: { try $0.int() }) ?? 0
      guard left > 0 else {
        let what = workloads == .keep ? "its workloads stay and are nobody's" : "nothing of it ran anywhere"
        return try session.end(FleetSetID(id), name, in: project, cause: cause, what: what)
      }
      try session.execute(RemovalQueries.beginDeleting, .int(id))
      try session.execute(WorkQueries.forget, .text(WorkKind.expansion.rawValue), .int(id))
      try session.wake(.start, [id])
      try session.record(
        Event(
          "fleetset.deleting", project: project, fleetSet: name.rawValue, cause: cause,
          message: "FleetSet \(name) is being deleted; \(left) workloads are removed first"))
    }
  }

  /// Ends a FleetSet that was being deleted, when nothing of it is left to remove.
  public func endDeletedFleetSet(_ id: FleetSetID) async throws(StoreError) {
    try await change { session in
      let set = try session.first(DocumentQueries.fleetSetByID, .id(id), read: { try $0.fleetSetRecord() })
      guard let set, set.isDeleting else { return }
      try session.end(
        id, set.name, in: set.project, cause: ChangeCause(principal: Principal.flotilla.name),
        what: "its workloads were removed, or kept by whoever ended that")
    }
  }

  /// Who leaves a set when these targets stay.
  public func leavingTargets(
    of fleetSet: FleetSetID, staying targets: [ReleaseTargetDraft]
  ) async throws(StoreError) -> [LeavingTarget] {
    try await read { session in
      try session.rows(
        RemovalQueries.leaving, .id(fleetSet), .ids(targets.map(\.cluster)), .texts(targets.map(\.name.rawValue))
      ) { row in
        var target = LeavingTarget(
          target: try row.id(), name: try row.name(), clusterName: try row.name(), origin: try row.text(),
          isClusterRemoved: try row.bool(), awaitsRemoval: try row.bool())
        target.cluster = try row.id()
        target.labels = try row.json()
        return target
      }
    }
  }

  /// Whether a person has accepted that a set shrinks to this expansion.
  public func isShrinkAccepted(_ expansion: Digest, of fleetSet: FleetSetID) async throws(StoreError) -> Bool {
    try await read { session in
      let known = try session.first(RemovalQueries.shrink, .id(fleetSet)) { row in
        let expansion = try row.digest()
        _ = try row.text()
        return (expansion: expansion, isAccepted: try row.bool())
      }
      return known?.expansion == expansion && known?.isAccepted == true
    }
  }

  /// Stores a shrink that waits for a person; nil when the expansion shrinks no more than it may.
  public func propose(_ shrink: ShrinkProposal?, of fleetSet: FleetSetID) async throws(StoreError) {
    try await change { session in
      if let shrink {
        try session.execute(RemovalQueries.propose, .id(fleetSet), .digest(shrink.expansion), .json(shrink))
      } else {
        try session.execute(RemovalQueries.forgetShrink, .id(fleetSet))
      }
    }
  }

  /// Accepts the shrink that waits.
  public func acceptShrink(
    _ expansion: Digest, of name: FleetSetName, in project: ProjectName, cause: ChangeCause
  ) async throws(StoreError) {
    try await change { session in
      let stored = try session.first(
        DocumentQueries.storedFleetSet, .name(project), .name(name), read: { try $0.int() })
      guard let id = stored else {
        throw StoreError(.notFound, "there is no FleetSet '\(name)' in project '\(project)'")
      }
      let accepted: ShrinkProposal? = try session.first(
        RemovalQueries.accept, .int(id), .digest(expansion), .text(cause.principal), .text(cause.reason),
        read: { try $0.json() })
      guard let accepted else {
        throw StoreError(.conflict, "no expansion \(expansion.short) of \(name) waits to be accepted")
      }
      let leaving = accepted.leaving
      let more = leaving.count > 20 ? " and \(leaving.count - 20) more" : ""
      try session.record(
        Event(
          "fleetset.shrinkAccepted", project: project, fleetSet: name.rawValue, cause: cause,
          message: "\(cause.principal) lets \(leaving.count) of \(accepted.current) targets leave: "
            + leaving.prefix(20).joined(separator: ", ") + more))
      try session.wake(.expansion, [id])
    }
  }
}

extension Session {
  /// Takes the set out of the lists; what is left of its targets stays where it runs.
  fileprivate func end(
    _ id: FleetSetID, _ name: FleetSetName, in project: ProjectName, cause: ChangeCause, what: String
  ) throws {
    try execute(DocumentQueries.removeFleetSet, .id(id))
    for kind in [WorkKind.expansion, .start] {
      try execute(WorkQueries.forget, .text(kind.rawValue), .id(id))
    }
    try record(
      Event(
        "fleetset.removed", project: project, fleetSet: name.rawValue, cause: cause,
        message: "FleetSet \(name) was removed; \(what)"))
  }
}
