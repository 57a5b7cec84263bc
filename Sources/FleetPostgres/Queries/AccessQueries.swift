/// Tokens, credentials, idempotency keys.
enum AccessQueries {
  static let createToken = Statement(
    "access.createToken",
    """
    INSERT INTO tokens (name, token_hash, groups, git_identities, access_right, created_by, expires_at)
    VALUES ($1, $2, $3::jsonb, $4::jsonb, $5, $6, now() + $7 * interval '1 millisecond') RETURNING id
    """)
  private static let principalColumns = "id, name, groups, git_identities, access_right"
  static let principal = Statement(
    "access.principal",
    """
    SELECT \(principalColumns) FROM tokens
    WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
    """)
  static let tokens = Statement(
    "access.tokens",
    """
    SELECT \(principalColumns) FROM tokens
    WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()) ORDER BY name COLLATE "C"
    """)
  /// A name is free again when its token has expired.
  static let retireExpired = Statement(
    "access.retireExpired",
    "UPDATE tokens SET revoked_at = now(), revoked_by = 'flotilla' WHERE name = $1 AND revoked_at IS NULL AND expires_at <= now()"
  )
  static let revokeToken = Statement(
    "access.revokeToken", "UPDATE tokens SET revoked_at = now(), revoked_by = $2 WHERE name = $1 AND revoked_at IS NULL"
  )
  static let setCredential = Statement(
    "access.setCredential",
    """
    INSERT INTO credentials (project, name, sealed, key_id, changed_by) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (project, name) DO UPDATE SET sealed = excluded.sealed, key_id = excluded.key_id, changed_at = now(),
      changed_by = excluded.changed_by
    """)
  static let credential = Statement(
    "access.credential", "SELECT sealed, key_id FROM credentials WHERE project = $1 AND name = $2")
  static let forgetKeys = Statement(
    "access.forgetKeys",
    """
    DELETE FROM idempotency_keys WHERE ctid IN (
      SELECT ctid FROM idempotency_keys WHERE created_at < now() - interval '24 hours' LIMIT 100
      FOR UPDATE SKIP LOCKED)
    """)
  /// A key whose work never ended (the controller died) may be tried again after a minute.
  static let reserveKey = Statement(
    "access.reserveKey",
    """
    INSERT INTO idempotency_keys AS k (principal, route, key, body_hash) VALUES ($1, $2, $3, $4)
    ON CONFLICT (principal, route, key) DO UPDATE SET created_at = now()
    WHERE k.status IS NULL AND k.body_hash = excluded.body_hash AND k.created_at < now() - interval '1 minute'
    RETURNING 1
    """)
  static let key = Statement(
    "access.key",
    """
    SELECT body_hash = $4::bytea, status::text, body FROM idempotency_keys
    WHERE principal = $1 AND route = $2 AND key = $3
    """)
  static let releaseKey = Statement(
    "access.releaseKey",
    "DELETE FROM idempotency_keys WHERE principal = $1 AND route = $2 AND key = $3 AND status IS NULL")
  static let storeAnswer = Statement(
    "access.storeAnswer",
    """
    INSERT INTO idempotency_keys (principal, route, key, body_hash, status, body) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (principal, route, key) DO UPDATE SET status = excluded.status, body = excluded.body
    """)
}
