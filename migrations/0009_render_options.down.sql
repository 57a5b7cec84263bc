ALTER TABLE release_targets DROP COLUMN render_options;
