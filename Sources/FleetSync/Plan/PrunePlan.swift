public import FleetModel
public import Manifest

/// What an order deletes, and what it leaves although the target owned it.
public struct PrunePlan: Hashable, Sendable {
  /// To delete, in this order.
  public var deleted: [ObjectIdentity]
  /// To stay in the inventory, neither judged nor repaired: the order did not allow their deletion.
  public var kept: [ObjectIdentity]

  /// Decides about everything that the target applied before.
  ///
  /// Deleted are the objects that left the bundle and that the order names (AMENDMENTS 13), in the reverse order of
  /// applying. A removal names what the target applied and nobody else wants; the agent's own namespace and the record of
  /// a target are never deleted (AMENDMENTS 56).
  ///
  /// - Parameters:
  ///   - previous: the inventory.
  ///   - bundle: the objects that stay.
  ///   - agentNamespace: where the agent keeps its records.
  public init(order: Order, previous: [ObjectIdentity], bundle: Set<ObjectIdentity>, agentNamespace: String) {
    let named = Set(order.mayPrune)
    deleted = []
    kept = []
    for identity in previous.sorted(by: { isAppliedBefore($1, $0) }) where !bundle.contains(identity) {
      let isNamed = !named.isDisjoint(with: Self.spellings(of: identity, namespace: order.namespace))
      let isOwn = Self.belongsToAgent(identity, agentNamespace: agentNamespace)
      if isNamed && !isOwn { deleted.append(identity) } else { kept.append(identity) }
    }
  }

  /// An order may name an object as its manifest does: without the namespace that the order supplies.
  private static func spellings(of identity: ObjectIdentity, namespace: String) -> [String] {
    guard !identity.namespace.isEmpty, identity.namespace == namespace || namespace.isEmpty else {
      return [identity.text]
    }
    var bare = identity
    bare.namespace = ""
    return [identity.text, bare.text]
  }

  private static func belongsToAgent(_ identity: ObjectIdentity, agentNamespace: String) -> Bool {
    if identity.group.isEmpty, identity.kind == "Namespace" { return identity.name == agentNamespace }
    return identity.group.isEmpty && identity.kind == "ConfigMap" && identity.namespace == agentNamespace
      && identity.name.hasPrefix(TargetRecord.namePrefix)
  }
}
