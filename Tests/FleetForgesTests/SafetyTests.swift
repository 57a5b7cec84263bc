import FleetForges
import FleetGenerators
import FleetPorts
import FleetTestSupport
import Foundation
import Manifest
import Testing

/// What a set's author, a server or a plugin may not do.
@Suite struct SafetyTests {
  private static let pulls =
    #"{"owner": "o", "repo": "r", "api": "{base}", "tokenRef": {"secretName": "SECRET", "key": "value"}}"#

  @Test func aSecretGoesOnlyWhereWhoStoredItSaid() async throws {
    try await ForgeFixture.with([]) { forge in
      // Stored for the public address: an author who writes another one does not get it.
      let elsewhere = try #require(
        try await forge.failure("github", Self.pulls.replacing("SECRET", with: "public")))
      #expect(elsewhere.code == .notAllowed)
      #expect(elsewhere.message == "credential \"public\" may not be sent to 127.0.0.1")
      #expect(elsewhere.hint.contains("--host 127.0.0.1"))
      let missing = try #require(try await forge.failure("github", Self.pulls.replacing("SECRET", with: "nothing")))
      #expect(missing.code == .credential)
      let key = try #require(
        try await forge.failure(
          "github", Self.pulls.replacing("SECRET", with: "token").replacing("value", with: "other")))
      #expect(key.description == "credential \"token\" has no key \"other\" (it has value)")
      #expect(forge.server.seen.isEmpty)
    }
  }

  @Test(arguments: ["http://169.254.169.254", "http://metadata.google.internal", "http://[fe80::1]/"])
  func linkLocalAddressesAreNotAsked(api: String) async throws {
    try await ForgeFixture.with([]) { forge in
      let error = try #require(try await forge.failure("gitea", #"{"owner": "o", "repo": "r", "api": "\#(api)"}"#))
      #expect(error.code == .notAllowed)
    }
  }

  @Test func loopbackIsAskedOnlyWhenThatIsAllowed() async throws {
    try await ForgeFixture.with([], configuration: ForgeConfiguration()) { forge in
      let error = try #require(try await forge.failure("gitea", #"{"owner": "o", "repo": "r", "api": "{base}"}"#))
      #expect(error.code == .notAllowed)
      #expect(error.hint.contains("--allow-loopback"))
      #expect(forge.server.seen.isEmpty)
    }
  }

  @Test(arguments: ["ftp://x", "x", "https://", "https://user:pass@host", "https://host:0", "https://ho st"])
  func whatIsNoAddressIsRefusedWithoutRepeatingIt(api: String) async throws {
    try await ForgeFixture.with([]) { forge in
      let error = try #require(try await forge.failure("gitea", #"{"owner": "o", "repo": "r", "api": "\#(api)"}"#))
      #expect(error.code == .invalid)
      #expect(!error.description.contains("pass@"))
    }
  }

  @Test func aServerThatSendsTheTokenBackIsNotRepeated() async throws {
    let echo = Answer(
      "GET /api/v3/repos/o/r/pulls?per_page=100", status: 403,
      body: #"{"message": "you sent Bearer s3cr3t-t0ken, or s3cr3t-t0ken"}"#)
    try await ForgeFixture.with([echo]) { forge in
      let error = try #require(try await forge.failure("github", Self.pulls.replacing("SECRET", with: "token")))
      #expect(error.code == .forbidden)
      #expect(!error.description.contains("s3cr3t"))
      #expect(error.message.contains("you sent"))
    }
  }

  @Test func pagesThatLeadInACircleOrHaveNoEndAreCut() async throws {
    let circle = Answer(
      "GET /api/v3/repos/o/r/pulls?per_page=100",
      headers: ["link": #"<{base}/api/v3/repos/o/r/pulls?per_page=100>; rel="next""#], body: "[]")
    let plain = #"{"owner": "o", "repo": "r", "api": "{base}"}"#
    try await ForgeFixture.with([circle]) { forge in
      let error = try #require(try await forge.failure("github", plain))
      #expect(error.message.contains("circle"))
    }
    var few = ForgeConfiguration(allowsLoopback: true)
    few.mostRequests = 2
    try await ForgeFixture.with(GitHubAnswers.pullRequests, configuration: few) { forge in
      let error = try #require(try await forge.failure("github", GitHubTests.repository))
      #expect(error.code == .tooLarge)
      #expect(forge.server.seen.count == 2)
    }
  }

  @Test func aLinkToAnotherServerGetsNothing() async throws {
    let away = Answer(
      "GET /api/v3/repos/o/r/pulls?per_page=100",
      headers: ["link": #"<http://elsewhere.example.com/api/v3/repos/o/r/pulls?page=2>; rel="next""#], body: "[]")
    try await ForgeFixture.with([away]) { forge in
      let error = try #require(try await forge.failure("github", Self.pulls.replacing("SECRET", with: "token")))
      #expect(error.code == .notAllowed)
      #expect(forge.server.seen.count == 1)
    }
  }

  @Test func largeAnswersAreCut() async throws {
    var small = ForgeConfiguration(allowsLoopback: true)
    small.largestAnswer = 1 << 20
    let large = Answer(
      "GET /api/v3/repos/o/r/pulls?per_page=100", body: "[\"" + String(repeating: "x", count: 2 << 20) + "\"]")
    try await ForgeFixture.with([large], configuration: small) { forge in
      let error = try #require(try await forge.failure("github", #"{"owner": "o", "repo": "r", "api": "{base}"}"#))
      #expect(error.code == .tooLarge)
      #expect(error.message.contains("1 MiB"))
    }
  }

  @Test func aServerThatDoesNotAnswerIsAskedOnceAndThenLeftInPeace() async throws {
    let plain = #"{"owner": "o", "repo": "r", "api": "{base}"}"#
    try await ForgeFixture.with([Answer("GET /api/v3/repos/o/r/pulls?per_page=100", status: 502, body: "Bad Gateway")])
    { forge in
      let error = try #require(try await forge.failure("github", plain))
      #expect(error.code == .unreachable)
      #expect(error.canRetry)
      let pause = try #require(error.retryAfter)
      #expect(pause >= .milliseconds(2_500) && pause <= .milliseconds(7_500))
      let again = try #require(try await forge.failure("github", plain))
      #expect(again.message == error.message)
      #expect(forge.server.seen.count == 1)
    }
    try await ForgeFixture.with([]) { forge in
      // Port 9 on this machine: nobody listens.
      let error = try #require(
        try await forge.failure("github", #"{"owner": "o", "repo": "r", "api": "http://127.0.0.1:9"}"#))
      #expect(error.code == .unreachable || error.code == .timedOut)
      #expect(error.message.hasPrefix("GitHub: GET http://127.0.0.1:9/api/v3/repos/o/r/pulls"))
    }
  }
}

@Suite struct PluginTests {
  private static func request(_ base: String, token: String = "$plugin.token", timeout: Duration = .seconds(30))
    -> PluginRequest
  {
    PluginRequest(
      configMap: "my-plugin", baseURL: base, tokenReference: token, timeout: timeout,
      parameters: ["key1": "value1", "list": [1, true]])
  }

  /// https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Plugin/#http-server
  private static let answer = Answer(
    "POST /api/v1/getparams.execute",
    contains: #"{"applicationSetName":"previews","input":{"parameters":{"key1":"value1","list":[1,true]}}}"#,
    headers: ["content-type": "application/json"],
    body: #"{"output": {"parameters": [{"key1": "val1"}, {"key2": "val2"}]}}"#)

  @Test func aPluginIsAskedWithTheSetsNameItsInputAndTheToken() async throws {
    try await ForgeFixture.with([Self.answer]) { forge in
      guard case .body(let bytes) = try await forge.ask(.plugin(Self.request(forge.server.base + "/"))) else {
        Issue.record("expected a body")
        return
      }
      #expect(String(decoding: bytes, as: UTF8.self) == Self.answer.body)
      #expect(forge.server.unexpected == [])
      #expect(forge.server.seen.first?.headers["authorization"] == "Bearer plugin-t0ken")
      #expect(forge.server.seen.first?.headers["content-type"] == "application/json")
      // Another Secret by its name.
      _ = try await forge.ask(.plugin(Self.request(forge.server.base, token: "$token:value")))
      #expect(forge.server.seen.last?.headers["authorization"] == "Bearer s3cr3t-t0ken")
    }
  }

  @Test func aPluginThatFailsIsNamed() async throws {
    let failing = Answer("POST /api/v1/getparams.execute", status: 500, body: "boom")
    try await ForgeFixture.with([failing]) { forge in
      do throws(GeneratorSourceError) {
        _ = try await forge.ask(.plugin(Self.request(forge.server.base)))
        Issue.record("expected a failure")
      } catch {
        #expect(error.code == .unreachable)
        #expect(error.message.hasPrefix("plugin \"my-plugin\" answered POST http://127.0.0.1"))
        #expect(error.message.hasSuffix("with 500: boom"))
      }
    }
    try await ForgeFixture.with([
      Answer("POST /api/v1/getparams.execute", status: 302, headers: ["location": "/x"], body: "")
    ]) { forge in
      do throws(GeneratorSourceError) {
        _ = try await forge.ask(.plugin(Self.request(forge.server.base)))
        Issue.record("expected that it is not followed")
      } catch {
        #expect(error.code == .notAllowed)
      }
    }
  }

  @Test func aPluginThatNeverAnswersIsLeftAfterItsTime() async throws {
    var silent = Self.answer
    silent.isSilent = true
    let never = silent
    try await ForgeFixture.with([never]) { forge in
      do throws(GeneratorSourceError) {
        _ = try await forge.ask(.plugin(Self.request(forge.server.base, timeout: .milliseconds(300))))
        Issue.record("expected the end of its time")
      } catch {
        #expect(error.code == .timedOut)
        #expect(error.retryAfter != nil)
      }
    }
  }

  @Test(arguments: ["token", "$", "$a:", "$:b"])
  func whatIsNoReferenceIsRefused(token: String) async throws {
    try await ForgeFixture.with([]) { forge in
      await #expect(throws: GeneratorSourceError.self) {
        try await forge.ask(.plugin(Self.request(forge.server.base, token: token)))
      }
      #expect(forge.server.seen.isEmpty)
    }
  }
}
