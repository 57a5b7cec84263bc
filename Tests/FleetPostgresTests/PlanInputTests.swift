import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

@Suite struct PlanInputTests {
  /// AMENDMENTS 18: what a pass reads does not grow with the run.
  @Test func thePlanInputOfALargeRunIsSmall() async throws {
    try await TestDatabase.with { database in
      let fixture = try await StoreFixture.make(in: database.store, clusters: 1_000)
      _ = try await fixture.release(1)
      let rollout = try await fixture.start(StoreFixture.strategy(maxConcurrent: .count(10)))
      try await fixture.pass(rollout)
      let input = try #require(try await database.store.planInput(for: rollout))
      #expect(input.units.count == 10 + 10 + PlanInput.lookahead)
      #expect(input.stages.first?.counters[.pending] == 990)
      // One report: its unit is loaded once, and is taken off once it was looked at.
      try await fixture.confirm([fixture.clusters[3]], readyFor: .seconds(1))
      let next = try #require(try await database.store.planInput(for: rollout))
      #expect(next.marks.count == 1)
      #expect(next.units.count == input.units.count)
      try await fixture.pass(rollout)
      #expect(try await database.store.planInput(for: rollout)?.marks == [:])
    }
  }

  @Test func inFlightIsCountedPerLabelOverTheSet() async throws {
    try await TestDatabase.with { database in
      let fixture = try await StoreFixture.make(in: database.store, clusters: 6)
      _ = try await fixture.release(1)
      var strategy = StoreFixture.strategy()
      strategy.limits = [LabelLimit(label: "region", maxInFlight: 2), LabelLimit(label: "tier", maxInFlight: 1)]
      let rollout = try await fixture.start(strategy)
      try await fixture.pass(rollout)
      let input = try #require(try await database.store.planInput(for: rollout))
      #expect(input.inFlightByLabel == ["region": ["eu": 2, "us": 2]])
      #expect(input.units.first?.limitValues == ["eu", nil])
      #expect(input.stages.first?.counters[.dispatched] == 4)
    }
  }

  @Test func aRollbackLoadsTheLastMembersFirst() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 200)
      for number in 1...2 {
        _ = try await fixture.release(number)
        var strategy = StoreFixture.strategy()
        strategy.stages[0].soak = number == 2 ? .seconds(3_600) : .zero
        let rollout = try await fixture.start(strategy)
        try await fixture.pass(rollout)
        try await fixture.confirm()
        try await fixture.pass(rollout)
      }
      let run = try #require(try await store.rollout(of: "storefront", number: 2, in: "default")).run
      #expect(run.state == .running)
      let input = try #require(try await store.planInput(for: run.id))
      #expect(input.units.isEmpty)
      let undone = try command(.undo, on: input, by: CommandGiver(name: "kim", reason: "slow"))
      try await store.commit(undone, input: input, cause: StoreFixture.cause)
      let back = try #require(try await store.planInput(for: run.id))
      #expect(back.units.count == 200)
      try await fixture.pass(run.id)
      try await fixture.confirm()
      try await fixture.pass(run.id)
      #expect(try await store.rollout(of: "storefront", number: 2, in: "default")?.run.state == .rolledBack)
    }
  }

  /// R14: whoever got a forward order of the run goes back, whatever became of it; nobody else is asked for.
  @Test func aRollbackLoadsEveryoneWhoGotAnOrder() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 14)
      for number in 1...2 {
        _ = try await fixture.release(number)
        var strategy = StoreFixture.strategy()
        strategy.stages[0].soak = number == 2 ? .seconds(3_600) : .zero
        let rollout = try await fixture.start(strategy)
        try await fixture.pass(rollout)
        try await fixture.confirm()
        try await fixture.pass(rollout)
      }
      let run = try #require(try await store.rollout(of: "storefront", number: 2, in: "default")).run
      // Place by place: with an order and a state that a rollback looks at, then without an order, without a before.
      let states: [StepState] = [
        .pending, .skipped, .unreachable, .waived, .soaking, .succeeded, .dispatched, .applying, .verifying, .failed,
        .lost,
      ]
      var sql = states.enumerated().map { place, state in
        "UPDATE rollout_steps SET state = '\(state.rawValue)' WHERE rollout_id = \(run.id) AND position = \(place);"
      }.joined(separator: "\n")
      sql += """

        UPDATE rollout_steps SET state = 'Skipped', order_direction = NULL, order_epoch = NULL, order_counter = NULL,
          ordered_at = NULL, ordered_listened = NULL WHERE rollout_id = \(run.id) AND position = 11;
        UPDATE rollout_steps SET before_bundle = NULL, before_release = NULL
          WHERE rollout_id = \(run.id) AND position = 12;
        UPDATE rollout_steps SET state = 'Cancelled' WHERE rollout_id = \(run.id) AND position = 13;
        UPDATE rollout_steps SET attention = 0 WHERE rollout_id = \(run.id)
        """
      try await PostgresScript.run(sql, url: database.url)
      let input = try #require(try await store.planInput(for: run.id))
      // Running: in flight, failed and lost, and the pending one of the open stage.
      #expect(input.units.map(\.position) == [0, 6, 7, 8, 9, 10])
      let undone = try command(.undo, on: input, by: CommandGiver(name: "kim", reason: "slow"))
      try await store.commit(undone, input: input, cause: StoreFixture.cause)
      let back = try #require(try await store.planInput(for: run.id))
      #expect(back.run.state == .rollingBack || back.run.breach != nil)
      #expect(back.units.map(\.position) == Array(0...10))
      #expect(back.units.allSatisfy { $0.steps.allSatisfy { $0.order != nil && $0.before != nil } })
    }
  }

  /// Orders that send back hold a place under a label's limit as well.
  @Test func rollbacksInFlightAreCountedPerLabel() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 4)
      var strategy = StoreFixture.strategy()
      strategy.limits = [LabelLimit(label: "region", maxInFlight: 4)]
      for number in 1...2 {
        _ = try await fixture.release(number)
        strategy.stages[0].soak = number == 2 ? .seconds(3_600) : .zero
        let rollout = try await fixture.start(strategy)
        try await fixture.pass(rollout)
        try await fixture.confirm()
        try await fixture.pass(rollout)
      }
      let run = try #require(try await store.rollout(of: "storefront", number: 2, in: "default")).run
      let input = try #require(try await store.planInput(for: run.id))
      #expect(input.inFlightByLabel == [:])
      try await store.commit(
        try command(.undo, on: input, by: CommandGiver(name: "kim", reason: "slow")), input: input,
        cause: StoreFixture.cause)
      try await fixture.pass(run.id)
      let back = try #require(try await store.planInput(for: run.id))
      let sent = back.units.count { $0.steps.contains { $0.order?.direction == .rollback } }
      #expect(sent > 0)
      #expect(back.inFlightByLabel["region"]?.values.reduce(0, +) == sent)
    }
  }
}
