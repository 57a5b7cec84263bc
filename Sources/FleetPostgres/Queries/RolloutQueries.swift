/// Runs: starting, listing, undoing.
enum RolloutQueries {
  // Starting

  /// `$2` is a release of the set, or null for the newest.
  static let startHead = Statement(
    "rollout.startHead",
    """
    SELECT to_milliseconds(now()), f.project, f.name, r.id, nullif(f.newest_release_id, r.id), \(ReleaseQueries.shortName("r")),
      EXISTS (SELECT FROM holds AS h WHERE h.release_id = r.id AND h.released_at IS NULL),
      g.release_id, coalesce(g.number, 0),
      coalesce((SELECT max(o.number) FROM rollouts AS o WHERE o.fleet_set_id = f.id), 0) + 1,
      f.deleting_since IS NOT NULL,
      EXISTS (
        SELECT FROM rollouts AS o WHERE o.fleet_set_id = f.id AND o.kind = 'Onboard' AND o.ended_at IS NULL)
    FROM fleet_sets AS f JOIN releases AS r ON r.id = coalesce($2, f.newest_release_id) AND r.fleet_set_id = f.id
    LEFT JOIN LATERAL (\(lastGoodRelease("f.id"))) AS g ON true
    WHERE f.id = $1 AND f.removed_at IS NULL
    """)
  /// The last completed, not held release of a set.
  static func lastGoodRelease(_ fleetSet: String) -> String {
    """
    SELECT o.release_id, l.number FROM rollouts AS o JOIN releases AS l ON l.id = o.release_id
      WHERE o.fleet_set_id = \(fleetSet) AND o.kind IN ('Rollout', 'Undo')
        AND o.state IN ('Succeeded', 'SucceededWithWaivers', 'SucceededWithUnreachable')
        AND NOT EXISTS (SELECT FROM holds AS h WHERE h.release_id = o.release_id AND h.released_at IS NULL)
      ORDER BY o.number DESC LIMIT 1
    """
  }
  /// The authors of releases after the one that members run.
  static let authors = Statement(
    "rollout.authors",
    """
    SELECT DISTINCT s -> 'commit' ->> 'author' AS author FROM releases AS r, jsonb_array_elements(r.sources) AS s
    WHERE r.fleet_set_id = $1 AND r.number > $2
      AND r.number <= (SELECT n.number FROM releases AS n WHERE n.id = $3)
      AND NOT EXISTS (
        SELECT FROM releases AS old, jsonb_array_elements(old.sources) AS o
        WHERE old.fleet_set_id = $1 AND old.number = $2 AND o -> 'commit' -> 'id' = s -> 'commit' -> 'id')
    ORDER BY author
    """)
  /// The git identities of tokens that work now.
  static let gitIdentities = Statement(
    "rollout.gitIdentities",
    """
    SELECT DISTINCT i FROM tokens AS t, jsonb_array_elements_text(t.git_identities) AS i
    WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
    """)
  static let activeRun = Statement(
    "rollout.active",
    """
    SELECT o.id, f.name || '/' || o.number, o.kind, o.state, o.release_id,
      EXISTS (SELECT FROM rollout_stages AS s WHERE s.rollout_id = o.id AND s.stage > 0 AND s.opened_at IS NOT NULL),
      o.strategy
    FROM rollouts AS o JOIN fleet_sets AS f ON f.id = o.fleet_set_id
    WHERE o.fleet_set_id = $1 AND o.ended_at IS NULL
    ORDER BY o.state = 'Queued', o.kind = 'Onboard', o.number DESC LIMIT 1
    """)
  private static let memberColumns = """
    t.id, t.name, n.labels, c.id, c.name, c.labels, p.wanted_bundle, p.applied_bundle, p.health,
    coalesce((p.observation ->> 'degradedForMilliseconds')::bigint + listened_ms() - p.reported_listened, 0),
    p.wanted_action IS NOT NULL AND NOT p.is_confirmed, p.good_bundle, p.good_release, p.generation_epoch,
    p.generation_counter
    """
  /// Whether a cluster `c` is in contact, or was within the 45 seconds in which nobody counts as silent, and neither cordoned nor held.
  private static let takesOrders = """
    (c.cordon_reason IS NULL AND (c.hold_until IS NULL OR c.hold_until <= now()) AND (
      c.contact_listened >= (SELECT greatest(listened_ms() - 45000, l.last_gap_end_ms) FROM listening AS l)
      OR EXISTS (
        SELECT FROM agent_sessions AS a JOIN controllers AS k ON k.id = a.controller_id
        WHERE a.cluster_id = c.id AND a.closed_at IS NULL AND a.revoked_at IS NULL AND k.lease_until > now())))
    """
  private static func isHeld(_ bundle: String) -> String {
    """
    EXISTS (
        SELECT FROM hold_bundles AS b JOIN holds AS h ON h.id = b.hold_id
        WHERE b.target_id = t.id AND b.bundle = \(bundle) AND h.released_at IS NULL)
    """
  }
  /// `$2` is the last good release, `$3` that of the active run. The bundle of such a one for a target is its own, or the
  /// newest's when both are of the same sources and FleetSet. Who is not in `$3`, and in no run that goes on, has joined.
  static let members = Statement(
    "rollout.members",
    """
    SELECT \(memberColumns), n.bundle,
      coalesce(g.bundle, CASE WHEN same.good THEN n.bundle END),
      coalesce(a.bundle, CASE WHEN same.active THEN n.bundle END),
      CASE WHEN $3::bigint IS NULL OR a.target_id IS NOT NULL THEN false ELSE NOT EXISTS (
        SELECT FROM rollout_steps AS s JOIN rollouts AS o ON o.id = s.rollout_id
        WHERE s.target_id = t.id AND o.ended_at IS NULL) END,
      \(isHeld("n.bundle")), \(takesOrders)
    FROM release_targets AS n JOIN targets AS t ON t.id = n.target_id JOIN clusters AS c ON c.id = t.cluster_id
    JOIN placements AS p ON p.cluster_id = t.cluster_id AND p.target_id = t.id
    LEFT JOIN release_targets AS g ON g.release_id = $2 AND g.target_id = n.target_id
    LEFT JOIN release_targets AS a ON a.release_id = $3 AND a.target_id = n.target_id
    CROSS JOIN (
      SELECT coalesce(bool_or(o.id = $2), false) AS good, coalesce(bool_or(o.id = $3), false) AS active
      FROM releases AS r JOIN releases AS o ON o.id IN ($2, $3) AND o.sources = r.sources
        AND o.fleet_set_generation = r.fleet_set_generation
      WHERE r.id = $1) AS same
    WHERE n.release_id = $1 AND NOT t.is_abandoned AND c.removed_at IS NULL ORDER BY t.id
    """)
  /// Targets that have left the set and run something that is to be removed (R25).
  static let leaving = Statement(
    "rollout.leaving",
    """
    SELECT \(memberColumns), p.wanted_bundle, p.wanted_release, \(takesOrders)
    FROM targets AS t JOIN clusters AS c ON c.id = t.cluster_id
    JOIN placements AS p ON p.cluster_id = t.cluster_id AND p.target_id = t.id
    JOIN release_targets AS n ON n.release_id = t.release_id AND n.target_id = t.id
    WHERE t.fleet_set_id = $1 AND t.on_removal = 'remove' AND p.wanted_action = 'apply' AND c.removed_at IS NULL
    ORDER BY t.id
    """)
  /// The newest run of kind Rollout or Undo, when it ended well.
  static let lastGoodRun = Statement(
    "rollout.lastGoodRun",
    """
    SELECT o.id, f.name || '/' || o.number, o.release_id, o.release_name
    FROM (
      SELECT * FROM rollouts WHERE fleet_set_id = $1 AND kind IN ('Rollout', 'Undo') ORDER BY number DESC LIMIT 1) AS o
    JOIN fleet_sets AS f ON f.id = o.fleet_set_id
    WHERE o.state IN ('Succeeded', 'SucceededWithWaivers', 'SucceededWithUnreachable')
    """)
  /// Members of a run whose newest order is not for the bundle that it had for them (R16).
  static let passedOver = Statement(
    "rollout.passedOver",
    """
    SELECT \(memberColumns), s.bundle, s.release_id, \(isHeld("s.bundle")), \(takesOrders)
    FROM rollout_steps AS s JOIN targets AS t ON t.id = s.target_id JOIN clusters AS c ON c.id = s.cluster_id
    JOIN placements AS p ON p.cluster_id = s.cluster_id AND p.target_id = s.target_id
    JOIN release_targets AS n ON n.release_id = t.release_id AND n.target_id = t.id
    WHERE s.rollout_id = $1 AND s.state IN ('Unreachable', 'Skipped', 'Waived', 'Failed') AND NOT t.is_abandoned
      AND c.removed_at IS NULL AND p.wanted_bundle IS DISTINCT FROM s.bundle::bytea
    ORDER BY t.id
    """)
  /// A queue holds twenty: of more, the oldest are passed over (R22).
  static let waiting = Statement(
    "rollout.waiting",
    """
    SELECT w.id FROM (
      SELECT r.id, r.number FROM releases AS r
      WHERE r.fleet_set_id = $1
        AND r.number > (
          SELECT coalesce(max(l.number), 0) FROM rollouts AS o JOIN releases AS l ON l.id = o.release_id
          WHERE o.fleet_set_id = $1 AND o.kind = 'Rollout')
        AND NOT EXISTS (SELECT FROM holds AS h WHERE h.release_id = r.id AND h.released_at IS NULL)
      ORDER BY r.number DESC LIMIT 20) AS w
    ORDER BY w.number
    """)
  static let supersededRun = Statement(
    "rollout.superseded",
    """
    SELECT o.id FROM (SELECT * FROM rollouts WHERE fleet_set_id = $1 ORDER BY number DESC LIMIT 1) AS o
    WHERE o.state = 'Superseded'
    """)
  /// The run that passed members over has succeeded wholly when all of them have caught up (R16).
  static let settleCaughtUp = Statement(
    "rollout.settleCaughtUp",
    """
    UPDATE rollouts AS o SET state = 'Succeeded', version = version + 1
    WHERE o.id = (
        SELECT r.id FROM rollouts AS r WHERE r.kind IN ('Rollout', 'Undo')
          AND r.fleet_set_id = (SELECT fleet_set_id FROM rollouts WHERE id = $1)
        ORDER BY r.number DESC LIMIT 1)
      AND o.state = 'SucceededWithUnreachable'
      AND NOT EXISTS (
        SELECT FROM rollout_steps AS s JOIN clusters AS c ON c.id = s.cluster_id
        JOIN placements AS p ON p.cluster_id = s.cluster_id AND p.target_id = s.target_id
        JOIN targets AS t ON t.id = s.target_id
        WHERE s.rollout_id = o.id AND s.state IN ('Unreachable', 'Skipped', 'Lost') AND c.removed_at IS NULL
          AND NOT t.is_abandoned AND NOT s.is_joined
          AND p.applied_bundle IS DISTINCT FROM s.bundle::bytea)
    RETURNING o.number
    """)
  static let undoMembers = Statement(
    "rollout.undoMembers",
    """
    SELECT s.stage, \(memberColumns), s.before_bundle, s.before_release
    FROM rollout_steps AS s JOIN targets AS t ON t.id = s.target_id JOIN clusters AS c ON c.id = s.cluster_id
    JOIN placements AS p ON p.cluster_id = s.cluster_id AND p.target_id = s.target_id
    JOIN release_targets AS n ON n.release_id = t.release_id AND n.target_id = t.id
    WHERE s.rollout_id = $1 AND s.order_counter IS NOT NULL AND s.before_bundle IS NOT NULL AND c.removed_at IS NULL
      AND NOT t.is_abandoned
    ORDER BY s.stage, s.position, t.id
    """)

