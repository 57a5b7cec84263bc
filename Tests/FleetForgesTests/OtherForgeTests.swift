import FleetForges
import FleetGenerators
import FleetPorts
import FleetTestSupport
import Manifest
import Testing

/// Gitea, Bitbucket Cloud and Server, Azure DevOps.
@Suite struct OtherForgeTests {
  @Test func gitea() async throws {
    let answers =
      GiteaAnswers.repositories + GiteaAnswers.labels + GiteaAnswers.branches + GiteaAnswers.contents
      + GiteaAnswers.pullRequests
    try await ForgeFixture.with(answers) { forge in
      let owner =
        #"{"owner": "test-argocd", "api": "{base}/", "excludeArchivedRepos": true, "tokenRef": {"secretName": "token", "key": "value"}}"#
      let (request, found) = try await forge.repositories("gitea", owner)
      #expect(
        found == [
          ScmRepository(
            organization: "test-argocd", name: "pr-test", id: 21_618,
            url: "git@gitea.example.com:test-argocd/pr-test.git",
            branch: "main", commit: "", labels: ["preview"])
        ])
      #expect(try await forge.branches(request, found[0]).map(\.commit) == ["75f6fceff80f6aaf12b65a2cf6a89190b866625b"])
      let all = RepositoriesRequest(
        provider: try forge.provider("gitea", #"{"owner": "test-argocd", "api": "{base}", "allBranches": true}"#))
      #expect(try await forge.branches(all, found[0]).map(\.branch) == ["main", "feature/x"])
      #expect(try await forge.hasPath(request, found[0], "gitea") == true)
      #expect(try await forge.hasPath(request, found[0], "notathing") == false)
      let pulls = #"{"owner": "test-argocd", "repo": "pr-test", "api": "{base}", "labels": ["preview"]}"#
      #expect(
        try await forge.pullRequests("gitea", pulls) == [
          PullRequest(
            number: 1, title: "add an empty file", branch: "test", targetBranch: "main",
            headCommit: "7bbaf62d92ddfafd9cc8b340c619abaec32bc09f", author: "graytshirt", labels: ["preview"])
        ])
      #expect(forge.server.unexpected == [])
      #expect(forge.server.seen.first?.headers["authorization"] == "token s3cr3t-t0ken")
    }
  }

