-- The API versions that clusters serve besides Kubernetes' own, for charts that ask: most clusters of a fleet have the same.
-- There is no foreign key: what a cluster refers to and is not there any more its agent brings with the next session.

CREATE TABLE api_versions (
  digest bytea PRIMARY KEY,
  versions jsonb NOT NULL
);
ALTER TABLE clusters ADD COLUMN api_versions bytea;
CREATE INDEX clusters_api_versions ON clusters (api_versions);
