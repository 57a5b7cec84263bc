public import FleetModel
public import FleetPorts

extension PostgresStore {
  /// Clusters in order of name.
  public func clusters(
    in project: ProjectName, selector: LabelSelector?, after: String?, limit: Int
  ) async throws(StoreError) -> Page<ClusterRecord> {
    try await read { session in
      let found = try session.rows(
        DocumentQueries.clusters, .name(project), .text(after), .json(selector.map(SelectorJSON.rows) ?? []),
        .int(limit + 1), read: { try $0.clusterRecord() })
      return Page(found, limit: limit) { $0.cluster.name.rawValue }
    }
  }

  /// One cluster.
  public func cluster(_ name: ClusterName, in project: ProjectName) async throws(StoreError) -> ClusterRecord? {
    try await read { try $0.clusterRecord(name, in: project) }
  }

  /// Sets and removes labels.
  public func label(
    _ name: ClusterName, in project: ProjectName, changes: [String: String?], cause: ChangeCause
  ) async throws(StoreError) -> ClusterRecord {
    try await change { session in
      let id = try session.clusterID(name, in: project)
      let before = try session.present(session.clusterRecord(name, in: project))
      var labels = before.cluster.labels
      for (key, value) in changes { labels[key] = value }
      guard labels != before.cluster.labels else { return before }
      var change = InventoryChange()
      (change.clusters, change.labels) = ([id], [before.cluster.labels, labels])
      try session.execute(DocumentQueries.setLabels, .int(id), .json(labels))
      let said = changes.sorted { $0.key < $1.key }.map { key, value in value.map { "\(key)=\($0)" } ?? "\(key)-" }
      try session.record(
        Event(
          "cluster.labelled", project: project, cluster: name.rawValue, cause: cause,
          message: "labels of \(name): \(said.joined(separator: " "))"))
      try session.noteClusterChanged([id])
      try session.wakeExpansions(of: project, because: change)
      return try session.present(session.clusterRecord(name, in: project))
    }
  }

  /// Cordons or uncordons a cluster.
  public func setCordon(
    _ name: ClusterName, in project: ProjectName, reason: String?, cause: ChangeCause
  ) async throws(StoreError) -> ClusterRecord {
    try await change { session in
      let id = try session.clusterID(name, in: project)
      if try session.execute(DocumentQueries.setCordon, .int(id), .text(reason)) == 1 {
        try session.record(
          Event(
            reason == nil ? "cluster.uncordoned" : "cluster.cordoned", project: project, cluster: name.rawValue,
            cause: cause,
            message: reason.map { "\(name) takes no forward orders: \($0)" } ?? "\(name) takes orders again"))
        try session.noteClusterChanged([id])
      }
      return try session.present(session.clusterRecord(name, in: project))
    }
  }

  /// Takes a cluster out of the inventory.
  public func removeCluster(
    _ name: ClusterName, in project: ProjectName, cause: ChangeCause
  ) async throws(StoreError) {
    try await change { session in
      let id = try session.clusterID(name, in: project)
      var change = InventoryChange()
      try session.note([name.rawValue], of: project, in: &change)
      try session.execute(DocumentQueries.removeCluster, .int(id))
      try session.dismissAgent(of: id)
      try session.record(
        Event(
          "cluster.removed", project: project, cluster: name.rawValue, cause: cause,
          message: "\(name) left the inventory; its workloads stay"))
      try session.noteClusterChanged([id])
      try session.wakeExpansions(of: project, because: change)
    }
  }

  /// All clusters of a project in order of name.
  public func inventory(of project: ProjectName) async throws(StoreError) -> [Cluster] {
    try await read { session in
      let known = try session.rows(DocumentQueries.apiVersions, .name(project)) { row in
        (try row.digest(), try row.json([String].self))
      }
      let byDigest = Dictionary(known, uniquingKeysWith: { first, _ in first })
      return try session.rows(DocumentQueries.inventory, .name(project)) { row in
        var cluster = try row.cluster()
        // Clusters with the same ones share their list.
        cluster.apiVersions = try row.optionalDigest().flatMap { byDigest[$0] }
        return cluster
      }
    }
  }
}

extension Session {
  /// Ends everything that lets the present agent of a cluster, or one that is about to join, speak for it.
  func dismissAgent(of cluster: Int64) throws {
    try execute(AgentQueries.endSessions, .int(cluster))
    try execute(AgentQueries.endJoinTokens, .int(cluster))
    try execute(AgentQueries.forgetAgent, .int(cluster))
  }

  fileprivate func clusterRecord(_ name: ClusterName, in project: ProjectName) throws -> ClusterRecord? {
    try first(DocumentQueries.cluster, .name(project), .name(name), read: { try $0.clusterRecord() })
  }

  /// The row of a cluster, locked.
  fileprivate func clusterID(_ name: ClusterName, in project: ProjectName) throws -> Int64 {
    guard let id = try first(DocumentQueries.clusterID, .name(project), .name(name), read: { try $0.int() }) else {
      throw StoreError(.notFound, "there is no cluster '\(name)' in project '\(project)'")
    }
    return id
  }

  /// A row that this transaction has locked, and that is therefore there.
  func present<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw StoreError(.internal, "a locked row is not there") }
    return value
  }
}

extension Page {
  /// A page out of one element more than it holds.
  init(_ found: [Element], limit: Int, cursor: (Element) -> String) {
    let elements = Array(found.prefix(limit))
    self.init(elements: elements, next: found.count > limit ? elements.last.map(cursor) : nil)
  }
}
