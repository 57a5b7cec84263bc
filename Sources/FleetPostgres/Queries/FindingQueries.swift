/// What the bundles of a run would delete, and what of them others own (R23, R24).
enum FindingQueries {
  /// Sets of one project freeze runs one after the other, so that two do not claim one object at once.
  static let lockOwnership = Statement(
    "finding.lockOwnership", "SELECT 1 FROM pg_advisory_xact_lock(hashtextextended('ownership of ' || $1::text, 0))")

  /// For the targets (`$1`) with their new bundles (`$2`) of releases (`$3`): each pair of bundles with what is lost, by the
  /// stages (`$4`) that have a budget of their own, -1 for all others.
  static let prunes = Statement(
    "finding.prunes",
    """
    WITH pairs AS MATERIALIZED (
      SELECT p.wanted_bundle AS old, s.bundle AS new, s.stage, count(*) AS targets, min(t.name) AS name
      FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::integer[]) AS s (target_id, bundle, release_id, stage)
      JOIN placements AS p ON p.target_id = s.target_id JOIN targets AS t ON t.id = s.target_id
      JOIN release_targets AS n ON n.release_id = s.release_id AND n.target_id = s.target_id
      WHERE n.prune AND p.wanted_action = 'apply' AND p.wanted_bundle <> s.bundle::bytea
      GROUP BY 1, 2, 3)
    SELECT p.old, p.new, p.stage, p.targets, p.name, (SELECT b.object_count FROM bundles AS b WHERE b.digest = p.old),
      lost.identities
    FROM pairs AS p
    CROSS JOIN LATERAL (
      SELECT jsonb_agg(o.identity ORDER BY o.ordinal) AS identities FROM bundle_objects AS o
      WHERE o.bundle = p.old
        AND split_part(o.identity, '/', 2) NOT IN (
          'Namespace', 'CustomResourceDefinition', 'PersistentVolumeClaim', 'PersistentVolume')
        AND NOT EXISTS (SELECT FROM bundle_objects AS k WHERE k.bundle = p.new AND k.identity = o.identity)) AS lost
    WHERE lost.identities IS NOT NULL
    ORDER BY p.name
    """)

