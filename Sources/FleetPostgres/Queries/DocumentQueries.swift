/// Clusters, repositories and FleetSets.
enum DocumentQueries {
  static let ensureProject = Statement(
    "document.ensureProject", "INSERT INTO projects (name) VALUES ($1) ON CONFLICT DO NOTHING")

  // Clusters

  static let clusterID = Statement(
    "document.clusterID",
    "SELECT id FROM clusters WHERE project = $1 AND name = $2 AND removed_at IS NULL FOR NO KEY UPDATE")
  static let storedCluster = Statement(
    "document.storedCluster",
    """
    SELECT id, document, labels, annotations, generation, connection FROM clusters
    WHERE project = $1 AND name = $2 AND removed_at IS NULL FOR NO KEY UPDATE
    """)
  static let insertCluster = Statement(
    "document.insertCluster",
    """
    INSERT INTO clusters
      (project, name, labels, annotations, connection, credential, cordon_reason, document, contact_listened)
    VALUES ($1, $2, $3::jsonb, $4::jsonb, $5, $6, $7, $8, listened_ms()) RETURNING id
    """)
  static let updateCluster = Statement(
    "document.updateCluster",
    """
    UPDATE clusters SET labels = $2::jsonb, annotations = $3::jsonb, connection = $4, credential = $5,
      cordon_reason = coalesce($6, cordon_reason), document = $7, generation = generation + 1
    WHERE id = $1
    """)
  static let setLabels = Statement(
    "document.setLabels", "UPDATE clusters SET labels = $2::jsonb, generation = generation + 1 WHERE id = $1")
  static let setCordon = Statement(
    "document.setCordon",
    """
    UPDATE clusters SET cordon_reason = $2, generation = generation + 1
    WHERE id = $1 AND cordon_reason IS DISTINCT FROM $2
    """)
  static let removeCluster = Statement(
    "document.removeCluster", "UPDATE clusters SET removed_at = now() WHERE id = $1")

  /// A cluster as documents see it.
  static let clusterColumns = """
    c.id, c.project, c.name, c.labels, c.annotations, c.connection, c.credential, c.cordon_reason, c.kubernetes_version
    """
  /// And what is known of it.
  private static let clusterRecordColumns = """
    \(clusterColumns), c.document, c.generation, to_milliseconds(c.created_at), s.renewed_at IS NOT NULL,
    to_milliseconds(coalesce(s.renewed_at, c.last_contact_at)), c.agent_version, c.kubernetes_version, t.by_health,
    CASE WHEN c.hold_until > now() THEN c.hold_reason END, c.hold_by, to_milliseconds(c.held_at),
    to_milliseconds(c.hold_until), c.clock_skew_ms,
    v.revoked_reason, v.revoked_by, to_milliseconds(v.revoked_at),
    h.is_ready, h.condition_reason, h.condition_message, to_milliseconds(h.condition_since)
    """
  private static let clusterJoins = """
    LEFT JOIN LATERAL (
      SELECT k.renewed_at FROM agent_sessions AS s JOIN controllers AS k ON k.id = s.controller_id
      WHERE s.cluster_id = c.id AND s.closed_at IS NULL AND s.revoked_at IS NULL AND k.lease_until > now()) AS s
      ON true
    CROSS JOIN LATERAL (
      SELECT coalesce(jsonb_object_agg(health, number), '{}') AS by_health FROM (
        SELECT health, count(*) AS number FROM placements AS p
        WHERE p.cluster_id = c.id AND p.wanted_action = 'apply' GROUP BY health) AS counted) AS t
    LEFT JOIN cluster_agents AS v ON v.cluster_id = c.id AND v.revoked_at IS NOT NULL
    LEFT JOIN LATERAL (
      SELECT p.* FROM push_claims AS p JOIN controllers AS k ON k.id = p.controller_id
      WHERE p.cluster_id = c.id AND k.lease_until > now()) AS h ON true
    """
  /// `$3` is a selector as JSON (see ``SelectorJSON``); NULL for all.
  static let clusters = Statement(
    "document.clusters",
    """
    SELECT \(clusterRecordColumns) FROM clusters AS c \(clusterJoins)
    WHERE c.project = $1 AND c.removed_at IS NULL AND ($2::text IS NULL OR c.name > $2)
      AND \(SelectorJSON.matches("$3", "c.labels"))
    ORDER BY c.name LIMIT $4
    """)
  static let cluster = Statement(
    "document.cluster",
    """
    SELECT \(clusterRecordColumns) FROM clusters AS c \(clusterJoins)
    WHERE c.project = $1 AND c.name = $2 AND c.removed_at IS NULL
    """)
  static let inventory = Statement(
    "document.inventory",
    """
    SELECT \(clusterColumns), c.api_versions
    FROM clusters AS c WHERE c.project = $1 AND c.removed_at IS NULL ORDER BY c.name
    """)
  static let apiVersions = Statement(
    "document.apiVersions",
    """
    SELECT v.digest, v.versions FROM api_versions AS v
    WHERE EXISTS (SELECT FROM clusters AS c WHERE c.api_versions = v.digest AND c.project = $1 AND c.removed_at IS NULL)
    """)

