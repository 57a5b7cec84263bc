import Crypto
import FleetAPI
import FleetController
import FleetModel
import FleetPorts
import FleetTestSupport
import Foundation
import FleetPostgres
import NIOHTTP1
import Manifest
import Testing

@testable import FleetServer

@Suite struct AgentRoutesTests {
  /// An agent's half of the conversation.
  private struct Agent {
    let server: ServerFixture
    let key = Curve25519.Signing.PrivateKey()
    var cluster: ClusterID = 0

    mutating func join(_ token: String) async throws -> ServerFixture.Answer {
      let answer = try await server.call(
        Routes.agentJoin, Routes.agentJoin.path(), right: nil,
        JoinRequest(
          token: token, publicKey: key.publicKey.rawRepresentation.base64EncodedString(), agentVersion: "1.2.0"))
      if answer.status == 200 { cluster = try answer.decode(JoinResponse.self).cluster }
      return answer
    }

    func challenge() async throws -> String {
      let answer = try await server.call(
        Routes.agentChallenge, Routes.agentChallenge.path(), right: nil, ChallengeRequest(cluster: cluster))
      return try answer.decode(ChallengeResponse.self).nonce
    }

    func session(
      _ nonce: String, instance: String = "one", signer: Curve25519.Signing.PrivateKey? = nil,
      version: String = "1.2.0", time: FleetModel.Instant? = nil, apiVersions: [String]? = nil
    ) async throws -> ServerFixture.Answer {
      let text = SessionRequest.signedText(cluster: cluster, nonce: nonce)
      let signature = try (signer ?? key).signature(for: Array(text.utf8)).base64EncodedString()
      return try await server.call(
        Routes.agentSession, Routes.agentSession.path(), right: nil,
        SessionRequest(
          cluster: cluster, nonce: nonce, signature: signature, instance: instance, agentVersion: version,
          kubernetesVersion: "v1.31.2", apiVersions: apiVersions, agentTime: time))
    }

    func open() async throws -> String {
      try await session(try await challenge()).decode(SessionResponse.self).token
    }

    func poll(
      _ token: String, seen: [String: Generation] = [:], waitSeconds: Int = 0
    ) async throws -> ServerFixture.Answer {
      try await server.call(
        Routes.agentPoll, Routes.agentPoll.path(), token: token, PollRequest(seen: seen, waitSeconds: waitSeconds))
    }
  }

  private static func joinToken(
    _ server: ServerFixture, _ name: ClusterName, rejoin: Bool = false
  ) async throws -> String {
    let answer = try await server.call(
      Routes.createJoinToken, Routes.createJoinToken.path("default", name.rawValue), JoinTokenRequest(rejoin: rejoin))
    #expect(answer.status == 201, "\(answer.text)")
    return try answer.decode(JoinTokenCreated.self).token
  }

  @Test func anAgentJoinsOnceAndProvesItsKey() async throws {
    try await ServerFixture.with { server in
      try await server.apply(ServerFixture.cluster("eu-1"))
      let token = try await Self.joinToken(server, "eu-1")
      var agent = Agent(server: server)
      #expect(try await agent.join("flt_" + String(repeating: "A", count: 43)).status == 401)
      #expect(try await agent.join(token).status == 200)

      var thief = Agent(server: server)
      #expect(try await thief.join(token).status == 409, "a used token")
      let second = try await Self.joinToken(server, "eu-1")
      #expect(try await thief.join(second).status == 409, "another agent has the cluster")
      thief.cluster = agent.cluster

      let nonce = try await agent.challenge()
      #expect(try await agent.session(nonce, signer: thief.key).status == 401)
      #expect(try await agent.session(nonce).status == 401, "the nonce was used up by the attempt")
      let fresh = try await agent.challenge()
      let opened = try await agent.session(fresh)
      #expect(opened.status == 200, "\(opened.text)")
      #expect(try await agent.session(fresh).status == 401, "a replay")
      let session = try opened.decode(SessionResponse.self).token
      #expect(try await agent.poll(session).decode(PollResponse.self).orders.isEmpty)
      #expect(try await agent.poll("nonsense").status == 401)
      let other = try await agent.session(try await agent.challenge(), instance: "two")
      #expect(other.status == 409, "a second process while the first one's session lives: \(other.text)")
      let shown = try await server.call(Routes.getCluster, Routes.getCluster.path("default", "eu-1"))
      #expect(try shown.decode(ClusterResource.self).connected)

      let again = try await Self.joinToken(server, "eu-1", rejoin: true)
      #expect(try await thief.join(again).status == 200, "an admin's token lets another key take over")
      #expect(try await agent.poll(session).status == 401, "the old session ended")
    }
  }

