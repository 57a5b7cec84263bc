DROP INDEX orders_confirmed;
DROP INDEX orders_by_bundle;
DROP INDEX orders_by_cluster;
ALTER TABLE orders DROP COLUMN confirmed_at;
