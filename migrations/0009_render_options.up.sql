-- What charts of a target are filled in with, and values for ${NAME} in its manifests.

ALTER TABLE release_targets ADD COLUMN render_options jsonb NOT NULL DEFAULT '{}';
