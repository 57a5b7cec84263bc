public import FleetModel
public import FleetPorts

extension PostgresStore {
  /// Stores a one-time join token's hash.
  public func createJoinToken(
    for cluster: ClusterName, in project: ProjectName, tokenHash: Digest, expiresIn: Duration, rejoin: Bool,
    cause: ChangeCause
  ) async throws(StoreError) {
    try await change { session in
      guard
        let id = try session.first(DocumentQueries.clusterID, .name(project), .name(cluster), read: { try $0.int() })
      else { throw StoreError(.notFound, "there is no cluster '\(cluster)' in project '\(project)'") }
      try session.execute(
        AgentQueries.createJoinToken, .digest(tokenHash), .int(id), .bool(rejoin), .text(cause.principal),
        .milliseconds(expiresIn))
      try session.record(
        Event(
          "cluster.tokenCreated", project: project, cluster: cluster.rawValue, cause: cause,
          message: "a join token for \(cluster) was created, valid for \(expiresIn.text)"))
    }
  }

  /// Uses a join token.
  public func join(
    tokenHash: Digest, publicKey: [UInt8], agentVersion: String
  ) async throws(StoreError) -> (cluster: ClusterID, name: ClusterName) {
    try await change { session in
      let found = try session.first(AgentQueries.joinToken, .digest(tokenHash)) { row in
        (
          id: try row.int(), name: try row.text(), mayReplace: try row.bool(), isUsed: try row.bool(),
          isExpired: try row.bool(), isRemoved: try row.bool(), project: try row.text()
        )
      }
      guard let found, !found.isRemoved else { throw StoreError(.notFound, "this join token is not known") }
      if found.isUsed {
        // The answer to the join may have got lost: whoever shows token and key again gets it again.
        let isRevoked = try session.first(AgentQueries.revocation, .int(found.id), read: { _ in true }) ?? false
        let key = try session.binaryRows(AgentQueries.publicKey, .int(found.id)) {
          try $0.optionalBytes().map { Array($0) }
        }.first
        if !isRevoked, key == publicKey {
          return (ClusterID(found.id), ClusterName(found.name))
        }
        throw StoreError(.conflict, "this join token was used already; create another one")
      }
      if found.isExpired { throw StoreError(.conflict, "this join token has expired; create another one") }
      let hasAgent = try session.first(AgentQueries.hasAgent, .int(found.id), read: { try $0.bool() }) ?? false
      if hasAgent, !found.mayReplace {
        throw StoreError(
          .conflict, "cluster '\(found.name)' has an agent already; create a token with --rejoin to replace it")
      }
      try session.execute(AgentQueries.useJoinToken, .digest(tokenHash))
      try session.execute(AgentQueries.setKey, .int(found.id), .binary(publicKey))
      try session.execute(AgentQueries.endSessions, .int(found.id))
      try session.execute(AgentQueries.setAgentVersion, .int(found.id), .text(agentVersion), .null, .null)
      try session.record(
        Event(
          "cluster.joined", project: ProjectName(found.project), cluster: found.name,
          cause: ChangeCause(principal: "agent of \(found.name)"),
          message: "an agent of version \(agentVersion) joined for \(found.name)"))
      return (ClusterID(found.id), ClusterName(found.name))
    }
  }

  /// Refuses the identity of a cluster's agent from now on.
  public func revokeAgent(
    of cluster: ClusterName, in project: ProjectName, cause: ChangeCause
  ) async throws(StoreError) -> ClusterRecord {
    try await change { session in
      guard
        let id = try session.first(DocumentQueries.clusterID, .name(project), .name(cluster), read: { try $0.int() })
      else { throw StoreError(.notFound, "there is no cluster '\(cluster)' in project '\(project)'") }
      let isRevoked =
        try session.execute(AgentQueries.revoke, .int(id), .text(cause.principal), .text(cause.reason)) == 1
      if isRevoked {
        try session.execute(AgentQueries.noteEndOfContact, .int(id))
        try session.execute(AgentQueries.endSessions, .int(id))
        try session.execute(AgentQueries.endJoinTokens, .int(id))
        try session.record(
          Event(
            "cluster.agentRevoked", project: project, cluster: cluster.rawValue, cause: cause,
            message: "the agent of \(cluster) is refused from now on: \(cause.reason)"))
        try session.noteContactLost([id])
      }
      let record = try session.first(
        DocumentQueries.cluster, .name(project), .name(cluster), read: { try $0.clusterRecord() })
      guard let record, record.revocation != nil else {
        throw StoreError(.conflict, "no agent has joined cluster '\(cluster)', so there is none to revoke")
      }
      return record
    }
  }

  /// Why the agent of a cluster is refused.
  public func revocation(of cluster: ClusterID) async throws(StoreError) -> AgentRevocation? {
    try await read { session in
      try session.first(AgentQueries.revocation, .id(cluster), read: { try $0.agentRevocation() }) ?? nil
    }
  }

  /// The public key of a cluster's agent.
  public func publicKey(of cluster: ClusterID) async throws(StoreError) -> [UInt8]? {
    try await read { session in
      try session.binaryRows(AgentQueries.publicKey, .id(cluster), read: { try $0.optionalBytes().map { Array($0) } })
        .first ?? nil
    }
  }

