import FleetForges
import FleetGenerators
import FleetPorts
import FleetTestSupport
import Manifest
import Testing

@Suite struct CodeCommitTests {
  static let region = #"{"region": "us-east-1"}"#

  static var configuration: ForgeConfiguration {
    var configuration = ForgeConfiguration(allowsLoopback: true)
    for service in ["codecommit", "tagging", "sts"] {
      configuration.replacedOrigins["https://\(service).us-east-1.amazonaws.com"] = ""
    }
    return configuration
  }

  @Test func repositoriesBranchesAndPaths() async throws {
    let answers =
      Array(CodeCommitAnswers.repositories.reversed()) + CodeCommitAnswers.metadata
      + Array(CodeCommitAnswers.branches.reversed()) + CodeCommitAnswers.folders
    try await ForgeFixture.with(answers, configuration: Self.configuration) { forge in
      let (request, found) = try await forge.repositories("awsCodeCommit", Self.region, cloneProtocol: "https-fips")
      #expect(
        found == [
          ScmRepository(
            organization: "111111111111", name: "MyDemoRepo", id: "f7579e13-b83e-4027-aaef-650c0EXAMPLE",
            url: "https://git-codecommit-fips.us-east-1.amazonaws.com/v1/repos/MyDemoRepo", branch: "main", commit: "")
        ])
      #expect(try await forge.branches(request, found[0]).map(\.branch) == ["main"])
      let all = RepositoriesRequest(
        provider: try forge.provider("awsCodeCommit", #"{"region": "us-east-1", "allBranches": true}"#))
      #expect(try await forge.branches(all, found[0]).map(\.branch) == ["main", "preprod", "feature/one"])
      #expect(try await forge.hasPath(request, found[0], "deploy/prod.yaml") == true)
      #expect(try await forge.hasPath(request, found[0], "deploy/base/") == true)
      #expect(try await forge.hasPath(request, found[0], "deploy/none") == false)
      #expect(try await forge.hasPath(request, found[0], "none/x") == false)
      #expect(forge.server.unexpected == [])
      let signature = try #require(forge.server.seen.first?.headers["authorization"])
      #expect(signature.hasPrefix("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"))
      #expect(
        signature.contains(
          "/us-east-1/codecommit/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, "))
    }
  }

  @Test func tagsAndARole() async throws {
    let answers = [CodeCommitAnswers.role, CodeCommitAnswers.tagged] + CodeCommitAnswers.metadata
    try await ForgeFixture.with(answers, configuration: Self.configuration) { forge in
      let filtered =
        #"{"region": "us-east-1", "role": "arn:aws:iam::123456789012:role/demo", "tagFilters": [{"key": "team", "value": "a"}, {"key": "team", "value": "b"}]}"#
      let found = try await forge.repositories("awsCodeCommit", filtered).found
      #expect(found.map(\.url) == ["ssh://git-codecommit.us-east-1.amazonaws.com/v1/repos/MyDemoRepo"])
      #expect(forge.server.unexpected == [])
      let last = try #require(forge.server.seen.last)
      #expect(last.headers["authorization"]?.contains("Credential=ASIAIOSFODNN7EXAMPLE/") == true)
      #expect(last.headers["x-amz-security-token"] == "AQoDYXdzEPT//////////wEXAMPLE&Jr")
    }
  }

  @Test func failuresAreToldApart() async throws {
    try await ForgeFixture.with([CodeCommitAnswers.throttled], configuration: Self.configuration) { forge in
      do {
        _ = try await forge.repositories("awsCodeCommit", Self.region)
        Issue.record("expected the limit")
      } catch let error as GeneratorSourceError {
        #expect(error.code == .rateLimited)
        #expect(error.retryAfter == .seconds(60))
      }
      forge.server.replace([CodeCommitAnswers.unknownKey])
      do {
        _ = try await forge.repositories("awsCodeCommit", Self.region)
        Issue.record("expected that the key is not known")
      } catch let error as GeneratorSourceError {
        #expect(error.code == .unauthorized)
        #expect(error.message.contains("UnrecognizedClientException"))
      }
    }
  }
}
