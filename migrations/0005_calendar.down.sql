DROP TABLE time_zones;
ALTER TABLE rollout_stages DROP COLUMN overrides;
ALTER TABLE projects DROP COLUMN calendar_version;
DROP TABLE calendar_entries;