  @Test func bitbucketCloud() async throws {
    var configuration = ForgeConfiguration(allowsLoopback: true)
    configuration.replacedOrigins = ["https://api.bitbucket.org": ""]
    let public2 = { (answers: [Answer]) in
      answers.map { answer in
        var answer = answer
        answer.body = answer.body.replacing("{base}", with: "https://api.bitbucket.org")
        return answer
      }
    }
    let answers = public2(BitbucketAnswers.repositories) + BitbucketAnswers.branches + BitbucketAnswers.contents
    try await ForgeFixture.with(answers, configuration: configuration) { forge in
      let owner = #"{"owner": "test-owner", "user": "kim", "appPasswordRef": {"secretName": "public", "key": "value"}}"#
      let (request, found) = try await forge.repositories("bitbucket", owner)
      #expect(
        found == [
          ScmRepository(
            organization: "test-owner", name: "testrepo", id: "{12345678-1234-1234-1234-123456789012}",
            url: "git@bitbucket.org:test-owner/testrepo.git", branch: "main", commit: "")
        ])
      let branch = try await forge.branches(request, found[0])
      #expect(branch.map(\.commit) == ["dc1edb6c7d650d8ba67719ddf7b662ad8f8fb798"])
      #expect(try await forge.hasPath(request, branch[0], "deploy") == true)
      #expect(try await forge.hasPath(request, branch[0], "none") == false)
      #expect(forge.server.unexpected == [])
      // kim:s3cr3t-t0ken
      #expect(forge.server.seen.first?.headers["authorization"] == "Basic a2ltOnMzY3IzdC10MGtlbg==")
    }
    try await ForgeFixture.with(BitbucketAnswers.pullRequests) { forge in
      let pulls =
        #"{"owner": "test-owner", "repo": "testrepo", "api": "{base}/2.0", "bearerToken": {"tokenRef": {"secretName": "token", "key": "value"}}}"#
      let found = try await forge.pullRequests("bitbucket", pulls)
      #expect(found.map(\.number) == [101, 102])
      #expect(
        found.first
          == PullRequest(
            number: 101, title: "feat(101)", branch: "feature-101", targetBranch: "master", headCommit: "1a8dd249c04a",
            author: "testName"))
      #expect(forge.server.seen.first?.headers["authorization"] == "Bearer s3cr3t-t0ken")
      forge.server.replace([BitbucketAnswers.limitReached])
      let error = try #require(try await forge.failure("bitbucket", pulls))
      #expect(error.code == .rateLimited)
      #expect(error.retryAfter == .seconds(60))
    }
  }

  @Test func bitbucketServer() async throws {
    let answers =
      BitbucketServerAnswers.repositories + BitbucketServerAnswers.branches + BitbucketServerAnswers.contents
      + BitbucketServerAnswers.pullRequests
    try await ForgeFixture.with(answers) { forge in
      let project =
        #"{"project": "PRJ", "api": "{base}", "basicAuth": {"username": "kim", "passwordRef": {"secretName": "token", "key": "value"}}}"#
      let (request, found) = try await forge.repositories("bitbucketServer", project, cloneProtocol: "https")
      #expect(
        found == [
          ScmRepository(
            organization: "PRJ", name: "my-repo", id: 1, url: "https://bitbucket.example.com/scm/PRJ/my-repo.git",
            branch: "main", commit: "8d51122def5632836d1cb1026e879069e10a1e13")
        ])
      #expect(try await forge.branches(request, found[0]) == found)
      let all = RepositoriesRequest(
        provider: try forge.provider(
          "bitbucketServer", #"{"project": "PRJ", "api": "{base}/rest", "allBranches": true}"#))
      #expect(try await forge.branches(all, found[0]).map(\.branch) == ["main", "feature/two"])
      #expect(try await forge.hasPath(request, found[0], "deploy") == true)
      #expect(try await forge.hasPath(request, found[0], "none") == false)
      let pulls = #"{"project": "PRJ", "repo": "my-repo", "api": "{base}"}"#
      #expect(
        try await forge.pullRequests("bitbucketServer", pulls).last
          == PullRequest(
            number: 102, title: "feat(ABC) : 102", branch: "feature-102", targetBranch: "master",
            headCommit: "cb3cf2e4d1517c83e720d2585b9402dbef71f992", author: "testName"))
      #expect(forge.server.unexpected == [])
      #expect(forge.server.seen.first?.headers["x-atlassian-token"] == "no-check")
      forge.server.replace([BitbucketServerAnswers.limitReached])
      #expect(try await forge.failure("bitbucketServer", pulls)?.retryAfter == .seconds(9))
    }
  }

  @Test func azureDevOps() async throws {
    let answers =
      [AzureDevOpsAnswers.repositories] + AzureDevOpsAnswers.branches + AzureDevOpsAnswers.items
      + AzureDevOpsAnswers.pullRequests()
    try await ForgeFixture.with(answers) { forge in
      let project =
        #"{"organization": "fabrikam", "teamProject": "Fabrikam-Fiber-Git", "api": "{base}", "accessTokenRef": {"secretName": "token", "key": "value"}}"#
      let (request, found) = try await forge.repositories("azureDevOps", project)
      #expect(
        found == [
          ScmRepository(
            organization: "fabrikam", name: "AnotherRepository", id: Node(.string(AzureDevOpsAnswers.id)),
            url: "https://dev.azure.com/fabrikam/Fabrikam-Fiber-Git/_git/AnotherRepository", branch: "refs/heads/main",
            commit: "")
        ])
      let branch = try await forge.branches(request, found[0])
      #expect(branch.map(\.branch) == ["main"])
      #expect(branch.map(\.commit) == ["67cae2b029dff7eb3dc062b49403aaedca5bad8d"])
      #expect(try await forge.hasPath(request, branch[0], "deploy/prod.yaml") == true)
      #expect(try await forge.hasPath(request, branch[0], "none") == false)
      // :s3cr3t-t0ken
      #expect(forge.server.seen.first?.headers["authorization"] == "Basic OnMzY3IzdC10MGtlbg==")
      let pulls =
        #"{"organization": "fabrikam", "project": "Fabrikam-Fiber-Git", "repo": "AnotherRepository", "api": "{base}", "labels": ["preview"]}"#
      let requests = try await forge.pullRequests("azuredevops", pulls)
      #expect(requests.count == 100)
      #expect(
        requests.last
          == PullRequest(
            number: 198, title: "A new feature 198", branch: "npaulk/feature-198", targetBranch: "main",
            headCommit: "b60280bc6e62e2f880f1b63c1e24987664d3bda3", author: "fabrikamfiber16", labels: ["preview"]))
      #expect(forge.server.unexpected == [])
      forge.server.replace([AzureDevOpsAnswers.signIn])
      await #expect(throws: GeneratorSourceError.self) { try await forge.repositories("azureDevOps", project) }
      forge.server.replace([AzureDevOpsAnswers.limitReached])
      do {
        _ = try await forge.repositories("azureDevOps", project)
        Issue.record("expected the limit")
      } catch let error as GeneratorSourceError {
        #expect(error.retryAfter == .seconds(41))
      }
    }
  }
}
