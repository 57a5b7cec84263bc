/// Joining, sessions and contact of agents.
enum AgentQueries {
  static let createJoinToken = Statement(
    "agent.createJoinToken",
    """
    INSERT INTO join_tokens (token_hash, cluster_id, rejoin, created_by, expires_at)
    VALUES ($1, $2, $3, $4, now() + $5 * interval '1 millisecond')
    """)
  static let joinToken = Statement(
    "agent.joinToken",
    """
    SELECT c.id, c.name, t.rejoin, t.used_at IS NOT NULL, t.expires_at <= now(), c.removed_at IS NOT NULL, c.project
    FROM join_tokens AS t JOIN clusters AS c ON c.id = t.cluster_id
    WHERE t.token_hash = $1 FOR UPDATE OF t, c
    """)
  /// Asked by a statement of its own, when the cluster is locked: one that waited for the lock would still answer what was
  /// so before.
  static let hasAgent = Statement(
    "agent.hasAgent", "SELECT EXISTS (SELECT FROM cluster_agents WHERE cluster_id = $1 AND revoked_at IS NULL)")
  static let useJoinToken = Statement(
    "agent.useJoinToken", "UPDATE join_tokens SET used_at = now() WHERE token_hash = $1")
  static let setKey = Statement(
    "agent.setKey",
    """
    INSERT INTO cluster_agents (cluster_id, public_key) VALUES ($1, $2)
    ON CONFLICT (cluster_id) DO UPDATE SET public_key = excluded.public_key, joined_at = now(),
      revoked_at = NULL, revoked_by = NULL, revoked_reason = NULL
    """)
  static let setAgentVersion = Statement(
    "agent.setVersion",
    """
    WITH old AS (SELECT id, kubernetes_version, api_versions FROM clusters WHERE id = $1)
    UPDATE clusters AS c SET agent_version = $2, kubernetes_version = coalesce(nullif($3, ''), c.kubernetes_version),
      api_versions = coalesce(\(digest(of: "$4")), c.api_versions)
    FROM old
    WHERE c.id = old.id
      AND (c.agent_version, c.kubernetes_version, c.api_versions)
        IS DISTINCT FROM ($2, coalesce(nullif($3, ''), c.kubernetes_version), coalesce(\(digest(of: "$4")), c.api_versions))
    RETURNING \(minor("old")) IS DISTINCT FROM \(minor("c")) OR old.api_versions IS DISTINCT FROM c.api_versions
    """)
  /// The minor version of a cluster's Kubernetes, which says what there is to be had.
  private static func minor(_ row: String) -> String {
    "substring(\(row).kubernetes_version from '[0-9]+[.][0-9]+')"
  }
  /// What a list as JSON is known by: many clusters have the same.
  private static func digest(of list: String) -> String { "sha256(convert_to(\(list)::text, 'UTF8'))" }
  static let keepAPIVersions = Statement(
    "agent.keepAPIVersions",
    "INSERT INTO api_versions (digest, versions) VALUES (\(digest(of: "$1")), $1::text::jsonb) ON CONFLICT DO NOTHING")
  /// Those that no cluster has any more.
  static let forgetAPIVersions = Statement(
    "agent.forgetAPIVersions",
    "DELETE FROM api_versions AS v WHERE NOT EXISTS (SELECT FROM clusters AS c WHERE c.api_versions = v.digest)")
  /// FleetSets with a target on a cluster.
  static let setsOn = Statement(
    "agent.setsOn",
    """
    SELECT DISTINCT f.id FROM targets AS t JOIN fleet_sets AS f ON f.id = t.fleet_set_id
    WHERE t.cluster_id = $1 AND NOT t.is_abandoned AND f.removed_at IS NULL
    """)
  static let publicKey = Statement(
    "agent.publicKey",
    """
    SELECT a.public_key FROM cluster_agents AS a JOIN clusters AS c ON c.id = a.cluster_id
    WHERE a.cluster_id = $1 AND c.removed_at IS NULL
    """)
  /// The agent's key is kept, for telling it why; a cluster whose agent is revoked already is left as it is.
  static let revoke = Statement(
    "agent.revoke",
    """
    UPDATE cluster_agents SET revoked_at = now(), revoked_by = $2, revoked_reason = $3
    WHERE cluster_id = $1 AND revoked_at IS NULL
    """)
  static let revocation = Statement(
    "agent.revocation",
    """
    SELECT revoked_reason, revoked_by, to_milliseconds(revoked_at) FROM cluster_agents
    WHERE cluster_id = $1 AND revoked_at IS NOT NULL
    """)
  /// Silence begins where a session ends.
  static let noteEndOfContact = Statement(
    "agent.noteEndOfContact",
    """
    UPDATE clusters AS c SET last_contact_at = now(), contact_listened = listened_ms()
    WHERE c.id = $1 AND EXISTS (
      SELECT FROM agent_sessions WHERE cluster_id = c.id AND closed_at IS NULL AND revoked_at IS NULL)
    """)
  static let forgetAgent = Statement("agent.forget", "DELETE FROM cluster_agents WHERE cluster_id = $1")
  static let createNonce = Statement(
    "agent.createNonce",
    """
    WITH expired AS (
      DELETE FROM nonces WHERE nonce_hash IN (
        SELECT nonce_hash FROM nonces WHERE expires_at < now() LIMIT 100 FOR UPDATE SKIP LOCKED))
    INSERT INTO nonces (nonce_hash, cluster_id, expires_at) VALUES ($1, $2, now() + interval '1 minute')
    """)
  static let useNonce = Statement(
    "agent.useNonce",
    "DELETE FROM nonces WHERE nonce_hash = $1 AND cluster_id = $2 AND expires_at > now() RETURNING 1")

