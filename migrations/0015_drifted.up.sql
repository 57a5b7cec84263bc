-- Who asks for drifted targets, and the metrics every few seconds, read those alone. A column of its own, because an index
-- over the observation would be written with every report.

ALTER TABLE placements ADD COLUMN is_drifted boolean NOT NULL GENERATED ALWAYS AS (coalesce(observation ? 'standing', false)) STORED;
CREATE INDEX placements_drifted ON placements (target_id, cluster_id) WHERE is_drifted;
