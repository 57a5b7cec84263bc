import CLibGit2
import FleetModel
import FleetPorts

extension Mirror {
  /// The commit that a revision means.
  func resolve(_ revision: Revision) throws(SourceError) -> Commit {
    switch revision {
    case .head: return try head()
    case .branch(let branch):
      guard let commit = try tip("refs/heads/" + branch) else {
        throw notFound("branch '\(branch)'", similarTo: branch, among: try refs().snapshot.branches)
      }
      return commit
    case .tag(let tag):
      guard let commit = try tip("refs/tags/" + tag) else {
        throw notFound("tag '\(tag)'", similarTo: tag, among: try refs().snapshot.tags)
      }
      return commit
    case .semanticVersion(let text): return try highest(in: text)
    case .commit(let id): return try reachable(id)
    case .named(let text): return try named(text)
    }
  }

  /// The commits that `to` has and `from` has not, newest first.
  func commits(from: CommitID?, to: CommitID, limit: Int) throws(SourceError) -> [Commit] {
    let first = try oid(of: to)
    let hidden = if let from { try oid(of: from) } else { git_oid?.none }
    return try read { handle throws(LibGit2Error) in
      var walk: OpaquePointer?
      try LibGit2.check(git_revwalk_new(&walk, handle.pointer))
      defer { git_revwalk_free(walk) }
      try LibGit2.check(git_revwalk_sorting(walk, GIT_SORT_TOPOLOGICAL.rawValue | GIT_SORT_TIME.rawValue))
      var start = first
      try LibGit2.check(git_revwalk_push(walk, &start))
      if var hidden { try LibGit2.check(git_revwalk_hide(walk, &hidden)) }
      var commits: [Commit] = []
      var next = git_oid()
      while commits.count < limit {
        let result = git_revwalk_next(&next, walk)
        if result == GIT_ITEROVER.rawValue { break }
        try LibGit2.check(result)
        if let commit = try handle.commit(next) { commits.append(commit) }
      }
      return commits
    }
  }

  /// Makes the refs that keep commits be exactly these.
  ///
  /// - Returns: those that are not here; nil when a ref is locked.
  func keep(_ commits: Set<CommitID>) throws(SourceError) -> [CommitID]? {
    try read { handle throws(LibGit2Error) in
      do throws(LibGit2Error) {
        return try handle.keep(commits)
      } catch {
        guard error.code == GIT_ELOCKED.rawValue else { throw error }
        return nil
      }
    }
  }

  /// The object id of a commit that is here.
  func oid(of commit: CommitID) throws(SourceError) -> git_oid {
    guard let oid = LibGit2.oid(commit.hexadecimal) else { throw missing(commit) }
    let isHere = try read { handle throws(LibGit2Error) in try handle.isCommit(oid) }
    guard isHere else { throw missing(commit) }
    return oid
  }

  private func head() throws(SourceError) -> Commit {
    let branch = try read { handle throws(LibGit2Error) in try handle.headBranch() }
    if let branch, let commit = try tip("refs/heads/" + branch) { return commit }
    if let commit = try tip(Self.detachedHead) { return commit }
    let branches = try refs().snapshot.branches
    if branches.isEmpty {
      throw SourceError(
        .refNotFound, "repository '\(name)' has no commits yet", hint: "push a first commit")
    }
    throw SourceError(
      .refNotFound, "repository '\(name)' has no default branch: its HEAD names no branch that exists",
      hint: "name a branch, one of \(Self.list(branches)), or set the default branch on the server")
  }

  /// The commit that a ref leads to; nil when there is no such ref or it leads to something else.
  private func tip(_ reference: String) throws(SourceError) -> Commit? {
    var isValid: Int32 = 0
    guard git_reference_name_is_valid(&isValid, reference) == 0, isValid == 1 else { return nil }
    return try read { handle throws(LibGit2Error) in
      var found: OpaquePointer?
      let result = git_reference_lookup(&found, handle.pointer, reference)
      if result == GIT_ENOTFOUND.rawValue { return nil }
      try LibGit2.check(result)
      defer { git_reference_free(found) }
      guard let found, let id = try handle.peeledCommit(found, named: reference),
        let oid = LibGit2.oid(id.hexadecimal)
      else { return nil }
      return try handle.commit(oid)
    }
  }