  static let lockCluster = Statement(
    "agent.lockCluster", "SELECT removed_at IS NOT NULL FROM clusters WHERE id = $1 FOR UPDATE")
  static let otherInstance = Statement(
    "agent.otherInstance",
    """
    SELECT s.instance FROM agent_sessions AS s JOIN controllers AS k ON k.id = s.controller_id
    WHERE s.cluster_id = $1 AND s.instance <> $2 AND s.closed_at IS NULL AND s.revoked_at IS NULL
      AND s.expires_at > now() AND k.lease_until > now() AND s.last_contact_at > now() - interval '45 seconds'
    """)
  /// An older session of the same instance stays valid for a moment, for the request that is on its way with it.
  static let replaceSessions = Statement(
    "agent.replaceSessions",
    """
    WITH replaced AS (
      UPDATE agent_sessions SET
        closed_at = coalesce(closed_at, now()),
        revoked_at = CASE WHEN instance = $2 THEN revoked_at ELSE now() END,
        expires_at = least(expires_at, now() + interval '1 minute')
      WHERE cluster_id = $1 AND revoked_at IS NULL AND expires_at > now() RETURNING closed_at = now() AS was_open)
    SELECT coalesce(bool_or(was_open), false) FROM replaced
    """)
  static let openSession = Statement(
    "agent.openSession",
    """
    INSERT INTO agent_sessions (token_hash, cluster_id, instance, controller_id, expires_at)
    VALUES ($1, $2, $3, $4, now() + $5 * interval '1 millisecond')
    """)
  /// Sessions that are over say nothing any more: the contact that they were is kept on the cluster.
  static let forgetSessions = Statement(
    "agent.forgetSessions",
    "DELETE FROM agent_sessions WHERE cluster_id = $1 AND closed_at IS NOT NULL AND expires_at <= now()")
  static let session = Statement(
    "agent.session",
    """
    SELECT s.cluster_id FROM agent_sessions AS s JOIN clusters AS c ON c.id = s.cluster_id
    WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > now() AND c.removed_at IS NULL
    """)
  static let isTouched = Statement(
    "agent.isTouched",
    """
    SELECT 1 FROM agent_sessions
    WHERE cluster_id = $1 AND controller_id = $2 AND closed_at IS NULL AND revoked_at IS NULL
    """)
  static let touch = Statement(
    "agent.touch",
    """
    WITH newest AS (
      SELECT token_hash, closed_at IS NOT NULL AS was_closed FROM agent_sessions
      WHERE cluster_id = $1 AND revoked_at IS NULL AND expires_at > now() ORDER BY opened_at DESC LIMIT 1)
    UPDATE agent_sessions AS s SET controller_id = $2, closed_at = NULL, last_contact_at = now()
    FROM newest WHERE s.token_hash = newest.token_hash RETURNING newest.was_closed
    """)
  static let close = Statement(
    "agent.close",
    """
    WITH closed AS (
      UPDATE agent_sessions SET closed_at = now()
      WHERE cluster_id = ANY ($1::bigint[]) AND controller_id = $2 AND closed_at IS NULL AND revoked_at IS NULL
      RETURNING cluster_id)
    UPDATE clusters AS c SET last_contact_at = now(), contact_listened = listened_ms()
    FROM closed WHERE c.id = closed.cluster_id RETURNING c.id
    """)
  static let closeOfController = Statement(
    "agent.closeOfController",
    """
    WITH closed AS (
      UPDATE agent_sessions SET closed_at = now()
      WHERE controller_id = $1 AND closed_at IS NULL AND revoked_at IS NULL RETURNING cluster_id)
    UPDATE clusters AS c SET last_contact_at = now(), contact_listened = listened_ms()
    FROM closed WHERE c.id = closed.cluster_id RETURNING c.id
    """)
  /// Silence starts where the lease ended, or where the session expired. When nobody's lease was good for a while, as after
  /// an outage of the database, every controller gets the time of a lease to renew its own.
  static let closeLapsed = Statement(
    "agent.closeLapsed",
    """
    WITH lapsed AS (
      SELECT s.token_hash, k.renewed_at, k.renewed_listened, k.lease_until <= now() AS is_lapsed
      FROM agent_sessions AS s JOIN controllers AS k ON k.id = s.controller_id
        CROSS JOIN listening AS l
      WHERE s.closed_at IS NULL AND s.revoked_at IS NULL AND (
        s.expires_at <= now() OR k.lease_until <= now() AND l.renewed_at > now() - interval '15 seconds'
          AND (l.last_gap_end_ms = 0 OR listened_ms() - l.last_gap_end_ms >= 15000))
      ORDER BY s.cluster_id LIMIT 1000 FOR UPDATE OF s SKIP LOCKED),
    closed AS (
      UPDATE agent_sessions AS s SET closed_at = now() FROM lapsed WHERE s.token_hash = lapsed.token_hash
      RETURNING s.cluster_id, lapsed.renewed_at, lapsed.renewed_listened, lapsed.is_lapsed)
    UPDATE clusters AS c SET
      last_contact_at = CASE WHEN closed.is_lapsed THEN closed.renewed_at ELSE now() END,
      contact_listened = CASE WHEN closed.is_lapsed THEN closed.renewed_listened ELSE listened_ms() END
    FROM closed WHERE c.id = closed.cluster_id RETURNING c.id
    """)
  static let endSessions = Statement(
    "agent.endSessions",
    """
    UPDATE agent_sessions SET closed_at = coalesce(closed_at, now()), revoked_at = now()
    WHERE cluster_id = $1 AND revoked_at IS NULL
    """)
  static let endJoinTokens = Statement(
    "agent.endJoinTokens",
    "UPDATE join_tokens SET expires_at = least(expires_at, now()) WHERE cluster_id = $1 AND used_at IS NULL")
  static let noteReport = Statement(
    "agent.noteReport",
    """
    UPDATE agent_sessions SET last_contact_at = now()
    WHERE cluster_id = $1 AND closed_at IS NULL AND revoked_at IS NULL AND last_contact_at < now() - interval '5 seconds'
    """)

