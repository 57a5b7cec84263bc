public import FleetModel

/// Where the branches and tags of a repository stand at one time.
public struct RefSnapshot: Hashable, Sendable {
  /// A branch or tag with its commit.
  public struct Ref: Hashable, Sendable, Codable {
    /// The name without `refs/heads/` or `refs/tags/`.
    public var name: String
    /// The commit; annotated tags are followed to it.
    public var commit: CommitID

    /// Makes a ref.
    public init(name: String, commit: CommitID) {
      self.name = name
      self.commit = commit
    }
  }

  /// The branches, by name in bytewise order.
  public var branches: [Ref]
  /// The tags that lead to commits, by name in bytewise order.
  public var tags: [Ref]
  /// The branch that the server's HEAD names; nil when it names none or one that does not exist.
  public var defaultBranch: String?
  /// Changes exactly when one of the above does.
  public var digest: Digest

  /// Makes a snapshot; refs are expected in bytewise order of their names.
  public init(branches: [Ref], tags: [Ref], defaultBranch: String?, digest: Digest) {
    self.branches = branches
    self.tags = tags
    self.defaultBranch = defaultBranch
    self.digest = digest
  }

  /// The tip of a branch; nil when there is none of this name.
  public func branch(_ name: String) -> CommitID? { Self.find(name, in: branches) }

  /// The commit of a tag; nil when there is none of this name.
  public func tag(_ name: String) -> CommitID? { Self.find(name, in: tags) }

  private static func find(_ name: String, in refs: [Ref]) -> CommitID? {
    var low = 0
    var high = refs.count
    while low < high {
      let middle = (low + high) / 2
      if refs[middle].name.utf8.lexicographicallyPrecedes(name.utf8) { low = middle + 1 } else { high = middle }
    }
    return low < refs.count && refs[low].name == name ? refs[low].commit : nil
  }
}
