public import FleetModel
public import Manifest

/// What the cluster itself remembers of a target: the fence, the order and what was applied (AMENDMENTS 28).
///
/// It is written before the first write of an order, so that a restarted agent refuses older orders, resumes what was
/// begun and knows what it may delete.
public struct TargetRecord: Hashable, Sendable {
  /// How far the agent is with the order.
  public enum Phase: String, Sendable, CaseIterable {
    /// Writes have begun.
    case applying
    /// Everything is applied and pruned.
    case applied
    /// A terminal error stopped it.
    case failed
    /// Deletions have begun.
    case removing
    /// Nothing is left.
    case removed
  }

  /// The newest order that was started; its generation is the fence.
  public var order: Order
  /// How far it is.
  public var phase: Phase
  /// Why it failed; empty otherwise.
  public var message: String
  /// Everything that may be in the cluster on behalf of the target, sorted.
  public var inventory: [ObjectIdentity]
  /// What of the inventory has a turn of its own when it is deleted.
  public var notes: [ObjectIdentity: PruneNote]
  /// The hooks of a removal, by then no bundle brings them.
  public var deletionHooks: [Node]
  /// What is not repaired any more because it was changed back again and again, sorted.
  public var loops: [ObjectIdentity] = []

  /// Makes a record.
  public init(
    order: Order, phase: Phase, message: String = "", inventory: [ObjectIdentity],
    notes: [ObjectIdentity: PruneNote] = [:], deletionHooks: [Node] = []
  ) {
    self.order = order
    self.phase = phase
    self.message = message
    self.inventory = inventory.sorted()
    self.notes = notes
    self.deletionHooks = deletionHooks
  }

  /// What the names of all records begin with.
  public static let namePrefix = "flotilla-target-"
  /// The label by which records are listed, and its value.
  public static let label = (key: "flotilla.dev/record", value: "target")

  /// The name of the ConfigMap of a target.
  public static func name(of target: TargetID) -> String { namePrefix + target.description }
}

