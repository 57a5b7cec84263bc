import FleetModel
import FleetPorts
import FleetTestSupport
import Testing

@testable import FleetPostgres

@Suite struct WorkStoreTests {
  @Test func twoControllersNeverClaimTheSameWork() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let first = try await store.registerController(version: "1")
      let second = try await store.registerController(version: "1")
      for row in 1...100 { try await store.wake(.expansion, row: Int64(row)) }
      async let left = claimAll(store, first)
      async let right = claimAll(store, second)
      let (leftRows, rightRows) = try await (left, right)
      #expect(Set(leftRows).isDisjoint(with: rightRows))
      #expect(Set(leftRows + rightRows) == Set((1...100).map { Int64($0) }))
    }
  }

  private func claimAll(_ store: PostgresStore, _ controller: ControllerID) async throws -> [Int64] {
    var rows: [Int64] = []
    while true {
      let claims = try await store.claim(.expansion, limit: 7, by: controller, for: .seconds(60))
      if claims.isEmpty { return rows }
      rows += claims.map(\.row)
    }
  }

  @Test func aWakeDuringTheWorkIsNotLost() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let controller = try await store.registerController(version: "1")
      try await store.wake(.start, row: 1)
      let claim = try #require(try await store.claim(.start, limit: 1, by: controller, for: .seconds(60)).first)
      #expect(try await store.claim(.start, limit: 1, by: controller, for: .seconds(60)) == [])
      try await store.wake(.start, row: 1)
      try await store.finish(claim, wakeAt: nil)
      let again = try #require(try await store.claim(.start, limit: 1, by: controller, for: .seconds(60)).first)
      try await store.finish(again, wakeAt: nil)
      #expect(try await store.nextDue(.start) == nil)
      #expect(try await store.claim(.start, limit: 1, by: controller, for: .seconds(60)) == [])
    }
  }

  @Test func aClaimThatRanOutIsTakenOverAndItsFinishChangesNothing() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let controller = try await store.registerController(version: "1")
      try await store.wake(.rollout, row: 5)
      let lapsed = try #require(try await store.claim(.rollout, limit: 1, by: controller, for: .zero).first)
      let taken = try #require(
        try await store.claim(.rollout, limit: 1, by: controller, for: .seconds(60)).first)
      try await store.finish(lapsed, wakeAt: nil)
      #expect(try await store.claim(.rollout, limit: 1, by: controller, for: .seconds(60)) == [])
      let later = try await store.now() + .seconds(100)
      try await store.finish(taken, wakeAt: later)
      #expect(try await store.nextDue(.rollout) == later)
    }
  }

  @Test func workThatFailedIsDueAfterItsPause() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let controller = try await store.registerController(version: "1")
      func claim() async throws -> [WorkClaim] {
        try await store.claim(.expansion, limit: 1, by: controller, for: .seconds(60))
      }
      try await store.wake(.expansion, row: 1)
      let before = try await store.now()
      try await store.retry(try #require(try await claim().first), after: .seconds(1_000))
      #expect(try await claim() == [])
      let due = try #require(try await store.nextDue(.expansion))
      #expect(due >= before + .seconds(1_000) && due < before + .seconds(1_060))
      // A wake does not wait for the pause, and one during the work makes it due at once.
      try await store.wake(.expansion, row: 1)
      let again = try #require(try await claim().first)
      try await store.wake(.expansion, row: 1)
      try await store.retry(again, after: .seconds(1_000))
      #expect(try await claim().count == 1)
    }
  }

  @Test func aClaimIsMadeGoodAgainUntilItIsLost() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let controller = try await store.registerController(version: "1")
      try await store.wake(.repository, row: 1)
      let claim = try #require(try await store.claim(.repository, limit: 1, by: controller, for: .zero).first)
      #expect(try await store.extend(claim, for: .seconds(60)))
      #expect(try await store.claim(.repository, limit: 1, by: controller, for: .seconds(60)) == [])
      // What is claimed is due again when the claim runs out.
      #expect(try #require(try await store.nextDue(.repository)) > (try await store.now()) + .seconds(30))
      #expect(try await store.extend(claim, for: .zero))
      let other = try await store.claim(.repository, limit: 1, by: controller, for: .seconds(60))
      #expect(other.map(\.row) == [1])
      #expect(try await !store.extend(claim, for: .seconds(60)))
      for claim in other { try await store.finish(claim, wakeAt: nil) }
      #expect(try await !store.extend(claim, for: .seconds(60)))
    }
  }

  /// The answer of a claim, or the giving back, was lost with its connection.
  @Test func whatAControllerHasClaimedAndDoesNotHoldIsClaimedAnew() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let controller = try await store.registerController(version: "1")
      let other = try await store.registerController(version: "1")
      func claim(_ controller: ControllerID, holding rows: Set<Int64>) async throws -> [WorkClaim] {
        try await store.claim(.start, limit: 9, by: controller, for: .seconds(3_600), holding: rows)
      }
      try await store.wake(.start, row: 1)
      try await store.wake(.start, row: 2)
      let lost = try await claim(controller, holding: [])
      #expect(lost.map(\.row) == [1, 2])
      #expect(try await claim(other, holding: []) == [])
      let again = try await claim(controller, holding: [1])
      #expect(again.map(\.row) == [2])
      #expect(try await claim(controller, holding: [1, 2]) == [])
      // What comes late of the lost claim changes nothing.
      try await store.finish(lost[1], wakeAt: nil)
      #expect(try await store.extend(lost[0], for: .seconds(60)))
      #expect(try await !store.extend(lost[1], for: .seconds(60)))
      #expect(try await store.extend(again[0], for: .seconds(60)))
    }
  }

  @Test func leasesAndClaimsAreRenewedWhileEveryConnectionIsBusy() async throws {
    try await TestDatabase.with(poolSize: 2) { database in
      let store = database.store
      let controller = try await store.registerController(version: "1")
      for row in 1...20 { try await store.wake(.rollout, row: Int64(row)) }
      let claims = try await store.claim(.rollout, limit: 20, by: controller, for: .seconds(60))
      let busy = (0..<2).map { _ in
        Task { try await store.read { try $0.execute(Statement("test.sleep", "SELECT pg_sleep(40)")) } }
      }
      let running = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(40)' AND state = 'active'"
      while try await PostgresScript.rows(running, url: database.url) != [["2"]] {}
      #expect(try await store.renewLease(of: controller) == false)
      let renewed = try await withThrowingTaskGroup(of: Bool.self) { group in
        for claim in claims { group.addTask { try await store.extend(claim, for: .seconds(60)) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(renewed == Array(repeating: true, count: 20))
      #expect(await store.readiness() == nil)
      let stillRunning = try await PostgresScript.rows(running, url: database.url)
      #expect(stillRunning == [["2"]], "nothing waited for a connection of the pool")
      for task in busy { task.cancel() }
    }
  }

  @Test func theFirstThatIsDueIsFoundAmongClaimedAndFree() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let controller = try await store.registerController(version: "1")
      let now = try await store.now()
      for (row, wakeAt) in [(1, nil), (2, now + .seconds(900)), (3, now + .seconds(300))] as [(Int64, Instant?)] {
        try await store.wake(.start, row: row)
        let claim = try #require(try await store.claim(.start, limit: 1, by: controller, for: .seconds(60)).first)
        try await store.finish(claim, wakeAt: wakeAt)
      }
      #expect(try await store.nextDue(.start) == now + .seconds(300))
      try await store.wake(.start, row: 1)
      _ = try await store.claim(.start, limit: 1, by: controller, for: .seconds(100))
      #expect(try #require(try await store.nextDue(.start)) < now + .seconds(200))
      #expect(try await store.nextDue(.rollout) == nil)
    }
  }

  @Test func signalsReachEveryStream() async throws {
    try await TestDatabase.with { database in
      let first = try await database.store.signals()
      let second = try await database.store.signals()
      try await database.store.wake(.repository, row: 1)
      for stream in [first, second] {
        var found: StoreSignal?
        for await signal in stream {
          found = signal
          break
        }
        #expect(found == .work(.repository))
      }
    }
  }

  @Test("R28 the listening clock stands still between leases, and silence starts anew after a gap")
  func theListeningClockStandsStillBetweenLeases() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let controller = try await store.registerController(version: "1")
      let listened = "SELECT listened_ms(), last_gap_end_ms FROM listening"
      // Nine seconds later another renewal: all of it was listened to.
      try await age(database, seconds: 9)
      try await store.renewLease(of: controller)
      var row = try #require(try await PostgresScript.rows(listened, url: database.url).first)
      #expect((9_000..<20_000).contains(Int(row[0]) ?? 0))
      #expect(row[1] == "0")
      // An hour without any lease: only what the last lease covered counts, and silence starts anew.
      try await age(database, seconds: 3_600)
      let before = try #require(try await PostgresScript.rows(listened, url: database.url).first)
      try await store.renewLease(of: controller)
      row = try #require(try await PostgresScript.rows(listened, url: database.url).first)
      #expect((24_000..<60_000).contains(Int(row[0]) ?? 0))
      #expect((Int(before[0]) ?? 0) <= (Int(row[0]) ?? 0))
      #expect((Int(row[1]) ?? 0) >= 24_000)
      let missing = await #expect(throws: StoreError.self) { try await store.renewLease(of: 999) }
      #expect(missing?.code == .notFound)
    }
  }

  private func age(_ database: TestDatabase, seconds: Int) async throws {
    try await PostgresScript.run(
      """
      UPDATE listening SET renewed_at = renewed_at - interval '\(seconds) seconds';
      UPDATE controllers SET renewed_at = renewed_at - interval '\(seconds) seconds',
        lease_until = lease_until - interval '\(seconds) seconds'
      """, url: database.url)
  }
}