  /// Keeps a FleetSet from being removed while a run of it is stored.
  static let holdFleetSet = Statement(
    "rollout.holdFleetSet", "SELECT 1 FROM fleet_sets WHERE id = $1 AND removed_at IS NULL FOR SHARE")
  static let insert = Statement(
    "rollout.insert",
    """
    INSERT INTO rollouts (
      project, fleet_set_id, number, kind, state, version, release_id, release_name, strategy, failure_budget,
      unreachable_budget, plan_hash, authors, unknown_authors, started_by, start_reason, pause, breach, report, warnings, supersedes_id,
      created_at, ended_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12, $13::jsonb, $14::jsonb, $15, $16, $17::jsonb,
      $18::jsonb, $19::jsonb, $20::jsonb, $21, from_milliseconds($22), from_milliseconds($23))
    RETURNING id
    """)
  static let insertStages = Statement(
    "rollout.insertStages",
    """
    INSERT INTO rollout_stages (
      rollout_id, stage, rules, size, changing, member_count, slots, rollback_slots, failure_budget,
      unreachable_budget, min_succeeded, state, counters, opened_at, soak_started_at, passed_at, approvals, halt_reason,
      overrides, joined, checks, asked_at)
    SELECT $1, stage, rules, size, changing, member_count, slots, rollback_slots, failure_budget, unreachable_budget,
      min_succeeded, state, counters, from_milliseconds(opened_at), from_milliseconds(soak_started_at),
      from_milliseconds(passed_at), approvals, halt_reason, overrides, joined, checks, from_milliseconds(asked_at)
    FROM unnest($2::integer[], $3::jsonb[], $4::integer[], $5::integer[], $6::integer[], $7::integer[], $8::integer[],
      $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::jsonb[], $14::bigint[], $15::bigint[],
      $16::bigint[], $17::jsonb[], $18::text[], $19::jsonb[], $20::integer[], $21::jsonb[], $22::bigint[]) AS s (
      stage, rules, size, changing, member_count, slots, rollback_slots, failure_budget, unreachable_budget,
      min_succeeded, state, counters, opened_at, soak_started_at, passed_at, approvals, halt_reason,
      overrides, joined, checks, asked_at)
    ON CONFLICT (rollout_id, stage) DO UPDATE SET
      size = excluded.size, changing = excluded.changing, member_count = excluded.member_count,
      slots = excluded.slots, rollback_slots = excluded.rollback_slots, failure_budget = excluded.failure_budget,
      unreachable_budget = excluded.unreachable_budget, min_succeeded = excluded.min_succeeded,
      state = excluded.state, counters = excluded.counters, opened_at = excluded.opened_at,
      soak_started_at = excluded.soak_started_at, passed_at = excluded.passed_at, approvals = excluded.approvals,
      halt_reason = excluded.halt_reason, overrides = excluded.overrides, joined = excluded.joined,
      checks = excluded.checks, asked_at = excluded.asked_at
    """)
  static let insertSteps = Statement(
    "rollout.insertSteps",
    """
    INSERT INTO rollout_steps (
      rollout_id, stage, position, cluster_id, target_id, state, attempt, bundle, release_id, before_bundle,
      before_release, limit_values, is_joined, was_unhealthy)
    SELECT $1, * FROM unnest($2::integer[], $3::integer[], $4::bigint[], $5::bigint[], $6::text[], $7::integer[],
      $8::bytea[], $9::bigint[], $10::bytea[], $11::bigint[], $12::jsonb[], $13::boolean[], $14::boolean[])
    """)

