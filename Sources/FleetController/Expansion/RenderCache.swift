internal import FleetModel
internal import FleetPorts

/// Bundles rendered lately, so that the same directory of the same commit is rendered once for all targets that differ in
/// nothing else. Bounded in bytes; the oldest go first.
actor RenderCache {
  /// Everything that a bundle depends on.
  struct Key: Hashable {
    var repository: String
    /// Nil for what nothing but its directory is read for.
    var commit: CommitID?
    var object: String?
    var path: String
    var namespace: String
    var isRecursive: Bool
    var options: RenderOptions
    /// The target's name, where it is part of what is rendered.
    var target: String
  }

  private let limitBytes: Int
  private var bundles: [Key: BundleDraft] = [:]
  private var order: [Key] = []
  private var sizeBytes = 0

  init(limitBytes: Int = 64 << 20) { self.limitBytes = limitBytes }

  func bundle(for key: Key) -> BundleDraft? { bundles[key] }

  func store(_ bundle: BundleDraft, for key: Key) {
    guard bundles[key] == nil else { return }
    bundles[key] = bundle
    order.append(key)
    sizeBytes += size(of: bundle)
    while sizeBytes > limitBytes, let oldest = order.first {
      order.removeFirst()
      if let gone = bundles.removeValue(forKey: oldest) { sizeBytes -= size(of: gone) }
    }
  }

  private func size(of bundle: BundleDraft) -> Int { bundle.objects.reduce(0) { $0 + $1.canonicalJSON.count + 200 } }
}
