import FleetModel
import FleetPorts
import FleetTestSupport
import Logging
import Testing

@testable import FleetPostgres

/// What is asked often goes by an index at 100,000 rows, both with the plan that PostgreSQL makes for the values and with
/// the one that it keeps after a statement's first executions.
@Suite struct QueryPlanTests {
  /// A statement with its arguments as SQL literals, and the tables that it may read as a whole all the same.
  private struct Case {
    var statement: Statement
    var arguments: [String]
    var mayScan: Set<String> = []

    init(_ statement: Statement, _ arguments: [String] = [], mayScan: Set<String> = []) {
      self.statement = statement
      self.arguments = arguments
      self.mayScan = mayScan
    }
  }

  @Test func noFrequentStatementScansATable() async throws {
    try await TestDatabase.with { database in
      let fixture = try await StoreFixture.make(in: database.store, clusters: 2)
      _ = try await fixture.release(1)
      let rollout = try await fixture.start(StoreFixture.strategy(maxConcurrent: .count(1)))
      for part in Self.fill(rollout) {
        try await PostgresScript.run("SET session_replication_role = replica; \(part)", url: database.url)
      }
      try await PostgresScript.run("ANALYZE", url: database.url)
      let cases =
        Self.passes(rollout.description) + Self.agents + Self.work + Self.reading(rollout.description) + Self.events
      let large = [
        "rollout_steps", "placements", "targets", "clusters", "release_targets", "agent_sessions", "work", "events",
        "bundles", "bundle_objects", "objects", "orders",
      ]
      for each in cases {
        for mode in ["force_custom_plan", "force_generic_plan"] {
          let plan = try await explain(each, mode: mode, url: database.url)
          let scanned = large.filter { table in
            plan.contains { $0.contains("Seq Scan on \(table)_p") || $0.contains("Seq Scan on \(table) ") }
          }
          #expect(
            Set(scanned).subtracting(each.mayScan) == [],
            "\(each.statement.name), \(mode):\n\(plan.joined(separator: "\n"))")
        }
      }
    }
  }

  private func explain(_ each: Case, mode: String, url: String) async throws -> [String] {
    let store = PostgresStore(url: url, poolSize: 1, logger: Logger(label: "flotilla.test"))
    defer { store.close() }
    let arguments = each.arguments.isEmpty ? "" : "(\(each.arguments.joined(separator: ", ")))"
    return try await store.change { session in
      try session.script("SET LOCAL plan_cache_mode = \(mode); PREPARE explained AS \(each.statement.sql)")
      return try session.textRows(Statement("explain", "EXPLAIN EXECUTE explained \(arguments)")).map { $0.joined() }
    }
  }

  private static let digest = "sha256('b7')"

  /// What a pass reads and writes; `plan.bulk` and `plan.moveGood` touch a whole run once and are not here.
  private static func passes(_ run: String) -> [Case] {
    [
      Case(PlanQueries.inFlight, [run]), Case(PlanQueries.failing, [run]), Case(PlanQueries.attention, [run]),
      Case(PlanQueries.pendingAgain, [run]), Case(PlanQueries.joined, [run]),
      Case(PlanQueries.pending, [run, "0", "74"]), Case(PlanQueries.sendBack, [run, "0", "74", "false"]),
      Case(PlanQueries.units, [run, "'{0,0,0}'", "'{5,6,70000}'", "0", "true"]),
      Case(PlanQueries.inFlightByLabel, [run]),
      Case(PlanQueries.head, [run]), Case(PlanQueries.holdVersion, [run, "1"]),
      Case(PlanQueries.lockPlacements, ["'{77,78}'"]), Case(PlanQueries.names, ["'{77}'", "'{77}'"]),
      Case(PlanQueries.takeMarks, [run, "'{77}'", "'{77}'", "'{1}'"]),
      Case(
        PlanQueries.orders,
        [
          run, "'{77}'", "'{77}'", "'{1}'", "'{2}'", "ARRAY[\(digest)]", "'{1}'", "'{1000}'", "'{forward}'", "0",
          "'{apply}'", "'{1000}'", "'{1000}'",
        ]),
      Case(
        PlanQueries.steps,
        [
          run, "'{77}'", "'{77}'", "'{Pending}'", "'{Dispatched}'", "'{1}'", "'{\"\"}'", "'{1}'", "'{2}'", "0", "0",
          "'{forward}'",
        ]),
    ]
  }

  private static let agents = [
    Case(
      PlacementQueries.record,
      [
        "77", "'{77}'", "'{1}'", "'{1}'", "'{NULL}'", "'{applied}'", "'{Healthy}'", "'{0}'", "'{0}'", "'{\"\"}'",
        "'{\"{}\"}'",
      ]),
    Case(PlacementQueries.orders, ["77", "'{}'", "'{}'", "'{}'", "'{}'"]),
    Case(PlacementQueries.passed, ["77", "'{77}'", "'{1}'", "'{5}'"]),
    Case(PlacementQueries.goAbove, ["77", "77", "1", "1", "1", "6"]),
    Case(AgentQueries.markClusters, ["'{77}'"]), Case(AgentQueries.setsBehind, ["'{77}'"]),
    Case(AgentQueries.runsInFlight, ["'{77}'"]),
    Case(AgentQueries.session, ["sha256('s77')"]), Case(AgentQueries.isTouched, ["77", "1"]),
    Case(AgentQueries.touch, ["77", "1"]), Case(AgentQueries.close, ["'{77}'", "1"]),
    Case(AgentQueries.noteReport, ["77"]), Case(AgentQueries.otherInstance, ["77", "'a'"]),
    Case(AgentQueries.replaceSessions, ["77", "'a'"]), Case(AgentQueries.forgetSessions, ["77"]),
    Case(ReleaseQueries.bundle, [digest]), Case(ReleaseQueries.objects, ["ARRAY[\(digest), sha256('b8')]"]),
    Case(ReleaseQueries.knownBundles, ["ARRAY[\(digest)]"]),
  ]

  private static let work = [
    Case(WorkQueries.claim, ["'rollout'", "4", "1", "15000", "'{77}'"]), Case(WorkQueries.nextDue, ["'rollout'"]),
    Case(WorkQueries.finish, ["'rollout'", "77", "1", "0"]), Case(WorkQueries.retry, ["'rollout'", "77", "1", "0"]),
    Case(WorkQueries.extend, ["'{rollout}'", "'{77}'", "'{1}'", "'{0}'"]),
    Case(WorkQueries.wake, ["'rollout'", "'{77,78}'"]),
  ]

  private static func reading(_ run: String) -> [Case] {
    [
      // Which of the joins is made by hashing is of no matter for a page of steps.
      Case(RolloutQueries.steps, [run, "'{}'", "0", "500", "0", "100"], mayScan: ["targets", "clusters"]),
      Case(DocumentQueries.clusters, ["'default'", "'x500'", "'[]'", "100"]),
      Case(DocumentQueries.cluster, ["'default'", "'x500'"]),
    ]
  }

  /// Every combination that names a project, as the API's do, or nothing at all, as the feed does.
  private static var events: [Case] {
    var cases = [
      Case(EventQueries.assign), Case(EventQueries.page(EventFilter(), newestFirst: false), eventValues([])),
    ]
    for mask in 0..<8 {
      let filter = EventFilter(
        project: "default", fleetSet: mask & 1 == 0 ? nil : "set3", rollout: mask & 2 == 0 ? nil : "set3/2",
        cluster: mask & 4 == 0 ? nil : "x77")
      let values = eventValues([filter.project?.rawValue, filter.fleetSet, filter.rollout, filter.cluster])
      cases += [true, false].map { Case(EventQueries.page(filter, newestFirst: $0), values) }
    }
    return cases
  }

  private static func eventValues(_ filter: [String?]) -> [String] {
    (0..<4).map { $0 < filter.count ? filter[$0].map { "'\($0)'" } ?? "NULL" : "NULL" } + ["500", "100"]
  }

  private static func fill(_ rollout: RolloutID) -> [String] {
    """
    INSERT INTO clusters (id, project, name, labels, annotations, connection, document, contact_listened)
    OVERRIDING SYSTEM VALUE
    SELECT n, 'default', 'x' || n, '{}', '{}', 'agent', '{}', 0 FROM generate_series(20, 100000) AS n;
    INSERT INTO targets (id, fleet_set_id, cluster_id, name, release_id) OVERRIDING SYSTEM VALUE
    SELECT n, 1, n, 't' || n, 1 FROM generate_series(20, 100000) AS n;
    INSERT INTO bundles (digest, object_count)
    SELECT sha256(('b' || n)::bytea), 1 FROM generate_series(20, 100000) AS n;
    INSERT INTO objects (digest, content)
    SELECT sha256(('b' || n)::bytea), 'x' FROM generate_series(20, 100000) AS n;
    INSERT INTO bundle_objects (bundle, ordinal, object, identity)
    SELECT sha256(('b' || n)::bytea), 0, sha256(('b' || n)::bytea), 'apps/Deployment/shop/web'
    FROM generate_series(20, 100000) AS n;
    INSERT INTO release_targets
    SELECT 1, n, sha256(('b' || n)::bytea), '{}', 'shop', 'fleet', 'web', 'x', true, true, true
    FROM generate_series(20, 100000) AS n;
    INSERT INTO rollout_steps (rollout_id, stage, position, cluster_id, target_id, state, bundle, release_id, order_direction,
      order_epoch, order_counter, ordered_at, ordered_listened, before_bundle, before_release)
    SELECT \(rollout), 0, n, n, n,
      CASE WHEN n % 1000 = 0 THEN 'Failed' WHEN n % 997 = 0 THEN 'Applying' WHEN n < 50000 THEN 'Succeeded'
        ELSE 'Pending' END,
      sha256(('b' || n)::bytea), 1, 'forward', 1, 1, now(), 0, sha256(('b' || n)::bytea), 1
    FROM generate_series(20, 100000) AS n;
    INSERT INTO placements (cluster_id, target_id, wanted_action, wanted_bundle, wanted_release, wanted_rollout, ordered_at)
    SELECT n, n, 'apply', sha256(('b' || n)::bytea), 1, \(rollout), now() FROM generate_series(20, 100000) AS n;
    INSERT INTO orders (target_id, epoch, counter, cluster_id, rollout_id, direction, action, committed_listened)
    SELECT n, 1, 1, n, \(rollout), 'forward', 'apply', 0 FROM generate_series(20, 100000) AS n;
    INSERT INTO agent_sessions (token_hash, cluster_id, instance, controller_id, expires_at)
    SELECT sha256(('s' || n)::bytea), n, 'a', 1, now() + interval '1 hour' FROM generate_series(20, 100000) AS n;
    INSERT INTO work (kind, row_id, wake_at)
    SELECT 'rollout', n, now() + (n - 200) * interval '1 second' FROM generate_series(20, 100000) AS n;
    INSERT INTO events (position, actor, kind, project, fleet_set, rollout, cluster, message)
    SELECT 1000 + n, 'a', 'step.changed', 'default', 'set' || n % 50, 'set' || n % 50 || '/' || n % 7, 'x' || n % 5000,
      'm' FROM generate_series(20, 100000) AS n
    """.split(separator: ";").map(String.init)
  }
}
