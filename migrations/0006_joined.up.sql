-- Who joins a set while a run of it goes on gets a place in that run, apart from the frozen members (R5).

ALTER TABLE rollout_stages ADD COLUMN joined integer NOT NULL DEFAULT 0 CHECK (joined >= 0);
ALTER TABLE rollout_steps ADD COLUMN is_joined boolean NOT NULL DEFAULT false;
CREATE INDEX rollout_steps_joined ON rollout_steps (rollout_id) WHERE is_joined AND state = 'Skipped';
