public import FleetModel
public import FleetPorts

extension PostgresStore {
  /// Takes free clusters up to this controller's share, and answers all that it has.
  public func claimPushClusters(
    for controller: ControllerID, limit: Int
  ) async throws(StoreError) -> PushClaims {
    try await change { session in
      try session.execute(PushQueries.setLimit, .id(controller), .int(limit))
      let lease = try session.first(PushQueries.lease, .id(controller), read: { Duration.milliseconds(try $0.int()) })
      guard let lease, lease > .zero else { return PushClaims(clusters: [], surplus: [], goodFor: .zero) }
      let total = try session.first(PushQueries.count, read: { try $0.count() }) ?? 0
      let limits = try session.rows(PushQueries.limits, read: { try $0.count() })
      let share = pushShare(limit: limit, among: limits, clusters: total)
      var mine = try session.pushClusters(of: controller)
      if mine.count < share, mine.count < total,
        try session.execute(PushQueries.claim, .id(controller), .int(share - mine.count)) > 0
      {
        mine = try session.pushClusters(of: controller)
      }
      return PushClaims(clusters: mine, surplus: Set(mine.dropFirst(share).map(\.id)), goodFor: lease)
    }
  }

  /// Gives clusters back.
  public func releasePushClusters(
    _ clusters: [ClusterID], of controller: ControllerID
  ) async throws(StoreError) {
    try await change { session in
      try session.noteContactLost(
        try session.rows(AgentQueries.close, .ids(clusters), .id(controller), read: { try $0.int() }))
      try session.execute(PushQueries.release, .ids(clusters), .id(controller))
    }
  }

  /// Records whether a controller reaches a cluster.
  public func recordPushCondition(
    isReady: Bool, reason: String, message: String, of cluster: ClusterID, by controller: ControllerID
  ) async throws(StoreError) {
    try await change { session in
      let changed = try session.first(
        PushQueries.recordCondition, .id(cluster), .id(controller), .bool(isReady), .text(reason), .text(message)
      ) { row in
        (project: try row.name() as ProjectName, name: try row.text(), isNewReason: try row.bool())
      }
      guard let changed, changed.isNewReason else { return }
      try session.record(
        Event(
          isReady ? "cluster.reached" : "cluster.notReached", project: changed.project, cluster: changed.name,
          cause: ChangeCause(principal: Principal.flotilla.name),
          message: isReady
            ? "a controller reaches \(changed.name) with its kubeconfig"
            : "\(changed.name) is not reached: \(message.isEmpty ? reason : message)"))
    }
  }
}

extension Session {
  fileprivate func pushClusters(of controller: ControllerID) throws -> [PushCluster] {
    try rows(PushQueries.mine, .id(controller)) { row in
      PushCluster(
        id: try row.id(), project: try row.name(), name: try row.name(), credential: try row.text(),
        credentialVersion: try row.optionalText())
    }
  }
}

/// How many clusters a controller should have: the same number for all, more where others may take less, and a place for
/// every cluster as long as the limits have room.
///
/// - Parameters:
///   - limit: the most that it takes.
///   - limits: those of all live controllers, itself included.
func pushShare(limit: Int, among limits: [Int], clusters: Int) -> Int {
  guard let largest = limits.max() else { return 0 }
  var level = (clusters + limits.count - 1) / limits.count
  while level < largest, limits.reduce(0, { $0 + min($1, level) }) < clusters { level += 1 }
  return min(limit, level)
}