  // Repositories

  static let storedRepository = Statement(
    "document.storedRepository",
    """
    SELECT id, document, generation FROM repositories
    WHERE project = $1 AND name = $2 AND removed_at IS NULL FOR NO KEY UPDATE
    """)
  static let insertRepository = Statement(
    "document.insertRepository",
    """
    INSERT INTO repositories (project, name, url, credential, poll_interval_ms, document)
    VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
    """)
  /// What a repository's document says that it holds; a registry is told by its URL.
  private static func kind(_ url: String, _ document: String) -> String {
    "CASE WHEN lower(\(url)) LIKE 'oci://%' THEN 'helm' ELSE coalesce(\(document)::jsonb #>> '{spec,type}', 'git') END"
  }
  /// Another URL, or another kind, is another repository: what was fetched says nothing about it.
  static let updateRepository = Statement(
    "document.updateRepository",
    """
    UPDATE repositories SET refs_digest = CASE
        WHEN url = $2 AND \(kind("url", "document")) = \(kind("$2", "$5")) THEN refs_digest ELSE '' END,
      url = $2, credential = $3, poll_interval_ms = $4, document = $5, generation = generation + 1
    WHERE id = $1
    """)
  static let removeRepository = Statement(
    "document.removeRepository", "UPDATE repositories SET removed_at = now() WHERE id = $1")
  private static let repositoryColumns = """
    SELECT id, project, name, \(kind("url", "document")), url, credential, poll_interval_ms, document, generation, refs_digest,
      to_milliseconds(fetched_at), is_ready, condition_reason, condition_message, to_milliseconds(condition_since)
    FROM repositories
    """
  static let repositories = Statement(
    "document.repositories",
    """
    \(repositoryColumns) WHERE project = $1 AND removed_at IS NULL AND ($2::text IS NULL OR name > $2)
    ORDER BY name LIMIT $3
    """)
  static let repository = Statement(
    "document.repository", "\(repositoryColumns) WHERE project = $1 AND name = $2 AND removed_at IS NULL")
  static let repositoryByID = Statement(
    "document.repositoryByID", "\(repositoryColumns) WHERE id = $1 AND removed_at IS NULL")
  static let repositoriesByURL = Statement(
    "document.repositoriesByURL", "\(repositoryColumns) WHERE url = $1 AND removed_at IS NULL ORDER BY project, name")
  /// FleetSets whose newest release, or whose document, uses a repository.
  static let repositoryUsers = Statement(
    "document.repositoryUsers",
    """
    SELECT f.name FROM fleet_sets AS f LEFT JOIN releases AS r ON r.id = f.newest_release_id
    WHERE f.project = $1 AND f.removed_at IS NULL
      AND (r.sources @> jsonb_build_array(jsonb_build_object('repository', $2::text))
        OR position('"repository":' || to_json($2::text) IN f.document) > 0
        OR position('"repoURL":' || to_json($3::text) IN f.document) > 0)
    ORDER BY f.name
    """)
  static let recordFetch = Statement(
    "document.recordFetch",
    """
    WITH old AS (
      SELECT id, project, name, refs_digest, is_ready, condition_reason, condition_message FROM repositories
      WHERE id = $1 AND removed_at IS NULL FOR NO KEY UPDATE)
    UPDATE repositories AS r SET refs_digest = coalesce($2, r.refs_digest),
      fetched_at = CASE WHEN $3 THEN now() ELSE r.fetched_at END,
      is_ready = $3, condition_reason = $4, condition_message = $5,
      condition_since = CASE WHEN old.is_ready = $3 AND old.condition_reason = $4 THEN r.condition_since
        ELSE from_milliseconds($6) END
    FROM old WHERE r.id = old.id
    RETURNING old.project, old.name, old.refs_digest IS DISTINCT FROM coalesce($2, old.refs_digest),
      (old.is_ready, old.condition_reason) IS DISTINCT FROM ($3, $4)
    """)

  // FleetSets

