import FleetGenerators
import FleetPorts

/// A provider of repositories and pull requests. What it asks and how it reads answers is pure; sessions do the asking.
protocol Forge: Sendable {
  /// All repositories of the organization, each with its default branch.
  func repositories(
    cloneProtocol: String, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> [ScmRepository]

  /// A repository at its branches: the default one, or all of them.
  func branches(
    of repository: ScmRepository, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> [ScmRepository]

  /// Whether a path exists on the repository's branch.
  func hasPath(
    _ path: String, in repository: ScmRepository, _ session: ForgeSession
  ) async throws(GeneratorSourceError) -> Bool

  /// The pull requests of the repository.
  func pullRequests(_ session: ForgeSession) async throws(GeneratorSourceError) -> [PullRequest]
}

extension Forge {
  /// Chooses the URL to clone from; ssh when nothing is said.
  func cloneURL(
    _ cloneProtocol: String, ssh: String, https: String, provider: String
  ) throws(GeneratorSourceError) -> String {
    switch cloneProtocol {
    case "", "ssh": return ssh
    case "https": return https
    default:
      throw GeneratorSourceError(
        .invalid, "\(provider) has no cloneProtocol \"\(cloneProtocol)\"", hint: "write ssh or https")
    }
  }
}

extension ScmRepository {
  /// The repository at another branch.
  func at(_ branch: String, _ commit: String) -> ScmRepository {
    var result = self
    result.branch = branch
    result.commit = commit
    return result
  }
}

extension PullRequest {
  /// Whether it has all of these labels.
  func has(_ labels: [String]) -> Bool { labels.allSatisfy(self.labels.contains) }
}
