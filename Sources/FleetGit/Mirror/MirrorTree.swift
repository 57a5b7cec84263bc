import CLibGit2
import FleetModel
import FleetPorts

/// The files of one commit, read from the mirror by libgit2. Every call takes an open handle from the pool, so that
/// threads do not wait for each other and an idle tree costs nothing.
///
/// Entries whose names are not UTF-8 are left out: documents cannot name them.
struct MirrorTree: SourceTree {
  /// How large a file may be, in bytes.
  static let contentLimitBytes = 32 << 20

  let commit: CommitID
  let committedAt: Instant?
  private let mirror: Mirror
  private let root: git_oid

  /// Opens the tree of a commit.
  ///
  /// - Throws: ``SourceError`` with code `commitNotFound` when the commit is not in the mirror.
  init(commit: CommitID, in mirror: Mirror) throws(SourceError) {
    self.commit = commit
    self.mirror = mirror
    let oid = try mirror.oid(of: commit)
    (root, committedAt) = try mirror.read { handle throws(LibGit2Error) in
      try handle.withCommit(oid) { commit throws(LibGit2Error) in
        guard let tree = git_commit_tree_id(commit)?.pointee else {
          throw LibGit2Error(code: -1, message: "the commit has no tree")
        }
        return (tree, RepositoryHandle.committedAt(commit))
      }
    }
  }

  func directories(under path: String) throws(SourceTreeError) -> [String] {
    let found = try read(path) { handle throws(LibGit2Error) -> Result<[String], LimitExceeded> in
      var found: [String] = []
      let outcome = try handle.walk(root, path: path) { entry, path in
        if entry.kind == .directory { found.append(path) }
      }
      return outcome.map { found }
    }
    // Git orders a directory as if its name ended with a slash; here they are ordered by their names.
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  func files(under path: String) throws(SourceTreeError) -> [SourceFile] {
    let found = try read(path) { handle throws(LibGit2Error) -> Result<[SourceFile], LimitExceeded> in
      var found: [SourceFile] = []
      let outcome = try handle.walk(root, path: path) { entry, path throws(LibGit2Error) in
        guard entry.kind == .file else { return }
        let size = try handle.header(of: entry.oid).sizeBytes
        found.append(SourceFile(path: path, objectID: LibGit2.hexadecimal(entry.oid), sizeBytes: Int64(size)))
      }
      return outcome.map { found }
    }
    return found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  func contents(of path: String) throws(SourceTreeError) -> [UInt8]? {
    try read(path) { handle throws(LibGit2Error) -> Result<[UInt8]?, LimitExceeded> in
      guard let entry = try handle.entry(at: path, in: root), entry.kind == .file else { return .success(nil) }
      let size = try handle.header(of: entry.oid).sizeBytes
      guard size <= Self.contentLimitBytes else {
        return .failure(LimitExceeded(message: "the file has \(size) bytes; at most 32 MiB are read"))
      }
      return .success(try handle.bytes(of: entry.oid))
    }
  }

  func objectID(of path: String) throws(SourceTreeError) -> String? {
    try read(path) { handle throws(LibGit2Error) -> Result<String?, LimitExceeded> in
      .success(try handle.entry(at: path, in: root).map { LibGit2.hexadecimal($0.oid) })
    }
  }

  /// Runs a closure with an open handle and names the path in what goes wrong.
  private func read<Value>(
    _ path: String, _ body: (RepositoryHandle) throws(LibGit2Error) -> Result<Value, LimitExceeded>
  ) throws(SourceTreeError) -> Value {
    let result: Result<Value, LimitExceeded>
    do throws(SourceError) {
      result = try mirror.read(body)
    } catch {
      throw SourceTreeError(path: path, message: error.description)
    }
    switch result {
    case .success(let value): return value
    case .failure(let limit): throw SourceTreeError(path: path, message: limit.message)
    }
  }
}
