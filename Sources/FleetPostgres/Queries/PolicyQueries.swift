/// Windows, freezes and time zones.
enum PolicyQueries {
  /// Changes wait for commits that were decided by the calendar as it was, and commits for changes: the key spells `cal`.
  static let lock = Statement("calendar.lock", "SELECT pg_advisory_xact_lock(6513004, hashtext($1))")
  static let share = Statement("calendar.share", "SELECT pg_advisory_xact_lock_shared(6513004, hashtext($1))")
  static let isCurrent = Statement(
    "calendar.isCurrent", "SELECT 1 FROM projects WHERE name = $1 AND calendar_version = $2")
  static let raiseVersion = Statement(
    "calendar.raiseVersion", "UPDATE projects SET calendar_version = calendar_version + 1 WHERE name = $1")
  static let version = Statement("calendar.version", "SELECT calendar_version FROM projects WHERE name = $1")
  /// The runs that go on: each may be held back, or go on, by the change.
  static let openRuns = Statement(
    "calendar.openRuns",
    """
    SELECT o.id FROM fleet_sets AS f JOIN rollouts AS o ON o.fleet_set_id = f.id AND o.ended_at IS NULL
    WHERE f.project = $1 ORDER BY o.id
    """)

  static let stored = Statement(
    "policy.stored",
    """
    SELECT id, document, generation FROM policies
    WHERE project = $1 AND kind = $2 AND name = $3 AND removed_at IS NULL FOR NO KEY UPDATE
    """)
  static let insert = Statement(
    "policy.insert",
    "INSERT INTO policies (project, kind, name, definition, document) VALUES ($1, $2, $3, $4::jsonb, $5)")
  static let update = Statement(
    "policy.update",
    """
    UPDATE policies SET definition = $2::jsonb, document = $3, generation = generation + 1,
      applied_at = clock_timestamp()
    WHERE id = $1
    """)
  static let remove = Statement("policy.remove", "UPDATE policies SET removed_at = now() WHERE id = $1")
  private static let columns = """
    SELECT kind, definition, document, generation, to_milliseconds(applied_at) FROM policies
    """
  static let entries = Statement(
    "policy.entries",
    """
    \(columns) WHERE project = $1 AND kind = $2 AND removed_at IS NULL AND ($3::text IS NULL OR name > $3)
    ORDER BY name LIMIT $4
    """)
  static let entry = Statement(
    "policy.entry", "\(columns) WHERE project = $1 AND kind = $2 AND name = $3 AND removed_at IS NULL")
  static let all = Statement(
    "policy.all", "\(columns) WHERE project = $1 AND removed_at IS NULL ORDER BY kind, name")
  /// FleetSets, and runs that go on, that name a window.
  static let users = Statement(
    "policy.users",
    """
    SELECT 'FleetSet ' || f.name FROM fleet_sets AS f
    WHERE f.project = $1 AND f.removed_at IS NULL AND (jsonb_path_exists(
      f.document::jsonb, '$.spec.rollout.**.windows[*] ? (@ == $name)', jsonb_build_object('name', $2::text))
      OR $2::text = ANY (string_to_array(
        replace(f.document::jsonb #>> '{metadata,annotations,flotilla.dev/windows}', ' ', ''), ',')))
    UNION ALL
    SELECT 'rollout ' || f.name || '/' || o.number
    FROM fleet_sets AS f JOIN rollouts AS o ON o.fleet_set_id = f.id AND o.ended_at IS NULL
    WHERE f.project = $1 AND jsonb_path_exists(
      o.strategy, '$.**.windows[*] ? (@ == $name)', jsonb_build_object('name', $2::text))
    ORDER BY 1
    """)

  /// FleetSets whose gates name an analysis; runs that go on have it frozen.
  static let analysisUsers = Statement(
    "policy.analysisUsers",
    """
    SELECT 'FleetSet ' || f.name FROM fleet_sets AS f
    WHERE f.project = $1 AND f.removed_at IS NULL AND jsonb_path_exists(
      f.document::jsonb, '$.spec.rollout.**.analysis ? (@ == $name)', jsonb_build_object('name', $2::text))
    ORDER BY 1
    """)

  static let zones = Statement("calendar.zones", "SELECT name, rules FROM time_zones WHERE name = ANY ($1::text[])")
  static let zoneNames = Statement("calendar.zoneNames", "SELECT name, version FROM time_zones")
  static let lockZones = Statement("calendar.lockZones", "LOCK TABLE time_zones IN SHARE ROW EXCLUSIVE MODE")
  static let zoneVersion = Statement("calendar.zoneVersion", "SELECT max(version) FROM time_zones")
  static let insertZones = Statement(
    "calendar.insertZones",
    """
    INSERT INTO time_zones (name, version, rules)
    SELECT name, $1, rules FROM unnest($2::text[], $3::bytea[]) AS z (name, rules)
    ON CONFLICT (name) DO UPDATE SET version = excluded.version, rules = excluded.rules
    """)
}