  // Holds on sites

  static let hold = Statement(
    "agent.hold",
    """
    WITH before AS (
      SELECT id, coalesce(hold_until > now(), false) AS was_held FROM clusters WHERE id = $1 FOR NO KEY UPDATE)
    UPDATE clusters AS c SET hold_reason = $2, hold_by = $3, hold_ended_listened = NULL,
      held_at = CASE WHEN before.was_held THEN c.held_at ELSE now() END,
      hold_until = now() + $4 * interval '1 millisecond'
    FROM before WHERE c.id = before.id AND (
      NOT before.was_held OR (c.hold_reason, c.hold_by) IS DISTINCT FROM ($2, $3)
        OR abs(extract(epoch FROM c.hold_until - now()) * 1000 - $4) > 5000)
    RETURNING before.was_held, c.project, c.name, to_milliseconds(c.hold_until)
    """)
  static let endHold = Statement(
    "agent.endHold",
    """
    UPDATE clusters SET hold_until = least(hold_until, now()), hold_ended_listened = listened_ms()
    WHERE id = $1 AND hold_reason IS NOT NULL AND hold_ended_listened IS NULL RETURNING project, name
    """)
  /// What an agent says of its clock and version, when it is news.
  static let noteAgent = Statement(
    "agent.note",
    """
    WITH before AS (SELECT id, clock_skew_ms, agent_version FROM clusters WHERE id = $1 FOR NO KEY UPDATE)
    UPDATE clusters AS c SET clock_skew_ms = $2, agent_version = $3
    FROM before WHERE c.id = before.id AND (
      c.agent_version <> $3 OR abs(coalesce(c.clock_skew_ms, 0) - coalesce($2, 0)) > 30000)
    RETURNING c.project, c.name, before.clock_skew_ms, before.agent_version <> $3
    """)