  // Ending another run, holding

  /// A hold names what the run would have changed; the release keeps one open hold.
  static let hold = Statement(
    "rollout.hold",
    """
    WITH hold AS (
      INSERT INTO holds (fleet_set_id, release_id, rollout_id, reason, held_by)
      SELECT fleet_set_id, release_id, id, $2, $3 FROM rollouts WHERE id = $1
      ON CONFLICT (release_id) WHERE released_at IS NULL
        DO UPDATE SET reason = excluded.reason, held_by = excluded.held_by
      RETURNING id, release_id),
    bundles AS (
      INSERT INTO hold_bundles (hold_id, target_id, bundle)
      SELECT hold.id, s.target_id, s.bundle FROM hold, rollout_steps AS s
      WHERE s.rollout_id = $1 AND s.state <> 'Unchanged'
      ON CONFLICT DO NOTHING)
    SELECT release_id FROM hold
    """)
  /// Holds a newer release (`$4`) back while and after a run goes to an older one: what it would change again.
  static let holdNewer = Statement(
    "rollout.holdNewer",
    """
    WITH hold AS (
      INSERT INTO holds (fleet_set_id, release_id, rollout_id, reason, held_by)
      SELECT fleet_set_id, $4, id, $2, $3 FROM rollouts WHERE id = $1
      ON CONFLICT (release_id) WHERE released_at IS NULL DO NOTHING
      RETURNING id)
    INSERT INTO hold_bundles (hold_id, target_id, bundle)
    SELECT hold.id, n.target_id, n.bundle FROM hold, rollout_steps AS s
    JOIN release_targets AS n ON n.release_id = $4 AND n.target_id = s.target_id
    WHERE s.rollout_id = $1 AND n.bundle <> s.bundle
    RETURNING target_id
    """)
  /// Takes off what keeps a run that a person starts from being started: the hold of its release, and those that name a
  /// bundle that it sends.
  static let liftHolds = Statement(
    "rollout.liftHolds",
    """
    UPDATE holds AS h SET released_at = now(), released_by = $2, release_reason = $3
    FROM rollouts AS o WHERE o.id = $1 AND h.fleet_set_id = o.fleet_set_id AND h.released_at IS NULL
      AND (h.release_id = o.release_id OR EXISTS (
        SELECT FROM hold_bundles AS b JOIN rollout_steps AS s
          ON s.rollout_id = o.id AND s.target_id = b.target_id AND s.bundle = b.bundle AND s.state <> 'Unchanged'
        WHERE b.hold_id = h.id))
    RETURNING h.id
    """)
  /// A held bundle is nobody's last known good one: the newest earlier one that passed and is not held is (R12).
  static let retreatGood = Statement(
    "rollout.retreatGood",
    """
    UPDATE placements AS p SET good_bundle = older.bundle, good_release = older.release_id
    FROM holds AS held JOIN hold_bundles AS n ON n.hold_id = held.id JOIN targets AS t ON t.id = n.target_id
    LEFT JOIN LATERAL (
      SELECT e.bundle, e.release_id FROM rollout_steps AS e JOIN rollouts AS r ON r.id = e.rollout_id
      WHERE e.target_id = n.target_id AND e.state = 'Succeeded' AND r.ended_at IS NOT NULL
        AND r.state NOT IN ('RolledBack', 'RollbackFailed')
        AND NOT EXISTS (
          SELECT FROM hold_bundles AS b JOIN holds AS h ON h.id = b.hold_id
          WHERE b.target_id = e.target_id AND b.bundle = e.bundle AND h.released_at IS NULL)
      ORDER BY r.id DESC LIMIT 1) AS older ON true
    WHERE held.release_id = $1 AND held.released_at IS NULL
      AND p.cluster_id = t.cluster_id AND p.target_id = n.target_id AND p.good_bundle = n.bundle
    """)
  static let releaseHolds = Statement(
    "rollout.releaseHolds",
    """
    UPDATE holds AS h SET released_at = now(), released_by = $3, release_reason = $4
    FROM fleet_sets AS f WHERE f.id = h.fleet_set_id AND f.project = $1 AND f.name = $2 AND f.removed_at IS NULL
      AND h.released_at IS NULL
    RETURNING f.id
    """)
  static let releaseHold = Statement(
    "rollout.releaseHold",
    """
    UPDATE holds SET released_at = now(), released_by = $2, release_reason = $3
    WHERE release_id = $1 AND released_at IS NULL
    """)
  static let recordRelease = Statement(
    "rollout.recordRelease",
    """
    UPDATE placements AS p SET
      wanted_release = CASE WHEN p.wanted_bundle = n.bundle THEN $1 ELSE p.wanted_release END,
      applied_release = CASE WHEN p.applied_bundle = n.bundle THEN $1 ELSE p.applied_release END,
      good_release = CASE WHEN p.good_bundle = n.bundle THEN $1 ELSE p.good_release END
    FROM release_targets AS n WHERE n.release_id = $1 AND p.target_id = n.target_id
      AND (p.wanted_bundle = n.bundle OR p.applied_bundle = n.bundle OR p.good_bundle = n.bundle)
      AND (p.wanted_release, p.applied_release, p.good_release) IS DISTINCT FROM ($1, $1, $1)
    """)