extension TargetRecord {
  /// The record as a ConfigMap.
  ///
  /// - Parameter resourceVersion: of the version to replace; nil to create.
  public func configMap(namespace: String, resourceVersion: String?) -> Node {
    let applySet = ApplySet(target: order.target, agentNamespace: namespace)
    var metadata: Node = [
      "name": Node(.string(Self.name(of: order.target))),
      "namespace": Node(.string(namespace)),
      "labels": [
        "app.kubernetes.io/managed-by": "flotilla",
        Self.label.key: Node(.string(Self.label.value)), ApplySet.parentLabel: Node(.string(applySet.id)),
      ],
      "annotations": [
        "flotilla.dev/target": Node(.string(order.targetName)),
        "flotilla.dev/generation": Node(.string(order.generation.description)),
        "flotilla.dev/digest": Node(.string(order.bundle?.hexadecimal ?? "")),
        "flotilla.dev/phase": Node(.string(phase.rawValue)),
      ],
    ]
    for (name, value) in applySet.annotations(of: inventory) {
      metadata["annotations"]?[name] = Node(.string(value))
    }
    if let resourceVersion { metadata["resourceVersion"] = Node(.string(resourceVersion)) }
    var data: Node = [
      "order": Node(.string(JSON.text(Self.node(of: order), sortedKeys: true))),
      "message": Node(.string(message)),
      "inventory": Node(.string(inventory.map(Self.line).joined(separator: "\n"))),
    ]
    let turns = inventory.compactMap { identity in
      notes[identity].map { "\($0.wave) \($0.isLast ? "last" : "-") \(Self.line(identity))" }
    }
    if !turns.isEmpty { data["turns"] = Node(.string(turns.joined(separator: "\n"))) }
    if !loops.isEmpty { data["loops"] = Node(.string(loops.map(Self.line).joined(separator: "\n"))) }
    if !deletionHooks.isEmpty {
      data["deletionHooks"] = Node(.string(JSON.text(Node(.array(deletionHooks)), sortedKeys: true)))
    }
    return ["apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data]
  }

  /// Reads a record; nil for a ConfigMap that is none, or that somebody has broken.
  public init?(configMap: Node) {
    let data = configMap["data"]
    guard let text = data?["order"]?.string, let tree = try? JSON.parse(Array(text.utf8)),
      let order = Self.order(from: tree),
      let phase = Phase(rawValue: configMap["metadata", "annotations", "flotilla.dev/phase"]?.string ?? "")
    else { return nil }
    var inventory: [ObjectIdentity] = []
    for line in (data?["inventory"]?.string ?? "").split(separator: "\n") {
      guard let identity = Self.identity(line) else { return nil }
      inventory.append(identity)
    }
    var notes: [ObjectIdentity: PruneNote] = [:]
    for line in (data?["turns"]?.string ?? "").split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 2)
      guard parts.count == 3, let wave = Int(parts[0]), let identity = Self.identity(parts[2]) else { return nil }
      notes[identity] = PruneNote(wave: wave, isLast: parts[1] == "last")
    }
    let hooks = data?["deletionHooks"]?.string.flatMap { try? JSON.parse(Array($0.utf8)).array }
    self.init(
      order: order, phase: phase, message: data?["message"]?.string ?? "", inventory: inventory, notes: notes,
      deletionHooks: hooks ?? [])
    loops = (data?["loops"]?.string ?? "").split(separator: "\n").compactMap(Self.identity)
  }

  /// `group/version/Kind/namespace/name`.
  private static func line(_ identity: ObjectIdentity) -> String {
    [identity.group, identity.version, identity.kind, identity.namespace, identity.name].joined(separator: "/")
  }

  private static func identity(_ line: Substring) -> ObjectIdentity? {
    let parts = line.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 5 else { return nil }
    return ObjectIdentity(group: parts[0], version: parts[1], kind: parts[2], namespace: parts[3], name: parts[4])
  }

  private static func node(of order: Order) -> Node {
    var node: Node = [
      "target": Node(.integer(order.target.rawValue)),
      "targetName": Node(.string(order.targetName)),
      "action": Node(.string(order.action.rawValue)),
      "bundle": Node(.string(order.bundle?.hexadecimal ?? "")),
      "epoch": Node(.integer(Int64(order.generation.epoch))),
      "counter": Node(.integer(order.generation.counter)),
      "namespace": Node(.string(order.namespace)),
      "selfHeal": Node(.boolean(order.selfHeal)),
      "createNamespace": Node(.boolean(order.createNamespace)),
      "mayPrune": Node(.array(order.mayPrune.map { Node(.string($0)) })),
      "startWithinMilliseconds": Node(.integer(order.startWithin.wholeMilliseconds)),
    ]
    if let minReady = order.minReady { node["minReadyMilliseconds"] = Node(.integer(minReady.wholeMilliseconds)) }
    if let failFast = order.failFast { node["failFastMilliseconds"] = Node(.integer(failFast.wholeMilliseconds)) }
    return node
  }

  private static func order(from node: Node) -> Order? {
    guard let target = node["target"]?.integer, let name = node["targetName"]?.string,
      let action = Order.Action(rawValue: node["action"]?.string ?? ""),
      let epoch = node["epoch"]?.integer.flatMap(Int32.init(exactly:)), let counter = node["counter"]?.integer
    else { return nil }
    return Order(
      target: TargetID(target), targetName: name, action: action,
      bundle: Digest(hexadecimal: node["bundle"]?.string ?? ""), generation: Generation(epoch: epoch, counter: counter),
      namespace: node["namespace"]?.string ?? "", selfHeal: node["selfHeal"]?.boolean ?? false,
      createNamespace: node["createNamespace"]?.boolean ?? false,
      mayPrune: node["mayPrune"]?.array?.compactMap(\.string) ?? [],
      startWithin: .milliseconds(node["startWithinMilliseconds"]?.integer ?? 0),
      minReady: node["minReadyMilliseconds"]?.integer.map { .milliseconds($0) },
      failFast: node["failFastMilliseconds"]?.integer.map { .milliseconds($0) })
  }
}
