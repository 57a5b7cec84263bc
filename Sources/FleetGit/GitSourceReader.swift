public import FleetModel
public import FleetPorts
public import Logging
import Synchronization

/// Reads Git repositories through bare mirrors below a data folder: the `git` program fetches, as a child process
/// with a time limit and without any configuration of this machine; libgit2 reads what it brought.
///
/// Every mirror belongs to one URL, project and credential name, so that a project cannot read through its mirror what
/// another project's credential fetched. Mirrors survive restarts; a damaged one is thrown away and cloned anew.
public final class GitSourceReader: SourceReader {
  let configuration: GitConfiguration
  let folder: DataFolder
  let git: GitProgram
  let pool: HandlePool
  let damage = DamageList()
  let flights = FetchFlights()
  let slots: FetchSlots
  let states = Mutex<[String: MirrorState]>([:])
  let logger: Logger

  /// What is known of a mirror since this process began.
  struct MirrorState: Sendable {
    /// The refs at the end of the last fetch; nil before the first.
    var refs: MirrorRefs?
    /// Whether the server did not answer the last time.
    var isSuspect = false
    /// Whether something was fetched since the last clean-up.
    var needsMaintenance = false
  }

  /// Takes the data folder; it is free again when this object is gone.
  ///
  /// - Throws: ``SourceError`` with code `invalid` when the folder cannot be used or another process uses it.
  public init(_ configuration: GitConfiguration, logger: Logger) throws(SourceError) {
    self.configuration = configuration
    self.logger = logger
    folder = try DataFolder(configuration.dataFolder)
    git = GitProgram(configuration: configuration, folder: folder)
    pool = HandlePool(limit: configuration.openMirrors)
    slots = FetchSlots(limit: configuration.concurrentFetches)
  }

  /// Brings all branches and tags here; see ``SourceReader/fetch(_:credential:)``.
  public func fetch(
    _ repository: Repository, credential: SourceCredential?
  ) async throws(SourceError) -> RefSnapshot {
    let remote = try RemoteURL(
      repository.url, fileFolders: configuration.fileFolders, allowsLoopback: configuration.allowsLoopback)
    try Self.check(credential, for: remote, of: repository)
    let mirror = mirror(of: repository)
    let outcome = await flights.run(mirror.folder) {
      let isSuspect = self.states.withLock { $0[mirror.folder]?.isSuspect ?? false }
      let outcome = await self.slots.withSlot(isSuspect: isSuspect) { () -> FetchFlights.Outcome in
        do throws(SourceError) {
          return .success(
            try await self.bring(MirrorFetch(mirror: mirror, remote: remote, credential: credential)))
        } catch {
          return .failure(error)
        }
      }
      return outcome ?? .failure(.cancelled)
    }
    if case .failure(let error) = outcome, error.code != .cancelled {
      logger.info(
        "a repository could not be fetched",
        metadata: ["repository": "\(repository.name)", "code": "\(error.code.rawValue)", "reason": "\(error.message)"])
    }
    return try outcome.get()
  }

  /// Where the refs stood at the last fetch; see ``SourceReader/snapshot(of:)``.
  public func snapshot(of repository: Repository) async throws(SourceError) -> RefSnapshot? {
    let mirror = mirror(of: repository)
    guard Files.exists(mirror.folder) else { return nil }
    if !damage.contains(mirror.folder), let known = states.withLock({ $0[mirror.folder]?.refs }) {
      return known.snapshot
    }
    return try mirror.refs().snapshot
  }

  /// The commit that a revision means; see ``SourceReader/resolve(_:in:)``.
  public func resolve(_ revision: Revision, in repository: Repository) async throws(SourceError) -> Commit {
    try mirror(of: repository).resolve(revision)
  }

  /// The files of a commit; see ``SourceReader/tree(of:in:)``.
  public func tree(of commit: CommitID, in repository: Repository) async throws(SourceError) -> any SourceTree {
    try MirrorTree(commit: commit, in: mirror(of: repository))
  }

