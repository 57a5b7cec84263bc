ALTER TABLE placements DROP COLUMN min_ready_ms, DROP COLUMN fail_fast_ms;