  @Test func whatAClusterServesIsKeptForTemplates() async throws {
    try await ServerFixture.with { server in
      try await server.apply(ServerFixture.cluster("eu-1"))
      var agent = Agent(server: server)
      #expect(try await agent.join(try await Self.joinToken(server, "eu-1")).status == 200)
      func known() async throws -> Cluster? { try await server.store.inventory(of: .defaultProject).first }
      func tell(_ apiVersions: [String]?) async throws {
        #expect(try await agent.session(try await agent.challenge(), apiVersions: apiVersions).status == 200)
      }
      #expect(try await known()?.apiVersions == nil)
      try await tell(["x.io/v1/Thing", "x.io/v1"])
      #expect(try await known()?.apiVersions == ["x.io/v1", "x.io/v1/Thing"])
      #expect(try await known()?.kubernetesVersion == KubernetesVersion(major: 1, minor: 31))
      // Who does not know changes nothing; what is gone is gone.
      try await tell(nil)
      #expect(try await known()?.apiVersions?.count == 2)
      try await tell([])
      #expect(try await known()?.apiVersions == [])
    }
  }

  @Test func whatAnAgentSaysOfItselfIsShownAndItsVersionIsGated() async throws {
    try await ServerFixture.with { server in
      try await server.apply(ServerFixture.cluster("eu-1"))
      var agent = Agent(server: server)
      #expect(try await agent.join(try await Self.joinToken(server, "eu-1")).status == 200)
      func shown() async throws -> ClusterResource {
        try await server.call(Routes.getCluster, Routes.getCluster.path("default", "eu-1")).decode(ClusterResource.self)
      }
      let seven = FleetModel.Instant(
        millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1_000) + 420_000)
      #expect(try await agent.session(try await agent.challenge(), version: "1.1.9", time: seven).status == 200)
      let skew = try #require(try await shown().clockSkewMilliseconds)
      #expect(skew > 400_000 && skew <= 420_000)
      #expect(try await shown().warnings.first?.hasPrefix("its agent's clock is 6m5") == true || skew == 420_000)
      for (version, word) in [("1.0.9", "too old"), ("1.3.0", "too new"), ("2.2.0", "too new"), ("new", "no version")] {
        let refused = try await agent.session(try await agent.challenge(), version: version)
        #expect(refused.status == 409 && refused.text.contains(word), "\(refused.text)")
        #expect(try await shown().warnings.contains { $0.contains(word) })
      }
      let session = try await agent.open()
      #expect(try await shown().warnings == [], "a clock that is not told is not known to be wrong")
      let poll = try await agent.poll(session).decode(PollResponse.self)
      #expect(poll.longestHoldSeconds == 86_400)
      func report(_ hold: HoldReport) async throws {
        let answer = try await server.call(
          Routes.agentObservations, Routes.agentObservations.path(), token: session,
          ObservationsRequest(observations: [], hold: WireHold(hold)))
        #expect(answer.status < 300, "\(answer.text)")
      }
      try await report(HoldReport(reason: "racks", by: "kim", remaining: .seconds(1_000_000)))
      let hold = try #require(try await shown().hold)
      #expect(hold.reason == "racks" && hold.by == "kim")
      #expect(hold.until.instant - hold.since.instant == .seconds(86_400), "no longer than the controller lets it")
      try await report(.none)
      #expect(try await shown().hold == nil)
    }
  }

  @Test func aRevokedAgentIsRefusedWithTheReasonUntilAnotherHasJoined() async throws {
    try await ServerFixture.with { server in
      try await server.apply(ServerFixture.cluster("eu-1"))
      let path = Routes.revokeAgent.path("default", "eu-1")
      let reason = ReasonRequest(reason: "the node was stolen")
      #expect(try await server.call(Routes.revokeAgent, path, reason).status == 409, "none has joined")
      var agent = Agent(server: server)
      let token = try await Self.joinToken(server, "eu-1")
      #expect(try await agent.join(token).status == 200)
      let session = try await agent.open()
      let unused = try await Self.joinToken(server, "eu-1", rejoin: true)

      #expect(try await server.call(Routes.revokeAgent, path, ReasonRequest()).status == 400)
      #expect(try await server.call(Routes.revokeAgent, path, right: .operate, reason).status == 403)
      let trial = try await server.call(Routes.revokeAgent, path, ReasonRequest(reason: "x", dryRun: true))
      #expect(try trial.decode(ClusterResource.self).revocation?.reason == "x")
      #expect(try await agent.poll(session).status == 200, "a dry run changes nothing")

      let revoked = try await server.call(Routes.revokeAgent, path, reason).decode(ClusterResource.self)
      #expect(revoked.revocation?.reason == "the node was stolen" && revoked.revocation?.by == "adminer")
      #expect(!revoked.connected && revoked.lastContactAt != nil)
      #expect(try await agent.poll(session).status == 401, "the session has ended")
      let refused = try await agent.session(try await agent.challenge())
      #expect(refused.status == 403)
      #expect(try refused.envelope().message == "this agent was revoked by adminer: the node was stolen")
      // Nobody but the holder of the key is told.
      let stranger = try await agent.session(try await agent.challenge(), signer: Curve25519.Signing.PrivateKey())
      #expect(stranger.status == 401 && !stranger.text.contains("stolen"))
      #expect(try await agent.join(token).status == 409, "the used token is worth nothing with the old key")
      var other = Agent(server: server)
      #expect(try await other.join(unused).status == 409, "tokens that were made before have ended")
      // The first reason stays.
      let again = try await server.call(Routes.revokeAgent, path, ReasonRequest(reason: "again"))
      #expect(try again.decode(ClusterResource.self).revocation?.reason == "the node was stolen")

      let byOperator = try await server.call(
        Routes.createJoinToken, Routes.createJoinToken.path("default", "eu-1"), right: .operate, JoinTokenRequest())
      #expect(byOperator.status == 403)
      #expect(try await other.join(try await Self.joinToken(server, "eu-1")).status == 200, "no rejoin is needed")
      #expect(other.cluster == agent.cluster)
      #expect(try await other.poll(try await other.open()).status == 200)
      let shown = try await server.call(Routes.getCluster, Routes.getCluster.path("default", "eu-1"))
      #expect(try shown.decode(ClusterResource.self).revocation == nil)
      #expect(try await agent.session(try await agent.challenge()).status == 401, "the old key is nobody's")
      let events = try await server.call(Routes.listEvents, Routes.listEvents.path("default"))
        .decode(ListPage<EventResource>.self).items
      #expect(events.contains { $0.kind == "cluster.agentRevoked" && $0.actor == "adminer" })
    }
  }

  @Test func aPollThatIsHeldWhenItsAgentIsRevokedGetsNoOrder() async throws {
    try await ServerFixture.with { configuration in
      // As another controller would: it believes the session for a while.
      configuration.sessionCache = .seconds(3_600)
      configuration.shortestOrderSweep = .seconds(3_600)
    } _: { server in
      let fleet = try await StoreFixture.make(in: server.store, clusters: 1)
      var agent = Agent(server: server)
      #expect(try await agent.join(try await Self.joinToken(server, "c0000")).status == 200)
      let session = try await agent.open()
      #expect(try await agent.poll(session).decode(PollResponse.self).orders.isEmpty)
      let joined = agent
      async let held = joined.poll(session, waitSeconds: 30)
      _ = try await fleet.release(1)
      let rollout = try await fleet.start()
      _ = try await server.store.revokeAgent(
        of: "c0000", in: .defaultProject, cause: ChangeCause(principal: "kim", reason: "stolen"))
      _ = try await fleet.pass(rollout)
      let answer = try await held
      let orders = answer.status == 401 ? [] : try answer.decode(PollResponse.self).orders
      #expect(orders.isEmpty, "\(answer.text)")
    }
  }

  @Test func rejoinNeedsAnAdmin() async throws {
    try await ServerFixture.with { server in
      try await server.apply(ServerFixture.cluster("eu-1"))
      let answer = try await server.call(
        Routes.createJoinToken, Routes.createJoinToken.path("default", "eu-1"), right: .operate,
        JoinTokenRequest(rejoin: true))
      #expect(answer.status == 403)
    }
  }

  @Test func aHeldPollIsWokenByAnOrder() async throws {
    try await ServerFixture.with { configuration in
      // Without a sweep only the signal can wake it.
      configuration.shortestOrderSweep = .seconds(3_600)
    } _: { server in
      let fleet = try await StoreFixture.make(in: server.store, clusters: 1)
      let token = try await Self.joinToken(server, "c0000")
      var agent = Agent(server: server)
      #expect(try await agent.join(token).status == 200)
      let session = try await agent.open()
      #expect(try await agent.poll(session).decode(PollResponse.self).orders.isEmpty)

      _ = try await fleet.release(1)
      let rollout = try await fleet.start()
      let joined = agent
      async let held = joined.poll(session, waitSeconds: 30)
      _ = try await fleet.pass(rollout)
      let orders = try await held.decode(PollResponse.self).orders
      #expect(orders.count == 1)
      let order = try #require(orders.first)

      let bundle = try #require(order.bundle)
      let listed = try await server.call(
        Routes.agentBundle, Routes.agentBundle.path(bundle.hexadecimal), token: session)
      let digests = try listed.decode(BundleResponse.self).objects
      let objects = try await server.call(
        Routes.agentObjects, Routes.agentObjects.path(), token: session, ObjectsRequest(digests: digests))
      let texts = try objects.decode(ObjectsResponse.self).objects
      #expect(texts.count == digests.count && objects.headers.first(name: "content-encoding") == nil)
      let lines = try await server.call(
        Routes.agentObjects, Routes.agentObjects.path(), token: session, ObjectsRequest(digests: digests),
        headers: [("Accept", ObjectsResponse.lines)])
      #expect(lines.text == texts.map { $0 + "\n" }.joined())
      #expect(lines.headers.first(name: "content-type") == ObjectsResponse.lines)
      let unknown = try await server.call(
        Routes.agentObjects, Routes.agentObjects.path(), token: session,
        ObjectsRequest(digests: [.sha256(Array("none".utf8))]), headers: [("Accept", ObjectsResponse.lines)])
      #expect(unknown.status == 404)

      let report = WireObservation(
        Observation(
          target: order.target, generation: order.generation, bundle: bundle, phase: .applied, health: .healthy,
          readyFor: .seconds(60), objectCount: 1))
      let accepted = try await server.call(
        Routes.agentObservations, Routes.agentObservations.path(), token: session,
        ObservationsRequest(observations: [report]))
      #expect(accepted.status == 204)
      let target = try await server.store.targets(of: nil, cluster: "c0000", in: .defaultProject, after: nil, limit: 10)
      #expect(target.elements.first?.health == .healthy)
      // What the agent has seen is not told again.
      let seen = ["\(order.target)": order.generation]
      #expect(try await agent.poll(session, seen: seen).decode(PollResponse.self).orders.isEmpty)
    }
  }

  @Test func aStoppingServerEndsPollsAtOnce() async throws {
    let board = OrderBoard(contactLimit: .seconds(45), shortestSweep: .seconds(5), sweepsPerSecond: 100)
    _ = board.contact(1)
    _ = board.takeNews(1, seen: [:])
    async let wake = board.wait(1, until: .now + .seconds(600))
    board.close()
    #expect(await wake == .closing)
  }
}
