internal import FleetModel
internal import FleetPorts

/// Bundles rendered lately, so that the same files are rendered once for all targets that differ in nothing else, and not
/// again for a commit that leaves them alone. Bounded in bytes; the oldest go first.
actor RenderCache {
  /// What a bundle depends on beside files.
  struct Key: Hashable {
    var repository: String
    var path: String
    var namespace: String
    var isRecursive: Bool
    var options: RenderOptions
    /// The target's name, where it is part of what is rendered.
    var target: String
  }

  private struct Entry {
    var reads: SourceReads
    var bundle: BundleDraft
    /// The commit whose files were found to be the same last.
    var commit: CommitID
    var number: Int
  }

  /// Versions of a directory kept side by side: sets may follow several branches.
  private static let limitVersions = 8

  private let limitBytes: Int
  private var entries: [Key: [Entry]] = [:]
  private var order: [(key: Key, number: Int)] = []
  private var nextNumber = 0
  private var sizeBytes = 0

  init(limitBytes: Int = 64 << 20) { self.limitBytes = limitBytes }

  /// The bundle that the files of a tree render to, when each file that was read for it is the same there.
  func bundle(for key: Key, in tree: any SourceTree) -> BundleDraft? {
    guard let known = entries[key] else { return nil }
    for index in known.indices.reversed()
    where known[index].commit == tree.commit || known[index].reads.areSame(in: tree) {
      entries[key]?[index].commit = tree.commit
      return known[index].bundle
    }
    return nil
  }

  /// Keeps a bundle with what was read for it.
  func store(_ bundle: BundleDraft, for key: Key, reads: SourceReads, of commit: CommitID) {
    nextNumber += 1
    entries[key, default: []].append(Entry(reads: reads, bundle: bundle, commit: commit, number: nextNumber))
    order.append((key, nextNumber))
    sizeBytes += size(of: bundle)
    if let oldest = entries[key]?.first, (entries[key]?.count ?? 0) > Self.limitVersions { remove(key, oldest.number) }
    var gone = 0
    while sizeBytes > limitBytes, gone < order.count {
      remove(order[gone].key, order[gone].number)
      gone += 1
    }
    order.removeFirst(gone)
  }

  private func remove(_ key: Key, _ number: Int) {
    guard let index = entries[key]?.firstIndex(where: { $0.number == number }),
      let entry = entries[key]?.remove(at: index)
    else { return }
    if entries[key]?.isEmpty == true { entries[key] = nil }
    sizeBytes -= size(of: entry.bundle)
  }

  private func size(of bundle: BundleDraft) -> Int { bundle.objects.reduce(0) { $0 + $1.canonicalJSON.count + 200 } }
}
