/// Bundles, releases, targets.
enum ReleaseQueries {
  static let knownBundles = Statement(
    "release.knownBundles", "SELECT digest FROM bundles WHERE digest = ANY ($1::bytea[])")
  static let insertObjects = Statement(
    "release.insertObjects",
    """
    INSERT INTO objects (digest, content)
    SELECT digest, content FROM unnest($1::bytea[], $2::bytea[]) AS o (digest, content) ORDER BY digest
    ON CONFLICT DO NOTHING
    """)
  static let insertBundles = Statement(
    "release.insertBundles",
    """
    INSERT INTO bundles (digest, object_count)
    SELECT digest, number FROM unnest($1::bytea[], $2::integer[]) AS b (digest, number) ORDER BY digest
    ON CONFLICT DO NOTHING RETURNING digest
    """)
  static let insertBundleObjects = Statement(
    "release.insertBundleObjects",
    """
    INSERT INTO bundle_objects (bundle, ordinal, object, identity)
    SELECT * FROM unnest($1::bytea[], $2::integer[], $3::bytea[], $4::text[])
    """)
  static let bundle = Statement(
    "release.bundle",
    """
    SELECT o.object FROM bundles AS b LEFT JOIN bundle_objects AS o ON o.bundle = b.digest
    WHERE b.digest = $1 ORDER BY o.ordinal
    """)
  /// One look-up per object, each in the one partition that can have it: a join reads all partitions.
  static let objects = Statement(
    "release.objects",
    """
    SELECT (SELECT o.content FROM objects AS o WHERE o.digest = w.digest)
    FROM unnest($1::bytea[]) WITH ORDINALITY AS w (digest, number) ORDER BY w.number
    """)

