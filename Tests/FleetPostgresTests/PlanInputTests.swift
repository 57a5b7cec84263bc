import FleetModel
import FleetPlanner
import FleetPorts
import FleetTestSupport
import Logging
import Testing

@testable import FleetPostgres

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

  /// Every read of a pass goes by an index at 100,000 steps.
  @Test func noPassScansTheSteps() async throws {
    try await TestDatabase.with { database in
      let fixture = try await StoreFixture.make(in: database.store, clusters: 2)
      _ = try await fixture.release(1)
      let rollout = try await fixture.start(StoreFixture.strategy(maxConcurrent: .count(1)))
      try await PostgresScript.run(
        """
        ALTER TABLE rollout_steps DISABLE TRIGGER ALL;
        ALTER TABLE placements DISABLE TRIGGER ALL;
        INSERT INTO rollout_steps (rollout_id, stage, position, cluster_id, target_id, state, bundle, release_id, order_direction,
          order_epoch, order_counter, ordered_at, ordered_listened, before_bundle, before_release)
        SELECT \(rollout), 0, n, 10 + n, 10 + n,
          CASE WHEN n % 1000 = 0 THEN 'Failed' WHEN n % 997 = 0 THEN 'Applying' WHEN n < 50000 THEN 'Succeeded'
            ELSE 'Pending' END,
          s.bundle, s.release_id, 'forward', 1, 1, now(), 0, s.bundle, (SELECT min(id) FROM releases)
        FROM generate_series(10, 100000) AS n, (SELECT bundle, release_id FROM rollout_steps LIMIT 1) AS s;
        INSERT INTO placements (cluster_id, target_id) SELECT 10 + n, 10 + n FROM generate_series(10, 100000) AS n;
        ANALYZE
        """, url: database.url)
      let run = rollout.description
      let explained: [(Statement, [String])] = [
        (PlanQueries.inFlight, [run]), (PlanQueries.failing, [run]),
        (PlanQueries.attention, [run]), (PlanQueries.pendingAgain, [run]), (PlanQueries.pending, [run, "0", "74"]),
        (PlanQueries.sendBack, [run, "0", "74"]),
        (PlanQueries.units, [run, "'{0,0,0}'", "'{5,6,70000}'", "0"]), (PlanQueries.inFlightByLabel, [run]),
        (AgentQueries.markClusters, ["'{77}'"]), (AgentQueries.runsInFlight, ["'{77}'"]),
        (RolloutQueries.steps, [run, "'{}'", "0", "500", "0", "100"]),
        (
          PlanQueries.steps,
          [
            run, "'{77}'", "'{77}'", "'{Pending}'", "'{Dispatched}'", "'{1}'", "'{\"\"}'", "'{1}'", "'{2}'", "0", "0",
            "'{forward}'",
          ]
        ),
        (PlanQueries.takeMarks, [run, "'{77}'", "'{77}'", "'{1}'"]),
        (
          PlacementQueries.record,
          [
            "77", "'{77}'", "'{1}'", "'{1}'", "'{NULL}'", "'{applied}'", "'{Healthy}'", "'{0}'", "'{0}'", "'{\"\"}'",
            "'{\"{}\"}'",
          ]
        ),
        (PlacementQueries.orders, ["77", "'{}'", "'{}'", "'{}'", "'{}'"]),
      ]
      for (statement, arguments) in explained {
        let rows = try await PostgresScript.explain(statement, arguments, url: database.url)
        for line in rows {
          #expect(
            !line.contains("Seq Scan on rollout_steps") && !line.contains("Seq Scan on placements"),
            "\(statement.name): \(rows.joined(separator: "\n"))")
        }
      }
    }
  }
}

extension PostgresScript {
  /// The plan of a statement with its arguments as SQL literals, by the statement's generic plan.
  static func explain(_ statement: Statement, _ arguments: [String], url: String) async throws -> [String] {
    let store = PostgresStore(url: url, poolSize: 1, logger: Logger(label: "flotilla.test"))
    defer { store.close() }
    return try await store.change { session in
      try session.script("PREPARE explained AS \(statement.sql)")
      return try session.textRows(
        Statement("explain", "EXPLAIN EXECUTE explained (\(arguments.joined(separator: ", ")))")
      ).map { $0.joined() }
    }
  }
}
