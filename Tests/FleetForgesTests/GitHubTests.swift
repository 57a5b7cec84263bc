import FleetForges
import FleetGenerators
import FleetPorts
import FleetTestSupport
import Foundation
import Manifest
import Testing

@Suite struct GitHubTests {
  static let organization =
    #"{"organization": "octo-org", "api": "{base}", "tokenRef": {"secretName": "token", "key": "value"}}"#
  static let repository =
    #"{"owner": "octo-org", "repo": "Hello-World", "api": "{base}", "tokenRef": {"secretName": "token", "key": "value"}}"#

  @Test func repositoriesAreReadOverThreePagesAndAnEmptyOne() async throws {
    try await ForgeFixture.with(GitHubAnswers.repositories) { forge in
      let found = try await forge.repositories("github", Self.organization).found
      #expect(found.map(\.name) == ["Hello-World", "octo-archive", "octo-deploy", "octo-empty"])
      #expect(
        found.first
          == ScmRepository(
            organization: "octo-org", name: "Hello-World", id: 1_296_269,
            url: "git@github.com:octo-org/Hello-World.git",
            branch: "main", commit: "", labels: ["octocat", "atom", "api"]))
      #expect(found[2].branch == "trunk")
      #expect(forge.server.unexpected == [])
      #expect(
        forge.server.seen.map { $0.headers["authorization"] } == Array(repeating: "Bearer s3cr3t-t0ken", count: 4))
      #expect(forge.server.seen.allSatisfy { $0.headers["x-github-api-version"] == "2022-11-28" })
    }
  }

  @Test func archivedOnesAreLeftOutAndTheProtocolIsChosen() async throws {
    try await ForgeFixture.with(GitHubAnswers.repositories) { forge in
      let configuration = #"{"organization": "octo-org", "api": "{base}", "excludeArchivedRepos": true}"#
      let found = try await forge.repositories("github", configuration, cloneProtocol: "https").found
      #expect(found.map(\.name) == ["Hello-World", "octo-deploy", "octo-empty"])
      #expect(found.first?.url == "https://github.com/octo-org/Hello-World.git")
      #expect(forge.server.seen.allSatisfy { $0.headers["authorization"] == nil })
    }
  }

  @Test func branchesAndPaths() async throws {
    let answers =
      GitHubAnswers.repositories + GitHubAnswers.defaultBranches + GitHubAnswers.allBranches + GitHubAnswers.contents
    try await ForgeFixture.with(answers) { forge in
      let (request, found) = try await forge.repositories("github", Self.organization)
      let hello = try #require(found.first)
      let branch = try await forge.branches(request, hello)
      #expect(branch.map(\.commit) == ["c5b97d5ae6c19d5c5df71a34c7fbeeda2479ccbc"])
      #expect(branch.first?.labels == hello.labels)
      let empty = try #require(found.last)
      #expect(try await forge.branches(request, empty) == [])
      let all = #"{"organization": "octo-org", "api": "{base}", "allBranches": true}"#
      let every = RepositoriesRequest(provider: try forge.provider("github", all))
      #expect(try await forge.branches(every, hello).map(\.branch) == ["main", "feature/a b"])
      #expect(try await forge.hasPath(request, hello, "deploy/a b.yaml") == true)
      #expect(try await forge.hasPath(request, hello, "missing") == false)
      #expect(forge.server.unexpected == [])
    }
  }

  @Test func pullRequestsHaveAllLabelsThatAreAskedFor() async throws {
    try await ForgeFixture.with(GitHubAnswers.pullRequests) { forge in
      let found = try await forge.pullRequests("github", Self.repository)
      #expect(
        found.first
          == PullRequest(
            number: 1347, title: "Amazing new feature", branch: "new-topic", targetBranch: "master",
            headCommit: "6dcb09b5b57875f334f61aebed695e2e4193db5e", author: "octocat", labels: ["bug", "preview"]))
      #expect(found.map(\.number) == [1347, 1348])
      let labelled = #"{"owner": "octo-org", "repo": "Hello-World", "api": "{base}", "labels": ["bug", "preview"]}"#
      #expect(try await forge.pullRequests("github", labelled).map(\.number) == [1347])
      #expect(forge.server.unexpected == [])
    }
  }

  @Test func theLimitIsHeededUntilItsReset() async throws {
    let reset = Int64(Date.now.timeIntervalSince1970) + 120
    try await ForgeFixture.with([GitHubAnswers.limitReached(reset: reset)]) { forge in
      let error = try #require(try await forge.failure("github", Self.repository))
      #expect(error.code == .rateLimited)
      #expect(error.message.contains("/repos/octo-org/Hello-World/pulls with 403: API rate limit exceeded"))
      let pause = try #require(error.retryAfter)
      #expect(pause > .seconds(60) && pause <= .seconds(121))
      // Nobody is asked until then, on behalf of no set.
      let again = try #require(try await forge.failure("github", Self.repository))
      #expect(again.message == error.message)
      #expect(forge.server.seen.count == 1)
      // Another account has a limit of its own.
      let anonymous = #"{"owner": "octo-org", "repo": "Hello-World", "api": "{base}"}"#
      #expect(try await forge.failure("github", anonymous)?.code == .rateLimited)
      #expect(forge.server.seen.count == 2)
    }
  }

  @Test func aSecondaryLimitSaysHowLong() async throws {
    try await ForgeFixture.with([GitHubAnswers.secondaryLimit]) { forge in
      let error = try #require(try await forge.failure("github", Self.repository))
      #expect(error.code == .rateLimited)
      #expect(error.retryAfter == .seconds(77))
    }
  }

  @Test func aMissingRepositoryIsAnAnswerOfItsOwn() async throws {
    try await ForgeFixture.with([GitHubAnswers.noRepository]) { forge in
      guard
        case .repositoryNotFound(let message) = try await forge.ask(
          .pullRequests(try forge.provider("github", Self.repository)))
      else {
        Issue.record("expected that there is no repository")
        return
      }
      #expect(message.contains("404: Not Found"))
    }
  }

  @Test func aTokenThatIsNotTakenSaysWhatToStore() async throws {
    try await ForgeFixture.with([GitHubAnswers.badCredentials]) { forge in
      let error = try #require(try await forge.failure("github", Self.repository))
      #expect(error.code == .unauthorized)
      #expect(error.hint.contains("flotilla credential set token"))
      #expect(!error.canRetry)
    }
  }

  @Test func aMovedRepositoryIsFollowedOnItsServerOnly() async throws {
    try await ForgeFixture.with(GitHubAnswers.moved) { forge in
      #expect(try await forge.pullRequests("github", Self.repository).map(\.number) == [1347])
      forge.server.replace([GitHubAnswers.movedAway])
      let error = try #require(try await forge.failure("github", Self.repository))
      #expect(error.code == .notAllowed)
      #expect(error.message.contains("elsewhere.example.com"))
      #expect(forge.server.seen.count == 3)
    }
  }

  @Test func whatIsNoJSONIsTold() async throws {
    let text = Answer(
      "GET /api/v3/repos/octo-org/Hello-World/pulls?per_page=100", headers: GitHubAnswers.limits,
      body: "[{\"number\": 1, ")
    try await ForgeFixture.with([text]) { forge in
      let error = try #require(try await forge.failure("github", Self.repository))
      #expect(error.code == .unreadable)
      #expect(error.message.hasPrefix("GitHub: GET http://127.0.0.1"))
      #expect(error.message.contains("the answer is no JSON"))
      forge.server.replace([
        Answer("GET /api/v3/repos/octo-org/Hello-World/pulls?per_page=100", body: #"[{"number": 1, "title": null}]"#)
      ])
      let missing = try #require(try await forge.failure("github", Self.repository))
      #expect(missing.message.contains("nothing is expected") || missing.message.contains("a text is expected: title"))
    }
  }

  /// What has not changed is asked for with its tag, and not sent again.
  @Test func whatHasNotChangedIsNotSentAgain() async throws {
    var page = GitHubAnswers.moved[1]
    page.request = "GET /api/v3/repos/octo-org/Hello-World/pulls?per_page=100"
    page.headers["etag"] = "W/\"a1b2\""
    let first = page
    try await ForgeFixture.with([first]) { forge in
      #expect(try await forge.pullRequests("github", Self.repository).count == 1)
      forge.server.replace([Answer(first.request, status: 304, headers: ["etag": "W/\"a1b2\""], body: "")])
      #expect(try await forge.pullRequests("github", Self.repository).count == 1)
      #expect(forge.server.seen.last?.headers["if-none-match"] == "W/\"a1b2\"")
      // Not for somebody else: the answer may differ.
      let anonymous = #"{"owner": "octo-org", "repo": "Hello-World", "api": "{base}"}"#
      _ = try await forge.failure("github", anonymous)
      #expect(forge.server.seen.last?.headers["if-none-match"] == nil)
    }
  }
}
