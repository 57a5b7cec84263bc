import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Logging
import Synchronization
import Testing

/// Work that does what the test says, and counts how often it began.
private final class Probe: ControllerTask {
  let kind = WorkKind.expansion
  private let counts = Mutex<[Int64: Int]>([:])
  private let body: @Sendable (Int) async throws -> Instant?

  /// - Parameter body: gets the number of the run, from 1.
  init(_ body: @escaping @Sendable (Int) async throws -> Instant?) { self.body = body }

  func runs(_ row: Int64 = 1) -> Int { counts.withLock { $0[row] ?? 0 } }

  func run(row: Int64) async throws -> Instant? {
    let number = counts.withLock { counts in
      counts[row, default: 0] += 1
      return counts[row] ?? 1
    }
    return try await body(number)
  }
}

private struct Broken: Error {}

/// A flag that work raises.
private final class Flag: Sendable {
  private let value = Mutex(false)

  var isUp: Bool { value.withLock { $0 } }
  func raise() { value.withLock { $0 = true } }
}

/// How many are at work, and how many were at most.
private final class Gauge: Sendable {
  private let counts = Mutex((now: 0, most: 0))

  var now: Int { counts.withLock { $0.now } }
  var most: Int { counts.withLock { $0.most } }

  func enter() {
    counts.withLock { counts in
      counts.now += 1
      counts.most = max(counts.most, counts.now)
    }
  }

  func leave() { counts.withLock { $0.now -= 1 } }
}

/// Limits under which nothing is found by waiting: only what is due, or rung for.
private let patient = WorkLoop.Limits(
  concurrency: 2, claim: .seconds(3_600), idle: .seconds(3_600), retryPause: .milliseconds(1),
  lostRacePause: .milliseconds(1))

