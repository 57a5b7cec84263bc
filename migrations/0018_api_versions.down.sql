ALTER TABLE clusters DROP COLUMN api_versions;
DROP TABLE api_versions;
