ALTER TABLE placements DROP COLUMN is_drifted;
