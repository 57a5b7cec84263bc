import Crypto
import FleetAPI
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Foundation
import Testing

@testable import FleetServer

/// What callers get wrong: an error that names the place and what to do, nothing is stored, and what runs goes on.
@Suite struct BadInputTests {
  /// A document that is not right, and what is said about it.
  struct Refused: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var text: String
    var line: Int
    var field: String
    var says: String

    init(_ name: String, line: Int, field: String = "", says: String, _ text: String) {
      (testDescription, self.text, self.line, self.field, self.says) = (name, text, line, field, says)
    }
  }

  static let refused = [
    Refused("no YAML", line: 4, says: "did not find expected", "kind: Cluster\nmetadata:\n  name: [a\n---\nkind: b\n"),
    Refused(
      "an unknown kind", line: 2, field: "kind", says: "Cluster",
      "apiVersion: flotilla.dev/v1\nkind: Clusterr\nmetadata: {name: a}\n"),
    Refused(
      "an unknown field", line: 4, field: "metadata.lables", says: "labels",
      "apiVersion: flotilla.dev/v1\nkind: Cluster\nmetadata:\n  lables: {a: b}\n  name: a\n"),
    Refused(
      "an unknown version", line: 1, field: "apiVersion", says: "flotilla.dev/v1",
      "apiVersion: flotilla.dev/v2\nkind: Cluster\nmetadata: {name: a}\n"),
    Refused(
      "one name twice", line: 7, field: "metadata.name", says: "already described",
      "apiVersion: flotilla.dev/v1\nkind: Cluster\nmetadata: {name: a}\n---\n"
        + "apiVersion: flotilla.dev/v1\nkind: Cluster\nmetadata: {name: a}\n"),
  ]

  @Test(arguments: refused) func aDocumentThatIsNotRight(document: Refused) async throws {
    try await ServerFixture.with { server in
      let fleet = try await StoreFixture.make(in: server.store, clusters: 2)
      _ = try await fleet.release(1)
      let rollout = try await fleet.start()
      try await fleet.pass(rollout)
      // A document that is right goes with it, and is not stored either.
      let good = ServerFixture.cluster("good")
      let answer = try await server.call(
        Routes.applyDocuments, Routes.applyDocuments.path("default"),
        ApplyRequest(files: [
          .init(name: "good.yaml", content: good), .init(name: "bad.yaml", content: document.text),
        ]))
      #expect(answer.status == 400)
      let envelope = try answer.envelope()
      #expect(envelope.code == .invalid)
      #expect(envelope.message.contains("nothing was changed"))
      let finding = try #require(envelope.diagnostics.first { $0.severity == .error })
      #expect(finding.file == "bad.yaml")
      #expect(finding.line == document.line, "\(finding.text)")
      #expect(finding.field == document.field)
      #expect(finding.text.contains(document.says), "\(finding.text)")
      #expect(try await server.store.cluster("good", in: .defaultProject) == nil)
      try await fleet.confirm()
      try await fleet.pass(rollout)
      #expect(try await server.store.rollout(of: "storefront", number: 1, in: .defaultProject)?.run.state == .succeeded)
    }
  }

  /// An agent that comes with a token that is used, over or unknown, or for a cluster that has an agent, changes nothing
  /// for the agent that is there.
  @Test func anAgentThatMayNotJoin() async throws {
    try await ServerFixture.with { server in
      let fleet = try await StoreFixture.make(in: server.store, clusters: 1)
      let cluster = fleet.clusters[0].id
      func token(rejoin: Bool = false, isOver: Bool = false) async throws -> String {
        let answer = try await server.call(
          Routes.createJoinToken, Routes.createJoinToken.path("default", "c0000"), JoinTokenRequest(rejoin: rejoin))
        let token = try answer.decode(JoinTokenCreated.self).token
        if isOver {
          try await PostgresScript.run(
            "UPDATE join_tokens SET expires_at = now() WHERE used_at IS NULL", url: server.databaseURL)
        }
        return token
      }
      func join(_ token: String) async throws -> ServerFixture.Answer {
        try await server.call(
          Routes.agentJoin, Routes.agentJoin.path(), right: nil,
          JoinRequest(
            token: token,
            publicKey: Curve25519.Signing.PrivateKey().publicKey.rawRepresentation.base64EncodedString(),
            agentVersion: "1.2.0"))
      }
      let late = try await join(try await token(isOver: true))
      #expect(late.status == 409)
      #expect(try late.envelope().message == "this join token has expired; create another one")
      #expect(try await server.store.publicKey(of: cluster) == nil)

      let first = try await token()
      #expect(try await join(first).status == 200)
      let key = try await server.store.publicKey(of: cluster)
      let session = StoreFixture.digest("session")
      try await server.store.openSession(
        for: cluster, tokenHash: session, instance: "one", controller: server.controller, expiresIn: .seconds(600),
        agentVersion: "1", kubernetesVersion: "v1.34.1")
      for (answer, status, words) in [
        (try await join(first), 409, "this join token was used already"),
        (try await join(try await token(rejoin: true, isOver: true)), 409, "has expired"),
        (try await join(try await token()), 409, "'c0000' has an agent already; create a token with --rejoin"),
        (try await join("flt_unknown"), 401, "the join token is not known"),
      ] {
        #expect(answer.status == status, "\(answer.text)")
        #expect(try answer.envelope().message.contains(words), "\(answer.text)")
      }
      #expect(try await server.store.publicKey(of: cluster) == key)
      #expect(try await server.store.session(tokenHash: session) == cluster)
      _ = try await fleet.release(1)
      let rollout = try await fleet.start()
      try await fleet.pass(rollout)
      try await fleet.confirm()
      try await fleet.pass(rollout)
      #expect(try await server.store.rollout(of: "storefront", number: 1, in: .defaultProject)?.run.state == .succeeded)
    }
  }
}
