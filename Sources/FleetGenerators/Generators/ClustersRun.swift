import FleetDocuments
import FleetModel
import FleetTemplate

// GENERATORS 2.2.
extension GeneratorRun {
  mutating func clusters(_ generator: ClustersGenerator, _ place: String) -> [ParameterSet] {
    guard let values = compiled(generator.values, place) else { return [] }
    let sets = sets(of: selected(generator, place)[...], values, place)
    guard generator.isFlatList else { return sets }
    return [
      ParameterSet(parameters: ["clusters": .list(sets.map { .map($0.parameters) })], source: .allClusters)
    ]
  }

  /// The parameter sets of an entry of `spec.generators` after its post-filter. Those of clusters come in parts, because
  /// those of a large fleet take more memory together than the fleet itself.
  mutating func parts(of entry: GeneratorEntry, path: String, _ body: ([ParameterSet]) -> Void) {
    guard case .clusters(let generator) = entry.generator, !generator.isFlatList else {
      body(sets(of: entry, path: path))
      return
    }
    position = entry.position
    defer { position = nil }
    let place = "\(path).clusters"
    guard let values = compiled(generator.values, place) else { return }
    let clusters = selected(generator, place)
    var keptCount = 0
    for start in stride(from: 0, to: clusters.count, by: Self.partSize) {
      let part = clusters[start..<min(start + Self.partSize, clusters.count)]
      let kept = filtered(sets(of: part, values, place), by: entry.selector)
      keptCount += kept.count
      body(kept)
    }
    noteFilter(entry, path: path, of: clusters.count, keeps: keptCount)
  }

  private static let partSize = 1_024

  private mutating func sets(
    of clusters: ArraySlice<InventoryCluster>, _ values: CompiledValues, _ place: String
  ) -> [ParameterSet] {
    var sets: [ParameterSet] = []
    sets.reserveCapacity(clusters.count)
    for cluster in clusters {
      var parameters = cluster.parameters(isNested: language.isNested)
      add(values, to: &parameters, place, what: "cluster \"\(cluster.name)\"")
      sets.append(ParameterSet(parameters: parameters, source: .cluster(ClusterName(cluster.name))))
    }
    return sets
  }

  /// The clusters of a generator; that there is none is noted.
  private mutating func selected(_ generator: ClustersGenerator, _ place: String) -> [InventoryCluster] {
    let clusters = matching(generator.selector)
    if clusters.isEmpty, !generator.isFlatList {
      let all = context.inventory.clusters.count
      warn(
        place,
        all == 0
          ? "there are no clusters yet"
          : "the selector \"\(generator.selector.text)\" matches none of the \(all) clusters")
    }
    return clusters
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
