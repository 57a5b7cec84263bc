public import FleetModel
public import Manifest

/// What is remembered of an applied object for the time when its document is gone.
public struct PruneNote: Hashable, Sendable {
  /// Its wave.
  public var wave: Int
  /// Whether it is deleted after everything else, when the rest is healthy.
  public var isLast: Bool

  /// Makes a note; without arguments, of an object without annotations.
  public init(wave: Int = 0, isLast: Bool = false) {
    self.wave = wave
    self.isLast = isLast
  }
}

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
  ///   - notes: what is known of the objects' turns: later waves go first, and those to be pruned last go last.
  ///   - agentNamespace: where the agent keeps its records.
  public init(
    order: Order, previous: [ObjectIdentity], bundle: Set<ObjectIdentity>,
    notes: [ObjectIdentity: PruneNote] = [:], agentNamespace: String
  ) {
    let named = Set(order.mayPrune)
    let namespace = order.namespace
    deleted = []
    kept = []
    func turn(_ identity: ObjectIdentity) -> (Int, Int) {
      let note = notes[identity] ?? PruneNote()
      return (note.isLast ? 1 : 0, -note.wave)
    }
    let order = previous.sorted { turn($0) == turn($1) ? isAppliedBefore($1, $0) : turn($0) < turn($1) }
    for identity in order where !bundle.contains(identity) {
      let isNamed = !named.isDisjoint(with: Self.spellings(of: identity, namespace: namespace))
      let isOwn = Self.belongsToAgent(identity, agentNamespace: agentNamespace)
      if isNamed && !isOwn { deleted.append(identity) } else { kept.append(identity) }
    }
  }

  /// The deletions in groups: each begins when the one before is done.
  func groups(notes: [ObjectIdentity: PruneNote]) -> [[ObjectIdentity]] {
    var groups: [[ObjectIdentity]] = []
    for identity in deleted {
      if let last = groups.last?.last, last.applyRank == identity.applyRank,
        notes[last, default: PruneNote()] == notes[identity, default: PruneNote()]
      {
        groups[groups.count - 1].append(identity)
      } else {
        groups.append([identity])
      }
    }
    return groups
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
