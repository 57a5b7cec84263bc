public import FleetModel

/// Reads Git repositories: brings what they hold to this machine and answers from there.
///
/// Only ``fetch(_:credential:)`` talks to the repository's server; all other calls read what the last fetch brought,
/// so that a server that is down stops nothing but news.
public protocol SourceReader: Sendable {
  /// Brings all branches and tags here and says where they stand.
  ///
  /// Calls for one repository never run side by side: a call that comes while another is under way waits and shares
  /// the next one, so that its answer is never older than the call. An unchanged repository costs one short exchange;
  /// compare ``RefSnapshot/digest`` to see that nothing changed.
  ///
  /// - Throws: ``SourceError``; ``SourceError/canRetry`` says whether trying again can help. What was here before
  ///   stays readable.
  func fetch(_ repository: Repository, credential: SourceCredential?) async throws(SourceError) -> RefSnapshot

  /// Where the branches and tags stood when they were fetched last, on this machine; nil before the first fetch.
  ///
  /// - Throws: ``SourceError`` with code `corrupt` when what was fetched cannot be read.
  func snapshot(of repository: Repository) async throws(SourceError) -> RefSnapshot?

  /// The commit that a revision means now, from what was fetched last.
  ///
  /// - Throws: ``SourceError`` with code `refNotFound` or `commitNotFound` when there is none.
  func resolve(_ revision: Revision, in repository: Repository) async throws(SourceError) -> Commit

  /// The files of a commit. The tree may be kept and read from any thread.
  ///
  /// - Throws: ``SourceError`` with code `commitNotFound` when the commit is not here.
  func tree(of commit: CommitID, in repository: Repository) async throws(SourceError) -> any SourceTree

  /// The commits that `to` has and `from` has not, newest first, at most `limit`: whose work a release carries.
  ///
  /// - Parameter from: nil for all ancestors of `to`.
  /// - Throws: ``SourceError`` with code `commitNotFound` when one of the two is not here.
  func commits(
    from: CommitID?, to: CommitID, in repository: Repository, limit: Int
  ) async throws(SourceError) -> [Commit]

  /// Keeps exactly these commits readable, also when their branches are deleted or pushed over; commits that were
  /// kept before and are not among them may vanish with the next clean-up.
  ///
  /// - Throws: ``SourceError`` with code `commitNotFound` when one is not here; the others are kept all the same.
  func keep(_ commits: Set<CommitID>, in repository: Repository) async throws(SourceError)

  /// The chart that a version, or a range of versions, means in a repository of charts now, with its files.
  ///
  /// - Parameters:
  ///   - name: the chart.
  ///   - known: the archive that the newest release has for the same; what is remembered of a registry counts only when
  ///     it says the same. Nil when there is none.
  /// - Throws: ``SourceError`` with code `refNotFound` when there is no such chart or version.
  func chart(
    _ name: String, at revision: Revision, known: CommitID?, in repository: Repository
  ) async throws(SourceError) -> ResolvedChart

  /// The files of a chart that was resolved before.
  ///
  /// - Throws: ``SourceError`` with code `commitNotFound` when the archive is neither here nor in the repository any more.
  func tree(
    of chart: ChartVersion, archive: CommitID, in repository: Repository
  ) async throws(SourceError) -> any SourceTree
}

extension SourceReader {
  /// Refuses: not every reader knows charts.
  public func chart(
    _ name: String, at revision: Revision, known: CommitID?, in repository: Repository
  ) async throws(SourceError) -> ResolvedChart {
    throw SourceError(.invalid, "charts of repositories are not read here")
  }

  /// Refuses: not every reader knows charts.
  public func tree(
    of chart: ChartVersion, archive: CommitID, in repository: Repository
  ) async throws(SourceError) -> any SourceTree {
    throw SourceError(.invalid, "charts of repositories are not read here")
  }
}
