/// The targets that parameter sets made, for the expansions that follow: a set that is the same again, with the same
/// cluster, makes the same target. What lies in it is what the last whole expansion used.
struct EvaluationMemory: Sendable {
  /// A parameter set in an entry. Parameters are many and large: 128 bits of them tell them apart.
  struct Key: Hashable {
    fileprivate var entry: Int
    fileprivate var first: Int
    fileprivate var second: Int

    init(_ set: ParameterSet, entry: Int) {
      self.entry = entry
      first = Self.hash(0, set)
      second = Self.hash(1, set)
    }

    private static func hash(_ salt: UInt8, _ set: ParameterSet) -> Int {
      var hasher = Hasher()
      hasher.combine(salt)
      hasher.combine(set.parameters)
      return hasher.finalize()
    }
  }

  private struct Known {
    var target: ExpandedTarget
    var cluster: InventoryCluster
    var reference: ClusterReference
  }

  private var known: [Key: Known] = [:]
  private var used: [Key: Known] = [:]
  /// Parameter sets that went through the template.
  private(set) var evaluated = 0
  /// Parameter sets whose target was known.
  private(set) var kept = 0

  /// The target that a set made before, made by `origin` now; nil when it is to be made anew.
  mutating func target(for key: Key, origin: TargetOrigin, in inventory: Inventory) -> ExpandedTarget? {
    guard var found = known[key] ?? used[key], inventory.cluster(found.reference) == found.cluster else { return nil }
    kept += 1
    used[key] = found
    found.target.origin = origin
    return found.target
  }

  mutating func countEvaluation() { evaluated += 1 }

  /// Keeps what a set made, without anything to say about it.
  mutating func keep(_ target: ExpandedTarget, at reference: ClusterReference, for key: Key, in inventory: Inventory) {
    guard let cluster = inventory.cluster(reference) else { return }
    used[key] = Known(target: target, cluster: cluster, reference: reference)
  }

  /// Forgets what the expansion that ends here did not use; one that failed may have come across less than there is.
  ///
  /// - Parameter isWhole: whether it worked.
  mutating func end(isWhole: Bool) {
    known = isWhole ? used : known.merging(used) { $1 }
    used = [:]
  }
}
