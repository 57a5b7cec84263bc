DROP INDEX rollout_steps_joined;
ALTER TABLE rollout_steps DROP COLUMN is_joined;
ALTER TABLE rollout_stages DROP COLUMN joined;