@Suite(.timeLimit(.minutes(5))) struct WorkLoopTests {
  /// Runs the body while a loop works, then stops the loop and returns when it has ended.
  private func whileWorking(
    on task: Probe, _ store: PostgresStore, limits: WorkLoop.Limits = patient, loops: Int = 1,
    _ body: () async throws -> Void
  ) async throws {
    var logger = Logger(label: "flotilla.test")
    logger.logLevel = .critical
    let quiet = logger
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<loops {
        let controller = try await store.registerController(version: "test")
        let bell = SignalBell()
        group.addTask {
          try? await WorkLoop(
            task: task, store: store, controller: controller, bell: bell, limits: limits, logger: quiet
          ).run()
        }
        group.addTask { try? await SignalService(store: store, bell: bell, logger: quiet).run() }
      }
      defer { group.cancelAll() }
      try await body()
    }
  }

  private func eventually(
    _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ isSo: () async throws -> Bool
  ) async throws {
    while try await !isSo() {
      do { try await Task.sleep(for: .milliseconds(20)) } catch {
        Issue.record(what, sourceLocation: sourceLocation)
        throw error
      }
    }
  }

  private func claimed(_ database: TestDatabase) async throws -> [[String]] {
    try await PostgresScript.rows(
      "SELECT coalesce(claimed_until::text, ''), coalesce(wake_at::text, '') FROM work ORDER BY row_id",
      url: database.url)
  }

  @Test func dueWorkIsDoneAndASignalIsEnough() async throws {
    try await TestDatabase.with { database in
      let task = Probe { _ in nil }
      try await database.store.wake(.expansion, row: 1)
      try await whileWorking(on: task, database.store) {
        try await eventually("the work is done") { task.runs(1) == 1 }
        try await eventually("the claim is given back") { try await claimed(database) == [["", ""]] }
        // The loop sleeps for an hour now, unless somebody rings.
        try await database.store.wake(.expansion, row: 2)
        try await eventually("the signal wakes the loop") { task.runs(2) == 1 }
      }
      #expect(task.runs(1) == 1)
    }
  }

  /// What asks for another run in a moment gets it, although the loop looked before it ended and would sleep for an hour.
  @Test func workThatIsDueAgainSoonIsDoneAgain() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let task = Probe { number in number < 5 ? try await store.now() + .milliseconds(1) : nil }
      try await store.wake(.expansion, row: 1)
      try await whileWorking(on: task, store) {
        try await eventually("the work is done five times") { task.runs() == 5 }
      }
    }
  }

  /// The answer of its claim was lost with the connection: it is not left until the claim runs out.
  @Test func workThatWasClaimedAndLostIsDone() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let controller = try await store.registerController(version: "test")
      try await store.wake(.expansion, row: 1)
      #expect(try await store.claim(.expansion, limit: 1, by: controller, for: .seconds(3_600)).count == 1)
      let task = Probe { _ in nil }
      var logger = Logger(label: "flotilla.test")
      logger.logLevel = .critical
      let loop = WorkLoop(
        task: task, store: store, controller: controller, bell: SignalBell(), limits: patient, logger: logger)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try? await loop.run() }
        defer { group.cancelAll() }
        try await eventually("the work is done") { task.runs() == 1 }
        try await eventually("the claim is given back") { try await claimed(database) == [["", ""]] }
      }
    }
  }

  @Test func workThatFailsOrLosesARaceIsTriedAgain() async throws {
    try await TestDatabase.with { database in
      let task = Probe { number in
        switch number {
        case 1...3: throw Broken()
        case 4...5: throw StoreError(.lostRace, "somebody was faster")
        default: return nil
        }
      }
      try await database.store.wake(.expansion, row: 1)
      try await whileWorking(on: task, database.store) {
        try await eventually("the work succeeds at last") { try await claimed(database) == [["", ""]] }
      }
      #expect(task.runs() == 6)
    }
  }

  /// The pause grows with every failure, up to a limit.
  @Test func workThatKeepsFailingIsTriedAtGrowingDistances() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      var limits = patient
      limits.retryPause = .milliseconds(1)
      limits.longestPause = .seconds(900)
      let task = Probe { _ in throw Broken() }
      try await store.wake(.expansion, row: 1)
      try await whileWorking(on: task, store, limits: limits) {
        // 2^10 ms and more.
        try await eventually("the pause is longer than a second") {
          try await PostgresScript.rows(
            "SELECT claimed_until IS NULL AND wake_at > now() + interval '1 second' FROM work", url: database.url)
            == [["t"]]
        }
      }
      #expect(task.runs() >= 11)
    }
  }

  /// The work is to go on when the database does.
  @Test func workThatFailsForTheDatabaseIsTriedAtTheSameDistance() async throws {
    try await TestDatabase.with { database in
      var limits = patient
      limits.retryPause = .milliseconds(1)
      limits.longestPause = .seconds(900)
      let task = Probe { number in
        if number <= 25 { throw StoreError(.unavailable, "the connection broke") }
        return nil
      }
      try await database.store.wake(.expansion, row: 1)
      try await whileWorking(on: task, database.store, limits: limits) {
        try await eventually("the work succeeds at last") { try await claimed(database) == [["", ""]] }
      }
      #expect(task.runs() == 26)
    }
  }

  /// A fetch may take minutes and a claim lasts seconds: neither another controller nor this one begins it again.
  @Test func workThatTakesLongIsDoneOnce() async throws {
    try await TestDatabase.with { database in
      var limits = patient
      limits.claim = .seconds(3)
      limits.idle = .milliseconds(20)
      let (gate, opener) = AsyncStream<Void>.makeStream()
      let task = Probe { _ in
        for await _ in gate {}
        return nil
      }
      try await database.store.wake(.expansion, row: 1)
      try await whileWorking(on: task, database.store, limits: limits, loops: 2) {
        var seen: Set<String> = []
        try await eventually("the claim is renewed again and again") {
          if let until = try await claimed(database).first?.first, !until.isEmpty { seen.insert(until) }
          return seen.count > 3
        }
        #expect(task.runs() == 1)
        opener.finish()
        try await eventually("the claim is given back") { try await claimed(database).first?.first == "" }
      }
      #expect(task.runs() == 1)
    }
  }

  /// Whoever stops gives back what it had begun, so that another controller goes on at once.
  @Test func workThatIsCancelledIsDueAtOnceForOthers() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let task = Probe { _ in
        try await Task.sleep(for: .seconds(3_600))
        return nil
      }
      try await store.wake(.expansion, row: 1)
      try await whileWorking(on: task, store) {
        try await eventually("the work has begun") { task.runs() == 1 }
      }
      let other = try await store.registerController(version: "other")
      #expect(try await store.claim(.expansion, limit: 1, by: other, for: .seconds(60)).map(\.row) == [1])
    }
  }

  /// A claim that somebody else has taken is given up, and its end changes nothing.
  @Test func aLostClaimCancelsItsWork() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      var limits = patient
      limits.claim = .milliseconds(300)
      let cancelled = Flag()
      let task = Probe { _ in
        do { try await Task.sleep(for: .seconds(3_600)) } catch { cancelled.raise() }
        return nil
      }
      try await store.wake(.expansion, row: 1)
      try await whileWorking(on: task, store, limits: limits) {
        try await eventually("the work has begun") { task.runs() == 1 }
        try await PostgresScript.run(
          "UPDATE work SET sequence = sequence + 1, claim_sequence = sequence + 1, claimed_by = 99, "
            + "claimed_until = now() + interval '1 hour'", url: database.url)
        try await eventually("the work is cancelled") { cancelled.isUp }
      }
      let rows = try await PostgresScript.rows("SELECT claimed_by FROM work", url: database.url)
      #expect(rows == [["99"]])
    }
  }

  @Test func noMoreRowsAreWorkedOnAtOnceThanAllowed() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let (gate, opener) = AsyncStream<Void>.makeStream()
      let running = Gauge()
      let task = Probe { _ in
        running.enter()
        for await _ in gate {}
        running.leave()
        return nil
      }
      for row in 1...6 { try await store.wake(.expansion, row: Int64(row)) }
      try await whileWorking(on: task, store) {
        try await eventually("two have begun") { running.now == 2 }
        opener.finish()
        try await eventually("all are done") {
          try await claimed(database).allSatisfy { $0 == ["", ""] }
        }
      }
      #expect(running.most == 2)
      #expect((1...6).allSatisfy { task.runs(Int64($0)) == 1 })
    }
  }
}
