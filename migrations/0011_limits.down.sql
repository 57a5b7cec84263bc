-- Fails while there are Limit documents: they would be lost.
ALTER TABLE policies DROP CONSTRAINT policies_kind_check;
ALTER TABLE policies ADD CONSTRAINT policies_kind_check CHECK (kind IN ('Window', 'Freeze', 'Analysis'));