  static let lockFleetSet = Statement(
    "release.lockFleetSet",
    """
    SELECT f.project, f.name, f.generation, f.newest_release_id, r.content_digest,
      r.sources = $2::jsonb AND r.fleet_set_generation = $3, coalesce(
        (SELECT max(number) FROM releases WHERE fleet_set_id = f.id), 0)
    FROM fleet_sets AS f LEFT JOIN releases AS r ON r.id = f.newest_release_id
    WHERE f.id = $1 AND f.removed_at IS NULL FOR NO KEY UPDATE OF f
    """)
  static let insertRelease = Statement(
    "release.insert",
    """
    INSERT INTO releases (fleet_set_id, number, fleet_set_generation, sources, content_digest, target_count)
    VALUES ($1, $2, $3, $4::jsonb, $5, $6) RETURNING id
    """)
  /// First those that left, so that their names are free for others; the workloads of `$5` stay, those of the others as
  /// `$4` says.
  static let abandonTargets = Statement(
    "release.abandonTargets",
    """
    UPDATE targets AS t SET is_abandoned = true,
      on_removal = CASE WHEN t.id = ANY ($5::bigint[]) THEN 'keep' ELSE $4::text END
    WHERE t.fleet_set_id = $1 AND NOT t.is_abandoned
      AND NOT EXISTS (
        SELECT FROM unnest($2::bigint[], $3::text[]) AS n (cluster_id, name)
        WHERE n.cluster_id = t.cluster_id AND n.name = t.name)
    RETURNING t.name
    """)
  static let upsertTargets = Statement(
    "release.upsertTargets",
    """
    INSERT INTO targets AS t (fleet_set_id, cluster_id, name, release_id)
    SELECT $1, cluster_id, name, $2 FROM unnest($3::bigint[], $4::text[]) AS n (cluster_id, name)
    ON CONFLICT (fleet_set_id, cluster_id, name) DO UPDATE SET is_abandoned = false, on_removal = NULL,
      release_id = excluded.release_id
    """)
  static let insertTargets = Statement(
    "release.insertTargets",
    """
    INSERT INTO release_targets
      (release_id, target_id, bundle, labels, namespace, repository, path, origin, self_heal, prune, create_namespace,
      revision, is_recursive, render_options)
    SELECT $2, t.id, n.bundle, n.labels, n.namespace, n.repository, n.path, n.origin, n.self_heal, n.prune,
      n.create_namespace, n.revision, n.is_recursive, n.render_options
    FROM unnest($3::bigint[], $4::text[], $5::bytea[], $6::jsonb[], $7::text[], $8::text[], $9::text[], $10::text[],
      $11::boolean[], $12::boolean[], $13::boolean[], $14::jsonb[], $15::boolean[], $16::jsonb[])
      AS n (cluster_id, name, bundle, labels, namespace, repository, path, origin, self_heal, prune, create_namespace,
      revision, is_recursive, render_options)
    JOIN targets AS t ON t.fleet_set_id = $1 AND t.cluster_id = n.cluster_id AND t.name = n.name
    ON CONFLICT (release_id, target_id) DO NOTHING
    """)
  static let addTargets = Statement(
    "release.addTargets", "UPDATE releases SET target_count = target_count + $2 WHERE id = $1")
  /// The last completed, not held release, when it is of other sources or another generation of the FleetSet.
  static let lastGood = Statement(
    "release.lastGood",
    """
    SELECT r.id, r.sources, d.document
    FROM (\(RolloutQueries.lastGoodRelease("$1"))) AS g JOIN releases AS r ON r.id = g.release_id
    JOIN fleet_set_generations AS d ON d.fleet_set_id = r.fleet_set_id AND d.generation = r.fleet_set_generation
    WHERE (r.sources, r.fleet_set_generation) IS DISTINCT FROM ($2::jsonb, $3)
    """)
  static let newcomers = Statement(
    "release.newcomers",
    """
    SELECT n.name FROM unnest($3::bigint[], $4::text[]) AS n (cluster_id, name)
    WHERE NOT EXISTS (
      SELECT FROM targets AS t LEFT JOIN placements AS p ON p.cluster_id = t.cluster_id AND p.target_id = t.id
      WHERE t.fleet_set_id = $1 AND t.cluster_id = n.cluster_id AND t.name = n.name
        AND (p.wanted_action IS NOT NULL
          OR EXISTS (SELECT FROM release_targets AS r WHERE r.release_id = $2 AND r.target_id = t.id)))
    ORDER BY n.name
    """)
  private static let settingsColumns = """
    SELECT t.name, c.name, n.labels, n.namespace, n.repository, n.revision, n.path, n.is_recursive, n.self_heal, n.prune,
      n.create_namespace, n.render_options
    """
  static let settingsOfRelease = Statement(
    "release.settingsOfRelease",
    """
    \(settingsColumns)
    FROM release_targets AS n JOIN targets AS t ON t.id = n.target_id JOIN clusters AS c ON c.id = t.cluster_id
    WHERE n.release_id = $1 AND c.name = $2 AND n.revision IS NOT NULL
    """)
  static let settings = Statement(
    "release.settings",
    """
    \(settingsColumns)
    FROM targets AS t JOIN release_targets AS n ON n.release_id = t.release_id AND n.target_id = t.id
    JOIN clusters AS c ON c.id = t.cluster_id
    WHERE t.fleet_set_id = $1 AND NOT t.is_abandoned AND n.revision IS NOT NULL
    """)
  static let insertPlacements = Statement(
    "release.insertPlacements",
    """
    INSERT INTO placements (cluster_id, target_id)
    SELECT t.cluster_id, t.id FROM release_targets AS r JOIN targets AS t ON t.id = r.target_id
    WHERE r.release_id = $1 ON CONFLICT DO NOTHING
    """)
  static let setNewest = Statement(
    "release.setNewest", "UPDATE fleet_sets SET newest_release_id = $2 WHERE id = $1")

  private static let releaseColumns = """
    SELECT r.id, r.number, r.fleet_set_generation, r.sources, r.target_count, to_milliseconds(r.created_at),
      (SELECT h.reason FROM holds AS h WHERE h.release_id = r.id AND h.released_at IS NULL)
    FROM releases AS r
    """
  static let release = Statement("release.release", "\(releaseColumns) WHERE r.id = $1")
  static let releases = Statement(
    "release.releases",
    """
    \(releaseColumns) JOIN fleet_sets AS f ON f.id = r.fleet_set_id
    WHERE f.project = $1 AND f.name = $2 AND f.removed_at IS NULL AND ($3::bigint IS NULL OR r.number < $3)
    ORDER BY r.number DESC LIMIT $4
    """)
  /// `$3` is a number or null, `$4` the first digits of a commit or null.
  static let named = Statement(
    "release.named",
    """
    \(releaseColumns) JOIN fleet_sets AS f ON f.id = r.fleet_set_id
    WHERE f.project = $1 AND f.name = $2 AND f.removed_at IS NULL
      AND (r.number = $3 OR $4 <> '' AND EXISTS (
        SELECT FROM jsonb_array_elements(r.sources) AS s WHERE starts_with(s -> 'commit' ->> 'id', $4)))
    ORDER BY r.number DESC LIMIT 20
    """)

