-- Limits that FleetSets share (R29): Limit documents beside windows, freezes and analyses.

ALTER TABLE policies DROP CONSTRAINT policies_kind_check;
ALTER TABLE policies ADD CONSTRAINT policies_kind_check CHECK (kind IN ('Window', 'Freeze', 'Analysis', 'Limit'));
