ALTER TABLE release_targets DROP COLUMN is_recursive;
ALTER TABLE release_targets DROP COLUMN revision;
DROP FUNCTION object_key(text, text);
DROP TABLE fleet_set_shrinks;
ALTER TABLE fleet_sets DROP COLUMN deleting_since;
DROP INDEX targets_leaving;
ALTER TABLE targets DROP CONSTRAINT targets_removal;
ALTER TABLE targets DROP COLUMN on_removal;
