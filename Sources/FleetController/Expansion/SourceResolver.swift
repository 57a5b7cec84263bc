internal import FleetGenerators
internal import FleetModel
internal import FleetPorts

/// A repository at a revision, resolved to a commit with its files, or to a chart's archive with the chart's.
struct ResolvedSource: Sendable {
  var repository: Repository
  var revision: Revision
  var commit: Commit
  var tree: any SourceTree
  /// The chart with its exact version; nil for what comes from Git.
  var chart: ChartVersion?
}

/// Resolves every (repository, revision), and every chart, of one expansion once, so that all its targets see the same.
struct SourceResolver {
  let sources: any SourceReader
  let repositories: [Repository]
  /// What the newest release has.
  let known: [ReleaseSource]
  private var resolved: [Key: ResolvedSource] = [:]
  private var order: [Key] = []
  /// What could not be had: a registry that does not answer is asked once, not for every target.
  private var failed: [Key: ExpansionFailure] = [:]

  private struct Key: Hashable {
    var repository: String
    var revision: Revision
    var chart: String?
  }

  init(sources: any SourceReader, repositories: [Repository], known: [ReleaseSource] = []) {
    self.sources = sources
    self.repositories = repositories
    self.known = known
  }

  /// What was resolved so far, in order of repository, chart and revision.
  var used: [ReleaseSource] {
    order.compactMap { resolved[$0] }.map { source in
      ReleaseSource(
        repository: source.repository.name, revision: source.revision.description, commit: source.commit,
        chart: source.chart)
    }
    .sorted { ($0.repository, $0.chart?.name ?? "", $0.revision) < ($1.repository, $1.chart?.name ?? "", $1.revision) }
  }

  /// How soon registries, which wake nobody, are worth asking again; nil when no range of theirs was resolved.
  var staleAfter: Duration? {
    order.compactMap { resolved[$0] }
      .filter { $0.repository.isRegistry && !$0.revision.isExactVersion }
      .map(\.repository.pollInterval).min()
  }

  /// The files of a repository, given by name or URL, at a revision.
  ///
  /// - Throws: ``ExpansionFailure`` that says what to do.
  mutating func source(repository name: String, revision: Revision) async throws -> ResolvedSource {
    try await resolve(Key(repository: name, revision: revision), in: try repository(name))
  }

  /// What a target is rendered from.
  ///
  /// - Throws: ``ExpansionFailure`` that says what to do.
  mutating func source(of target: ExpandedTarget) async throws -> ResolvedSource {
    let repository = try repository(target.repository)
    let isChart = target.isChart || repository.kind == .helm
    return try await resolve(
      Key(repository: target.repository, revision: target.revision, chart: isChart ? target.path : nil), in: repository)
  }

  private func repository(_ name: String) throws -> Repository {
    if let found = repositories.first(where: { $0.isNamed(name) }) { return found }
    let guess =
      suggestion(for: name, among: repositories.map(\.name.rawValue)).map { "did you mean \"\($0)\"? " } ?? ""
    throw ExpansionFailure(
      reason: "RepositoryUnknown",
      diagnostics: [
        Diagnostic(
          field: "spec.template.spec.source.repository", message: "there is no repository \"\(name)\"",
          hint: guess + "apply a Repository document with this name or URL")
      ])
  }

  private mutating func resolve(_ key: Key, in repository: Repository) async throws -> ResolvedSource {
    if let known = resolved[key] { return known }
    if let failure = failed[key] { throw failure }
    do throws(SourceError) {
      let source: ResolvedSource
      if let chart = key.chart {
        let before = known.first {
          $0.repository == repository.name && $0.chart?.name == chart && $0.revision == key.revision.description
        }
        let found = try await sources.chart(chart, at: key.revision, known: before?.commit.id, in: repository)
        source = ResolvedSource(
          repository: repository, revision: key.revision, commit: found.commit, tree: found.tree, chart: found.version)
      } else {
        let commit = try await sources.resolve(key.revision, in: repository)
        let tree = try await sources.tree(of: commit.id, in: repository)
        source = ResolvedSource(repository: repository, revision: key.revision, commit: commit, tree: tree)
      }
      resolved[key] = source
      order.append(key)
      return source
    } catch {
      guard error.code != .cancelled else { throw CancellationError() }
      let what = key.chart.map { "chart \($0) of repository \(repository.name)" } ?? "repository \(repository.name)"
      let failure = ExpansionFailure(
        reason: "SourceUnavailable",
        diagnostics: [
          Diagnostic(
            field: "spec.template.spec.source.revision", message: "\(what) at \(key.revision): \(error.message)",
            hint: error.hint ?? "")
        ])
      failed[key] = failure
      throw failure
    }
  }
}