  /// Over the three newest runs in which somebody became ready.
  static let medianStep = Statement(
    "finding.medianStep",
    """
    SELECT to_milliseconds(to_timestamp(0) + percentile_disc(0.5) WITHIN GROUP (ORDER BY s.took))
    FROM (
      SELECT max(e.at) FILTER (WHERE e.kind = 'step.ready')
        - max(e.at) FILTER (WHERE e.kind = 'step.dispatched') AS took
      FROM (
        SELECT f.name || '/' || o.number AS name FROM rollouts AS o JOIN fleet_sets AS f ON f.id = o.fleet_set_id
        WHERE f.project = $1 AND f.name = $2 AND f.removed_at IS NULL AND o.kind = 'Rollout'
        ORDER BY o.number DESC LIMIT 3) AS r
      JOIN events AS e ON e.project = $1 AND e.rollout = r.name AND e.kind IN ('step.ready', 'step.dispatched')
      GROUP BY e.rollout, e.cluster) AS s
    WHERE s.took > interval '0'
    """)
  /// Labels of the clusters of a run that failed, and of those that became healthy, whatever became of them then, with the
  /// version that agents report.
  static let failureLabels = Statement(
    "finding.failureLabels",
    """
    WITH ready AS MATERIALIZED (
      SELECT DISTINCT e.cluster FROM rollouts AS o JOIN fleet_sets AS f ON f.id = o.fleet_set_id
      JOIN events AS e ON e.project = f.project AND e.rollout = f.name || '/' || o.number AND e.rollout <> ''
        AND e.kind = 'step.ready'
      WHERE o.id = $1),
    judged AS MATERIALIZED (
      SELECT s.cluster_id, bool_or(s.failure <> '') AS has_failed
      FROM rollout_steps AS s JOIN clusters AS n ON n.id = s.cluster_id LEFT JOIN ready AS r ON r.cluster = n.name
      WHERE s.rollout_id = $1 AND (s.failure <> '' OR s.state IN ('Soaking', 'Succeeded')
        OR s.state IN ('RollingBack', 'RolledBack') AND r.cluster IS NOT NULL) GROUP BY 1),
    totals AS (
      SELECT count(*) FILTER (WHERE has_failed) AS failed, count(*) FILTER (WHERE NOT has_failed) AS healthy FROM judged)
    SELECT t.failed, t.healthy, l.key, l.value, count(*) FILTER (WHERE j.has_failed),
      count(*) FILTER (WHERE NOT j.has_failed)
    FROM totals AS t CROSS JOIN judged AS j JOIN clusters AS c ON c.id = j.cluster_id
    CROSS JOIN LATERAL (
      SELECT key, value FROM jsonb_each_text(c.labels)
      UNION SELECT 'kubernetes', v FROM substring(c.kubernetes_version from '[0-9]+[.][0-9]+') AS v WHERE v IS NOT NULL
    ) AS l
    WHERE t.failed >= 2
    GROUP BY 1, 2, 3, 4 HAVING count(*) FILTER (WHERE j.has_failed) = t.failed
    """)
  /// Objects of the new bundles that another target of the cluster has, or is about to get by a run that goes on; not
  /// those that the target has already, nor those of its own set's targets that have left, whose removal skips them. Keys
  /// are compared per cluster, so that many targets on one cluster cost no more than their objects.
  static let conflicts = Statement(
    "finding.conflicts",
    """
    WITH mine AS MATERIALIZED (
      SELECT s.target_id, t.cluster_id, s.bundle, n.namespace, t.fleet_set_id, p.wanted_bundle AS had
      FROM unnest($1::bigint[], $2::bytea[], $3::bigint[]) AS s (target_id, bundle, release_id)
      JOIN targets AS t ON t.id = s.target_id JOIN placements AS p ON p.target_id = s.target_id
      JOIN release_targets AS n ON n.release_id = s.release_id AND n.target_id = s.target_id),
    gained AS MATERIALIZED (
      SELECT m.target_id, m.cluster_id, m.fleet_set_id, object_key(o.identity, m.namespace) AS key
      FROM mine AS m JOIN bundle_objects AS o ON o.bundle = m.bundle
      WHERE split_part(o.identity, '/', 2) <> 'Namespace'
        AND NOT EXISTS (SELECT FROM bundle_objects AS h WHERE h.bundle = m.had AND h.identity = o.identity)),
    claims AS MATERIALIZED (
      SELECT q.cluster_id, q.target_id, b.bundle, x.namespace
      FROM (SELECT DISTINCT cluster_id FROM gained) AS c JOIN placements AS q ON q.cluster_id = c.cluster_id
      JOIN release_targets AS x ON x.release_id = q.wanted_release AND x.target_id = q.target_id
      CROSS JOIN LATERAL (
        SELECT DISTINCT unnest(q.unconfirmed || q.wanted_bundle::bytea || q.applied_bundle::bytea)) AS b (bundle)
      WHERE q.wanted_action = 'apply'
      UNION
      SELECT t.cluster_id, s.target_id, s.bundle, x.namespace
      FROM (SELECT DISTINCT cluster_id FROM gained) AS c JOIN targets AS t ON t.cluster_id = c.cluster_id
      JOIN rollout_steps AS s ON s.target_id = t.id AND s.state = 'Pending'
      JOIN rollouts AS r ON r.id = s.rollout_id AND r.ended_at IS NULL AND r.kind <> 'Remove'
      JOIN release_targets AS x ON x.release_id = s.release_id AND x.target_id = s.target_id),
    claimed AS MATERIALIZED (
      SELECT DISTINCT k.cluster_id, k.target_id, object_key(o.identity, k.namespace) AS key, NULL::bigint AS before
      FROM claims AS k JOIN bundle_objects AS o ON o.bundle = k.bundle
      UNION ALL
      -- Of two targets of the run the first has it.
      SELECT cluster_id, target_id, key, target_id FROM gained)
    SELECT DISTINCT c.name, g.target_id, mine.name, g.key, f.name, t.name
    FROM gained AS g JOIN claimed AS k ON k.cluster_id = g.cluster_id AND k.key = g.key AND k.target_id <> g.target_id
      AND coalesce(k.before < g.target_id, true)
    JOIN targets AS mine ON mine.id = g.target_id JOIN targets AS t ON t.id = k.target_id
    JOIN fleet_sets AS f ON f.id = t.fleet_set_id JOIN clusters AS c ON c.id = g.cluster_id
    WHERE t.on_removal IS DISTINCT FROM 'keep' AND NOT (t.fleet_set_id = g.fleet_set_id AND t.is_abandoned)
    ORDER BY 3, 1, 4 LIMIT 1000
    """)
}
