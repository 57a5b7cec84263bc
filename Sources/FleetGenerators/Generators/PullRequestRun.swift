import FleetDocuments
import FleetModel
import FleetTemplate

// GENERATORS 2.8.
extension GeneratorRun {
  mutating func pullRequests(_ generator: PullRequestGenerator, _ place: String) -> [ParameterSet] {
    guard let provider = generator.provider else {
      fail(place, "no provider is given")
      return []
    }
    guard let filters = compiled(generator.filters, "\(place).filters"),
      let values = compiled(generator.values, place)
    else { return [] }
    let pullRequests: [PullRequest]
    switch answer(.pullRequests(provider)) {
    case nil: return []
    case .pullRequests(let found)?: pullRequests = found
    case .repositoryNotFound(let message)?:
      if generator.continuesWithoutRepository {
        warn(place, "\(message); it has no pull requests")
      } else {
        fail(place, message, hint: "continueOnRepoNotFoundError: true goes on without it")
      }
      return []
    case .failure(let message)?:
      fail(place, message)
      return []
    case .some:
      fail(place, "the answer is of another kind")
      return []
    }
    return pullRequests.filter(filters.take).map { pullRequest in
      var parameters = parameters(of: pullRequest)
      add(values, to: &parameters, place, what: "pull request \(pullRequest.number)")
      return ParameterSet(
        parameters: parameters, source: .pullRequest(number: pullRequest.number, branch: pullRequest.branch))
    }
  }

  private func parameters(of pullRequest: PullRequest) -> [String: ParameterValue] {
    var parameters: [String: ParameterValue] = [
      "number": .string(String(pullRequest.number)), "title": .string(pullRequest.title),
      "branch": .string(pullRequest.branch), "branch_slug": .string(slug(pullRequest.branch)),
      "target_branch": .string(pullRequest.targetBranch),
      "target_branch_slug": .string(slug(pullRequest.targetBranch)), "head_sha": .string(pullRequest.headCommit),
      "head_short_sha": .string(String(pullRequest.headCommit.prefix(8))),
      "head_short_sha_7": .string(String(pullRequest.headCommit.prefix(7))), "author": .string(pullRequest.author),
    ]
    if language.isNested { parameters["labels"] = .list(pullRequest.labels.map { .string($0) }) }
    return parameters
  }

  /// Reads filters; nil when a regular expression is none.
  mutating func compiled(_ filters: [PullRequestGenerator.Filter], _ place: String) -> PullRequestFilters? {
    var result = PullRequestFilters()
    var isComplete = true
    for (number, filter) in filters.enumerated() {
      var conditions: [PullRequestFilters.Condition] = []
      let written: [(String, String?, @Sendable (PullRequest) -> String)] = [
        ("branchMatch", filter.branchMatch, { $0.branch }),
        ("targetBranchMatch", filter.targetBranchMatch, { $0.targetBranch }),
        ("titleMatch", filter.titleMatch, { $0.title }),
      ]
      for (name, source, field) in written {
        guard let source else { continue }
        if let pattern = pattern(source, "\(place)[\(number)].\(name)") {
          conditions.append(.init(field: field, pattern: pattern))
        } else {
          isComplete = false
        }
      }
      result.filters.append(conditions)
    }
    return isComplete ? result : nil
  }
}

/// The filters of a `pullRequest`: all conditions of any of them.
struct PullRequestFilters {
  struct Condition {
    var field: @Sendable (PullRequest) -> String
    var pattern: TextPattern
  }

  var filters: [[Condition]] = []

  func take(_ pullRequest: PullRequest) -> Bool {
    filters.isEmpty
      || filters.contains { conditions in
        conditions.allSatisfy { $0.pattern.matches($0.field(pullRequest)) }
      }
  }
}
