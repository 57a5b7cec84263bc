import FleetModel
import Manifest

/// A `rolloutStrategy` as stages. Partitions go one after the other, as stages do; how many clusters of one may be
/// unavailable is how many are worked on at once.
struct RancherRollout {
  let source: SourceDocument
  let namespace: String
  let groups: ClusterGroups
  private var names = NameBook()
  private var stages: [Node] = []

  private static let field = "rolloutStrategy"

  init(source: SourceDocument, namespace: String, groups: ClusterGroups) {
    self.source = source
    self.namespace = namespace
    self.groups = groups
  }

  /// The fields of a FleetSet's `rollout`.
  mutating func rollout(_ strategy: Node, _ book: inout ImportBook) -> Object {
    let general = concurrency(strategy["maxUnavailable"], "\(Self.field).maxUnavailable", &book) ?? "100%"
    let partitions = strategy["partitions"]?.array ?? []
    for (index, partition) in partitions.enumerated() {
      add(partition, "\(Self.field).partitions[\(index)]", general: general, &book)
    }
    addAutomatic(strategy, general: general, hasPartitions: !partitions.isEmpty, &book)
    noteOthers(strategy, &book)
    var rollout = Object()
    if let new = strategy["maxNew"]?.integer, new > 0 {
      rollout["onboard"] = ["maxConcurrent": Node(.integer(new))]
      book.differs(
        source, "\(Self.field).maxNew", "is how many new clusters are worked on at once, until they are ready")
    }
    rollout["stages"] = Node(.array(stages))
    return rollout
  }

  private mutating func add(_ partition: Node, _ path: String, general: Node, _ book: inout ImportBook) {
    guard let criteria = ClusterCriteria(partition, at: path, of: source, namespace: namespace, groups: groups, &book)
    else { return }
    let concurrency = concurrency(partition["maxUnavailable"], "\(path).maxUnavailable", &book) ?? general
    let name = partition["name"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? "partition-\(stages.count + 1)"
    if criteria.alternatives.isEmpty { book.differs(source, path, "names no cluster, so it is no stage") }
    if criteria.alternatives.count > 1 {
      book.differs(
        source, "\(path).clusterGroupSelector",
        "matches \(criteria.alternatives.count) groups, which are stages one after the other now")
    }
    for alternative in criteria.alternatives {
      var clusters = alternative.selector.node
      if let cluster = alternative.name {
        clusters = [.text(cluster)]
        if !alternative.selector.isEmpty {
          book.differs(source, path, "the stage takes \(cluster) whatever its labels are")
        }
      }
      stages.append(
        .map(["name": .text(names.name(name)), "clusters": clusters, "maxConcurrent": concurrency]))
    }
    book.leaveOutUnknown(
      source, path,
      known: [
        "name", "maxUnavailable", "clusterName", "clusterSelector", "clusterGroup", "clusterGroupSelector",
      ])
  }

  /// The partitions that Fleet makes of what no partition took.
  private mutating func addAutomatic(
    _ strategy: Node, general: Node, hasPartitions: Bool, _ book: inout ImportBook
  ) {
    let path = "\(Self.field).autoPartitionSize"
    let written = strategy["autoPartitionSize"].flatMap { $0.isNull ? nil : $0 }
    if let share = written?.string.flatMap(Self.percent), (1..<100).contains(share) {
      let number = (100 + share - 1) / share
      for _ in 1..<number {
        stages.append(
          .map([
            "name": .text(names.name("auto-\(stages.count + 1)")), "percent": .text("\(share)%"),
            "maxConcurrent": general,
          ]))
      }
      if strategy["autoPartitionThreshold"] == nil {
        book.differs(source, path, "fewer than 200 clusters are divided as well, which Fleet leaves together")
      }
    } else if let count = written?.integer, count > 0 {
      stages.append(
        .map([
          "name": .text(names.name("auto-\(stages.count + 1)")), "count": Node(.integer(count)),
          "maxConcurrent": general,
        ]))
      book.differs(
        source, path, "the first \(count) clusters are a stage, and all others are one",
        hint: "divide them with percent, or by their labels")
    }
    if !hasPartitions, written == nil {
      book.differs(
        source, path, "all clusters are one stage, where Fleet makes four partitions of 200 clusters and more",
        hint: "write autoPartitionSize: 25% for stages of a quarter")
    }
    if hasPartitions, written == nil {
      book.differs(
        source, "\(Self.field).partitions", "clusters of no partition come last, where Fleet never updates them")
    }
    stages.append(.map(["name": .text(names.name("rest")), "rest": true, "maxConcurrent": general]))
  }

  private func noteOthers(_ strategy: Node, _ book: inout ImportBook) {
    book.differs(
      source, Self.field, "a stage stops at its first cluster that fails, where Fleet waits for it without an end",
      hint: "budgets.failures of the stage, or of the rollout, allow more")
    if let written = strategy["maxUnavailablePartitions"], !["0", "0%"].contains(written.string ?? ""),
      written.integer != 0, !written.isNull
    {
      book.leaveOut(
        source, "\(Self.field).maxUnavailablePartitions", "a stage opens when the one before it has passed",
        hint: "put clusters that may be worked on together into one stage with a higher maxConcurrent")
    }
    if strategy["autoPartitionThreshold"]?.isNull == false {
      book.differs(source, "\(Self.field).autoPartitionThreshold", "stages do not depend on the number of clusters")
    }
    book.leaveOutUnknown(
      source, Self.field,
      known: [
        "maxUnavailable", "maxUnavailablePartitions", "autoPartitionSize", "autoPartitionThreshold", "maxNew",
        "partitions",
      ])
  }

  /// A number or share of clusters, from 1; nil when nothing is said.
  private func concurrency(_ node: Node?, _ path: String, _ book: inout ImportBook) -> Node? {
    guard let node, !node.isNull else { return nil }
    if let count = node.integer {
      guard count > 0 else {
        book.differs(
          source, path, "is 1: with \(count) no cluster would ever be updated, as in Fleet",
          hint: "give a number from 1")
        return 1
      }
      return Node(.integer(count))
    }
    if let count = node.string.flatMap(Int64.init), count > 0 { return Node(.integer(count)) }
    guard let share = node.string.flatMap(Self.percent) else {
      book.leaveOut(source, path, "is neither a number nor a percentage; it is 1 now")
      return 1
    }
    return share < 1 ? 1 : .text("\(min(share, 100))%")
  }

  private static func percent(_ text: String) -> Int? {
    text.hasSuffix("%") ? Int(text.dropLast()) : nil
  }
}
