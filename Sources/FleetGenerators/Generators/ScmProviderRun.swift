import FleetDocuments
import FleetModel
import FleetTemplate
import Manifest

// GENERATORS 2.7.
extension GeneratorRun {
  mutating func scmProvider(_ generator: ScmProviderGenerator, _ place: String) -> [ParameterSet] {
    guard let provider = generator.provider else {
      fail(place, "no provider is given")
      return []
    }
    let request = RepositoriesRequest(provider: provider, cloneProtocol: generator.cloneProtocol)
    guard let filters = compiled(generator.filters, "\(place).filters"),
      let values = compiled(generator.values, place),
      let repositories = repositories(.repositories(request), place)
    else { return [] }
    var branches: [ScmRepository] = []
    for repository in repositories.filter(filters.takes(repository:)) {
      branches += self.repositories(.branches(request, repository: repository), place) ?? []
    }
    let taken = branches.filter { branch in
      filters.takes(branch: branch) { path in
        exists(.path(request, repository: branch, path: path), place)
      }
    }
    return taken.map { repository in
      var parameters = Self.parameters(of: repository)
      add(values, to: &parameters, place, what: "repository \"\(repository.name)\"")
      return ParameterSet(
        parameters: parameters, source: .repository(name: repository.name, branch: repository.branch))
    }
  }

  private mutating func repositories(_ request: GeneratorRequest, _ place: String) -> [ScmRepository]? {
    switch answer(request) {
    case nil: return nil
    case .repositories(let repositories)?: return repositories
    case .failure(let message)?, .repositoryNotFound(let message)?: fail(place, message)
    case .some: fail(place, "the answer is of another kind")
    }
    return nil
  }

  /// Whether a path exists; not, as long as nobody has said so.
  private mutating func exists(_ request: GeneratorRequest, _ place: String) -> Bool? {
    switch answer(request) {
    case nil: return nil
    case .exists(let exists)?: return exists
    case .failure(let message)?, .repositoryNotFound(let message)?: fail(place, message)
    case .some: fail(place, "the answer is of another kind")
    }
    return nil
  }

  private static func parameters(of repository: ScmRepository) -> [String: ParameterValue] {
    [
      "organization": .string(repository.organization), "repository": .string(repository.name),
      "repository_id": repository.id.map { ParameterValue($0) } ?? .null, "url": .string(repository.url),
      "branch": .string(repository.branch), "branchNormalized": .string(normalizedName(repository.branch)),
      "sha": .string(repository.commit), "short_sha": .string(String(repository.commit.prefix(8))),
      "short_sha_7": .string(String(repository.commit.prefix(7))),
      "labels": .string(repository.labels.joined(separator: ",")),
    ]
  }

  /// Reads filters; nil when a regular expression is none.
  mutating func compiled(_ filters: [ScmProviderGenerator.Filter], _ place: String) -> ScmFilters? {
    var result = ScmFilters()
    var isComplete = true
    for (number, filter) in filters.enumerated() {
      var patterns: [String: TextPattern] = [:]
      for (name, source) in [
        ("repositoryMatch", filter.repositoryMatch), ("labelMatch", filter.labelMatch),
        ("branchMatch", filter.branchMatch),
      ] {
        guard let source else { continue }
        patterns[name] = pattern(source, "\(place)[\(number)].\(name)")
        if patterns[name] == nil { isComplete = false }
      }
      result.add(filter, patterns)
    }
    return isComplete ? result : nil
  }

  /// Reads a regular expression; nil when it is none.
  mutating func pattern(_ source: String, _ place: String) -> TextPattern? {
    do throws(TextPattern.Malformed) {
      return try TextPattern(source)
    } catch {
      fail(place, "\"\(source)\" is no regular expression: \(error.message)")
      return nil
    }
  }
}

/// The filters of an `scmProvider`: conditions of one filter are joined by and, filters by or. But those on branches and
/// paths are asked after those on repositories, so that filters of both kinds are joined by and (GENERATORS 2.7).
struct ScmFilters {
  private struct Filter {
    var filter: ScmProviderGenerator.Filter
    var patterns: [String: TextPattern]
  }

  private var onRepositories: [Filter] = []
  private var onBranches: [Filter] = []

  mutating func add(_ filter: ScmProviderGenerator.Filter, _ patterns: [String: TextPattern]) {
    let own = Filter(filter: filter, patterns: patterns)
    let isOnBranches =
      filter.branchMatch != nil || !filter.pathsExist.isEmpty || !filter.pathsDoNotExist.isEmpty
    if isOnBranches {
      onBranches.append(own)
    } else if !patterns.isEmpty {
      onRepositories.append(own)
    }
  }

  func takes(repository: ScmRepository) -> Bool {
    onRepositories.isEmpty || onRepositories.contains { takes(repository, $0) }
  }

  /// - Parameter exists: whether a path exists; nil when that is not known yet.
  func takes(branch: ScmRepository, exists: (String) -> Bool?) -> Bool {
    guard !onBranches.isEmpty else { return true }
    // Every filter is asked, so that all paths are asked for in one round.
    var isTaken = false
    for filter in onBranches where takes(branch, filter) {
      var fits = filter.patterns["branchMatch"]?.matches(branch.branch) ?? true
      guard fits else { continue }
      for path in filter.filter.pathsExist where exists(Self.trimmed(path)) != true { fits = false }
      for path in filter.filter.pathsDoNotExist where exists(Self.trimmed(path)) != false { fits = false }
      if fits { isTaken = true }
    }
    return isTaken
  }

  private func takes(_ repository: ScmRepository, _ filter: Filter) -> Bool {
    if let pattern = filter.patterns["repositoryMatch"], !pattern.matches(repository.name) { return false }
    if let pattern = filter.patterns["labelMatch"], !repository.labels.contains(where: pattern.matches) { return false }
    return true
  }

  private static func trimmed(_ path: String) -> String {
    var path = path[...]
    while path.last == "/" { path.removeLast() }
    return String(path)
  }
}
