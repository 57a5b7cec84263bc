import Crypto
import FleetAPI
import FleetController
import FleetModel
import FleetPorts
import Foundation
import HTTPTypes
import FleetPostgres
import Testing

@testable import FleetServer

@Suite struct WebhookTests {
  private static let secret = "0123456789abcdef0123"

  private static func signature(_ body: [UInt8], secret: String = secret) -> String {
    let key = SymmetricKey(data: Array(secret.utf8))
    return HMAC<SHA256>.authenticationCode(for: body, using: key).map { String(format: "%02x", $0) }.joined()
  }

  /// GitHub's own example of "Validating webhook deliveries".
  @Test func gitHubsPublishedExampleIsAccepted() throws {
    let name = try #require(HTTPField.Name("X-Hub-Signature-256"))
    let headers: HTTPFields = [
      name: "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    ]
    #expect(WebhookRoutes.isSigned(Array("Hello, World!".utf8), headers: headers, secret: "It's a Secret to Everybody"))
    #expect(
      !WebhookRoutes.isSigned(Array("Hello, World?".utf8), headers: headers, secret: "It's a Secret to Everybody"))
    #expect(!WebhookRoutes.isSigned([], headers: [:], secret: ""))
  }

  @Test func pushesOfAllHostsWakeTheirRepository() async throws {
    try await ServerFixture.with { server in
      try await server.apply(
        "apiVersion: flotilla.dev/v1\nkind: Repository\nmetadata: {name: shop}\n"
          + "spec: {url: 'https://git.example/shop.git'}\n")
      let stored = try await server.call(
        Routes.setCredential, Routes.setCredential.path("default", "shop.webhook"),
        CredentialRequest(kind: .webhookSecret, secret: Self.secret))
      #expect(stored.status == 200)
      let body = Array(#"{"ref":"refs/heads/main","repository":{"clone_url":"https://git.example/shop"}}"#.utf8)
      let gitLab = Array(#"{"project":{"git_http_url":"https://git.example/shop.git"}}"#.utf8)
      let path = Routes.gitWebhook.path()
      func push(_ path: String, _ body: [UInt8], _ headers: [(String, String)]) async throws -> Int {
        try await server.send("POST", path, bytes: body, headers: headers).status
      }
      #expect(try await push(path, body, [("X-Hub-Signature-256", "sha256=" + Self.signature(body))]) == 202)
      #expect(try await push(path, body, [("X-Gitea-Signature", Self.signature(body))]) == 202)
      #expect(try await push(path, gitLab, [("X-Gitlab-Token", Self.secret)]) == 202)
      #expect(try await push(path + "?repository=shop", [], [("X-Gitlab-Token", Self.secret)]) == 202)
      #expect(try await push(path, body, [("X-Gitea-Signature", Self.signature(body, secret: "another one"))]) == 401)
      #expect(try await push(path, gitLab, [("X-Gitlab-Token", Self.secret + "x")]) == 401)
      #expect(try await push(path + "?repository=nothing", [], [("X-Gitlab-Token", Self.secret)]) == 401)
      #expect(try await push(path, body, []) == 401)
      let token = try await server.send("POST", path + "?repository=shop", right: .operate, bytes: [])
      #expect(token.status == 202)
      #expect(try await server.send("POST", path + "?repository=shop", right: .read, bytes: []).status == 403)
      let claims = try await server.store.claim(.repository, limit: 10, by: server.controller, for: .seconds(60))
      #expect(claims.count == 1)
    }
  }

  /// A pull request moves no branch: its sets are woken by its event, the others are not.
  @Test func pullRequestsWakeTheSetsThatListThem() async throws {
    @Sendable func set(_ name: String, _ generators: String) -> String {
      """
      apiVersion: flotilla.dev/v1
      kind: FleetSet
      metadata: {name: \(name)}
      spec:
        generators: [\(generators)]
        template:
          metadata: {name: "x-{{name}}"}
          spec: {source: {repository: shop, path: web}, destination: {cluster: "{{name}}"}}
      ---

      """
    }
    try await ServerFixture.with { server in
      try await server.apply(
        "apiVersion: flotilla.dev/v1\nkind: Repository\nmetadata: {name: shop}\n"
          + "spec: {url: 'https://git.example/shop.git'}\n---\n" + set("plain", "{clusters: {}}")
          + set("previews", "{matrix: {generators: [{clusters: {}}, {pullRequest: {github: {owner: o, repo: r}}}]}}"))
      _ = try await server.call(
        Routes.setCredential, Routes.setCredential.path("default", "shop.webhook"),
        CredentialRequest(kind: .webhookSecret, secret: Self.secret))
      let body = Array(#"{"action":"opened","repository":{"clone_url":"https://git.example/shop"}}"#.utf8)
      func woken(_ headers: [(String, String)]) async throws -> [Int64] {
        for claim in try await server.store.claim(.expansion, limit: 10, by: server.controller, for: .seconds(60)) {
          try await server.store.finish(claim, wakeAt: nil)
        }
        let signed = headers + [("X-Hub-Signature-256", "sha256=" + Self.signature(body))]
        #expect(try await server.send("POST", Routes.gitWebhook.path(), bytes: body, headers: signed).status == 202)
        return try await server.store.claim(.expansion, limit: 10, by: server.controller, for: .zero).map(\.row)
      }
      let previews = try #require(try await server.store.fleetSet("previews", in: .defaultProject)).id.rawValue
      #expect(try await woken([("X-GitHub-Event", "push")]) == [])
      #expect(try await woken([("X-GitHub-Event", "pull_request")]) == [previews])
      #expect(try await woken([("X-Gitlab-Event", "Merge Request Hook")]) == [previews])
      #expect(try await woken([]) == [])
    }
  }

  @Test func aStrangerIsSlowedDown() async throws {
    let clock = HeldClock()
    try await ServerFixture.with { configuration in
      configuration.webhookRate = .init(burst: 2, perSecond: 1)
      configuration.rateClock = clock.now
    } _: { server in
      func refused(_ count: Int) async throws -> [Bool] {
        var answers: [Bool] = []
        for _ in 0..<count {
          answers.append(try await server.send("POST", Routes.gitWebhook.path(), bytes: []).status == 429)
        }
        return answers
      }
      let first = try await refused(3)
      #expect(first == [false, false, true])
      clock.advance(by: .seconds(1))
      let later = try await refused(2)
      #expect(later == [false, true])
    }
  }
}
