DELETE FROM work WHERE kind = 'check';
ALTER TABLE work DROP CONSTRAINT work_kind_check;
ALTER TABLE work ADD CONSTRAINT work_kind_check CHECK (kind IN ('repository', 'expansion', 'start', 'rollout'));
ALTER TABLE rollout_stages DROP COLUMN checks;
-- Fails while there are Analysis documents: they would be lost.
ALTER TABLE policies DROP CONSTRAINT policies_kind_check;
ALTER TABLE policies ADD CONSTRAINT policies_kind_check CHECK (kind IN ('Window', 'Freeze'));
ALTER TABLE policies RENAME CONSTRAINT policies_kind_check TO calendar_entries_kind_check;
ALTER TABLE policies RENAME CONSTRAINT policies_project_fkey TO calendar_entries_project_fkey;
ALTER SEQUENCE policies_id_seq RENAME TO calendar_entries_id_seq;
ALTER INDEX policies_by_name RENAME TO calendar_entries_by_name;
ALTER INDEX policies_pkey RENAME TO calendar_entries_pkey;
ALTER TABLE policies RENAME TO calendar_entries;
