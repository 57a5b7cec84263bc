-- When a cluster first said that an order was done, so that what ran where, and when, can be told.

ALTER TABLE orders ADD COLUMN confirmed_at timestamptz;
UPDATE orders AS o SET confirmed_at = p.applied_at FROM placements AS p
  WHERE p.target_id = o.target_id AND p.generation_epoch = o.epoch AND p.generation_counter = o.counter AND p.is_confirmed;
-- Of earlier orders it is not known any more; the moment of the order is the nearest guess.
UPDATE orders AS o SET confirmed_at = o.committed_at
  WHERE o.confirmed_at IS NULL AND EXISTS (
    SELECT FROM orders AS n WHERE n.target_id = o.target_id AND (n.epoch, n.counter) > (o.epoch, o.counter));
CREATE INDEX orders_by_cluster ON orders (cluster_id, committed_at DESC, target_id DESC, counter DESC);
CREATE INDEX orders_by_bundle ON orders (bundle) WHERE bundle IS NOT NULL;
CREATE INDEX orders_confirmed ON orders (target_id, epoch, counter) WHERE confirmed_at IS NOT NULL;
