-- Push mode: which controller runs the agent of a cluster that is reached by kubeconfig, and whether it reaches it. A
-- claim counts while its controller's lease lives, so that nothing is renewed per cluster.

-- How many such clusters a controller takes at most.
ALTER TABLE controllers ADD COLUMN push_limit integer NOT NULL DEFAULT 0 CHECK (push_limit >= 0);

CREATE TABLE push_claims (
  cluster_id bigint PRIMARY KEY REFERENCES clusters,
  controller_id bigint REFERENCES controllers,
  is_ready boolean NOT NULL DEFAULT false,
  condition_reason text NOT NULL DEFAULT 'Pending',
  condition_message text NOT NULL DEFAULT '',
  condition_since timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX push_claims_by_controller ON push_claims (controller_id);
CREATE INDEX clusters_by_kubeconfig ON clusters (id) WHERE connection = 'kubeconfig' AND removed_at IS NULL;
