-- Settings that generators refer to by name: where a plugin is, which resource holds decisions, which authorities to trust.
CREATE TABLE config_maps (
  project text NOT NULL REFERENCES projects,
  name text NOT NULL COLLATE "C",
  data jsonb NOT NULL,
  document text NOT NULL,
  generation bigint NOT NULL DEFAULT 1,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (project, name)
);
