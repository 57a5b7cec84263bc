/// What agents see and say.
enum PlacementQueries {
  static let epoch = Statement("placement.epoch", "SELECT epoch FROM settings")
  /// Generations that agents have seen and that are above the stored ones (R27), to go above them.
  static let passed = Statement(
    "placement.passed",
    """
    SELECT p.target_id, s.epoch, s.counter, p.generation_epoch, p.generation_counter, p.wanted_action IS NOT NULL,
      f.project, f.name, c.name, t.name
    FROM unnest($2::bigint[], $3::integer[], $4::bigint[]) AS s (target_id, epoch, counter)
    JOIN placements AS p ON p.cluster_id = $1 AND p.target_id = s.target_id
    JOIN targets AS t ON t.id = p.target_id JOIN fleet_sets AS f ON f.id = t.fleet_set_id
    JOIN clusters AS c ON c.id = p.cluster_id
    WHERE (s.epoch, s.counter) > (p.generation_epoch, p.generation_counter)
    ORDER BY p.target_id FOR NO KEY UPDATE OF p
    """)
  /// The stored order again, above what was seen; the step that it belongs to moves along.
  static let goAbove = Statement(
    "placement.goAbove",
    """
    WITH moved AS (
      UPDATE placements AS p SET generation_epoch = $5, generation_counter = $6
      WHERE p.cluster_id = $1 AND p.target_id = $2
      RETURNING p.wanted_action, p.wanted_bundle, p.wanted_release, p.wanted_rollout),
    step AS (
      UPDATE rollout_steps AS s SET order_epoch = $5, order_counter = $6
      FROM moved WHERE s.rollout_id = moved.wanted_rollout AND s.cluster_id = $1 AND s.target_id = $2
        AND s.order_epoch = $3 AND s.order_counter = $4
      RETURNING s.order_direction)
    INSERT INTO orders
      (target_id, epoch, counter, cluster_id, rollout_id, direction, action, bundle, release_id, committed_listened)
    SELECT $2, $5, $6, $1, wanted_rollout, coalesce((SELECT order_direction FROM step), 'forward'), wanted_action,
      wanted_bundle, wanted_release, listened_ms()
    FROM moved WHERE wanted_action IS NOT NULL
    """)
  /// What may be deleted is what an applied or a perhaps applied bundle has and the new one (none, for a removal) has not,
  /// never a kind that holds other things or data, and nothing that another target of the cluster is to have (AMENDMENTS
  /// 11, 13, 37).
  static let orders = Statement(
    "placement.orders",
    """
    SELECT p.target_id, f.name || '/' || t.name, p.wanted_action, p.wanted_bundle, p.generation_epoch,
      p.generation_counter, coalesce(n.namespace, ''), coalesce(n.self_heal, false),
      coalesce(n.create_namespace, false), p.start_within_ms, p.min_ready_ms, p.fail_fast_ms,
      CASE WHEN n.prune OR p.wanted_action = 'remove' THEN (
        SELECT coalesce(jsonb_agg(DISTINCT o.identity), '[]')
        FROM bundle_objects AS o
        WHERE o.bundle = ANY (p.unconfirmed || p.applied_bundle::bytea)
          AND o.bundle IS DISTINCT FROM p.wanted_bundle::bytea
          AND split_part(o.identity, '/', 2) NOT IN (
            'Namespace', 'CustomResourceDefinition', 'PersistentVolumeClaim', 'PersistentVolume')
          AND NOT EXISTS (
            SELECT FROM bundle_objects AS k WHERE k.bundle = p.wanted_bundle AND k.identity = o.identity)
          AND NOT EXISTS (
            SELECT FROM placements AS q JOIN bundle_objects AS k ON k.bundle = q.wanted_bundle
            JOIN release_targets AS x ON x.release_id = q.wanted_release AND x.target_id = q.target_id
            WHERE q.cluster_id = $1 AND q.target_id <> p.target_id AND q.wanted_action = 'apply'
              AND object_key(k.identity, x.namespace) = object_key(o.identity, coalesce(n.namespace, ''))))
        ELSE '[]' END
    FROM placements AS p JOIN targets AS t ON t.id = p.target_id JOIN fleet_sets AS f ON f.id = t.fleet_set_id
    LEFT JOIN unnest($2::bigint[], $3::integer[], $4::bigint[]) AS s (target_id, epoch, counter)
      ON s.target_id = p.target_id
    LEFT JOIN LATERAL (
      -- The settings of the ordered release; when that never had the target, of the newest that has it.
      SELECT x.* FROM release_targets AS x
      WHERE x.target_id = p.target_id AND x.release_id IN (p.wanted_release, t.release_id)
      ORDER BY x.release_id IS DISTINCT FROM p.wanted_release LIMIT 1) AS n ON true
    WHERE p.cluster_id = $1 AND p.wanted_action IS NOT NULL AND NOT p.target_id = ANY ($5::bigint[])
      AND (s.target_id IS NULL OR (p.generation_epoch, p.generation_counter) > (s.epoch, s.counter))
    ORDER BY p.target_id
    """)

