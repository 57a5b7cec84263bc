/// Which controller runs the agent of a cluster that is reached by kubeconfig.
enum PushQueries {
  static let setLimit = Statement(
    "push.setLimit", "UPDATE controllers SET push_limit = $2 WHERE id = $1 AND push_limit <> $2")
  static let lease = Statement(
    "push.lease",
    "SELECT greatest(0, to_milliseconds(lease_until) - to_milliseconds(now())) FROM controllers WHERE id = $1")
  static let limits = Statement(
    "push.limits", "SELECT push_limit FROM controllers WHERE lease_until > now() AND push_limit > 0")
  static let count = Statement(
    "push.count", "SELECT count(*) FROM clusters WHERE connection = 'kubeconfig' AND removed_at IS NULL")
  static let mine = Statement(
    "push.mine",
    """
    SELECT c.id, c.project, c.name, c.credential, v.changed_at::text
    FROM push_claims AS p JOIN clusters AS c ON c.id = p.cluster_id
    LEFT JOIN credentials AS v ON v.project = c.project AND v.name = c.credential
    WHERE p.controller_id = $1 AND c.connection = 'kubeconfig' AND c.removed_at IS NULL ORDER BY c.id
    """)
  /// Whom another controller takes at the same moment the second look at the row finds taken.
  static let claim = Statement(
    "push.claim",
    """
    INSERT INTO push_claims AS p (cluster_id, controller_id)
    SELECT c.id, $1 FROM clusters AS c
    LEFT JOIN push_claims AS o ON o.cluster_id = c.id
    LEFT JOIN controllers AS k ON k.id = o.controller_id AND k.lease_until > now()
    WHERE c.connection = 'kubeconfig' AND c.removed_at IS NULL AND k.id IS NULL
    ORDER BY c.id LIMIT $2
    ON CONFLICT (cluster_id) DO UPDATE SET controller_id = excluded.controller_id
    WHERE p.controller_id IS NULL OR NOT EXISTS (
      SELECT FROM controllers AS k WHERE k.id = p.controller_id AND k.lease_until > now())
    """)
  static let release = Statement(
    "push.release",
    """
    UPDATE push_claims SET controller_id = NULL
    WHERE cluster_id = ANY ($1::bigint[]) AND controller_id = $2
    """)
  static let recordCondition = Statement(
    "push.recordCondition",
    """
    WITH old AS (
      SELECT cluster_id, is_ready, condition_reason FROM push_claims
      WHERE cluster_id = $1 AND controller_id = $2 FOR NO KEY UPDATE)
    UPDATE push_claims AS p SET
      condition_since = CASE WHEN old.is_ready = $3 AND old.condition_reason = $4 THEN p.condition_since ELSE now() END,
      is_ready = $3, condition_reason = $4, condition_message = $5
    FROM old JOIN clusters AS c ON c.id = old.cluster_id
    WHERE p.cluster_id = old.cluster_id AND c.removed_at IS NULL
      AND (p.is_ready, p.condition_reason, p.condition_message) IS DISTINCT FROM ($3, $4, $5)
    RETURNING c.project, c.name, (old.is_ready, old.condition_reason) IS DISTINCT FROM ($3, $4)
    """)
}
