import FleetModel
import FleetPostgres
import FleetTestSupport
import Foundation
import Glibc
import Logging
import Testing

/// PostgreSQL gone, slow or cut off in the middle of a wave (R26), with the programs that users run.
@Suite("Outages of PostgreSQL", .timeLimit(.minutes(8)))
struct DatabaseOutageTests {
  /// How long PostgreSQL is away, in seconds; `FLOTILLA_OUTAGE_SECONDS` says otherwise.
  private static let outage = Duration.seconds(
    ProcessInfo.processInfo.environment["FLOTILLA_OUTAGE_SECONDS"].flatMap { Int($0) } ?? 8)
  private static let recovery = Duration.seconds(10)

  @Test(
    "stopped, slow and cut off in mid-wave: nothing is ordered that is not committed, and all of it goes on after it")
  func story() async throws {
    let folder = "/tmp/flotilla-test-outage-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    let logger = Logger(label: "flotilla.test")
    // What was committed is to be there after the crash.
    let server = try await EmbeddedPostgres.start(folder: folder, logger: logger)
    let result: Result<Void, any Error>
    do {
      try await DatabaseProxy.with(socket: server.folder + "/socket/.s.PGSQL.5432") { proxy in
        let password = server.url.components(separatedBy: "password=").last ?? ""
        let url = "postgresql://flotilla:\(password)@127.0.0.1:\(proxy.port)/flotilla"
        try await OutageFleet.with(clusters: 6, controllers: 2, database: server.url, controllersUse: url) { fleet in
          try await fleet.watch(try await first(fleet))
          try await stopped(fleet, server)
          try await slow(fleet, proxy)
          try await cutOff(fleet, proxy)
        }
      }
      result = .success(())
    } catch { result = .failure(error) }
    _ = try? await EmbeddedPostgres.stop(folder: folder)
    try? FileManager.default.removeItem(atPath: folder)
    try result.get()
  }

  private func first(_ fleet: OutageFleet) async throws -> CommitID {
    let commit = try await fleet.commit("first")
    try await fleet.apply()
    return commit
  }

  /// The server goes as `pg_ctl stop -m immediate` lets it go, and comes back after a while.
  private func stopped(_ fleet: OutageFleet, _ server: EmbeddedPostgres) async throws {
    let uids = try await fleet.uids()
    let commit = try await fleet.commit("second")
    try await wave("second", fleet)
    let before = try await fleet.orders()
    try kill(#require(server.processID), SIGQUIT)
    try await within(.seconds(20), "PostgreSQL is gone") { server.processID == nil }
    let end = ContinuousClock.now + Self.outage
    try await within(Self.recovery, "no controller is ready") { try await fleet.areAll(ready: 503) }
    // Who has an order goes on with it; nobody gets another one; what runs is kept.
    var during: [String: String] = [:]
    while ContinuousClock.now < end {
      #expect(try await fleet.areAll(ready: 503))
      #expect(try await fleet.uids() == uids)
      during = try await fleet.greetings()
      try await Task.sleep(for: .milliseconds(500))
    }
    let ordered = try fleet.received()
    // Between the look and the end of the database another two clusters may have had their turn.
    let late = ordered.subtracting(before)
    #expect(late.count <= 2, "\(late)")
    #expect(during.values.contains("first"), "the outage was in the middle of the wave")

    _ = try await EmbeddedPostgres.start(folder: server.folder, logger: Logger(label: "flotilla.test"))
    let took = try await recovers(fleet) { try await fleet.orders().count > ordered.count }
    print("PostgreSQL stopped for \(Self.outage.text): ready and ordering again after \(took.text)")
    try await fleet.watch(commit)
    #expect(try await fleet.greetings() == Dictionary(uniqueKeysWithValues: fleet.names.map { ($0, "second") }))
    #expect(try await fleet.uids() == uids)
    try await allIsCommitted(fleet, releases: 2)
  }

  /// Two seconds more for every answer: leases and claims are kept, work goes on.
  private func slow(_ fleet: OutageFleet, _ proxy: DatabaseProxy) async throws {
    let commit = try await fleet.commit("third")
    try await wave("third", fleet)
    proxy.delay(.seconds(1))
    try await within(Self.recovery, "no controller is ready") { try await fleet.areAll(ready: 503) }
    let end = ContinuousClock.now + .seconds(16)
    while ContinuousClock.now < end {
      #expect(try await fleet.areAll(ready: 503))
      let lapsed = try await PostgresScript.rows(
        """
        SELECT id FROM controllers WHERE lease_until < now() UNION ALL
        SELECT row_id FROM work WHERE claimed_until < now()
        """, url: fleet.database)
      #expect(lapsed == [])
      try await Task.sleep(for: .milliseconds(500))
    }
    let ordered = try await fleet.orders().count
    proxy.delay(.zero)
    let took = try await recovers(fleet) {
      let count = try await fleet.orders().count
      return count > ordered || count == 3 * fleet.names.count
    }
    print("answers of PostgreSQL two seconds late: ready and ordering again after \(took.text)")
    try await fleet.watch(commit)
    try await allIsCommitted(fleet, releases: 3)
  }

  /// Connections break in the middle of transactions, before the commit or after it.
  private func cutOff(_ fleet: OutageFleet, _ proxy: DatabaseProxy) async throws {
    proxy.cut(every: 10)
    let commit = try await fleet.commit("fourth")
    try await fleet.watch(commit)
    proxy.cut(every: 0)
    #expect(proxy.cuts >= 5)
    print("\(proxy.cuts) transactions cut off")
    #expect(try await fleet.greetings() == Dictionary(uniqueKeysWithValues: fleet.names.map { ($0, "fourth") }))
    try await within(Self.recovery, "every controller is ready") { try await fleet.areAll(ready: 200) }
    try await allIsCommitted(fleet, releases: 4)
  }

  /// Waits for the middle of a wave: two clusters have it, others do not, and orders are under way.
  private func wave(_ greeting: String, _ fleet: OutageFleet) async throws {
    try await within(.seconds(60), "the wave of \(greeting) has begun") {
      try await fleet.greetings().values.count { $0 == greeting } >= 2
    }
  }

  /// Every controller is ready and the rollout goes on, both in time.
  private func recovers(_ fleet: OutageFleet, _ goesOn: () async throws -> Bool) async throws -> Duration {
    let begin = ContinuousClock.now
    try await within(Self.recovery, "every controller is ready") { try await fleet.areAll(ready: 200) }
    try await within(Self.recovery - (ContinuousClock.now - begin), "the rollout goes on", goesOn)
    return ContinuousClock.now - begin
  }

  /// Every cluster got every release once, in order, and no agent got anything else.
  private func allIsCommitted(_ fleet: OutageFleet, releases: Int) async throws {
    let orders = try await fleet.orders()
    #expect(orders.count == releases * fleet.names.count, "\(orders)")
    let difference = try fleet.received().symmetricDifference(orders).sorted()
    #expect(difference == [], "every order was committed, and received")
  }
}
