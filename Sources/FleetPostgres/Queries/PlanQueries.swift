/// What a pass reads and commits. Every read of steps goes by an index; a test explains them at 100,000 steps.
enum PlanQueries {
  static let head = Statement(
    "plan.head",
    """
    SELECT to_milliseconds(greatest(now(), o.seen_at)), listened_ms(), (SELECT epoch FROM settings),
      EXISTS (SELECT FROM holds AS h WHERE h.release_id = o.release_id AND h.released_at IS NULL),
      \(RolloutQueries.runColumns)
    FROM rollouts AS o JOIN fleet_sets AS f ON f.id = o.fleet_set_id WHERE o.id = $1
    """)

  private static let unitKey = "SELECT s.stage, s.position FROM rollout_steps AS s WHERE s.rollout_id = $1"

  /// Orders in flight, in either direction.
  static let inFlight = Statement(
    "plan.inFlight",
    """
    \(unitKey) AND (s.state IN ('Dispatched', 'Applying', 'Verifying')
      OR (s.state = 'RollingBack' AND s.order_direction = 'rollback'))
    """)
  static let failing = Statement("plan.failing", "\(unitKey) AND s.state IN ('Failed', 'Lost')")
  static let attention = Statement("plan.attention", "\(unitKey) AND s.attention <> 0")
  static let pendingAgain = Statement("plan.pendingAgain", "\(unitKey) AND s.state = 'Pending' AND s.attempt > 1")
  /// Those that joined during the run and wait for their turn (R5).
  static let joined = Statement("plan.joined", "\(unitKey) AND s.is_joined AND s.state = 'Skipped'")
  /// Those that were passed over because their agent holds, and those whose hold has just ended (R31).
  static let held = Statement(
    "plan.held",
    """
    \(unitKey) AND s.state = 'Skipped' AND EXISTS (
      SELECT FROM clusters AS c
      WHERE c.id = s.cluster_id AND c.hold_until IS NOT NULL AND c.hold_until > now() - interval '5 minutes')
    """)
  static let pending = Statement(
    "plan.pending",
    "\(unitKey) AND s.stage = $2 AND s.state = 'Pending' ORDER BY s.position LIMIT $3")
  /// Those that a rollback may send back next, last stage and last place first: whoever got a forward order, whatever
  /// became of it. What is in flight, failed or lost is loaded anyway and takes no place here.
  static let sendBack = Statement(
    "plan.sendBack",
    """
    \(unitKey) AND s.order_direction = 'forward' AND (s.before_bundle IS NOT NULL OR $4 AND NOT s.is_joined)
      AND s.state IN ('Pending', 'Soaking', 'Succeeded', 'Unreachable', 'Skipped', 'Waived')
      AND s.stage >= $2 ORDER BY s.stage DESC, s.position DESC LIMIT $3
    """)
  /// All steps of the units, with what is known of their clusters.
  static let units = Statement(
    "plan.units",
    """
    SELECT s.stage, s.position, s.cluster_id, c.name, s.limit_values,
      CASE WHEN contact.is_open THEN 0
        -- Who was last heard before the last outage has had no chance to be heard since it ended.
        WHEN contact.heard < l.last_gap_end_ms THEN greatest(45000, $4::bigint - l.last_gap_end_ms)
        ELSE greatest(0, $4::bigint - contact.heard) END,
      c.cordon_reason, c.removed_at IS NOT NULL, s.target_id, t.name, s.state, s.attempt, s.bundle, s.release_id,
      s.before_bundle, s.before_release, s.order_epoch, s.order_counter, s.order_direction,
      to_milliseconds(s.ordered_at), s.ordered_listened,
      CASE WHEN p.generation_epoch = s.order_epoch AND p.generation_counter = s.order_counter
        THEN p.observation END, p.reported_listened,
      p.generation_epoch, p.generation_counter, s.failure, s.attention,
      (SELECT kind FROM rollouts WHERE id = $1) = 'Remove' AND NOT t.is_abandoned,
      CASE WHEN $5 THEN c.labels END, s.is_joined, s.was_unhealthy,
      CASE WHEN c.hold_until > now() THEN c.hold_reason END, c.hold_by, to_milliseconds(c.held_at),
      to_milliseconds(c.hold_until),
      CASE WHEN c.hold_until <= now() THEN coalesce(
        greatest(0, $4::bigint - c.hold_ended_listened), (extract(epoch FROM now() - c.hold_until) * 1000)::bigint) END
    FROM unnest($2::integer[], $3::integer[]) AS u (stage, position)
    JOIN rollout_steps AS s ON s.rollout_id = $1 AND s.stage = u.stage AND s.position = u.position
    JOIN clusters AS c ON c.id = s.cluster_id JOIN targets AS t ON t.id = s.target_id
    JOIN placements AS p ON p.cluster_id = s.cluster_id AND p.target_id = s.target_id
    CROSS JOIN listening AS l
    CROSS JOIN LATERAL (
      -- In contact is whose session is open at a live controller; else heard is the last contact on the listening
      -- clock, or the registration.
      SELECT coalesce(bool_or(k.lease_until > now()), false) AS is_open,
        greatest(c.contact_listened, max(k.renewed_listened)) AS heard
      FROM agent_sessions AS a JOIN controllers AS k ON k.id = a.controller_id
      WHERE a.cluster_id = s.cluster_id AND a.closed_at IS NULL AND a.revoked_at IS NULL) AS contact
    ORDER BY s.stage, s.position, t.name
    """)
  static let inFlightByLabel = Statement(
    "plan.inFlightByLabel",
    """
    SELECT l.key, l.value, count(DISTINCT s.cluster_id)
    FROM rollouts AS o JOIN rollout_steps AS s ON s.rollout_id = o.id
    CROSS JOIN jsonb_each_text(s.limit_values) AS l
    WHERE o.ended_at IS NULL
      AND o.fleet_set_id = (SELECT fleet_set_id FROM rollouts WHERE id = $1)
      AND (s.state IN ('Dispatched', 'Applying', 'Verifying')
        OR (s.state = 'RollingBack' AND s.order_direction = 'rollback'))
    GROUP BY 1, 2
    """)
  /// Sets with runs that go on, and their labels, which limits that sets share choose by.
  static let openSets = Statement(
    "plan.openSets",
    """
    SELECT f.id, f.name, coalesce(f.document::jsonb #> '{metadata,labels}', '{}') FROM fleet_sets AS f
    WHERE f.project = $1 AND EXISTS (SELECT FROM rollouts AS o WHERE o.fleet_set_id = f.id AND o.ended_at IS NULL)
    """)
  /// Clusters with an order in flight by value of a label and run.
  static let sharedInFlight = Statement(
    "plan.sharedInFlight",
    """
    SELECT c.labels ->> $2, f.name || '/' || o.number, count(DISTINCT s.cluster_id)
    FROM fleet_sets AS f JOIN rollouts AS o ON o.fleet_set_id = f.id AND o.ended_at IS NULL
    JOIN rollout_steps AS s ON s.rollout_id = o.id JOIN clusters AS c ON c.id = s.cluster_id
    WHERE f.id = ANY ($1::bigint[]) AND c.labels ->> $2 IS NOT NULL
      AND (s.state IN ('Dispatched', 'Applying', 'Verifying')
        OR (s.state = 'RollingBack' AND s.order_direction = 'rollback'))
    GROUP BY 1, 2
    """)

