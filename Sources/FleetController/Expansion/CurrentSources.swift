public import FleetModel
public import FleetPorts

/// Repositories as they were recorded last, by whichever controller fetched them: mirrors lie on the disk of each
/// controller, and one that has not seen the newest fetch would give an older commit to the fleet. Before a revision is
/// resolved, the mirror here is brought to where the store says the repository stands.
public struct CurrentSources: SourceReader {
  private let sources: any SourceReader
  private let store: any ControlStore
  private let fetcher: RepositoryFetcher

  /// Wraps the mirrors of this machine.
  public init(sources: any SourceReader, store: any ControlStore, credentials: any CredentialReader) {
    self.sources = sources
    self.store = store
    fetcher = RepositoryFetcher(store: store, sources: sources, credentials: credentials)
  }

  /// Fetches; see ``SourceReader/fetch(_:credential:)``.
  public func fetch(
    _ repository: Repository, credential: SourceCredential?
  ) async throws(SourceError) -> RefSnapshot { try await sources.fetch(repository, credential: credential) }

  /// Where the refs stand here; see ``SourceReader/snapshot(of:)``.
  public func snapshot(of repository: Repository) async throws(SourceError) -> RefSnapshot? {
    try await sources.snapshot(of: repository)
  }

  /// The commit that a revision means; see ``SourceReader/resolve(_:in:)``.
  ///
  /// - Throws: also what a fetch throws, when this machine has not what another one fetched.
  public func resolve(_ revision: Revision, in repository: Repository) async throws(SourceError) -> Commit {
    try await catchUp(repository)
    return try await sources.resolve(revision, in: repository)
  }

  /// The files of a commit; see ``SourceReader/tree(of:in:)``.
  public func tree(of commit: CommitID, in repository: Repository) async throws(SourceError) -> any SourceTree {
    try await sources.tree(of: commit, in: repository)
  }

  /// The commits between two; see ``SourceReader/commits(from:to:in:limit:)``.
  public func commits(
    from: CommitID?, to: CommitID, in repository: Repository, limit: Int
  ) async throws(SourceError) -> [Commit] {
    try await sources.commits(from: from, to: to, in: repository, limit: limit)
  }

  /// Keeps commits; see ``SourceReader/keep(_:in:)``.
  public func keep(_ commits: Set<CommitID>, in repository: Repository) async throws(SourceError) {
    try await sources.keep(commits, in: repository)
  }

  /// The chart that a revision means; see ``SourceReader/chart(_:at:known:in:)``.
  ///
  /// - Throws: also what a fetch throws, when this machine has not what another one fetched.
  public func chart(
    _ name: String, at revision: Revision, known: CommitID?, in repository: Repository
  ) async throws(SourceError) -> ResolvedChart {
    try await catchUp(repository)
    return try await sources.chart(name, at: revision, known: known, in: repository)
  }

  /// The files of a chart; see ``SourceReader/tree(of:archive:in:)``.
  public func tree(
    of chart: ChartVersion, archive: CommitID, in repository: Repository
  ) async throws(SourceError) -> any SourceTree {
    try await sources.tree(of: chart, archive: archive, in: repository)
  }

  private func catchUp(_ repository: Repository) async throws(SourceError) {
    let recorded: RepositoryRecord?
    do {
      recorded = try await store.repository(repository.id)
    } catch {
      throw SourceError(.unreachable, "it is not known where repository '\(repository.name)' stands: \(error.message)")
    }
    // Nobody has fetched it yet, or it is a document that is only looked at: there is nothing to catch up with.
    guard let recorded, !recorded.refsDigest.isEmpty else { return }
    // What cannot be read here is fetched as well.
    if let here = try? await sources.snapshot(of: repository), here.digest.hexadecimal == recorded.refsDigest { return }
    let failure: RepositoryFetcher.Failure?
    do {
      failure = try await fetcher.fetch(recorded.repository)
    } catch {
      throw Task.isCancelled
        ? SourceError(.cancelled, "the fetch of repository '\(repository.name)' was cancelled")
        : SourceError(.unreachable, "repository '\(repository.name)' could not be fetched here: \(error)")
    }
    if let failure { throw failure.error }
  }
}
