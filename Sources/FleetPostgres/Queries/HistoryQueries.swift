/// What ran where, and when: read from the orders, which are kept.
enum HistoryQueries {
  /// An order `o` with its target `t`, cluster `c` and set `f`, and when a later one was first confirmed.
  private static let period = """
    SELECT f.name, t.name, c.name, o.action, o.direction = 'rollback',
      coalesce((SELECT \(ReleaseQueries.shortName("x")) FROM releases AS x WHERE x.id = o.release_id), ''), o.bundle,
      coalesce(f.name || '/' || r.number, ''), to_milliseconds(o.committed_at), to_milliseconds(o.confirmed_at),
      to_milliseconds(later.confirmed_at), o.committed_at::text, o.target_id, o.epoch, o.counter
    FROM orders AS o JOIN targets AS t ON t.id = o.target_id JOIN fleet_sets AS f ON f.id = t.fleet_set_id
    JOIN clusters AS c ON c.id = o.cluster_id LEFT JOIN rollouts AS r ON r.id = o.rollout_id
    LEFT JOIN LATERAL (
      SELECT n.confirmed_at FROM orders AS n
      WHERE n.target_id = o.target_id AND (n.epoch, n.counter) > (o.epoch, o.counter) AND n.confirmed_at IS NOT NULL
      ORDER BY n.epoch, n.counter LIMIT 1) AS later ON true
    """
  /// Whether the period has a part in the span `$2` to `$3`, of which each may be null.
  private static let overlaps = """
    ($3::bigint IS NULL OR o.committed_at < from_milliseconds($3))
      AND ($2::bigint IS NULL OR later.confirmed_at IS NULL OR later.confirmed_at > from_milliseconds($2))
    """
  static let timeline = Statement(
    "history.timeline",
    """
    \(period)
    WHERE o.cluster_id IN (SELECT id FROM clusters WHERE project = $1 AND name = $4)
      AND \(overlaps) AND ($5::text IS NULL OR f.name = $5)
      AND ($6::text IS NULL
        OR (o.committed_at, o.target_id, o.counter) < ($6::timestamptz, $7::bigint, $8::bigint))
    ORDER BY o.committed_at DESC, o.target_id DESC, o.counter DESC LIMIT $9
    """)
  /// `$4` and `$5` are the least and the greatest bundle that is meant, `$6` the first digits of a commit. What a commit
  /// gives a target is meant also where an earlier release has sent it.
  static let whereabouts = Statement(
    "history.whereabouts",
    """
    WITH given AS MATERIALIZED (
      SELECT DISTINCT x.target_id, x.bundle::bytea AS bundle
      FROM releases AS r JOIN fleet_sets AS s ON s.id = r.fleet_set_id JOIN release_targets AS x ON x.release_id = r.id
      WHERE s.project = $1 AND EXISTS (
        SELECT FROM jsonb_array_elements(r.sources) AS e WHERE starts_with(e -> 'commit' ->> 'id', $6))),
    meant AS MATERIALIZED (
      SELECT target_id, epoch, counter FROM orders WHERE bundle BETWEEN $4::bytea AND $5::bytea
      UNION
      SELECT o.target_id, o.epoch, o.counter FROM given AS g
      JOIN orders AS o ON o.target_id = g.target_id AND o.bundle = g.bundle)
    \(period)
    JOIN meant ON (meant.target_id, meant.epoch, meant.counter) = (o.target_id, o.epoch, o.counter)
    WHERE f.project = $1 AND \(overlaps)
      AND ($7::text IS NULL
        OR (f.name, t.name, o.target_id, o.epoch, o.counter) > ($7, $8, $9::bigint, $10::integer, $11::bigint))
    ORDER BY f.name, t.name, o.target_id, o.epoch, o.counter LIMIT $12
    """)
  static let targetsAt = Statement(
    "history.targetsAt",
    """
    SELECT f.name, t.name, c.name, w.bundle, \(shortName("w.release_id")), a.bundle, \(shortName("a.release_id")),
      CASE WHEN a.bundle IS NOT NULL THEN to_milliseconds(a.confirmed_at) END, t.id
    FROM targets AS t JOIN fleet_sets AS f ON f.id = t.fleet_set_id JOIN clusters AS c ON c.id = t.cluster_id
    JOIN LATERAL (
      SELECT o.bundle, o.release_id FROM orders AS o
      WHERE o.target_id = t.id AND o.committed_at <= from_milliseconds($2)
      ORDER BY o.epoch DESC, o.counter DESC LIMIT 1) AS w ON true
    LEFT JOIN LATERAL (
      SELECT o.bundle, o.release_id, o.confirmed_at FROM orders AS o
      WHERE o.target_id = t.id AND o.confirmed_at <= from_milliseconds($2)
      ORDER BY o.epoch DESC, o.counter DESC LIMIT 1) AS a ON true
    WHERE f.project = $1 AND ($3::text IS NULL OR f.name = $3) AND ($4::text IS NULL OR c.name = $4)
      AND (w.bundle IS NOT NULL OR a.bundle IS NOT NULL)
      AND ($5::text IS NULL OR (f.name, t.name, t.id) > ($5, $6, $7::bigint))
    ORDER BY f.name, t.name, t.id LIMIT $8
    """)

  private static func shortName(_ release: String) -> String {
    "(SELECT \(ReleaseQueries.shortName("x")) FROM releases AS x WHERE x.id = \(release))"
  }
}
