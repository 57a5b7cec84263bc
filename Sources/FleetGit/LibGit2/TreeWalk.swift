import CLibGit2

/// The repository holds more than is read; nothing is damaged.
struct LimitExceeded: Error {
  var message: String
}

/// An entry of a tree.
struct TreeEntry {
  enum Kind {
    case directory, file
    /// A symbolic link or a submodule.
    case other
  }

  var kind: Kind
  var oid: git_oid
}

extension RepositoryHandle {
  /// How many entries one listing may visit. A few kilobytes of nested trees can stand for billions of paths.
  static let entryLimit = 1_000_000
  /// How deep directories may be nested.
  static let depthLimit = 256

  /// What is at a path; nil when there is nothing. The root's path is empty; empty and `.` components count nothing,
  /// and `..` leads nowhere.
  func entry(at path: String, in root: git_oid) throws(LibGit2Error) -> TreeEntry? {
    let components = path.split(separator: "/").filter { $0 != "." }
    guard !components.isEmpty else { return TreeEntry(kind: .directory, oid: root) }
    return try withTree(root) { tree throws(LibGit2Error) -> TreeEntry? in
      var found: OpaquePointer?
      let result = git_tree_entry_bypath(&found, tree, components.joined(separator: "/"))
      if result == GIT_ENOTFOUND.rawValue { return nil }
      try LibGit2.check(result)
      defer { git_tree_entry_free(found) }
      return found.flatMap(Self.entry)
    }
  }

  /// Calls a closure with everything below a directory and its path from the root, in Git's order.
  ///
  /// - Returns: a failure when there is too much of it.
  func walk(
    _ root: git_oid, path: String, _ body: (TreeEntry, String) throws(LibGit2Error) -> Void
  ) throws(LibGit2Error) -> Result<Void, LimitExceeded> {
    guard let start = try entry(at: path, in: root), start.kind == .directory else { return .success(()) }
    let components = path.split(separator: "/").filter { $0 != "." }
    let prefix = components.isEmpty ? "" : components.joined(separator: "/") + "/"
    var remaining = Self.entryLimit
    return try visit(start.oid, prefix: prefix, depth: 0, remaining: &remaining, body)
  }

  private func visit(
    _ directory: git_oid, prefix: String, depth: Int, remaining: inout Int,
    _ body: (TreeEntry, String) throws(LibGit2Error) -> Void
  ) throws(LibGit2Error) -> Result<Void, LimitExceeded> {
    guard depth < Self.depthLimit else {
      return .failure(LimitExceeded(message: "directories are nested more than \(Self.depthLimit) deep"))
    }
    return try withTree(directory) { tree throws(LibGit2Error) in
      for index in 0..<git_tree_entrycount(tree) {
        guard let pointer = git_tree_entry_byindex(tree, index), let name = git_tree_entry_name(pointer),
          let text = String(validatingCString: name), let entry = Self.entry(pointer)
        else { continue }
        remaining -= 1
        guard remaining >= 0 else {
          return .failure(LimitExceeded(message: "there are more than \(Self.entryLimit) files and directories"))
        }
        try body(entry, prefix + text)
        guard entry.kind == .directory else { continue }
        let below = try visit(
          entry.oid, prefix: prefix + text + "/", depth: depth + 1, remaining: &remaining, body)
        if case .failure = below { return below }
      }
      return .success(())
    }
  }

  private static func entry(_ pointer: OpaquePointer) -> TreeEntry? {
    guard let oid = git_tree_entry_id(pointer)?.pointee else { return nil }
    let kind: TreeEntry.Kind =
      switch git_tree_entry_filemode(pointer) {
      case GIT_FILEMODE_TREE: .directory
      case GIT_FILEMODE_BLOB, GIT_FILEMODE_BLOB_EXECUTABLE: .file
      default: .other
      }
    return TreeEntry(kind: kind, oid: oid)
  }

  /// The content of a file.
  func bytes(of oid: git_oid) throws(LibGit2Error) -> [UInt8] {
    var object: OpaquePointer?
    var oid = oid
    // Straight from the database: a blob object would stay in libgit2's cache.
    try LibGit2.check(git_odb_read(&object, database, &oid))
    defer { git_odb_object_free(object) }
    guard let data = git_odb_object_data(object) else { return [] }
    return Array(UnsafeRawBufferPointer(start: data, count: git_odb_object_size(object)))
  }
}