  // Committing

  /// Commits that take places of limits that sets share wait for one another: the key spells `cam`.
  static let lockLimits = Statement(
    "plan.lockLimits", "SELECT pg_advisory_xact_lock(6513005, hashtext($1))")
  /// Runs that wait for a place under a limit.
  static let waitingForLimits = Statement(
    "plan.waitingForLimits",
    """
    SELECT o.id FROM rollouts AS o WHERE o.project = $1 AND o.id <> $2 AND o.ended_at IS NULL
      AND jsonb_path_exists(o.report, '$.waiting[*] ? (@.reason == "limit")')
    ORDER BY o.id
    """)

  static let updateRun = Statement(
    "plan.updateRun",
    """
    UPDATE rollouts SET kind = $3, state = $4, version = version + 1, release_id = $5, release_name = $6,
      strategy = $7::jsonb, failure_budget = $8, unreachable_budget = $9, plan_hash = $10, authors = $11::jsonb,
      pause = $12::jsonb, breach = $13::jsonb, ended_at = from_milliseconds($14), report = $15::jsonb,
      seen_at = from_milliseconds($16)
    WHERE id = $1 AND version = $2
    RETURNING fleet_set_id
    """)
  static let updateReport = Statement(
    "plan.updateReport",
    """
    UPDATE rollouts SET report = $3::jsonb, seen_at = from_milliseconds($4)
    WHERE id = $1 AND version = $2 AND report IS DISTINCT FROM $3::jsonb
    """)
  static let lockPlacements = Statement(
    "plan.lockPlacements",
    "SELECT target_id FROM placements WHERE target_id = ANY ($1::bigint[]) ORDER BY target_id FOR NO KEY UPDATE")
  /// An order, if its generation is above the stored one (R27). One to remove wants no bundle; what it removes is what is
  /// applied, or perhaps applied.
  static let orders = Statement(
    "plan.orders",
    """
    WITH ordered AS (
      UPDATE placements AS p SET generation_epoch = n.epoch, generation_counter = n.counter, wanted_action = n.action,
        wanted_bundle = n.bundle, wanted_release = n.release_id, wanted_rollout = $1, ordered_at = now(),
        start_within_ms = n.start_within, min_ready_ms = n.min_ready, fail_fast_ms = n.fail_fast,
        is_confirmed = false,
        unconfirmed = CASE WHEN n.bundle IS NULL OR n.bundle = ANY (p.unconfirmed) THEN p.unconfirmed
          ELSE p.unconfirmed || n.bundle::bytea END,
        phase = NULL, observation = NULL, reported_at = NULL, reported_listened = NULL
      FROM unnest($2::bigint[], $3::bigint[], $4::integer[], $5::bigint[], $6::bytea[], $7::bigint[], $8::bigint[],
        $9::text[], $11::text[], $12::bigint[], $13::bigint[])
        AS n (cluster_id, target_id, epoch, counter, bundle, release_id, start_within, direction, action, min_ready,
          fail_fast)
      WHERE p.cluster_id = n.cluster_id AND p.target_id = n.target_id
        AND (p.generation_epoch, p.generation_counter) < (n.epoch, n.counter)
        -- Putting a target back into its set cancels its removal (R25); a rollback removes new ones of the set (R14).
        AND (n.action = 'apply' OR n.direction = 'rollback'
          OR EXISTS (SELECT FROM targets AS t WHERE t.id = n.target_id AND t.is_abandoned))
      RETURNING n.*)
    INSERT INTO orders
      (target_id, epoch, counter, cluster_id, rollout_id, direction, action, bundle, release_id, committed_listened)
    SELECT target_id, epoch, counter, cluster_id, $1, direction, action, bundle, release_id, $10 FROM ordered
    """)
  static let steps = Statement(
    "plan.steps",
    """
    UPDATE rollout_steps AS s SET state = n.state, attempt = n.attempt, failure = n.failure,
      order_epoch = coalesce(n.epoch, s.order_epoch), order_counter = coalesce(n.counter, s.order_counter),
      order_direction = coalesce(n.direction, s.order_direction),
      ordered_at = CASE WHEN n.counter IS NULL THEN s.ordered_at ELSE from_milliseconds($10) END,
      ordered_listened = CASE WHEN n.counter IS NULL THEN s.ordered_listened ELSE $11 END,
      changed_at = from_milliseconds($10)
    FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::integer[], $7::text[], $8::integer[],
      $9::bigint[], $12::text[]) AS n (cluster_id, target_id, old_state, state, attempt, failure, epoch, counter, direction)
    WHERE s.rollout_id = $1 AND s.cluster_id = n.cluster_id AND s.target_id = n.target_id AND s.state = n.old_state
    """)
  static let bulk = Statement(
    "plan.bulk",
    """
    UPDATE rollout_steps SET state = $4, changed_at = from_milliseconds($5)
    WHERE rollout_id = $1 AND ($2::integer IS NULL OR stage = $2) AND state = $3
    """)
  /// The number of a mark: its transaction's, which rises and which no other transaction has, so that a mark raised after
  /// a pass has read its step never has the number that was read (decision 21).
  static let mark = "pg_current_xact_id()::text::bigint"
  /// Whether a run is still the one that was read. Waits for a commit under way, and keeps the next one waiting.
  static let holdVersion = Statement(
    "plan.holdVersion", "SELECT 1 FROM rollouts WHERE id = $1 AND version = $2 FOR SHARE")
  static let takeMarks = Statement(
    "plan.takeMarks",
    """
    UPDATE rollout_steps AS s SET attention = 0
    FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) AS n (cluster_id, target_id, attention)
    WHERE s.rollout_id = $1 AND s.cluster_id = n.cluster_id AND s.target_id = n.target_id
      AND s.attention = n.attention
    """)
  static let moveGood = Statement(
    "plan.moveGood",
    """
    UPDATE placements AS p SET good_bundle = s.bundle, good_release = s.release_id
    FROM rollout_steps AS s
    WHERE s.rollout_id = $1 AND s.state = 'Succeeded' AND p.cluster_id = s.cluster_id AND p.target_id = s.target_id
      AND (p.good_bundle, p.good_release) IS DISTINCT FROM (s.bundle, s.release_id)
      AND NOT EXISTS (
        SELECT FROM hold_bundles AS b JOIN holds AS h ON h.id = b.hold_id
        WHERE b.target_id = s.target_id AND b.bundle = s.bundle AND h.released_at IS NULL)
    """)
  static let names = Statement(
    "plan.names",
    """
    SELECT 'c', id, name FROM clusters WHERE id = ANY ($1::bigint[])
    UNION ALL SELECT 't', id, name FROM targets WHERE id = ANY ($2::bigint[])
    """)
}
