import FleetDocuments
import FleetModel

/// The targets of a set whose generators are all `clusters`, by cluster: what a row of a cluster makes depends on that row
/// alone, as long as there is nothing to say about the whole.
struct ClusterTargets {
  private var inventory: Inventory
  /// By entry, then by the cluster's place in the inventory.
  private var slots: [[ExpandedTarget?]]
  private var names: Set<TargetName>
  /// By entry; an entry without any target is told.
  private var counts: [Int]

  /// How many rows may change before all of it is made again.
  private static let mostRows = 1_000

  /// - Parameters:
  ///   - targets: what the set expanded to, without problems.
  ///   - inventory: the clusters that it was expanded over.
  /// - Returns: nil for a set of another kind.
  init?(_ targets: [ExpandedTarget], of definition: FleetSetDefinition, inventory: Inventory) {
    let areClusters = definition.generators.allSatisfy { entry in
      if case .clusters(let clusters) = entry.generator { !clusters.isFlatList } else { false }
    }
    guard areClusters, !inventory.hasLocalCluster else { return nil }
    self.inventory = inventory
    slots = Array(
      repeating: Array(repeating: nil, count: inventory.clusters.count), count: definition.generators.count)
    counts = Array(repeating: 0, count: definition.generators.count)
    names = []
    names.reserveCapacity(targets.count)
    for target in targets {
      guard case .cluster(let name) = target.origin.source,
        let place = inventory.place(of: name.rawValue),
        inventory.clusters[place].clusterName == target.cluster.rawValue
      else { return nil }
      slots[target.origin.generator][place] = target
      counts[target.origin.generator] += 1
      names.insert(target.name)
    }
    guard counts.allSatisfy({ $0 > 0 }) else { return nil }
  }

  /// The targets in order.
  var targets: [ExpandedTarget] {
    var result: [ExpandedTarget] = []
    result.reserveCapacity(count)
    for entry in slots {
      for case let target? in entry { result.append(target) }
    }
    return result
  }

  /// How many targets there are.
  var count: Int { counts.reduce(0, +) }

  /// The rows that another inventory has different; nil when it has other clusters, or too many of them differ.
  func changedRows(to other: Inventory) -> [InventoryCluster]? {
    guard other.clusters.count == inventory.clusters.count, !other.hasLocalCluster else { return nil }
    var rows: [InventoryCluster] = []
    for (own, new) in zip(inventory.clusters, other.clusters) where own != new {
      guard own.isSameCluster(as: new), rows.count < Self.mostRows else { return nil }
      rows.append(new)
    }
    return rows
  }

  /// Takes in rows; nil when the set must be expanded as a whole, after which this is of no use any more.
  mutating func update(
    _ rows: [InventoryCluster], definition: FleetSetDefinition, named name: FleetSetName, time: TemplateTime,
    file: String, memory: inout EvaluationMemory?
  ) -> [TargetUpdate]? {
    guard Set(rows.map(\.name)).count == rows.count else { return nil }
    var changes: [TargetUpdate] = []
    var maker = TargetMaker(
      definition: definition, moments: TargetMoments(setName: name.rawValue, time: time, answers: [:]), file: file)
    for row in rows {
      guard let place = inventory.place(of: row.name), inventory.place(of: row.clusterName) == place,
        inventory.clusters[place].isSameCluster(as: row)
      else { return nil }
      let alone = Inventory([row])
      let generated = generate(definition, inventory: alone, answers: [:], file: file)
      guard generated.needs.isEmpty else { return nil }
      for entry in generated.entries {
        // That the entry matches none of one cluster is nothing to tell.
        guard !entry.problems.hasErrors, entry.sets.count <= 1 else { return nil }
        var problems = Problems(file: file)
        let made = maker.targets(of: entry.sets, in: entry, inventory: alone, memory: &memory, problems: &problems)
        guard problems.count == 0, made.count == entry.sets.count else { return nil }
        let before = slots[entry.index][place]
        guard before != made.first else { continue }
        slots[entry.index][place] = made.first
        counts[entry.index] += made.count - (before == nil ? 0 : 1)
        changes.append(TargetUpdate(before: before, after: made.first))
      }
      inventory.replace(row, at: place)
    }
    guard maker.moments.needs.isEmpty, maker.ownProblems.count == 0, counts.allSatisfy({ $0 > 0 }) else { return nil }
    for change in changes { if let before = change.before { names.remove(before.name) } }
    for change in changes {
      if let after = change.after, !names.insert(after.name).inserted { return nil }
    }
    return changes
  }
}

extension InventoryCluster {
  /// Whether it is the same cluster, known by the same names.
  fileprivate func isSameCluster(as other: InventoryCluster) -> Bool {
    name == other.name && clusterName == other.clusterName && server == other.server
  }
}