  private static func placed(_ bundle: String, _ release: String) -> String {
    "p.\(bundle), (SELECT \(shortName("x")) FROM releases AS x WHERE x.id = p.\(release))"
  }
  /// The rule of `ReleaseRecord.shortName`: the only commit, or the release's number.
  static func shortName(_ release: String) -> String {
    """
    CASE WHEN (SELECT count(DISTINCT s -> 'commit' ->> 'id') FROM jsonb_array_elements(\(release).sources) AS s) = 1
      THEN left(\(release).sources -> 0 -> 'commit' ->> 'id', 7) ELSE '#' || \(release).number END
    """
  }
  /// Targets in order of set, name and row, which is also the cursor.
  static let targets = targets("release.targets", where: "true")
  /// Those of them that drift: by an index of their own, which a condition with a parameter could not use.
  static let driftedTargets = targets("release.driftedTargets", where: "p.is_drifted")
  private static func targets(_ name: String, where condition: String) -> Statement {
    Statement(
      name,
      """
      SELECT t.id, f.name, t.name, c.name, n.labels, n.namespace, n.path, n.origin, t.is_abandoned,
        CASE WHEN NOT t.is_abandoned THEN n.bundle END,
        \(placed("wanted_bundle", "wanted_release")), \(placed("applied_bundle", "applied_release")),
        \(placed("good_bundle", "good_release")),
        p.health, coalesce(p.observation ->> 'message', ''), to_milliseconds(p.reported_at), p.observation -> 'standing',
        coalesce(p.observation -> 'warnings', '[]'), CASE WHEN t.is_abandoned THEN '[]' ELSE \(idleRules) END
      FROM targets AS t JOIN fleet_sets AS f ON f.id = t.fleet_set_id JOIN clusters AS c ON c.id = t.cluster_id
      JOIN release_targets AS n ON n.release_id = t.release_id AND n.target_id = t.id
      JOIN placements AS p ON p.cluster_id = t.cluster_id AND p.target_id = t.id
      WHERE f.project = $1 AND ($2::text IS NULL OR f.name = $2)
        AND ($3::text IS NULL OR t.cluster_id IN (SELECT id FROM clusters WHERE project = $1 AND name = $3))
        AND ($4::text IS NULL OR (f.name, t.name, t.id) > ($4, $5, $6::bigint))
        AND (NOT t.is_abandoned OR p.wanted_action = 'apply' OR p.wanted_action = 'remove' AND NOT p.is_confirmed)
        AND \(SelectorJSON.matches("$8", "n.labels"))
        AND \(condition)
      ORDER BY f.name, t.name, t.id LIMIT $7
      """)
  }
  /// The rules of `ignoreDifferences` that are about no object of the bundle, as `ObjectPattern` has it.
  private static let idleRules = """
    (SELECT coalesce(jsonb_agg(r.rule ORDER BY r.number), '[]')
      FROM jsonb_array_elements(n.render_options -> 'ignoreDifferences') WITH ORDINALITY AS r (rule, number)
      WHERE NOT EXISTS (
        SELECT FROM bundle_objects AS o WHERE o.bundle = n.bundle
          AND split_part(o.identity, '/', 1) LIKE \(like("group"))
          AND split_part(o.identity, '/', 2) LIKE \(like("kind"))
          AND r.rule #>> '{objects,namespace}' IN ('', split_part(o.identity, '/', 3))
          AND r.rule #>> '{objects,name}' IN ('', split_part(o.identity, '/', 4))))
    """
  private static func like(_ field: String) -> String {
    #"translate(regexp_replace(r.rule #>> '{objects,\#(field)}', '([\\%_])', '\\\1', 'g'), '*', '%')"#
  }
  static let driftCounts = Statement(
    "release.driftCounts",
    """
    SELECT count(*), count(*) FILTER (WHERE jsonb_array_length(observation #> '{standing,loops}') > 0)
    FROM placements WHERE is_drifted
    """)
  private static let bundleColumns = """
    SELECT t.name, c.name, n.bundle FROM release_targets AS n
    JOIN targets AS t ON t.id = n.target_id JOIN clusters AS c ON c.id = t.cluster_id
    """
  /// What each target of a release gets, with its cluster.
  static let releaseBundles = Statement(
    "release.releaseBundles", "\(bundleColumns) WHERE n.release_id = $1 ORDER BY t.name")
  /// The same for one cluster.
  static let releaseBundlesOnCluster = Statement(
    "release.releaseBundlesOnCluster",
    "\(bundleColumns) WHERE n.release_id = $1 AND c.name = $2 ORDER BY t.name")
}
