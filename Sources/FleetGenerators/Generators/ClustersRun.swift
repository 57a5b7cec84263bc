import FleetDocuments
import FleetModel
import FleetTemplate

// GENERATORS 2.2.
extension GeneratorRun {
  mutating func clusters(_ generator: ClustersGenerator, _ place: String) -> [ParameterSet] {
    guard let values = compiled(generator.values, place) else { return [] }
    let clusters = matching(generator.selector)
    if clusters.isEmpty, !generator.isFlatList {
      let all = context.inventory.clusters.count
      warn(
        place,
        all == 0
          ? "there are no clusters yet"
          : "the selector \"\(generator.selector.text)\" matches none of the \(all) clusters")
    }
    var sets: [ParameterSet] = []
    sets.reserveCapacity(clusters.count)
    for cluster in clusters {
      var parameters = cluster.parameters(isNested: language.isNested)
      add(values, to: &parameters, place, what: "cluster \"\(cluster.name)\"")
      sets.append(ParameterSet(parameters: parameters, source: .cluster(ClusterName(cluster.name))))
    }
    guard generator.isFlatList else { return sets }
    return [
      ParameterSet(parameters: ["clusters": .list(sets.map { .map($0.parameters) })], source: .allClusters)
    ]
  }

  /// The label that every one of Argo CD's clusters has.
  private static let secretType = "argocd.argoproj.io/secret-type"

  /// The clusters in order of their names; the local one, which has no labels, last, and only where nothing selects.
  private func matching(_ selector: LabelSelector) -> [InventoryCluster] {
    let inventory = context.inventory
    guard !selector.isEmpty else {
      let isMissing = inventory.cluster(at: InventoryCluster.local.server) == .local
      return inventory.clusters + (isMissing ? [.local] : [])
    }
    let namesType =
      selector.matchLabels[Self.secretType] != nil || selector.matchExpressions.contains { $0.key == Self.secretType }
    return inventory.clusters.filter { cluster in
      // Argo CD's own cluster has the label only when there is a Secret for it.
      guard namesType, cluster.labels[Self.secretType] == nil, cluster.server != InventoryCluster.local.server else {
        return selector.matches(cluster.labels)
      }
      return selector.matches(cluster.labels.merging([Self.secretType: "cluster"]) { own, _ in own })
    }
  }
}
