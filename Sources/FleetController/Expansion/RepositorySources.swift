public import FleetModel
public import FleetPorts

/// Repositories of both kinds: each call goes to who reads that kind.
public struct RepositorySources: SourceReader {
  private let git: any SourceReader
  private let charts: any ChartReader
  private let credentials: any CredentialReader

  /// Makes a reader.
  ///
  /// - Parameters:
  ///   - git: reads Git repositories.
  ///   - charts: reads repositories of charts.
  ///   - credentials: gives what archives of charts are brought with.
  public init(git: any SourceReader, charts: any ChartReader, credentials: any CredentialReader) {
    self.git = git
    self.charts = charts
    self.credentials = credentials
  }

  /// Fetches; see ``SourceReader/fetch(_:credential:)``.
  public func fetch(
    _ repository: Repository, credential: SourceCredential?
  ) async throws(SourceError) -> RefSnapshot {
    switch repository.kind {
    case .git: try await git.fetch(repository, credential: credential)
    case .helm: try await charts.fetch(repository, credential: credential)
    }
  }

  /// Where the refs stand here; see ``SourceReader/snapshot(of:)``.
  public func snapshot(of repository: Repository) async throws(SourceError) -> RefSnapshot? {
    switch repository.kind {
    case .git: try await git.snapshot(of: repository)
    case .helm: try await charts.snapshot(of: repository)
    }
  }

  /// The commit that a revision means; see ``SourceReader/resolve(_:in:)``.
  public func resolve(_ revision: Revision, in repository: Repository) async throws(SourceError) -> Commit {
    try Self.expect(.git, repository)
    return try await git.resolve(revision, in: repository)
  }

  /// The files of a commit; see ``SourceReader/tree(of:in:)``.
  public func tree(of commit: CommitID, in repository: Repository) async throws(SourceError) -> any SourceTree {
    try Self.expect(.git, repository)
    return try await git.tree(of: commit, in: repository)
  }

  /// The commits between two, of charts none; see ``SourceReader/commits(from:to:in:limit:)``.
  public func commits(
    from: CommitID?, to: CommitID, in repository: Repository, limit: Int
  ) async throws(SourceError) -> [Commit] {
    guard repository.kind == .git else { return [] }
    return try await git.commits(from: from, to: to, in: repository, limit: limit)
  }

  /// Keeps commits; archives of charts are kept by themselves. See ``SourceReader/keep(_:in:)``.
  public func keep(_ commits: Set<CommitID>, in repository: Repository) async throws(SourceError) {
    guard repository.kind == .git else { return }
    try await git.keep(commits, in: repository)
  }

  /// The chart that a revision means; see ``SourceReader/chart(_:at:known:in:)``.
  public func chart(
    _ name: String, at revision: Revision, known: CommitID?, in repository: Repository
  ) async throws(SourceError) -> ResolvedChart {
    try Self.expect(.helm, repository)
    return try await charts.chart(
      name, at: revision, known: known, in: repository, credential: try await credential(of: repository))
  }

  /// The files of a chart that was resolved before; see ``SourceReader/tree(of:archive:in:)``.
  public func tree(
    of chart: ChartVersion, archive: CommitID, in repository: Repository
  ) async throws(SourceError) -> any SourceTree {
    try Self.expect(.helm, repository)
    return try await charts.tree(
      of: chart, archive: archive, in: repository, credential: try await credential(of: repository))
  }

  private func credential(of repository: Repository) async throws(SourceError) -> SourceCredential? {
    do {
      return try await credentials.credential(of: repository)
    } catch let failure as RepositoryFetcher.Failure {
      throw failure.error
    } catch {
      throw Task.isCancelled
        ? SourceError(.cancelled, "the work on repository '\(repository.name)' was cancelled")
        : SourceError(.unreachable, "the credential of repository '\(repository.name)' could not be read: \(error)")
    }
  }

  private static func expect(_ kind: Repository.Kind, _ repository: Repository) throws(SourceError) {
    guard repository.kind != kind else { return }
    switch kind {
    case .git:
      throw SourceError(
        .invalid, "repository '\(repository.name)' holds charts, no commits and directories",
        hint: "name a chart of it in source.chart, or name a Git repository")
    case .helm:
      throw SourceError(
        .invalid, "repository '\(repository.name)' is a Git repository, and a chart of a repository is asked for",
        hint: "write `type: helm` into its document, or the chart's directory into source.path")
    }
  }
}
