DROP INDEX rollout_steps_skipped;
DROP INDEX clusters_held;
ALTER TABLE clusters
  DROP CONSTRAINT clusters_hold,
  DROP COLUMN hold_reason, DROP COLUMN hold_by, DROP COLUMN held_at, DROP COLUMN hold_until,
  DROP COLUMN hold_ended_listened, DROP COLUMN clock_skew_ms;
