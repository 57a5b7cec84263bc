internal import FleetModel
internal import FleetPorts

/// A repository at a revision, resolved to a commit with its files.
struct ResolvedSource: Sendable {
  var repository: Repository
  var revision: Revision
  var commit: Commit
  var tree: any SourceTree
}

/// Resolves every (repository, revision) of one expansion once, so that all its targets see the same commits.
struct SourceResolver {
  let sources: any SourceReader
  let repositories: [Repository]
  private var resolved: [Key: ResolvedSource] = [:]
  private var order: [Key] = []

  private struct Key: Hashable {
    var repository: String
    var revision: Revision
  }

  init(sources: any SourceReader, repositories: [Repository]) {
    self.sources = sources
    self.repositories = repositories
  }

  /// What was resolved so far, in order of repository and revision.
  var used: [ReleaseSource] {
    order.compactMap { resolved[$0] }.map { source in
      ReleaseSource(
        repository: source.repository.name, revision: source.revision.description, commit: source.commit)
    }
    .sorted { ($0.repository, $0.revision) < ($1.repository, $1.revision) }
  }

  /// The files of a repository, given by name or URL, at a revision.
  ///
  /// - Throws: ``ExpansionFailure`` that says what to do.
  mutating func source(repository name: String, revision: Revision) async throws -> ResolvedSource {
    let key = Key(repository: name, revision: revision)
    if let known = resolved[key] { return known }
    guard let repository = repositories.first(where: { $0.name.rawValue == name || $0.url == name }) else {
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
    do {
      let commit = try await sources.resolve(revision, in: repository)
      let tree = try await sources.tree(of: commit.id, in: repository)
      let source = ResolvedSource(repository: repository, revision: revision, commit: commit, tree: tree)
      resolved[key] = source
      order.append(key)
      return source
    } catch {
      guard error.code != .cancelled else { throw CancellationError() }
      throw ExpansionFailure(
        reason: "SourceUnavailable",
        diagnostics: [
          Diagnostic(
            field: "spec.template.spec.source.revision",
            message: "repository \(repository.name) at \(revision): \(error.message)", hint: error.hint ?? "")
        ])
    }
  }
}
