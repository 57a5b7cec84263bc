-- What a FleetSet's last expansion read, so that a change wakes those that it concerns and nobody else; NULL is woken by any.

ALTER TABLE fleet_sets ADD COLUMN reads jsonb;
