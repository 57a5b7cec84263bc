ALTER TABLE rollout_stages DROP COLUMN asked_at;
ALTER TABLE rollout_steps DROP COLUMN was_unhealthy;
