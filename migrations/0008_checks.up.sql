-- Gates that are measured (R20): Analysis documents beside windows and freezes, and what each stage's checks came to.

ALTER TABLE calendar_entries RENAME TO policies;
ALTER TABLE policies DROP CONSTRAINT calendar_entries_kind_check;
ALTER TABLE policies ADD CONSTRAINT policies_kind_check CHECK (kind IN ('Window', 'Freeze', 'Analysis'));
ALTER INDEX calendar_entries_pkey RENAME TO policies_pkey;
ALTER INDEX calendar_entries_by_name RENAME TO policies_by_name;
ALTER SEQUENCE calendar_entries_id_seq RENAME TO policies_id_seq;
ALTER TABLE policies RENAME CONSTRAINT calendar_entries_project_fkey TO policies_project_fkey;

ALTER TABLE rollout_stages ADD COLUMN checks jsonb NOT NULL DEFAULT '[]';

ALTER TABLE work DROP CONSTRAINT work_kind_check;
ALTER TABLE work ADD CONSTRAINT work_kind_check CHECK (kind IN ('repository', 'expansion', 'start', 'rollout', 'check'));
