internal import FleetModel
internal import FleetPorts
internal import FleetRender

/// What a rendering depends on beside files.
struct RenderKey: Hashable {
  var repository: String
  var path: String
  var namespace: String
  var isRecursive: Bool
  var options: RenderOptions
  /// The target's name, where it is part of what is rendered.
  var target: String

  /// What the directory alone depends on.
  func ofDirectory(isChart: Bool) -> RenderKey {
    var key = self
    key.options = RenderOptions(helm: options.helm)
    key.options.kustomize = options.kustomize
    key.options.kubernetesVersion = options.kubernetesVersion
    key.options.servedVersions = options.servedVersions
    // A chart sees its release's namespace.
    if !isChart { key.namespace = "" }
    return key
  }
}

/// What was rendered lately, so that the same files are rendered once for all targets that differ in nothing else, and not
/// again for a commit that leaves them alone. Bounded in size; the oldest go first.
actor RenderCache<Value: Sendable> {
  private struct Entry {
    var reads: SourceReads
    var value: Value
    var size: Int
    /// The commit whose files were found to be the same last.
    var commit: CommitID
    var number: Int
  }

  /// Versions of a directory kept side by side: sets may follow several branches.
  private let limitVersions = 8

  private let limit: Int
  private var entries: [RenderKey: [Entry]] = [:]
  private var order: [(key: RenderKey, number: Int)] = []
  private var nextNumber = 0
  private var total = 0

  /// Makes an empty cache.
  ///
  /// - Parameter limit: how large all values may be together.
  init(limit: Int) { self.limit = limit }

  /// What the files of a tree render to, with what is read for it, when each file that was read is the same there.
  func value(for key: RenderKey, in tree: any SourceTree) -> (value: Value, reads: SourceReads)? {
    guard let known = entries[key] else { return nil }
    for index in known.indices.reversed()
    where known[index].commit == tree.commit || known[index].reads.areSame(in: tree) {
      entries[key]?[index].commit = tree.commit
      return (known[index].value, known[index].reads)
    }
    return nil
  }

  /// Keeps a value with what was read for it; its size is in the unit of the limit.
  func store(_ value: Value, for key: RenderKey, reads: SourceReads, of commit: CommitID, size: Int) {
    nextNumber += 1
    entries[key, default: []].append(Entry(reads: reads, value: value, size: size, commit: commit, number: nextNumber))
    order.append((key, nextNumber))
    total += size
    if let oldest = entries[key]?.first, (entries[key]?.count ?? 0) > limitVersions {
      remove(key, oldest.number)
      order.removeAll { $0.number == oldest.number }
    }
    var gone = 0
    while total > limit, gone < order.count {
      remove(order[gone].key, order[gone].number)
      gone += 1
    }
    order.removeFirst(gone)
  }

  private func remove(_ key: RenderKey, _ number: Int) {
    guard let index = entries[key]?.firstIndex(where: { $0.number == number }),
      let entry = entries[key]?.remove(at: index)
    else { return }
    if entries[key]?.isEmpty == true { entries[key] = nil }
    total -= entry.size
  }
}

/// What a target comes to, with what is to be said about it.
struct RenderedBundle: Sendable {
  var draft: BundleDraft
  var contents: BundleContents
  var warnings: [Diagnostic]

  /// About how much memory it takes.
  var sizeBytes: Int { draft.objects.reduce(0) { $0 + $1.canonicalJSON.count + 200 } }
}
