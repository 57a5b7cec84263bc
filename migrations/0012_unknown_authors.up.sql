-- Authors of a run's change who are the git identity of no token: notAuthor asks for twice as many approvals then (R19).

ALTER TABLE rollouts ADD COLUMN unknown_authors jsonb NOT NULL DEFAULT '[]';
