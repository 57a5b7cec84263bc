-- Whose agent holds, on its site, until when and why; how far an agent's clock is from the controllers'.

ALTER TABLE clusters
  ADD COLUMN hold_reason text,
  ADD COLUMN hold_by text,
  ADD COLUMN held_at timestamptz,
  ADD COLUMN hold_until timestamptz,
  ADD COLUMN hold_ended_listened bigint,
  ADD COLUMN clock_skew_ms bigint,
  ADD CONSTRAINT clusters_hold CHECK (
    (hold_reason IS NULL) = (hold_by IS NULL) AND (hold_reason IS NULL) = (held_at IS NULL)
    AND (hold_reason IS NULL) = (hold_until IS NULL));
CREATE INDEX clusters_held ON clusters (id) WHERE hold_until IS NOT NULL;
CREATE INDEX rollout_steps_skipped ON rollout_steps (rollout_id, cluster_id) WHERE state = 'Skipped';
