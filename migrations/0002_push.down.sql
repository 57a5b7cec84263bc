DROP INDEX clusters_by_kubeconfig;
DROP TABLE push_claims;
ALTER TABLE controllers DROP COLUMN push_limit;
