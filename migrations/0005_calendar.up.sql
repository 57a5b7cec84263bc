-- Windows and freezes (R21), and the time zones that their clocks stand in.

CREATE TABLE calendar_entries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project text NOT NULL REFERENCES projects,
  kind text NOT NULL CHECK (kind IN ('Window', 'Freeze')),
  name text COLLATE "C" NOT NULL,
  definition jsonb NOT NULL,
  document text NOT NULL,
  generation bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Overrides from before are not about a freeze as it is now.
  applied_at timestamptz NOT NULL DEFAULT now(),
  removed_at timestamptz
);
CREATE UNIQUE INDEX calendar_entries_by_name ON calendar_entries (project, kind, name) WHERE removed_at IS NULL;

-- Raised by every change of a window or freeze: an order is committed only by the calendar that it was decided by.
ALTER TABLE projects ADD COLUMN calendar_version bigint NOT NULL DEFAULT 0;

-- People's words that a stage goes on although its windows are closed.
ALTER TABLE rollout_stages ADD COLUMN overrides jsonb NOT NULL DEFAULT '[]';

-- The IANA database as the newest controller had it, so that all of them reckon alike: compiled zone files (RFC 8536).
CREATE TABLE time_zones (
  name text PRIMARY KEY,
  version text NOT NULL,
  rules bytea NOT NULL
);