  // Reading

  static let runColumns = """
    o.id, o.project, f.name, o.number, o.kind, o.state, o.version, o.release_id, o.release_name, o.strategy,
    o.failure_budget, o.unreachable_budget, o.plan_hash, o.authors, o.unknown_authors, o.started_by, o.pause, o.breach,
    to_milliseconds(o.created_at), to_milliseconds(o.ended_at)
    """
  private static let recordColumns = """
    SELECT \(runColumns), r.sources, o.report, o.warnings
    FROM rollouts AS o JOIN fleet_sets AS f ON f.id = o.fleet_set_id JOIN releases AS r ON r.id = o.release_id
    """
  static let rollouts = Statement(
    "rollout.rollouts",
    """
    \(recordColumns) WHERE o.project = $1 AND ($2::text IS NULL OR f.name = $2 AND f.removed_at IS NULL)
      AND ($3::bigint IS NULL OR o.id < $3) ORDER BY o.id DESC LIMIT $4
    """)
  static let rollout = Statement(
    "rollout.rollout",
    """
    \(recordColumns) WHERE o.project = $1 AND f.name = $2 AND ($3::bigint IS NULL OR o.number = $3)
    ORDER BY o.ended_at IS NOT NULL, o.state = 'Queued', o.kind = 'Onboard', o.id DESC LIMIT 1
    """)
  static let byID = Statement("rollout.byID", "\(recordColumns) WHERE o.id = $1")
  static let stages = Statement(
    "rollout.stages",
    """
    SELECT rollout_id, stage, rules, size, changing, member_count, slots, rollback_slots, failure_budget,
      unreachable_budget, min_succeeded, state, counters, to_milliseconds(opened_at),
      to_milliseconds(soak_started_at), to_milliseconds(passed_at), approvals, halt_reason, overrides,
      joined, checks, to_milliseconds(asked_at)
    FROM rollout_stages WHERE rollout_id = ANY ($1::bigint[]) ORDER BY rollout_id, stage
    """)
  static let steps = Statement(
    "rollout.steps",
    """
    SELECT g.rules ->> 'name', c.name, t.name, s.state, s.attempt, s.failure,
      CASE WHEN p.wanted_rollout = s.rollout_id THEN coalesce(p.observation ->> 'message', '') ELSE '' END,
      to_milliseconds(s.ordered_at), to_milliseconds(s.changed_at), s.stage, s.position, s.target_id
    FROM (
      SELECT * FROM rollout_steps AS s
      WHERE s.rollout_id = $1 AND ($2::text[] = '{}' OR s.state = ANY ($2::text[]))
        AND (s.stage, s.position, s.target_id) > ($3::integer, $4::integer, $5::bigint)
      ORDER BY s.stage, s.position, s.target_id LIMIT $6) AS s
    JOIN rollout_stages AS g ON g.rollout_id = s.rollout_id AND g.stage = s.stage
    JOIN clusters AS c ON c.id = s.cluster_id JOIN targets AS t ON t.id = s.target_id
    JOIN placements AS p ON p.cluster_id = s.cluster_id AND p.target_id = s.target_id
    ORDER BY s.stage, s.position, s.target_id
    """)
}
