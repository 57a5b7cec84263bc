import FleetPorts

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
  /// Events after a position, or before it and backwards: a statement of its own for every combination of filters, so
  /// that each is planned with the index of what it asks for, and not by the whole feed.
  static func page(_ filter: EventFilter, newestFirst: Bool) -> Statement {
    let parts = [
      ("project", 1, filter.project != nil), ("fleet_set", 2, filter.fleetSet != nil),
      ("rollout", 3, filter.rollout != nil), ("cluster", 4, filter.cluster != nil),
    ]
    // A filter that is not there is a parameter that is not looked at; its type must be known all the same.
    let conditions = parts.map { column, number, isThere in
      isThere ? "AND \(column) = $\(number)" : "AND $\(number)::text IS NULL"
    }
    // Said again without its parameter, because the indexes of rollouts and clusters leave out what has none.
    let partial = parts.filter { ["rollout", "cluster"].contains($0.0) && $0.2 }.map { "AND \($0.0) <> ''" }
    let bound =
      newestFirst ? "< CASE WHEN $5::bigint <= 0 THEN 9223372036854775807 ELSE $5::bigint END" : "> $5"
    let name = parts.filter { $0.2 }.map { ".\($0.0)" }.joined()
    return Statement(
      "event.\(newestFirst ? "before" : "after")\(name)",
      """
      \(columns) WHERE position \(bound) \((conditions + partial).joined(separator: " "))
      ORDER BY position\(newestFirst ? " DESC" : "") LIMIT $6
      """)
  }
  static let rolloutName = Statement(
    "event.rolloutName",
    """
    SELECT f.name, f.name || '/' || r.number FROM rollouts AS r JOIN fleet_sets AS f ON f.id = r.fleet_set_id
    WHERE r.id = $1
    """)
  static let clusterName = Statement("event.clusterName", "SELECT name FROM clusters WHERE id = $1")
  static let targetName = Statement("event.targetName", "SELECT name FROM targets WHERE id = $1")
}
