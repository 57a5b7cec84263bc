ALTER TABLE fleet_sets DROP COLUMN reads;
