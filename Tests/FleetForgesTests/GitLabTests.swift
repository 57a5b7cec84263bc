import FleetForges
import FleetGenerators
import FleetPorts
import FleetTestSupport
import Foundation
import Manifest
import Testing

@Suite struct GitLabTests {
  static let group =
    #"{"group": "diaspora/team", "api": "{base}", "includeSubgroups": true, "tokenRef": {"secretName": "token", "key": "value"}}"#
  static let project =
    #"{"project": "diaspora/team", "api": "{base}/", "labels": ["preview"], "pullRequestState": "opened"}"#

  @Test func projectsAreReadOverThreePages() async throws {
    try await ForgeFixture.with(GitLabAnswers.projects) { forge in
      let found = try await forge.repositories("gitlab", Self.group, cloneProtocol: "https").found
      #expect(
        found == [
          ScmRepository(
            organization: "diaspora/team", name: "diaspora-client", id: 4,
            url: "https://gitlab.example.com/diaspora/team/diaspora-client.git", branch: "main", commit: "",
            labels: ["example", "disapora client"]),
          ScmRepository(
            organization: "diaspora/team", name: "html5-boilerplate", id: 9,
            url: "https://gitlab.example.com/diaspora/team/html5-boilerplate.git", branch: "main", commit: "",
            labels: ["old"]),
        ])
      #expect(forge.server.unexpected == [])
      #expect(forge.server.seen.map { $0.headers["private-token"] } == Array(repeating: "s3cr3t-t0ken", count: 3))
    }
  }

  @Test func branchesByKeySetAndPathsInTheirFolder() async throws {
    let answers =
      GitLabAnswers.projects + GitLabAnswers.defaultBranches + GitLabAnswers.allBranches + GitLabAnswers.tree
    try await ForgeFixture.with(answers) { forge in
      let (request, found) = try await forge.repositories("gitlab", Self.group)
      #expect(try await forge.branches(request, found[0]).map(\.commit) == ["7b5c3cc8be40ee161ae89a06bba6229da1032a0c"])
      #expect(try await forge.branches(request, found[1]) == [])
      let all = #"{"group": "diaspora/team", "api": "{base}", "allBranches": true}"#
      let every = RepositoriesRequest(provider: try forge.provider("gitlab", all))
      #expect(try await forge.branches(every, found[0]).map(\.branch) == ["main", "topic/one"])
      #expect(try await forge.hasPath(request, found[0], "deploy/prod.yaml") == true)
      #expect(try await forge.hasPath(request, found[0], "deploy/dev.yaml") == false)
      #expect(try await forge.hasPath(request, found[0], "none/prod.yaml") == false)
      #expect(forge.server.unexpected == [])
    }
  }

  @Test func mergeRequestsAreReadByNumberedPages() async throws {
    try await ForgeFixture.with(GitLabAnswers.mergeRequests) { forge in
      let found = try await forge.pullRequests("gitlab", Self.project)
      #expect(found.map(\.number) == [1, 2])
      #expect(
        found.last
          == PullRequest(
            number: 2, title: "test2", branch: "feature/two", targetBranch: "main",
            headCommit: "8888888888888888888888888888888888888888", author: "admin",
            labels: ["Community contribution", "preview"]))
      #expect(forge.server.unexpected == [])
    }
  }

  @Test func limitsAndMissingProjects() async throws {
    let plain = #"{"project": "diaspora/team", "api": "{base}"}"#
    try await ForgeFixture.with([GitLabAnswers.limitReached(reset: 1_609_844_400)]) { forge in
      let error = try #require(try await forge.failure("gitlab", plain))
      #expect(error.code == .rateLimited)
      #expect(error.retryAfter == .seconds(30))
      #expect(error.message.contains("429: Retry later"))
    }
    try await ForgeFixture.with([GitLabAnswers.noProject]) { forge in
      guard case .repositoryNotFound = try await forge.ask(.pullRequests(try forge.provider("gitlab", plain))) else {
        Issue.record("expected that there is no project")
        return
      }
    }
  }
}
