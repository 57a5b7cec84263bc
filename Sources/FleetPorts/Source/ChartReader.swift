public import FleetModel

/// A version of a chart that was brought here.
public struct ResolvedChart: Sendable {
  /// The chart and its exact version.
  public var version: ChartVersion
  /// Its archive in place of a commit: the id is the archive's SHA-256, the title the version, the time that of the
  /// archive's `Chart.yaml`.
  public var commit: Commit
  /// Its files, below a directory with the chart's name.
  public var tree: any SourceTree

  /// Makes a resolved chart.
  public init(version: ChartVersion, commit: Commit, tree: any SourceTree) {
    self.version = version
    self.commit = commit
    self.tree = tree
  }
}

/// Reads repositories of Helm charts: HTTP repositories with an `index.yaml`, and OCI registries.
///
/// What an HTTP repository has is known from the last ``fetch(_:credential:)``; archives are brought when they are asked
/// for and kept. A registry has no list of its charts and is asked for each, at most once in the repository's poll
/// interval.
public protocol ChartReader: Sendable {
  /// Brings the index of an HTTP repository here; of a registry, sees whether its credential is taken.
  ///
  /// - Returns: a snapshot without refs, whose digest changes exactly when a chart's versions do; always the same for a
  ///   registry.
  /// - Throws: ``SourceError``; what was here before stays readable.
  func fetch(_ repository: Repository, credential: SourceCredential?) async throws(SourceError) -> RefSnapshot

  /// What the last fetch on this machine brought; nil before the first.
  ///
  /// - Throws: ``SourceError`` with code `corrupt` when it cannot be read.
  func snapshot(of repository: Repository) async throws(SourceError) -> RefSnapshot?

  /// The chart that a revision means; see ``SourceReader/chart(_:at:known:in:)``.
  func chart(
    _ name: String, at revision: Revision, known: CommitID?, in repository: Repository, credential: SourceCredential?
  ) async throws(SourceError) -> ResolvedChart

  /// The files of a chart that was resolved before; see ``SourceReader/tree(of:archive:in:)``.
  func tree(
    of chart: ChartVersion, archive: CommitID, in repository: Repository, credential: SourceCredential?
  ) async throws(SourceError) -> any SourceTree
}