  private func highest(in text: String) throws(SourceError) -> Commit {
    let range: SemanticVersionRange
    do {
      range = try SemanticVersionRange(text)
    } catch {
      throw SourceError(.invalid, error.description)
    }
    let tags = try refs().snapshot.tags
    guard let tag = range.highest(among: tags.lazy.map(\.name)), let commit = try tip("refs/tags/" + tag) else {
      throw SourceError(
        .refNotFound, "repository '\(name)' has no version tag in the range '\(text)'",
        hint: "tags must read 1.2.3 or v1.2.3; pre-releases count only when the range names one, as in >=2.0.0-0")
    }
    return commit
  }

  /// A commit that a branch, a tag or a kept commit leads to: one that only lies around after a forced push does not
  /// count, since it goes with the next clean-up.
  private func reachable(_ id: CommitID) throws(SourceError) -> Commit {
    let oid = try oid(of: id)
    let found = try read { handle throws(LibGit2Error) -> Commit? in
      var tips: [git_oid] = []
      try handle.forEachReference { name, reference throws(LibGit2Error) in
        guard let tip = try handle.peeledCommit(reference, named: name).flatMap({ LibGit2.oid($0.hexadecimal) })
        else { return }
        tips.append(tip)
      }
      var wanted = oid
      // libgit2 does not count a commit as its own descendant.
      let isTip = tips.contains { LibGit2.hexadecimal($0) == id.hexadecimal }
      guard isTip || (git_graph_reachable_from_any(handle.pointer, &wanted, tips, tips.count) == 1) else { return nil }
      return try handle.commit(oid)
    }
    guard let found else { throw missing(id) }
    return found
  }

  /// What ApplicationSets write as `targetRevision`: HEAD, a branch, a tag, a full commit id, or a full ref name.
  private func named(_ text: String) throws(SourceError) -> Commit {
    if text.isEmpty || text == "HEAD" { return try head() }
    if let commit = try tip("refs/heads/" + text) { return commit }
    if let commit = try tip("refs/tags/" + text) { return commit }
    if text.hasPrefix("refs/heads/") || text.hasPrefix("refs/tags/"), let commit = try tip(text) { return commit }
    if let id = CommitID(hexadecimal: text) { return try reachable(id) }
    let snapshot = try refs().snapshot
    throw notFound("branch, tag or full commit id '\(text)'", similarTo: text, among: snapshot.branches + snapshot.tags)
  }

  private func notFound(_ what: String, similarTo text: String, among refs: [RefSnapshot.Ref]) -> SourceError {
    let hint =
      if refs.isEmpty {
        "the repository has none"
      } else if let near = suggestion(for: text, among: refs.map(\.name)) {
        "did you mean '\(near)'?"
      } else {
        "it has \(Self.list(refs))"
      }
    return SourceError(.refNotFound, "repository '\(name)' has no \(what)", hint: hint)
  }

  /// At most five names, for people.
  private static func list(_ refs: [RefSnapshot.Ref]) -> String {
    let names = refs.prefix(5).map { "'\($0.name)'" }.joined(separator: ", ")
    return refs.count > 5 ? "\(names) and \(refs.count - 5) more" : names
  }
}

extension RepositoryHandle {
  /// Whether the object is here and a commit.
  func isCommit(_ oid: git_oid) throws(LibGit2Error) -> Bool {
    guard has(oid) else { return false }
    return try header(of: oid).type == GIT_OBJECT_COMMIT
  }

  /// Makes the refs that keep commits be exactly these; returns those that are not here.
  func keep(_ commits: Set<CommitID>) throws(LibGit2Error) -> [CommitID] {
    var kept: Set<CommitID> = []
    var released: [String] = []
    try forEachReference { name, _ throws(LibGit2Error) in
      guard name.hasPrefix(Mirror.keepPrefix) else { return }
      if let id = CommitID(hexadecimal: String(name.dropFirst(Mirror.keepPrefix.count))), commits.contains(id) {
        kept.insert(id)
      } else {
        released.append(name)
      }
    }
    for name in released { try LibGit2.check(git_reference_remove(pointer, name)) }
    var missing: [CommitID] = []
    for id in commits.subtracting(kept).sorted(by: { $0.hexadecimal < $1.hexadecimal }) {
      guard var oid = LibGit2.oid(id.hexadecimal), try isCommit(oid) else {
        missing.append(id)
        continue
      }
      var reference: OpaquePointer?
      let name = Mirror.keepPrefix + id.hexadecimal
      try LibGit2.check(git_reference_create(&reference, pointer, name, &oid, 1, nil))
      git_reference_free(reference)
    }
    return missing
  }
}
