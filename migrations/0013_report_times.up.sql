-- What an order's agent reports without being asked: that the target has been ready, or Degraded, as long as the stage says.

ALTER TABLE placements ADD COLUMN min_ready_ms bigint, ADD COLUMN fail_fast_ms bigint;
