import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

@Suite struct AgentStoreTests {
  private let cause = StoreFixture.cause

  private func open(
    _ fixture: StoreFixture, _ token: String, instance: String = "pod-a", controller: ControllerID? = nil
  ) async throws {
    try await fixture.store.openSession(
      for: fixture.clusters[0].id, tokenHash: StoreFixture.digest(token), instance: instance,
      controller: controller ?? fixture.controller, expiresIn: .seconds(3_600), agentVersion: "1",
      kubernetesVersion: "v1.34.1")
  }

  @Test func aJoinTokenWorksOnceAndOnlyRejoinReplacesAnAgent() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      func token(_ name: String, rejoin: Bool = false, expiresIn: Duration = .seconds(60)) async throws -> Digest {
        let hash = StoreFixture.digest(name)
        try await store.createJoinToken(
          for: "c0000", in: "default", tokenHash: hash, expiresIn: expiresIn, rejoin: rejoin, cause: cause)
        return hash
      }
      func refused(_ hash: Digest) async -> StoreError.Code? {
        await #expect(throws: StoreError.self) {
          _ = try await store.join(tokenHash: hash, publicKey: [9], agentVersion: "1")
        }?.code
      }
      let first = try await token("first")
      let joined = try await store.join(tokenHash: first, publicKey: [1, 0, 255], agentVersion: "1.2")
      #expect(joined.name == "c0000")
      #expect(try await store.publicKey(of: joined.cluster) == [1, 0, 255])
      #expect(await refused(first) == .conflict)
      #expect(await refused(try await token("second")) == .conflict)
      #expect(await refused(try await token("old", rejoin: true, expiresIn: .zero)) == .conflict)
      #expect(await refused(StoreFixture.digest("unknown")) == .notFound)
      try await open(fixture, "session")
      _ = try await store.join(tokenHash: try await token("third", rejoin: true), publicKey: [2], agentVersion: "1.3")
      #expect(try await store.publicKey(of: joined.cluster) == [2])
      #expect(try await store.session(tokenHash: StoreFixture.digest("session")) == nil)
      try await store.removeCluster("c0000", in: "default", cause: cause)
      #expect(try await store.publicKey(of: joined.cluster) == nil)
    }
  }

  /// Two agents with a token each, at the same moment: one gets the cluster.
  @Test func twoAgentsThatJoinAtOnceDoNotBothGetTheCluster() async throws {
    try await TestDatabase.with(poolSize: 6) { database in
      let store = database.store
      for round in 0..<10 {
        let fixture = try await StoreFixture.make(in: store, clusters: round + 1, name: FleetSetName("set\(round)"))
        let cluster = try #require(fixture.clusters.last)
        var tokens: [Digest] = []
        for agent in 0..<4 {
          tokens.append(StoreFixture.digest("token \(round) \(agent)"))
          try await store.createJoinToken(
            for: cluster.name, in: "default", tokenHash: tokens[agent], expiresIn: .seconds(60), rejoin: false,
            cause: cause)
        }
        let joined = await withTaskGroup(of: Bool.self) { group in
          for (agent, token) in tokens.enumerated() {
            group.addTask {
              (try? await store.join(tokenHash: token, publicKey: [UInt8(agent)], agentVersion: "1")) != nil
            }
          }
          return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(joined == 1)
      }
    }
  }

  /// Every renewal makes a row: those that are over go with the next one, or the table would grow for ever.
  @Test func sessionsThatAreOverAreForgotten() async throws {
    try await TestDatabase.with { database in
      let fixture = try await StoreFixture.make(in: database.store, clusters: 1)
      for number in 1...3 { try await open(fixture, "\(number)") }
      try await PostgresScript.run(
        "UPDATE agent_sessions SET expires_at = now() - interval '1 second' WHERE closed_at IS NOT NULL",
        url: database.url)
      try await open(fixture, "4")
      let rows = try await PostgresScript.rows(
        "SELECT count(*), count(*) FILTER (WHERE closed_at IS NULL) FROM agent_sessions", url: database.url)
      #expect(rows == [["2", "1"]])
      #expect(try await database.store.session(tokenHash: StoreFixture.digest("3")) == fixture.clusters[0].id)
    }
  }

  @Test func aNonceIsUsedOnce() async throws {
    try await TestDatabase.with { database in
      let fixture = try await StoreFixture.make(in: database.store, clusters: 2)
      let nonce = StoreFixture.digest("nonce")
      try await database.store.createNonce(nonce, for: fixture.clusters[0].id)
      #expect(try await !database.store.useNonce(nonce, for: fixture.clusters[1].id))
      #expect(try await database.store.useNonce(nonce, for: fixture.clusters[0].id))
      #expect(try await !database.store.useNonce(nonce, for: fixture.clusters[0].id))
    }
  }

  @Test func contactFollowsSessionsAndLeases() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      let cluster = fixture.clusters[0].id
      func isConnected() async throws -> Bool? { try await store.cluster("c0000", in: "default")?.isConnected }
      #expect(try await isConnected() == false)
      try await open(fixture, "one")
      #expect(try await isConnected() == true)
      #expect(try await store.session(tokenHash: StoreFixture.digest("one")) == cluster)
      // The same instance renews its token; another one is refused while the first is in contact.
      try await open(fixture, "two")
      #expect(try await store.session(tokenHash: StoreFixture.digest("one")) == cluster)
      let error = await #expect(throws: StoreError.self) { try await open(fixture, "three", instance: "pod-b") }
      #expect(error?.code == .conflict)
      try await store.closeSessions(of: [cluster], controller: fixture.controller)
      #expect(try await isConnected() == false)
      #expect(try await store.cluster("c0000", in: "default")?.lastContactAt != nil)
      // A poll that reaches another controller opens it again.
      let other = try await store.registerController(version: "2")
      try await store.touchSession(of: cluster, controller: other)
      #expect(try await isConnected() == true)
      try await store.touchSession(of: cluster, controller: other)
      #expect(try await store.closeLapsedSessions() == 0)
      try await PostgresScript.run(
        "UPDATE controllers SET lease_until = now() - interval '1 second' WHERE id = \(other)", url: database.url)
      #expect(try await isConnected() == false)
      #expect(try await store.closeLapsedSessions() == 1)
      #expect(try await store.closeLapsedSessions() == 0)
      try await open(fixture, "four", instance: "pod-b")
      try await store.releaseLease(of: fixture.controller)
      #expect(try await isConnected() == false)
    }
  }

  /// The database was away for longer than a lease: who comes back first does not end the contact of the others.
  @Test func afterAnOutageEveryControllerHasTimeToRenewItsLease() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      try await open(fixture, "one")
      let other = try await store.registerController(version: "2")
      try await PostgresScript.run(
        """
        UPDATE listening SET renewed_at = renewed_at - interval '1 minute', total_ms = 1000000;
        UPDATE controllers SET lease_until = lease_until - interval '1 minute'
        """, url: database.url)
      #expect(try await store.closeLapsedSessions() == 0, "nobody has renewed a lease yet")
      #expect(try await store.renewLease(of: other))
      #expect(try await store.closeLapsedSessions() == 0)
      #expect(try await store.renewLease(of: fixture.controller))
      #expect(try await !store.renewLease(of: fixture.controller))
      // One that does not come back has had the time of a lease.
      try await PostgresScript.run(
        """
        UPDATE listening SET total_ms = total_ms + 15000;
        UPDATE controllers SET lease_until = now() - interval '1 second' WHERE id = \(fixture.controller)
        """, url: database.url)
      #expect(try await store.closeLapsedSessions() == 1)
    }
  }

  @Test func silenceIsCountedInListeningTime() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      _ = try await fixture.release(1)
      let rollout = try await fixture.start()
      func silence() async throws -> Duration? { try await store.planInput(for: rollout)?.units.first?.silentFor }
      try await open(fixture, "one")
      #expect(try await silence() == .zero)
      try await store.closeSessions(of: [fixture.clusters[0].id], controller: fixture.controller)
      // Two minutes that a controller listened to, and an hour that nobody did.
      try await PostgresScript.run("UPDATE listening SET total_ms = total_ms + 120000", url: database.url)
      let listened = try #require(try await silence())
      #expect(listened >= .seconds(120) && listened < .seconds(140))
      try await PostgresScript.run(
        "UPDATE listening SET renewed_at = renewed_at - interval '1 hour'", url: database.url)
      try await store.renewLease(of: fixture.controller)
      // Nobody could hear it during the outage: until it is heard again it counts as silent, however short ago that was.
      let unheard = try #require(try await silence())
      #expect(unheard >= .seconds(45) && unheard < .seconds(60))
      try await PostgresScript.run("UPDATE listening SET total_ms = total_ms + 100000", url: database.url)
      #expect(try #require(try await silence()) >= .seconds(100))
      try await open(fixture, "two")
      #expect(try await silence() == .zero)
      try await store.closeSessions(of: [fixture.clusters[0].id], controller: fixture.controller)
      #expect(try #require(try await silence()) < .seconds(15))
    }
  }

  /// A controller that was killed left its sessions open: after the outage they say nothing about contact either.
  @Test func sessionsOfAKilledControllerAreNoContactAfterAnOutage() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      _ = try await fixture.release(1)
      let rollout = try await fixture.start()
      func silence() async throws -> Duration? { try await store.planInput(for: rollout)?.units.first?.silentFor }
      try await open(fixture, "one")
      try await PostgresScript.run(
        """
        UPDATE listening SET renewed_at = renewed_at - interval '1 hour';
        UPDATE controllers SET renewed_at = renewed_at - interval '1 hour', lease_until = lease_until - interval '1 hour'
        """, url: database.url)
      let next = try await store.registerController(version: "2")
      for _ in 0..<2 {
        let silent = try #require(try await silence())
        #expect(silent >= .seconds(45) && silent < .seconds(60))
        _ = try await store.closeLapsedSessions()
      }
      try await store.touchSession(of: fixture.clusters[0].id, controller: next)
      #expect(try await silence() == .zero)
    }
  }

  /// `kill -9` of a controller: its lease and its sessions live on for a while, which must not keep its agents waiting.
  @Test func agentsOfAKilledControllerGoOnWithTheNextOneAtOnce() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      let cluster = fixture.clusters[0].id
      func controllerOfTheOpenSession() async throws -> [[String]] {
        try await PostgresScript.rows(
          "SELECT controller_id FROM agent_sessions WHERE closed_at IS NULL AND revoked_at IS NULL", url: database.url)
      }
      try await open(fixture, "one")
      let next = try await fixture.restarted(in: store).controller
      // The old token is good with the new controller, and so is a new session of the same instance, again and again.
      #expect(try await store.session(tokenHash: StoreFixture.digest("one")) == cluster)
      try await store.touchSession(of: cluster, controller: next)
      #expect(try await controllerOfTheOpenSession() == [["\(next)"]])
      for token in ["two", "three"] {
        try await open(fixture, token, controller: next)
        #expect(try await store.session(tokenHash: StoreFixture.digest(token)) == cluster)
      }
      #expect(try await controllerOfTheOpenSession() == [["\(next)"]])
      // What is left of the old controller takes nothing away when its lease lapses.
      try await PostgresScript.run(
        "UPDATE controllers SET lease_until = now() - interval '1 second' WHERE id = \(fixture.controller)",
        url: database.url)
      #expect(try await store.closeLapsedSessions() == 0)
      #expect(try await store.cluster("c0000", in: "default")?.isConnected == true)
      // Without a poll in between: the session is still the old controller's, whose lease lives.
      let third = try await store.registerController(version: "3")
      try await open(fixture, "four", controller: third)
      #expect(try await store.session(tokenHash: StoreFixture.digest("four")) == cluster)
    }
  }

  @Test func tokensAreFoundByHashUntilTheyAreRevoked() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let kim = Principal(name: "kim", groups: ["sre"], gitIdentities: ["kim@example.com"], right: .approve)
      let hash = StoreFixture.digest("kim")
      let id = try await store.createToken(kim, tokenHash: hash, expiresIn: nil, cause: cause)
      var expected = kim
      expected.token = id
      #expect(try await store.principal(tokenHash: hash) == expected)
      #expect(try await store.tokens() == [expected])
      let error = await #expect(throws: StoreError.self) {
        _ = try await store.createToken(kim, tokenHash: StoreFixture.digest("x"), expiresIn: nil, cause: cause)
      }
      #expect(error?.code == .conflict)
      try await store.revokeToken(named: "kim", cause: cause)
      #expect(try await store.principal(tokenHash: hash) == nil)
      _ = try await store.createToken(kim, tokenHash: StoreFixture.digest("y"), expiresIn: .zero, cause: cause)
      #expect(try await store.principal(tokenHash: StoreFixture.digest("y")) == nil)
      _ = try await store.createToken(kim, tokenHash: StoreFixture.digest("z"), expiresIn: .seconds(9), cause: cause)
      #expect(try await store.principal(tokenHash: StoreFixture.digest("z"))?.name == "kim")
    }
  }

  @Test func credentialsAndIdempotencyKeysKeepTheirBytes() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      try await store.setCredential("git", in: "team", sealed: [0, 255, 7], keyID: "k1", cause: cause)
      let credential = try #require(try await store.credential("git", in: "team"))
      #expect(credential.sealed == [0, 255, 7])
      #expect(credential.keyID == "k1")
      #expect(try await store.credential("git", in: "default") == nil)

      let body = StoreFixture.digest("body")
      func ask(_ body: Digest) async throws -> (status: Int, body: [UInt8])? {
        try await store.idempotentAnswer(principal: "kim", route: "POST /x", key: "1", bodyHash: body)
      }
      #expect(try await ask(body) == nil)
      let running = await #expect(throws: StoreError.self) { _ = try await ask(body) }
      #expect(running?.code == .conflict)
      try await store.storeIdempotentAnswer(
        principal: "kim", route: "POST /x", key: "1", bodyHash: body, status: 201, body: [0, 10])
      let answer = try #require(try await ask(body))
      #expect(answer.status == 201)
      #expect(answer.body == [0, 10])
      let other = await #expect(throws: StoreError.self) { _ = try await ask(StoreFixture.digest("other")) }
      #expect(other?.code == .conflict)
    }
  }
}
