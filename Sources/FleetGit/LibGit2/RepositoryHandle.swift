import CLibGit2
import FleetModel

/// An open repository.
///
/// libgit2's objects may move between threads and must not be used by two at once; ``HandlePool`` gives a handle to
/// one caller at a time, which is what makes the unchecked conformance true.
final class RepositoryHandle: @unchecked Sendable {
  /// The repository; freed with this object.
  let pointer: OpaquePointer
  /// The object database; freed with this object.
  let database: OpaquePointer

  /// Opens the bare repository in a folder.
  init(folder: String) throws(LibGit2Error) {
    try LibGit2.start()
    var repository: OpaquePointer?
    try LibGit2.check(git_repository_open_bare(&repository, folder))
    guard let repository else { throw LibGit2Error(code: -1, message: "libgit2 opened nothing") }
    var database: OpaquePointer?
    let result = git_repository_odb(&database, repository)
    guard result == 0, let database else {
      git_repository_free(repository)
      throw LibGit2Error(code: result, message: "the object database cannot be opened")
    }
    pointer = repository
    self.database = database
  }

  deinit {
    git_odb_free(database)
    git_repository_free(pointer)
  }

  /// Makes an empty bare repository in a folder that does not exist yet.
  static func create(folder: String) throws(LibGit2Error) {
    try LibGit2.start()
    var repository: OpaquePointer?
    try LibGit2.check(git_repository_init(&repository, folder, 1))
    git_repository_free(repository)
  }

  /// Whether the database has the object.
  func has(_ oid: git_oid) -> Bool {
    withUnsafePointer(to: oid) { git_odb_exists(database, $0) == 1 }
  }

  /// The type and size of an object, without its content.
  func header(of oid: git_oid) throws(LibGit2Error) -> (type: git_object_t, sizeBytes: Int) {
    var size = 0
    var type = GIT_OBJECT_INVALID
    var oid = oid
    try LibGit2.check(git_odb_read_header(&size, &type, database, &oid))
    return (type, size)
  }

  /// Runs a closure with a commit; nil when the identifier names none.
  func withCommit<Value>(
    _ oid: git_oid, _ body: (OpaquePointer) throws(LibGit2Error) -> Value
  ) throws(LibGit2Error) -> Value {
    var commit: OpaquePointer?
    var oid = oid
    try LibGit2.check(git_commit_lookup(&commit, pointer, &oid))
    defer { git_commit_free(commit) }
    guard let commit else { throw LibGit2Error(code: -1, message: "libgit2 found nothing") }
    return try body(commit)
  }

  /// Runs a closure with a tree.
  func withTree<Value>(
    _ oid: git_oid, _ body: (OpaquePointer) throws(LibGit2Error) -> Value
  ) throws(LibGit2Error) -> Value {
    var tree: OpaquePointer?
    var oid = oid
    try LibGit2.check(git_tree_lookup(&tree, pointer, &oid))
    defer { git_tree_free(tree) }
    guard let tree else { throw LibGit2Error(code: -1, message: "libgit2 found nothing") }
    return try body(tree)
  }

  /// What people want to see of a commit.
  func commit(_ oid: git_oid) throws(LibGit2Error) -> Commit? {
    guard let id = CommitID(hexadecimal: LibGit2.hexadecimal(oid)) else { return nil }
    return try withCommit(oid) { commit throws(LibGit2Error) in
      var author = ""
      if let signature = git_commit_author(commit) {
        let name = signature.pointee.name.map { String(cString: $0) } ?? ""
        let mail = signature.pointee.email.map { String(cString: $0) } ?? ""
        author = "\(name) <\(mail)>"
      }
      let title = git_commit_summary(commit).map { String(cString: $0) } ?? ""
      return Commit(id: id, author: author, title: title, committedAt: Self.committedAt(commit))
    }
  }

  /// When a commit was made, to the second as Git keeps it.
  static func committedAt(_ commit: OpaquePointer) -> Instant {
    let (milliseconds, isTooLarge) = Int64(git_commit_time(commit)).multipliedReportingOverflow(by: 1_000)
    return Instant(millisecondsSinceEpoch: isTooLarge ? 0 : milliseconds)
  }
}