  static let storedFleetSet = Statement(
    "document.storedFleetSet",
    """
    SELECT id, document, generation, deleting_since IS NOT NULL FROM fleet_sets
    WHERE project = $1 AND name = $2 AND removed_at IS NULL FOR NO KEY UPDATE
    """)
  static let insertFleetSet = Statement(
    "document.insertFleetSet", "INSERT INTO fleet_sets (project, name, document) VALUES ($1, $2, $3) RETURNING id")
  static let updateFleetSet = Statement(
    "document.updateFleetSet",
    "UPDATE fleet_sets SET document = $2, generation = generation + 1, reads = NULL WHERE id = $1")
  static let insertGeneration = Statement(
    "document.insertGeneration",
    """
    INSERT INTO fleet_set_generations (fleet_set_id, generation, document, applied_by, reason)
    VALUES ($1, $2, $3, $4, $5)
    """)
  private static let fleetSetColumns = """
    SELECT f.id, f.project, f.name, f.document, f.generation, f.is_ready, f.condition_reason, f.condition_message,
      to_milliseconds(f.condition_since), coalesce(r.target_count, 0),
      (SELECT f.name || '/' || o.number FROM rollouts AS o WHERE o.fleet_set_id = f.id AND o.ended_at IS NULL
       ORDER BY o.state = 'Queued', o.kind = 'Onboard', o.number DESC LIMIT 1),
      f.deleting_since IS NOT NULL,
      (SELECT s.proposal FROM fleet_set_shrinks AS s WHERE s.fleet_set_id = f.id AND s.accepted_at IS NULL),
      r.id, r.number, r.fleet_set_generation, r.sources, r.target_count, to_milliseconds(r.created_at),
      (SELECT h.reason FROM holds AS h WHERE h.release_id = r.id AND h.released_at IS NULL)
    FROM fleet_sets AS f LEFT JOIN releases AS r ON r.id = f.newest_release_id
    """
  static let fleetSets = Statement(
    "document.fleetSets",
    """
    \(fleetSetColumns) WHERE f.project = $1 AND f.removed_at IS NULL AND ($2::text IS NULL OR f.name > $2)
    ORDER BY f.name LIMIT $3
    """)
  static let fleetSet = Statement(
    "document.fleetSet", "\(fleetSetColumns) WHERE f.project = $1 AND f.name = $2 AND f.removed_at IS NULL")
  static let fleetSetByID = Statement(
    "document.fleetSetByID", "\(fleetSetColumns) WHERE f.id = $1 AND f.removed_at IS NULL")
  static let recordReads = Statement(
    "document.recordReads",
    """
    WITH old AS (
      SELECT id, reads FROM fleet_sets WHERE id = $1 AND removed_at IS NULL AND generation = $3 FOR NO KEY UPDATE)
    UPDATE fleet_sets AS f SET reads = $2::jsonb FROM old
    WHERE f.id = old.id AND old.reads IS DISTINCT FROM $2::jsonb
    RETURNING old.reads IS NOT NULL
    """)
  /// The sets of a project that a change concerns: of clusters (`$2`, with all labels that they had and have, `$3`), of
  /// repositories by name (`$4`) or URL (`$5`), of ConfigMaps (`$6`).
  static let readers = Statement(
    "document.readers",
    """
    SELECT f.id FROM fleet_sets AS f
    WHERE f.project = $1 AND f.removed_at IS NULL AND (f.reads IS NULL
      OR (f.reads ->> 'asksOthers')::boolean AND $6
      OR f.reads -> 'repositories' ?| $4::text[]
      OR EXISTS (SELECT FROM repositories AS r WHERE r.project = $1 AND r.removed_at IS NULL AND r.url = ANY ($5::text[])
        AND f.reads -> 'repositories' ? r.name)
      OR jsonb_array_length($3::jsonb) > 0 AND (
        jsonb_typeof(f.reads -> 'clusters') = 'null'
        OR EXISTS (SELECT FROM targets AS t
          WHERE t.fleet_set_id = f.id AND t.cluster_id = ANY ($2::bigint[]) AND NOT t.is_abandoned)
        OR EXISTS (
          SELECT FROM jsonb_array_elements(f.reads -> 'clusters') AS s (selector),
            jsonb_array_elements($3::jsonb) AS l (labels)
          WHERE \(SelectorJSON.matches("s.selector", "l.labels")))))
    ORDER BY f.id
    """)
  static let clusterLabels = Statement(
    "document.clusterLabels",
    "SELECT id, labels FROM clusters WHERE project = $1 AND name = ANY ($2::text[]) AND removed_at IS NULL")
  static let fleetSetIDs = Statement(
    "document.fleetSetIDs", "SELECT id FROM fleet_sets WHERE project = $1 AND removed_at IS NULL ORDER BY id")
  static let openRollout = Statement(
    "document.openRollout", "SELECT number FROM rollouts WHERE fleet_set_id = $1 AND ended_at IS NULL LIMIT 1")
  static let removeFleetSet = Statement(
    "document.removeFleetSet",
    """
    WITH abandoned AS (UPDATE targets SET is_abandoned = true, on_removal = 'keep'
      WHERE fleet_set_id = $1 AND NOT is_abandoned)
    UPDATE fleet_sets SET removed_at = now() WHERE id = $1
    """)
  static let recordCondition = Statement(
    "document.recordCondition",
    """
    UPDATE fleet_sets SET
      condition_since = CASE WHEN is_ready = $2 AND condition_reason = $3 THEN condition_since
        ELSE from_milliseconds($5) END,
      is_ready = $2, condition_reason = $3, condition_message = $4
    WHERE id = $1 AND removed_at IS NULL AND (is_ready, condition_reason, condition_message) IS DISTINCT FROM ($2, $3, $4)
    RETURNING project, name
    """)
}
