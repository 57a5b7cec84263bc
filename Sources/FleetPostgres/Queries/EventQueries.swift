/// The event feed.
enum EventQueries {
  static let insert = Statement(
    "event.insert",
    """
    INSERT INTO events (actor, kind, project, fleet_set, rollout, stage, cluster, target, message, reason)
    SELECT actor, kind, project, fleet_set, rollout, stage, cluster, target, message, reason
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
      $9::text[], $10::text[]) WITH ORDINALITY
      AS e (actor, kind, project, fleet_set, rollout, stage, cluster, target, message, reason, number)
    ORDER BY number
    """)
  static let lockFeed = Statement("event.lockFeed", "SELECT pg_try_advisory_xact_lock(7308332183010112357)")
  /// Only one transaction at a time gets here, and it sees all that was committed before it took the lock: positions
  /// are in order of commit, whatever the order of ids.
  static let assign = Statement(
    "event.assign",
    """
    WITH batch AS (
      SELECT id, row_number() OVER (ORDER BY id) AS number
      FROM (SELECT id FROM events WHERE position IS NULL ORDER BY id LIMIT 5000) AS unplaced),
    feed AS (
      UPDATE event_feed SET last_position = last_position + (SELECT count(*) FROM batch)
      WHERE EXISTS (SELECT FROM batch) RETURNING last_position),
    placed AS (
      UPDATE events SET position = feed.last_position - (SELECT count(*) FROM batch) + batch.number
      FROM batch, feed WHERE events.id = batch.id RETURNING 1)
    SELECT count(*) FROM placed
    """)
  static let last = Statement("event.last", "SELECT last_position FROM event_feed")

  private static let columns = """
    SELECT position, to_milliseconds(at), actor, kind, project, fleet_set, rollout, stage, cluster, target, message,
      reason FROM events
    """
  private static let filter = """
    ($1::text IS NULL OR project = $1) AND ($2::text IS NULL OR fleet_set = $2)
    AND ($3::text IS NULL OR rollout = $3) AND ($4::text IS NULL OR cluster = $4)
    """
  static let after = Statement(
    "event.after", "\(columns) WHERE position > $5 AND \(filter) ORDER BY position LIMIT $6")
  static let before = Statement(
    "event.before",
    """
    \(columns) WHERE position < CASE WHEN $5::bigint <= 0 THEN 9223372036854775807 ELSE $5 END AND \(filter)
    ORDER BY position DESC LIMIT $6
    """)
  static let rolloutName = Statement(
    "event.rolloutName",
    """
    SELECT f.name, f.name || '/' || r.number FROM rollouts AS r JOIN fleet_sets AS f ON f.id = r.fleet_set_id
    WHERE r.id = $1
    """)
  static let clusterName = Statement("event.clusterName", "SELECT name FROM clusters WHERE id = $1")
  static let targetName = Statement("event.targetName", "SELECT name FROM targets WHERE id = $1")
}
