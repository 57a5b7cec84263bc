public import FleetModel
public import FleetPorts

extension PostgresStore {
  /// Records what an expansion read; see ``DocumentStore/recordReads(_:of:generation:)``.
  public func recordReads(
    _ reads: SetReads?, of fleetSet: FleetSetID, generation: Int64
  ) async throws(StoreError) {
    try await change { session in
      let wasKnown = try session.first(
        DocumentQueries.recordReads, .id(fleetSet), reads.map { try .json(ReadsJSON($0)) } ?? .null, .int(generation),
        read: { try $0.bool() })
      if wasKnown == true { try session.wake(.expansion, [fleetSet.rawValue]) }
    }
  }
}

/// What of a project was changed, for those who read it.
struct InventoryChange {
  var clusters: Set<Int64> = []
  /// All labels that the clusters had and have.
  var labels: [[String: String]] = []
  var repositories: [String] = []
  var urls: [String] = []
  var hasConfigMaps = false
}

extension Session {
  /// Makes the expansion of the FleetSets due that a change concerns.
  func wakeExpansions(of project: ProjectName, because change: InventoryChange) throws {
    let sets = try rows(
      DocumentQueries.readers, .name(project), .ints(change.clusters.sorted()), .json(change.labels),
      .texts(change.repositories), .texts(change.urls), .bool(change.hasConfigMaps), read: { try $0.int() })
    if !sets.isEmpty { try wake(.expansion, sets) }
  }

  /// Adds clusters as they are now: before they are changed, and after.
  func note(_ clusters: [String], of project: ProjectName, in change: inout InventoryChange) throws {
    guard !clusters.isEmpty else { return }
    let found = try rows(
      DocumentQueries.clusterLabels, .name(project), .texts(clusters),
      read: { row in (id: try row.int(), labels: try row.json([String: String].self)) })
    change.clusters.formUnion(found.map(\.id))
    for cluster in found where !change.labels.contains(cluster.labels) { change.labels.append(cluster.labels) }
  }
}

/// What a set reads as the query of its readers wants it.
private struct ReadsJSON: Encodable {
  let reads: SetReads

  init(_ reads: SetReads) { self.reads = reads }

  private enum CodingKeys: String, CodingKey {
    case repositories, asksOthers, clusters
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(reads.repositories.map(\.rawValue).sorted(), forKey: .repositories)
    try container.encode(reads.asksOthers, forKey: .asksOthers)
    // A cluster that has the label that Argo CD's have is not told apart by it here.
    let selectors = reads.clusters?.map {
      SelectorJSON.rows(of: $0).filter { $0.key != "argocd.argoproj.io/secret-type" }
    }
    try container.encode(selectors, forKey: .clusters)
  }
}
