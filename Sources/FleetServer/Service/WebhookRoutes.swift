import Crypto
import FleetAPI
import FleetController
import FleetModel
import FleetPorts
import FoundationEssentials
import HTTPTypes
import Logging
import Synchronization

/// Pushes told by Git hosts: they only wake the poll of a repository, whatever else they say; those about pull requests,
/// which change no branch, wake the FleetSets that list them too.
///
/// Authenticated by the repository's secret, the credential named `REPOSITORY.webhook`: GitHub and Gitea sign the body
/// with it (HMAC-SHA256), GitLab sends it. A token with the right operate is taken instead, for anything that can send one.
struct WebhookRoutes: Sendable {
  let store: any ControlStore
  let vault: CredentialVault
  let authenticator: Authenticator
  let limiter: RateLimiter

  var handlers: [String: Handler] { [Routes.gitWebhook.id: git] }

  @Sendable private func git(_ call: Call) async throws -> Reply {
    try limiter.check(call.remoteAddress)
    if authenticator.failures.isEmpty(call.remoteAddress) { throw RateLimiter.refusal }
    let hasToken = call.headers[.authorization] != nil
    if hasToken {
      _ = try await authenticator.principal(call.headers, needs: .operate, from: call.remoteAddress)
    }
    let candidates = try await candidates(call)
    var woken: [RepositoryRecord] = []
    for record in candidates {
      guard hasToken ? true : try await isSigned(call, for: record) else { continue }
      try await store.wake(.repository, row: record.repository.id.rawValue)
      woken.append(record)
    }
    guard !woken.isEmpty else {
      if hasToken {
        throw ErrorEnvelope(
          code: .notFound, message: "no repository is named so, or has a URL of the payload",
          hint: "give ?repository=NAME, and &project=NAME when it is not the default one")
      }
      // One answer for an unknown repository, one without a secret and a wrong signature: strangers learn nothing.
      _ = authenticator.failures.take(call.remoteAddress)
      throw ErrorEnvelope(
        code: .unauthenticated, message: "the webhook is not signed with the secret of a repository here",
        hint: "store the secret as the credential REPOSITORY.webhook: flotilla credential set")
    }
    if Self.isAboutPullRequests(call.headers) {
      for project in Set(woken.map(\.repository.project)).sorted() { try await wakePullRequests(of: project) }
    }
    let names = woken.map(\.repository.name.rawValue).sorted().joined(separator: ", ")
    call.logger.info("a webhook wakes repositories", metadata: ["fleet.repository.names": "\(names)"])
    return try .json(Acknowledgement(message: "looking at \(names) now"), status: 202)
  }

  /// Whether a host says that a pull request was opened, changed or closed. Gitea says it as GitHub does.
  private static func isAboutPullRequests(_ headers: HTTPFields) -> Bool {
    headers[.gitHubEvent]?.hasPrefix("pull_request") == true || headers[.gitLabEvent] == "Merge Request Hook"
  }

  /// Makes the expansion of sets due that list pull requests, of whichever repository: that may be a template's to say.
  private func wakePullRequests(of project: ProjectName) async throws {
    let field = Array("\"pullRequest\":".utf8)
    var after: String?
    repeat {
      let page = try await store.fleetSets(in: project, after: after, limit: 500)
      for set in page.elements where set.canonicalJSON.firstRange(of: field) != nil {
        try await store.wake(.expansion, row: set.id.rawValue)
      }
      after = page.next
    } while after != nil
  }

  private func candidates(_ call: Call) async throws -> [RepositoryRecord] {
    if let name = call.query["repository"] {
      let project = call.query["project"].map { ProjectName($0) } ?? .defaultProject
      return try await store.repository(RepositoryName(name), in: project).map { [$0] } ?? []
    }
    var records: [RepositoryID: RepositoryRecord] = [:]
    for url in Self.urls(in: call.body) {
      for record in try await store.repositories(withURL: url) { records[record.repository.id] = record }
    }
    return records.values.sorted { $0.repository.id < $1.repository.id }
  }

  private func isSigned(_ call: Call, for record: RepositoryRecord) async throws -> Bool {
    let name = "\(record.repository.name).webhook"
    guard case .webhookSecret(let secret)? = try await vault.credential(name, in: record.repository.project) else {
      return false
    }
    return Self.isSigned(call.body, headers: call.headers, secret: secret)
  }

  /// Whether a body was sent by somebody who knows the secret.
  static func isSigned(_ body: [UInt8], headers: HTTPFields, secret: String) -> Bool {
    let key = SymmetricKey(data: Array(secret.utf8))
    let code = Array(HMAC<SHA256>.authenticationCode(for: body, using: key))
    let expected = code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    if let given = headers[.gitHubSignature] {
      return TokenHasher.areEqual(Array(given.utf8), Array(("sha256=" + expected).utf8))
    }
    if let given = headers[.giteaSignature] {
      return TokenHasher.areEqual(Array(given.utf8), Array(expected.utf8))
    }
    if let given = headers[.gitLabToken] {
      return TokenHasher.areEqual(Array(given.utf8), Array(secret.utf8))
    }
    return false
  }

  /// The repository's URLs in a push payload of GitHub, GitLab or Gitea, with and without `.git`.
  static func urls(in body: [UInt8]) -> [String] {
    guard let payload = try? JSONDecoder().decode(JSONValue.self, from: Data(body)) else { return [] }
    var urls: [String] = []
    for (section, keys) in [
      (
        "repository", ["clone_url", "ssh_url", "git_url", "html_url", "git_http_url", "git_ssh_url", "url", "homepage"]
      ),
      ("project", ["git_http_url", "git_ssh_url", "http_url", "ssh_url", "web_url"]),
    ] {
      for key in keys {
        guard case .string(let url)? = payload[section]?[key], !url.isEmpty, url.utf8.count <= 2_000 else { continue }
        for spelling in url.hasSuffix(".git") ? [url, String(url.dropLast(4))] : [url, url + ".git"]
        where !urls.contains(spelling) {
          urls.append(spelling)
        }
      }
    }
    return urls
  }
}

extension HTTPField.Name {
  /// GitHub's signature (Gitea sends it too).
  static let gitHubSignature = HTTPField.Name("X-Hub-Signature-256") ?? .via
  /// Gitea's signature.
  static let giteaSignature = HTTPField.Name("X-Gitea-Signature") ?? .via
  /// What GitHub tells of, and Gitea.
  static let gitHubEvent = HTTPField.Name("X-GitHub-Event") ?? .via
  /// What GitLab tells of.
  static let gitLabEvent = HTTPField.Name("X-Gitlab-Event") ?? .via
  /// GitLab's secret.
  static let gitLabToken = HTTPField.Name("X-Gitlab-Token") ?? .via
}