  /// Marks what a pass of an open run must look at again because its cluster changed, and answers the runs.
  static let markClusters = Statement(
    "agent.markClusters",
    """
    WITH marked AS (
      UPDATE rollout_steps AS s SET attention = \(PlanQueries.mark)
      FROM rollouts AS r
      WHERE r.ended_at IS NULL AND s.rollout_id = r.id AND s.cluster_id = ANY ($1::bigint[])
        AND s.state NOT IN ('Unchanged', 'Removed', 'Cancelled', 'RolledBack', 'RollbackFailed')
      RETURNING s.rollout_id)
    SELECT DISTINCT rollout_id FROM marked
    """)
  /// FleetSets without a run that goes on, of which a target on these clusters is behind: it may catch up now (R16). A new
  /// target that no run has a place for is onboarded beside one too (R5).
  static let setsBehind = Statement(
    "agent.setsBehind",
    """
    SELECT DISTINCT f.id
    FROM placements AS p JOIN targets AS t ON t.id = p.target_id JOIN fleet_sets AS f ON f.id = t.fleet_set_id
    WHERE p.cluster_id = ANY ($1::bigint[]) AND f.removed_at IS NULL AND NOT t.is_abandoned
      AND NOT EXISTS (
        SELECT FROM rollouts AS r
        WHERE r.fleet_set_id = f.id AND r.ended_at IS NULL AND (
          p.wanted_bundle IS NOT NULL
          OR EXISTS (SELECT FROM rollout_steps AS s WHERE s.rollout_id = r.id AND s.target_id = t.id)))
      AND (
        EXISTS (
          SELECT FROM release_targets AS n WHERE n.release_id = f.newest_release_id AND n.target_id = t.id
            AND p.wanted_bundle IS DISTINCT FROM n.bundle::bytea)
        OR EXISTS (
          SELECT FROM rollout_steps AS s
          WHERE s.target_id = t.id AND s.state IN ('Unreachable', 'Skipped')
            AND p.wanted_bundle IS DISTINCT FROM s.bundle::bytea
            AND s.rollout_id = (
              SELECT o.id FROM rollouts AS o WHERE o.fleet_set_id = f.id AND o.kind IN ('Rollout', 'Undo')
              ORDER BY o.number DESC LIMIT 1)))
    """)
  /// Runs with orders in flight on these clusters: those steps are loaded anyway, the run only has to look.
  static let runsInFlight = Statement(
    "agent.runsInFlight",
    """
    SELECT DISTINCT s.rollout_id FROM rollouts AS r JOIN rollout_steps AS s ON s.rollout_id = r.id
    WHERE r.ended_at IS NULL AND s.cluster_id = ANY ($1::bigint[])
      AND (s.state IN ('Dispatched', 'Applying', 'Verifying') OR s.state = 'RollingBack')
    """)
}