  /// Stores a batch of reports in one statement. A report about another generation, or another bundle than the ordered
  /// one, changes nothing (R27). What is new about one marks its step and wakes its run; the rest only stays readable.
  static let record = Statement(
    "placement.record",
    """
    WITH reports AS (
      SELECT * FROM unnest($2::bigint[], $3::integer[], $4::bigint[], $5::bytea[], $6::text[], $7::text[], $8::bigint[],
        $9::bigint[], $10::text[], $11::jsonb[])
        AS n (target_id, epoch, counter, bundle, phase, health, ready_ms, degraded_ms, message, observation)),
    old AS (
      SELECT n.*, p.wanted_rollout, p.is_confirmed AS was_confirmed, p.observation AS old_observation,
        p.phase AS old_phase, p.health AS old_health,
        coalesce((p.observation ->> 'degradedForMilliseconds')::bigint, 0) AS old_degraded_ms
      FROM placements AS p JOIN reports AS n ON n.target_id = p.target_id
      WHERE p.cluster_id = $1 AND p.generation_epoch = n.epoch AND p.generation_counter = n.counter
        AND p.wanted_action IS NOT NULL AND (n.bundle IS NULL OR n.bundle = p.wanted_bundle)
      ORDER BY p.target_id FOR NO KEY UPDATE OF p),
    stored AS (
      UPDATE placements AS p SET phase = o.phase, health = o.health, observation = o.observation, reported_at = now(),
        reported_listened = listened_ms(),
        is_confirmed = p.is_confirmed OR o.phase IN ('applied', 'removed'),
        applied_bundle = CASE o.phase WHEN 'applied' THEN p.wanted_bundle WHEN 'removed' THEN NULL
          ELSE p.applied_bundle END,
        applied_release = CASE o.phase WHEN 'applied' THEN p.wanted_release WHEN 'removed' THEN NULL
          ELSE p.applied_release END,
        good_bundle = CASE o.phase WHEN 'removed' THEN NULL ELSE p.good_bundle END,
        good_release = CASE o.phase WHEN 'removed' THEN NULL ELSE p.good_release END,
        applied_at = CASE WHEN o.phase IN ('applied', 'removed') AND NOT o.was_confirmed THEN now()
          ELSE p.applied_at END,
        unconfirmed = CASE WHEN o.phase IN ('applied', 'removed') THEN '{}' ELSE p.unconfirmed END
      FROM old AS o WHERE p.cluster_id = $1 AND p.target_id = o.target_id
      RETURNING o.*, p.wanted_bundle),
    confirmed AS (
      UPDATE orders AS d SET confirmed_at = now()
      FROM stored AS o
      WHERE d.target_id = o.target_id AND d.epoch = o.epoch AND d.counter = o.counter AND d.confirmed_at IS NULL
        AND NOT o.was_confirmed AND o.phase IN ('applied', 'removed')),
    marked AS (
      UPDATE rollout_steps AS s SET attention = \(PlanQueries.mark)
      FROM stored AS o JOIN rollouts AS r ON r.id = o.wanted_rollout AND r.ended_at IS NULL
      WHERE s.rollout_id = o.wanted_rollout AND s.cluster_id = $1 AND s.target_id = o.target_id
        AND s.order_epoch = o.epoch AND s.order_counter = o.counter
        AND s.state NOT IN ('Unchanged', 'Removed', 'Cancelled', 'RolledBack', 'RollbackFailed')
        AND ((o.phase, o.health, o.message) IS DISTINCT FROM (o.old_phase, o.old_health, o.old_observation ->> 'message')
          OR s.state IN ('Dispatched', 'Applying', 'Verifying', 'RollingBack')
            AND o.phase = 'applied' AND o.old_observation IS DISTINCT FROM o.observation
          OR o.degraded_ms <> coalesce(o.old_degraded_ms, 0))
      RETURNING s.rollout_id),
    runs AS (SELECT DISTINCT rollout_id FROM marked)
    SELECT o.target_id, f.project, f.name, coalesce(f.name || '/' || r.number, ''), c.name, t.name,
      (SELECT rollout_id FROM runs WHERE rollout_id = r.id),
      NOT o.was_confirmed AND o.phase IN ('applied', 'removed'), left(encode(o.wanted_bundle, 'hex'), 8),
      CASE WHEN o.observation -> 'drift' IS DISTINCT FROM o.old_observation -> 'drift' THEN o.observation -> 'drift' END,
      o.old_health = 'Degraded' AND o.health <> 'Degraded',
      coalesce(o.observation #> '{standing,loops}', '[]'), coalesce(o.old_observation #> '{standing,loops}', '[]')
    FROM stored AS o JOIN targets AS t ON t.id = o.target_id JOIN fleet_sets AS f ON f.id = t.fleet_set_id
    JOIN clusters AS c ON c.id = $1 LEFT JOIN rollouts AS r ON r.id = o.wanted_rollout
    ORDER BY o.target_id
    """)
}
