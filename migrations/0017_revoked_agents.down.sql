-- Without the columns a revoked agent would be let in again.
DELETE FROM cluster_agents WHERE revoked_at IS NOT NULL;
ALTER TABLE cluster_agents
  DROP CONSTRAINT cluster_agents_revoked,
  DROP COLUMN revoked_at, DROP COLUMN revoked_by, DROP COLUMN revoked_reason;
