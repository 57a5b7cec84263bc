internal import FleetModel
internal import FleetPorts

/// Repositories as a release saw them: what it resolved means the same commit still.
struct PinnedSources: SourceReader {
  let sources: any SourceReader
  let pins: [ReleaseSource]

  func fetch(_ repository: Repository, credential: SourceCredential?) async throws(SourceError) -> RefSnapshot {
    try await sources.fetch(repository, credential: credential)
  }

  func snapshot(of repository: Repository) async throws(SourceError) -> RefSnapshot? {
    try await sources.snapshot(of: repository)
  }

  func resolve(_ revision: Revision, in repository: Repository) async throws(SourceError) -> Commit {
    let pin = pins.first {
      $0.repository == repository.name && $0.chart == nil && $0.revision == revision.description
    }
    if let pin { return pin.commit }
    return try await sources.resolve(revision, in: repository)
  }

  func tree(of commit: CommitID, in repository: Repository) async throws(SourceError) -> any SourceTree {
    try await sources.tree(of: commit, in: repository)
  }

  func commits(
    from: CommitID?, to: CommitID, in repository: Repository, limit: Int
  ) async throws(SourceError) -> [Commit] {
    try await sources.commits(from: from, to: to, in: repository, limit: limit)
  }

  func keep(_ commits: Set<CommitID>, in repository: Repository) async throws(SourceError) {
    try await sources.keep(commits, in: repository)
  }

  func chart(
    _ name: String, at revision: Revision, known: CommitID?, in repository: Repository
  ) async throws(SourceError) -> ResolvedChart {
    let pin = pins.first {
      $0.repository == repository.name && $0.chart?.name == name && $0.revision == revision.description
    }
    guard let pin, let chart = pin.chart else {
      return try await sources.chart(name, at: revision, known: known, in: repository)
    }
    let tree = try await sources.tree(of: chart, archive: pin.commit.id, in: repository)
    return ResolvedChart(version: chart, commit: pin.commit, tree: tree)
  }

  func tree(
    of chart: ChartVersion, archive: CommitID, in repository: Repository
  ) async throws(SourceError) -> any SourceTree {
    try await sources.tree(of: chart, archive: archive, in: repository)
  }
}

extension Expander {
  /// The same expander over a release's own commits; what it renders is kept in the same cache.
  func pinned(to pins: [ReleaseSource]) -> Expander {
    Expander(self, sources: PinnedSources(sources: sources, pins: pins))
  }
}
