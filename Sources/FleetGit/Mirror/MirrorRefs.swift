import CLibGit2
import FleetModel
import FleetPorts

/// The refs of a mirror as they are stored: full names with the ids that they hold, annotated tags not followed.
struct MirrorRefs: Sendable {
  /// `refs/heads/…` and `refs/tags/…` with the hexadecimal object id.
  var stored: [String: String]
  /// The commit of the server's HEAD when that names no branch.
  var detachedHead: String?
  /// What callers see.
  var snapshot: RefSnapshot
}

extension Mirror {
  /// Where the commit of the server's HEAD is kept when that names no branch.
  static let detachedHead = "refs/flotilla/head"
  /// Before the commits that must stay.
  static let keepPrefix = "refs/flotilla/keep/"

  /// Reads all refs and follows them to commits.
  ///
  /// - Throws: ``SourceError`` with code `corrupt` when a ref leads nowhere.
  func refs() throws(SourceError) -> MirrorRefs {
    try read { handle throws(LibGit2Error) in
      var stored: [String: String] = [:]
      var branches: [RefSnapshot.Ref] = []
      var tags: [RefSnapshot.Ref] = []
      var detachedHead: String?
      try handle.forEachReference { name, reference throws(LibGit2Error) in
        guard let target = git_reference_target(reference)?.pointee else { return }
        if name == Self.detachedHead { detachedHead = LibGit2.hexadecimal(target) }
        let isBranch = name.hasPrefix("refs/heads/")
        guard isBranch || name.hasPrefix("refs/tags/") else { return }
        stored[name] = LibGit2.hexadecimal(target)
        guard let commit = try handle.peeledCommit(reference, named: name) else { return }
        if isBranch {
          branches.append(.init(name: String(name.dropFirst(11)), commit: commit))
        } else {
          tags.append(.init(name: String(name.dropFirst(10)), commit: commit))
        }
      }
      branches.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      tags.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      var defaultBranch = try handle.headBranch()
      if let name = defaultBranch, !branches.contains(where: { $0.name == name }) { defaultBranch = nil }
      let digest = Self.digest(branches: branches, tags: tags, defaultBranch: defaultBranch)
      return MirrorRefs(
        stored: stored, detachedHead: detachedHead,
        snapshot: RefSnapshot(branches: branches, tags: tags, defaultBranch: defaultBranch, digest: digest))
    }
  }

  /// Lets HEAD name the server's default branch, whether the branch exists or not.
  func setHead(branch: String) throws(SourceError) {
    try read { handle throws(LibGit2Error) in
      guard try handle.headBranch() != branch else { return }
      try LibGit2.check(git_repository_set_head(handle.pointer, "refs/heads/" + branch))
    }
  }

  private static func digest(
    branches: [RefSnapshot.Ref], tags: [RefSnapshot.Ref], defaultBranch: String?
  ) -> Digest {
    // A ref's name holds neither blank nor line feed (git check-ref-format), so the parts cannot run together.
    var text = "head \(defaultBranch ?? "")\n"
    for ref in branches { text += "branch \(ref.name) \(ref.commit.hexadecimal)\n" }
    for ref in tags { text += "tag \(ref.name) \(ref.commit.hexadecimal)\n" }
    return fingerprint(of: text)
  }
}

extension RepositoryHandle {
  /// Calls a closure with every ref that holds an id, in no particular order.
  func forEachReference(
    _ body: (String, OpaquePointer) throws(LibGit2Error) -> Void
  ) throws(LibGit2Error) {
    var iterator: OpaquePointer?
    try LibGit2.check(git_reference_iterator_new(&iterator, pointer))
    defer { git_reference_iterator_free(iterator) }
    while true {
      var reference: OpaquePointer?
      let result = git_reference_next(&reference, iterator)
      if result == GIT_ITEROVER.rawValue { return }
      try LibGit2.check(result)
      guard let reference else { return }
      defer { git_reference_free(reference) }
      guard git_reference_type(reference) == GIT_REFERENCE_DIRECT, let name = git_reference_name(reference),
        let text = String(validatingCString: name)
      else { continue }
      try body(text, reference)
    }
  }

  /// The commit that a ref leads to; nil for a tag of a tree or blob.
  func peeledCommit(_ reference: OpaquePointer, named name: String) throws(LibGit2Error) -> CommitID? {
    var object: OpaquePointer?
    let result = git_reference_peel(&object, reference, GIT_OBJECT_ANY)
    guard result == 0, let object else {
      throw LibGit2Error(code: result, message: "ref \(name) leads to an object that is missing or damaged")
    }
    defer { git_object_free(object) }
    guard git_object_type(object) == GIT_OBJECT_COMMIT, let oid = git_object_id(object)?.pointee else { return nil }
    return CommitID(hexadecimal: LibGit2.hexadecimal(oid))
  }

  /// The branch that HEAD names; nil when it names none.
  func headBranch() throws(LibGit2Error) -> String? {
    var head: OpaquePointer?
    let result = git_reference_lookup(&head, pointer, "HEAD")
    if result == GIT_ENOTFOUND.rawValue { return nil }
    try LibGit2.check(result)
    defer { git_reference_free(head) }
    guard let target = git_reference_symbolic_target(head), let name = String(validatingCString: target),
      name.hasPrefix("refs/heads/")
    else { return nil }
    return String(name.dropFirst(11))
  }

  /// The id that a ref holds; nil when there is no such ref.
  func target(of reference: String) throws(LibGit2Error) -> git_oid? {
    var oid = git_oid()
    let result = git_reference_name_to_id(&oid, pointer, reference)
    if result == GIT_ENOTFOUND.rawValue { return nil }
    try LibGit2.check(result)
    return oid
  }
}
