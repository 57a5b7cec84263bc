import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

@Suite struct HoldStoreTests {
  @Test func aHoldIsShownWakesRunsAndIsToldOnce() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      let cluster = fixture.clusters[0]
      func shown() async throws -> ClusterHold? {
        try await store.cluster(cluster.name, in: "default")?.hold
      }
      func events() async throws -> [String] {
        try await PostgresScript.rows(
          "SELECT kind FROM events WHERE cluster = 'c0000' AND kind LIKE 'cluster.h%' ORDER BY id", url: database.url
        ).flatMap { $0 }
      }
      try await store.note(.none, of: cluster.id)
      #expect(try await shown() == nil)
      #expect(try await events() == [])
      let hold = HoldReport(reason: "racks", by: "kim", remaining: .seconds(7_200))
      try await store.note(hold, of: cluster.id)
      let first = try #require(try await shown())
      #expect(first.reason == "racks" && first.by == "kim" && first.until - first.since == .seconds(7_200))
      try await store.note(hold, of: cluster.id)
      #expect(try await shown() == first, "saying the same again writes nothing")
      #expect(try await events() == ["cluster.held"])
      try await store.note(HoldReport(reason: "more", by: "kim", remaining: .seconds(9_000)), of: cluster.id)
      let second = try #require(try await shown())
      #expect(second.reason == "more" && second.since == first.since)
      try await store.note(.none, of: cluster.id)
      try await store.note(.none, of: cluster.id)
      #expect(try await shown() == nil)
      #expect(try await events() == ["cluster.held", "cluster.held", "cluster.holdEnded"])
    }
  }

  @Test func aClockThatIsOffIsNamedBeyondFiveMinutesAndOnce() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      let cluster = fixture.clusters[0]
      func note(_ skew: Duration?) async throws -> Duration? {
        try await store.noteAgent(of: cluster.id, version: "1.2.0", clockSkew: skew, refusal: nil)
        return try await store.cluster(cluster.name, in: "default")?.clockSkew
      }
      func events() async throws -> [String] {
        try await PostgresScript.rows(
          "SELECT message FROM events WHERE kind LIKE 'cluster.clock%' ORDER BY id", url: database.url
        ).flatMap { $0 }
      }
      #expect(try await note(.seconds(20)) == nil)
      #expect(try await note(.seconds(-280)) == .seconds(-280))
      #expect(try await events() == [])
      #expect(try await note(.seconds(420)) == .seconds(420))
      #expect(try await note(.seconds(421)) == .seconds(420))
      #expect(try await events() == ["c0000: its agent's clock is 7m ahead of the controller's"])
      #expect(try await note(.seconds(1)) == nil)
      #expect(try await events().last == "c0000: its agent's clock is right again")
      try await store.noteAgent(of: cluster.id, version: "0.1.0", clockSkew: nil, refusal: "too old")
      try await store.noteAgent(of: cluster.id, version: "0.1.0", clockSkew: nil, refusal: "too old")
      let refused = try await PostgresScript.rows(
        "SELECT message FROM events WHERE kind = 'cluster.agentRefused'", url: database.url
      ).flatMap { $0 }
      #expect(refused == ["c0000: too old"])
    }
  }

  @Test func whoeverShowsTokenAndKeyAgainIsAnsweredAgain() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      _ = try await StoreFixture.make(in: store, clusters: 1)
      let hash = StoreFixture.digest("token")
      try await store.createJoinToken(
        for: "c0000", in: "default", tokenHash: hash, expiresIn: .seconds(60), rejoin: false, cause: StoreFixture.cause)
      let first = try await store.join(tokenHash: hash, publicKey: [1], agentVersion: "1")
      #expect(try await store.join(tokenHash: hash, publicKey: [1], agentVersion: "1") == first)
      let other = await #expect(throws: StoreError.self) {
        _ = try await store.join(tokenHash: hash, publicKey: [2], agentVersion: "1")
      }
      #expect(other?.code == .conflict)
    }
  }
}
