import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

@Suite struct PlacementStoreTests {
  private let web = "apps/Deployment/shop/web"
  private let config = "/ConfigMap/shop/settings"
  private let job = "batch/Job/shop/migrate"
  private let volume = "/PersistentVolumeClaim/shop/data"

  private func roll(_ fixture: StoreFixture, _ number: Int, _ identities: [String], confirm: Bool) async throws {
    _ = try await fixture.release(number, bundle: StoreFixture.bundle("v\(number)", identities: identities))
    let rollout = try await fixture.start()
    try await fixture.pass(rollout)
    guard confirm else { return }
    try await fixture.confirm()
    try await fixture.pass(rollout)
  }

  @Test func anOrderNamesWhatMayBePruned() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      let cluster = fixture.clusters[0].id
      try await roll(fixture, 1, [web, config, volume], confirm: true)
      #expect(try await store.orders(for: cluster, above: [:]).first?.mayPrune == [])
      // The second is ordered and fails: it may have left its Job behind.
      try await roll(fixture, 2, [web, job], confirm: false)
      let second = try #require(try await store.orders(for: cluster, above: [:]).first)
      #expect(second.mayPrune == [config])
      #expect(second.targetName == "storefront/web-c0000")
      let running = try #require(try await store.rollout(of: "storefront", number: 2, in: "default"))
      try await fixture.confirm(phase: .failed, health: .degraded, message: "no")
      try await fixture.pass(running.run.id)
      let input = try #require(try await store.planInput(for: running.run.id))
      let aborted = try command(.abort(hold: false), on: input, by: CommandGiver(name: "kim"))
      try await store.commit(aborted, input: input, cause: StoreFixture.cause)
      try await roll(fixture, 3, [web], confirm: false)
      let third = try #require(try await store.orders(for: cluster, above: [:]).first)
      #expect(third.mayPrune == [config, job].sorted())
      #expect(third.generation > second.generation)
      #expect(try await store.orders(for: cluster, above: [third.target: third.generation]) == [])
    }
  }

  @Test func nothingMayBePrunedWhenTheTargetDoesNotPrune() async throws {
    try await TestDatabase.with { database in
      let fixture = try await StoreFixture.make(in: database.store, clusters: 1)
      try await roll(fixture, 1, [web, config], confirm: true)
      _ = try await fixture.release(2, bundle: StoreFixture.bundle("v2", identities: [web]), prune: false)
      let rollout = try await fixture.start()
      try await fixture.pass(rollout)
      #expect(try await database.store.orders(for: fixture.clusters[0].id, above: [:]).first?.mayPrune == [])
    }
  }

  @Test func onlyReportsAboutTheNewestOrderCount() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      let cluster = fixture.clusters[0].id
      try await roll(fixture, 1, [web], confirm: false)
      let order = try #require(try await store.orders(for: cluster, above: [:]).first)
      func report(_ change: (inout Observation) -> Void) async throws -> Health? {
        var observation = Observation(
          target: order.target, generation: order.generation, bundle: order.bundle, phase: .applied, health: .healthy)
        change(&observation)
        try await store.record([observation], from: cluster)
        return try await store.targets(of: nil, cluster: nil, in: "default", after: nil, limit: 1).elements.first?
          .health
      }
      #expect(try await report { $0.generation = .none } == .unknown)
      #expect(try await report { $0.generation.counter += 1 } == .unknown)
      #expect(try await report { $0.bundle = StoreFixture.digest("other") } == .unknown)
      #expect(try await report { $0.target = 9_999 } == .unknown)
      #expect(try await report { _ in } == .healthy)
    }
  }

  @Test func aReportMarksItsStepOnlyWhenItSaysSomethingNew() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      try await roll(fixture, 1, [web], confirm: false)
      let rollout = try #require(try await store.rollout(of: "storefront", number: nil, in: "default")).run.id
      try await fixture.confirm(phase: .applying, health: .progressing, readyFor: .zero)
      let claims = try await store.claim(.rollout, limit: 1, by: fixture.controller, for: .seconds(60))
      #expect(claims.map(\.row) == [rollout.rawValue])
      for claim in claims { try await store.finish(claim, wakeAt: nil) }
      try await fixture.confirm(phase: .applying, health: .progressing, readyFor: .zero)
      #expect(try await store.claim(.rollout, limit: 1, by: fixture.controller, for: .seconds(60)) == [])
      // A mark that is set between load and commit stays.
      let loaded = try #require(try await store.planInput(for: rollout))
      #expect(loaded.marks.count == 1)
      #expect(loaded.units.first?.steps.first?.report?.observation.phase == .applying)
      try await fixture.confirm(phase: .applying, health: .degraded, readyFor: .zero)
      try await store.commit(plan(loaded), input: loaded, cause: ChangeCause(principal: "flotilla"))
      #expect(try await store.planInput(for: rollout)?.marks.count == 1)
    }
  }

  /// A container's last words may hold anything; PostgreSQL's texts hold no NUL, which must not stop a cluster's reports.
  @Test func aMessageMayHoldAnyCharacter() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      try await roll(fixture, 1, [web], confirm: false)
      let message = "exit 1:\0\u{301}\0 \\u0000 \"'{}\\ \u{FFFF} \u{1F600}\n\t\u{1}"
      try await fixture.confirm(phase: .applying, health: .degraded, message: message)
      let target = try #require(
        try await store.targets(of: nil, cluster: nil, in: "default", after: nil, limit: 1).elements.first)
      let stored = "exit 1:\u{FFFD}\u{301}\u{FFFD} \\u0000 \"'{}\\ \u{FFFF} \u{1F600}\n\t\u{1}"
      #expect(target.message == stored)
      #expect(target.health == .degraded)
      let rollout = try #require(try await store.rollout(of: "storefront", number: nil, in: "default")).run.id
      let input = try #require(try await store.planInput(for: rollout))
      #expect(input.units.first?.steps.first?.report?.observation.message == stored)
      // What a person writes is refused instead.
      let error = await #expect(throws: StoreError.self) {
        try await store.setCordon("c0000", in: "default", reason: "a\0b", cause: StoreFixture.cause)
      }
      #expect(error?.code == .invalid)
    }
  }

  @Test func cursorsThatNobodyHandedOutAreRefused() async throws {
    try await TestDatabase.with { database in
      for cursor in ["", "x", "1.1.1:abx", "9:a", "1.1.-1:abc"] {
        let error = await #expect(throws: StoreError.self) {
          _ = try await database.store.targets(of: nil, cluster: nil, in: "default", after: cursor, limit: 1)
        }
        #expect(error?.code == .invalid, "\(cursor)")
      }
      for cursor in ["", "1.2", "a.b.c", "99999999999.0.0"] {
        let error = await #expect(throws: StoreError.self) {
          _ = try await database.store.steps(of: 1, states: [], after: cursor, limit: 1)
        }
        #expect(error?.code == .invalid, "\(cursor)")
      }
    }
  }

  @Test func reportsAndPassesAtOnceLoseNothing() async throws {
    try await TestDatabase.with(poolSize: 6) { database in
      let fixture = try await StoreFixture.make(in: database.store, clusters: 40)
      _ = try await fixture.release(1)
      let rollout = try await fixture.start(StoreFixture.strategy(maxConcurrent: .count(8)))
      try await withThrowingTaskGroup(of: Void.self) { group in
        for part in 0..<4 {
          let own = fixture.clusters.filter { $0.id.rawValue % 4 == Int64(part) }
          group.addTask {
            while try await database.store.planInput(for: rollout)?.run.state.isEnd == false {
              try await fixture.confirm(own)
            }
          }
        }
        for _ in 0..<2 {
          group.addTask {
            while try await database.store.planInput(for: rollout)?.run.state.isEnd == false {
              do { try await fixture.pass(rollout) } catch let error as StoreError where error.code == .lostRace {}
            }
          }
        }
        try await group.waitForAll()
      }
      let record = try #require(try await database.store.rollout(of: "storefront", number: nil, in: "default"))
      #expect(record.run.state == .succeeded)
      #expect(record.stages.first?.counters[.succeeded] == 40)
      let orders = try await PostgresScript.rows("SELECT count(*) FROM orders", url: database.url)
      #expect(orders == [["40"]])
    }
  }

  @Test func driftIsAnEventOnce() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      try await roll(fixture, 1, [web], confirm: true)
      let order = try #require(try await store.orders(for: fixture.clusters[0].id, above: [:]).first)
      let drift = Drift(objects: ["Deployment shop/web"], details: "spec.replicas", repaired: true)
      let report = Observation(
        target: order.target, generation: order.generation, bundle: order.bundle, phase: .applied, health: .healthy,
        drift: drift)
      try await store.record([report], from: fixture.clusters[0].id)
      try await store.record([report], from: fixture.clusters[0].id)
      _ = try await store.assignEventPositions()
      let events = try await store.events(
        EventFilter(cluster: "c0000"), after: 0, newestFirst: false, limit: 100)
      #expect(events.filter { $0.kind == "target.driftRepaired" }.count == 1)
      #expect(events.filter { $0.kind == "target.applied" }.count == 1)
    }
  }

  /// What stands is listed until a report says that it does not any more; who is given up is an event, once.
  @Test func standingDriftIsListedAndItsLoopsAreEvents() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 2)
      try await roll(fixture, 1, [web], confirm: true)
      let cluster = fixture.clusters[0].id
      let order = try #require(try await store.orders(for: cluster, above: [:]).first)
      func report(_ standing: StandingDrift?) async throws -> [StandingDrift?] {
        try await store.record(
          [
            Observation(
              target: order.target, generation: order.generation, bundle: order.bundle, phase: .applied,
              health: .healthy, standing: standing)
          ], from: cluster)
        let found = try await store.targets(
          of: nil, cluster: nil, selector: nil, onlyDrifted: true, in: "default", after: nil, limit: 10)
        return found.elements.map(\.drift)
      }
      #expect(try await report(nil) == [])
      let drift = StandingDrift(objectCount: 1, fields: ["Deployment shop/web spec.replicas: 3 → 1"])
      #expect(try await report(drift) == [drift])
      var loop = drift
      loop.loops = ["Deployment shop/web"]
      for _ in 0..<2 { #expect(try await report(loop) == [loop]) }
      let counts = try await store.driftCounts()
      #expect(counts == (drifted: 1, looping: 1))
      #expect(try await report(nil) == [])
      _ = try await store.assignEventPositions()
      let events = try await store.events(EventFilter(), after: 0, newestFirst: false, limit: 500)
      #expect(
        events.filter { $0.kind.hasPrefix("target.drift") }.map { "\($0.kind): \($0.message)" } == [
          "target.driftLoop: Deployment shop/web on c0000 was changed back again and again; it is not repaired any more",
          "target.driftLoopEnded: Deployment shop/web on c0000 is as it should be again",
        ])
    }
  }

  /// An agent that repairs drift at once tells of it, of the repair and of its state in one batch.
  @Test func driftAndItsRepairInOneBatchAreTwoEvents() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      try await roll(fixture, 1, [web], confirm: true)
      let order = try #require(try await store.orders(for: fixture.clusters[0].id, above: [:]).first)
      var report = Observation(
        target: order.target, generation: order.generation, bundle: order.bundle, phase: .applied, health: .healthy)
      let plain = report
      report.drift = Drift(objects: ["Deployment shop/web"], details: "spec.replicas", repaired: false)
      let seen = report
      report.drift?.repaired = true
      try await store.record([seen, report, plain], from: fixture.clusters[0].id)
      _ = try await store.assignEventPositions()
      let events = try await store.events(
        EventFilter(cluster: "c0000"), after: 0, newestFirst: false, limit: 100)
      #expect(events.map(\.kind).filter { $0.contains("drift") } == ["target.driftDetected", "target.driftRepaired"])
      let target = try #require(
        try await store.targets(of: nil, cluster: nil, in: "default", after: nil, limit: 10).elements.first)
      #expect(target.health == .healthy)
    }
  }

  /// AMENDMENTS 10: a database that was restored goes on above what agents have seen.
  @Test func aGenerationThatAgentsHavePassedIsGoneAbove() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      let cluster = fixture.clusters[0].id
      try await roll(fixture, 1, [web], confirm: false)
      let order = try #require(try await store.orders(for: cluster, above: [:]).first)
      #expect(try await store.raiseEpoch(cause: StoreFixture.cause) == 2)
      let seen = Generation(epoch: 1, counter: 40)
      #expect(try await store.orders(for: cluster, above: [order.target: seen]) == [])
      let next = try #require(try await store.orders(for: cluster, above: [order.target: seen]).first)
      #expect(next.generation == Generation(epoch: 2, counter: 41))
      #expect(next.bundle == order.bundle)
      try await fixture.confirm()
      let rollout = try #require(try await store.rollout(of: "storefront", number: nil, in: "default")).run.id
      try await fixture.pass(rollout)
      #expect(try await store.rollout(of: "storefront", number: nil, in: "default")?.run.state == .succeeded)
      _ = try await store.assignEventPositions()
      let events = try await store.events(EventFilter(), after: 0, newestFirst: true, limit: 100)
      #expect(events.contains { $0.kind == "incident.generation" })
    }
  }
}