  /// Whose work a release carries; see ``SourceReader/commits(from:to:in:limit:)``.
  public func commits(
    from: CommitID?, to: CommitID, in repository: Repository, limit: Int
  ) async throws(SourceError) -> [Commit] {
    try mirror(of: repository).commits(from: from, to: to, limit: limit)
  }

  /// Keeps exactly these commits; see ``SourceReader/keep(_:in:)``.
  public func keep(_ commits: Set<CommitID>, in repository: Repository) async throws(SourceError) {
    let mirror = mirror(of: repository)
    var missing: [CommitID]?
    // A fetch may hold the lock of a ref for a moment.
    for _ in 0..<100 where missing == nil {
      // Under the lock that guards the removal of leftovers, which must not take this one's.
      missing = try states.withLock { _ throws(SourceError) in try mirror.keep(commits) }
      if missing == nil {
        do { try await Task.sleep(for: .milliseconds(50)) } catch { throw .cancelled }
      }
    }
    guard let missing else {
      throw SourceError(.timedOut, "the local copy of repository '\(repository.name)' is busy")
    }
    if let first = missing.first { throw mirror.missing(first) }
  }

  /// Removes the local copy of a repository that is no longer used. The next fetch makes it anew.
  public func forget(_ repository: Repository) {
    let mirror = mirror(of: repository)
    pool.forget(mirror.folder)
    states.withLock { _ = $0.removeValue(forKey: mirror.folder) }
    Files.removeTree(mirror.folder)
  }

  /// Where a repository's mirror lies. On its first use by this process, what a killed process left is removed.
  func mirror(of repository: Repository) -> Mirror {
    let parts = [repository.project.rawValue, repository.credential ?? "", repository.url]
    let name = fingerprint(of: parts.joined(separator: "\n")).hexadecimal
    let mirror = Mirror(
      folder: "\(folder.mirrors)/\(name).git", name: repository.name.rawValue, pool: pool, damage: damage)
    states.withLock { states in
      guard states[mirror.folder] == nil else { return }
      states[mirror.folder] = MirrorState()
      mirror.removeLeftovers()
    }
    return mirror
  }

  private static func check(
    _ credential: SourceCredential?, for remote: RemoteURL, of repository: Repository
  ) throws(SourceError) {
    let wrongKind = { (expected: String) in
      SourceError(
        .invalid, "repository '\(repository.name)': its credential does not fit its URL",
        hint: "\(remote.scheme.rawValue):// takes \(expected)")
    }
    switch (remote.scheme, credential) {
    case (.ssh, nil):
      throw SourceError(
        .authentication, "repository '\(repository.name)' is fetched over ssh and has no credential",
        hint: "store a key and the server's host key with 'flotilla credential set' and name it in 'credential'")
    case (.ssh, .password): throw wrongKind("an ssh key with known hosts")
    case (.https, .ssh), (.http, .ssh): throw wrongKind("a user name with a password or token")
    case (.file, .some): throw wrongKind("no credential")
    case (.https, .password(let user, let password)), (.http, .password(let user, let password)):
      guard !(user + password).utf8.contains(where: { $0 == 0 || $0 == 10 || $0 == 13 }) else {
        throw SourceError(
          .invalid, "repository '\(repository.name)': its credential holds a line break", hint: "store it again")
      }
    case (.ssh, .ssh(let privateKey, let knownHosts)):
      guard privateKey.contains("PRIVATE KEY"), knownHosts.contains(where: { !$0.isWhitespace }) else {
        throw SourceError(
          .invalid, "repository '\(repository.name)': its credential lacks the private key or the known hosts",
          hint: "known hosts are the lines that 'ssh-keyscan HOST' prints, checked against what the server's owner says"
        )
      }
    case (.https, nil), (.http, nil), (.file, nil): break
    }
  }
}
