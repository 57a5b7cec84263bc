import FleetModel
import FleetPorts

/// The local bare copy of one repository: where it lies and how to open it.
struct Mirror: Sendable {
  /// The folder of the bare repository.
  var folder: String
  /// What people call the repository, for messages.
  var name: String
  /// The open handles of all mirrors.
  var pool: HandlePool
  /// Mirrors in which a read found damage; the next fetch makes them anew.
  var damage: DamageList

  /// Runs a closure with an open handle and explains failures.
  func read<Value>(_ body: (RepositoryHandle) throws(LibGit2Error) -> Value) throws(SourceError) -> Value {
    guard Files.exists(folder) else {
      throw SourceError(
        .repositoryNotFound, "repository '\(name)' has not been fetched yet",
        hint: "wait for its first fetch, or look at its condition for why it fails")
    }
    do {
      return try pool.withHandle(folder, body)
    } catch {
      damage.report(folder)
      throw SourceError(
        .corrupt, "the local copy of repository '\(name)' cannot be read: \(error.message)",
        hint: "the next fetch makes it anew")
    }
  }

  /// The configuration of every mirror. It is written over what is there, so that neither damage nor another hand
  /// changes how git behaves in a mirror.
  private static let configuration = """
    [core]
    \trepositoryformatversion = 0
    \tfilemode = true
    \tbare = true

    """

  /// Removes locks and half-written files of a git that was killed; nothing else may be writing to the mirror.
  func removeLeftovers() {
    for name in ["HEAD", "packed-refs", "config", "shallow", "gc.pid"] { Files.removeFile("\(folder)/\(name).lock") }
    Self.removeLocks(below: folder + "/refs")
    if Files.exists(folder + "/config") {
      Files.removeFile(folder + "/config")
      // A mirror that stays without configuration is bare by its looks; git says what else is wrong.
      try? Files.write(Self.configuration, to: folder + "/config")
    }
    for name in Files.names(in: folder + "/objects/pack") where name.hasPrefix("tmp_") || name.hasPrefix(".tmp-") {
      Files.removeFile("\(folder)/objects/pack/\(name)")
    }
  }

  private static func removeLocks(below folder: String) {
    for name in Files.names(in: folder) {
      let path = folder + "/" + name
      if name.hasSuffix(".lock") { Files.removeFile(path) } else if Files.isFolder(path) { removeLocks(below: path) }
    }
  }

  /// The error for a commit that is not here.
  func missing(_ commit: CommitID) -> SourceError {
    SourceError(
      .commitNotFound, "commit \(commit.hexadecimal) is not in repository '\(name)'",
      hint: "it was never pushed, or a forced push or deleted branch removed it; push it again or name another")
  }
}
