/// What retention takes away. Every statement takes `$1`, the time before which history is not kept, `$2`, how many of the
/// newest rollouts and releases of a set are kept whatever their age, and `$3`, the age below which content is never
/// touched, in milliseconds; each deletes a part and answers how much.
enum CollectionQueries {
  /// In this order: what one leaves is in nobody's way for the next.
  static let steps: [(name: String, statement: Statement)] = [
    ("events", events), ("orders", orders), ("rollouts", rollouts), ("holds", holds), ("releases", releases),
    ("bundles", bundles), ("objects", objects),
  ]

  /// Uses the parameters that a statement has no use for.
  private static let unused = "$2::bigint IS NOT NULL AND $3::bigint IS NOT NULL"

  static let events = Statement(
    "collection.events",
    """
    DELETE FROM events WHERE \(unused) AND id IN (
      SELECT id FROM events WHERE position IS NOT NULL AND at < from_milliseconds($1) ORDER BY position LIMIT 20000)
    """)
  /// Orders whose time had ended by then; what ran at that moment can still be told.
  static let orders = Statement(
    "collection.orders",
    """
    DELETE FROM orders AS d USING (
      SELECT o.target_id, o.epoch, o.counter FROM orders AS o
      WHERE o.committed_at < from_milliseconds($1) AND EXISTS (
        SELECT FROM orders AS n WHERE n.target_id = o.target_id AND (n.epoch, n.counter) > (o.epoch, o.counter)
          AND n.confirmed_at < from_milliseconds($1))
      LIMIT 20000) AS old
    WHERE \(unused) AND d.target_id = old.target_id AND d.epoch = old.epoch AND d.counter = old.counter
    """)
  /// Ended runs that nothing current was ordered by, that hold nothing and are not the set's last good one.
  static let rollouts = Statement(
    "collection.rollouts",
    """
    WITH old AS MATERIALIZED (
      SELECT o.id FROM (
        SELECT r.*, row_number() OVER (PARTITION BY fleet_set_id ORDER BY number DESC) AS age,
          row_number() OVER (
            PARTITION BY fleet_set_id, kind IN ('Rollout', 'Undo') AND state LIKE 'Succeeded%' ORDER BY number DESC) AS good
        FROM rollouts AS r) AS o
      WHERE o.ended_at < from_milliseconds($1) AND o.age > $2 AND $3::bigint IS NOT NULL
        AND NOT (o.kind IN ('Rollout', 'Undo') AND o.state LIKE 'Succeeded%' AND o.good = 1)
        AND NOT EXISTS (SELECT FROM placements AS p WHERE p.wanted_rollout = o.id)
        AND NOT EXISTS (SELECT FROM orders AS d WHERE d.rollout_id = o.id)
        AND NOT EXISTS (SELECT FROM holds AS h WHERE h.rollout_id = o.id AND h.released_at IS NULL)
      ORDER BY o.id LIMIT 100),
    steps AS (DELETE FROM rollout_steps AS s USING old WHERE s.rollout_id = old.id),
    stages AS (DELETE FROM rollout_stages AS s USING old WHERE s.rollout_id = old.id),
    freed AS (UPDATE holds AS h SET rollout_id = NULL FROM old WHERE h.rollout_id = old.id),
    unlinked AS (
      UPDATE rollouts AS r SET supersedes_id = NULL FROM old
      WHERE r.supersedes_id = old.id AND r.id NOT IN (SELECT id FROM old))
    DELETE FROM rollouts AS r USING old WHERE r.id = old.id
    """)
  static let holds = Statement(
    "collection.holds",
    """
    WITH old AS MATERIALIZED (
      SELECT id FROM holds WHERE \(unused) AND released_at < from_milliseconds($1) LIMIT 1000),
    bundles AS (DELETE FROM hold_bundles AS b USING old WHERE b.hold_id = old.id)
    DELETE FROM holds AS h USING old WHERE h.id = old.id
    """)
  static let releases = Statement(
    "collection.releases",
    """
    WITH old AS MATERIALIZED (
      SELECT r.id FROM (
        SELECT x.*, row_number() OVER (PARTITION BY fleet_set_id ORDER BY number DESC) AS age FROM releases AS x) AS r
      WHERE r.created_at < from_milliseconds($1) AND r.age > $2 AND $3::bigint IS NOT NULL
        AND NOT EXISTS (SELECT FROM fleet_sets AS f WHERE f.newest_release_id = r.id)
        AND NOT EXISTS (SELECT FROM targets AS t WHERE t.release_id = r.id)
        AND NOT EXISTS (
          SELECT FROM placements AS p WHERE r.id IN (p.wanted_release, p.applied_release, p.good_release))
        AND NOT EXISTS (SELECT FROM rollouts AS o WHERE o.release_id = r.id)
        AND NOT EXISTS (SELECT FROM rollout_steps AS s WHERE r.id IN (s.release_id, s.before_release))
        AND NOT EXISTS (SELECT FROM orders AS d WHERE d.release_id = r.id)
        AND NOT EXISTS (SELECT FROM holds AS h WHERE h.release_id = r.id)
      LIMIT 100),
    targets AS (DELETE FROM release_targets AS x USING old WHERE x.release_id = old.id)
    DELETE FROM releases AS r USING old WHERE r.id = old.id
    """)
  static let bundles = Statement(
    "collection.bundles",
    """
    WITH old AS MATERIALIZED (
      SELECT b.digest FROM bundles AS b
      WHERE b.created_at < now() - $3 * interval '1 millisecond' AND $1::bigint IS NOT NULL AND $2::bigint IS NOT NULL
        AND NOT EXISTS (SELECT FROM release_targets AS x WHERE x.bundle = b.digest)
        AND NOT EXISTS (SELECT FROM orders AS d WHERE d.bundle = b.digest)
        AND NOT EXISTS (SELECT FROM hold_bundles AS h WHERE h.bundle = b.digest)
        AND NOT EXISTS (SELECT FROM rollout_steps AS s WHERE s.bundle = b.digest)
        AND NOT EXISTS (SELECT FROM rollout_steps AS s WHERE s.before_bundle = b.digest)
        AND NOT EXISTS (
          SELECT FROM placements AS p WHERE b.digest IN (p.wanted_bundle, p.applied_bundle, p.good_bundle))
        AND NOT EXISTS (SELECT FROM placements AS p, unnest(p.unconfirmed) AS u (digest) WHERE u.digest = b.digest)
      LIMIT 2000),
    contents AS (DELETE FROM bundle_objects AS o USING old WHERE o.bundle = old.digest)
    DELETE FROM bundles AS b USING old WHERE b.digest = old.digest
    """)
  static let objects = Statement(
    "collection.objects",
    """
    DELETE FROM objects AS d USING (
      SELECT o.digest FROM objects AS o
      WHERE o.created_at < now() - $3 * interval '1 millisecond' AND $1::bigint IS NOT NULL AND $2::bigint IS NOT NULL
        AND NOT EXISTS (SELECT FROM bundle_objects AS b WHERE b.object = o.digest)
      LIMIT 5000) AS old
    WHERE d.digest = old.digest
    """)
}
