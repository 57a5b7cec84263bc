-- Units that were unhealthy before their run: no failure budget counts them (R6). Since when a stage asks for approval:
-- a request may have a time limit (R19).

ALTER TABLE rollout_steps ADD COLUMN was_unhealthy boolean NOT NULL DEFAULT false;
ALTER TABLE rollout_stages ADD COLUMN asked_at timestamptz;