  /// Stores a nonce for a minute.
  public func createNonce(_ nonceHash: Digest, for cluster: ClusterID) async throws(StoreError) {
    try await change { try $0.execute(AgentQueries.createNonce, .digest(nonceHash), .id(cluster)) }
  }

  /// Uses a nonce up.
  public func useNonce(_ nonceHash: Digest, for cluster: ClusterID) async throws(StoreError) -> Bool {
    try await change { try $0.execute(AgentQueries.useNonce, .digest(nonceHash), .id(cluster)) == 1 }
  }

  /// Opens a session.
  public func openSession(
    for cluster: ClusterID, tokenHash: Digest, instance: String, controller: ControllerID, expiresIn: Duration,
    agentVersion: String, kubernetesVersion: String, apiVersions: [String]? = nil
  ) async throws(StoreError) {
    let versions = apiVersions?.sorted()
    try await change { session in
      guard try session.first(AgentQueries.lockCluster, .id(cluster), read: { try $0.bool() }) == false else {
        throw StoreError(.notFound, "cluster \(cluster) is not in the inventory")
      }
      if let other = try session.first(
        AgentQueries.otherInstance, .id(cluster), .text(instance), read: { try $0.text() })
      {
        throw StoreError(
          .conflict, "another instance of this cluster's agent ('\(other)') is in contact; stop it, or wait 45 seconds")
      }
      let wasConnected = try session.first(
        AgentQueries.replaceSessions, .id(cluster), .text(instance), read: { try $0.bool() })
      try session.execute(AgentQueries.forgetSessions, .id(cluster))
      try session.execute(
        AgentQueries.openSession, .digest(tokenHash), .id(cluster), .text(instance), .id(controller),
        .milliseconds(expiresIn))
      let isOther = try session.first(
        AgentQueries.setAgentVersion, .id(cluster), .text(agentVersion), .text(kubernetesVersion),
        try versions.map(Parameter.json) ?? .null, read: { try $0.bool() })
      if let versions { try session.execute(AgentQueries.keepAPIVersions, .json(versions)) }
      if isOther == true { try session.execute(AgentQueries.forgetAPIVersions) }
      // What the sets render to may depend on it, and what they may apply. Many clusters are upgraded one after the other.
      if isOther == true {
        let sets = try session.rows(AgentQueries.setsOn, .id(cluster), read: { try $0.int() })
        try session.wake(.expansion, sets, within: .seconds(60))
      }
      if wasConnected != true { try session.noteClusterChanged([cluster.rawValue]) }
    }
  }

  /// The cluster of a session token.
  public func session(tokenHash: Digest) async throws(StoreError) -> ClusterID? {
    try await read { session in
      try session.first(AgentQueries.session, .digest(tokenHash), read: { try $0.id() })
    }
  }

  /// Takes a session over to the controller that its agent polls now.
  public func touchSession(of cluster: ClusterID, controller: ControllerID) async throws(StoreError) {
    let isTouched = try await read { session in
      try session.first(AgentQueries.isTouched, .id(cluster), .id(controller), read: { try $0.int() }) != nil
    }
    guard !isTouched else { return }
    try await change { session in
      _ = try session.first(AgentQueries.lockCluster, .id(cluster), read: { try $0.bool() })
      let wasClosed = try session.first(AgentQueries.touch, .id(cluster), .id(controller), read: { try $0.bool() })
      if wasClosed == true { try session.noteClusterChanged([cluster.rawValue]) }
    }
  }

  /// Closes the sessions of clusters that have not polled this controller for a while.
  public func closeSessions(of clusters: [ClusterID], controller: ControllerID) async throws(StoreError) {
    try await change { session in
      try session.noteContactLost(
        try session.rows(AgentQueries.close, .ids(clusters), .id(controller), read: { try $0.int() }))
    }
  }
}

extension Session {
  /// Marks the open steps of clusters that changed (contact, cordon, labels, removal), and wakes their runs, and sets whose
  /// targets there may catch up.
  func noteClusterChanged(_ clusters: [Int64]) throws {
    guard !clusters.isEmpty else { return }
    let runs = try rows(AgentQueries.markClusters, .ints(clusters), read: { try $0.int() })
    if !runs.isEmpty { try wake(.rollout, runs) }
    try wakeSetsBehind(clusters)
  }

  /// Lets sets look whose targets on the clusters may catch up now.
  func wakeSetsBehind(_ clusters: [Int64]) throws {
    let behind = try rows(AgentQueries.setsBehind, .ints(clusters), read: { try $0.int() })
    if !behind.isEmpty { try wake(.start, behind) }
  }

  /// Wakes the runs that have orders in flight on clusters whose silence begins.
  func noteContactLost(_ clusters: [Int64]) throws {
    guard !clusters.isEmpty else { return }
    let runs = try rows(AgentQueries.runsInFlight, .ints(clusters), read: { try $0.int() })
    if !runs.isEmpty { try wake(.rollout, runs) }
  }
}
