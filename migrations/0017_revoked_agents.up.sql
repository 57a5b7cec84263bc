-- An agent whose identity is refused: its key stays, so that it alone is told why.

ALTER TABLE cluster_agents
  ADD COLUMN revoked_at timestamptz,
  ADD COLUMN revoked_by text,
  ADD COLUMN revoked_reason text,
  ADD CONSTRAINT cluster_agents_revoked CHECK (
    (revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revoked_reason IS NULL));
