-- The whole of Flotilla's shared state. Names are unique within a project from the start (AMENDMENTS 46), removed rows
-- stay for history (DESIGN rule 9), and the CHECK constraints restate the states of FleetModel.

CREATE DOMAIN digest AS bytea CHECK (octet_length(VALUE) = 32);

CREATE FUNCTION to_milliseconds(at timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN floor(extract(epoch FROM at) * 1000)::bigint;

CREATE FUNCTION from_milliseconds(milliseconds bigint) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_timestamp(milliseconds / 1000.0);

-- Tables of one row -------------------------------------------------------------------------------------------------

CREATE TABLE settings (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  -- Raised by a restore (R27).
  epoch integer NOT NULL DEFAULT 1 CHECK (epoch > 0)
);
INSERT INTO settings DEFAULT VALUES;

-- The listening clock (R28): milliseconds that some controller's lease has covered.
CREATE TABLE listening (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  total_ms bigint NOT NULL DEFAULT 0,
  renewed_at timestamptz,
  last_gap_end_ms bigint NOT NULL DEFAULT 0
);
INSERT INTO listening DEFAULT VALUES;

-- The clock at this moment: a lease covers 15 seconds from its renewal, so that the clock never runs backwards.
CREATE FUNCTION listened_ms() RETURNS bigint
LANGUAGE sql STABLE
RETURN (SELECT total_ms + CASE WHEN renewed_at IS NULL THEN 0
  ELSE greatest(0, least(15000, to_milliseconds(now()) - to_milliseconds(renewed_at))) END FROM listening);

CREATE TABLE event_feed (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  last_position bigint NOT NULL DEFAULT 0
);
INSERT INTO event_feed DEFAULT VALUES;

-- Controllers and their work ----------------------------------------------------------------------------------------

CREATE TABLE controllers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  version text NOT NULL,
  registered_at timestamptz NOT NULL DEFAULT now(),
  renewed_at timestamptz NOT NULL DEFAULT now(),
  renewed_listened bigint NOT NULL,
  lease_until timestamptz NOT NULL
);
CREATE INDEX controllers_by_lease ON controllers (lease_until);

CREATE TABLE work (
  kind text NOT NULL CHECK (kind IN ('repository', 'expansion', 'start', 'rollout')),
  row_id bigint NOT NULL,
  -- Due from then on; NULL waits for a signal.
  wake_at timestamptz,
  -- Raised by every wake and every claim.
  sequence bigint NOT NULL DEFAULT 1,
  -- The sequence that the present claim was given; a claim that was lost meanwhile no longer matches.
  claim_sequence bigint,
  claimed_by bigint,
  claimed_until timestamptz,
  PRIMARY KEY (kind, row_id),
  CHECK ((claim_sequence IS NULL) = (claimed_until IS NULL))
);
CREATE INDEX work_by_time ON work (kind, wake_at);

-- People and jobs ---------------------------------------------------------------------------------------------------

CREATE TABLE projects (
  name text PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO projects (name) VALUES ('default');

CREATE TABLE tokens (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  token_hash digest NOT NULL UNIQUE,
  groups jsonb NOT NULL,
  git_identities jsonb NOT NULL,
  access_right text NOT NULL CHECK (access_right IN ('read', 'operate', 'approve', 'admin')),
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  revoked_by text,
  CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
CREATE UNIQUE INDEX tokens_by_name ON tokens (name) WHERE revoked_at IS NULL;

CREATE TABLE credentials (
  project text NOT NULL REFERENCES projects,
  name text NOT NULL,
  sealed bytea NOT NULL,
  key_id text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  changed_by text NOT NULL,
  PRIMARY KEY (project, name)
);

CREATE TABLE idempotency_keys (
  principal text NOT NULL,
  route text NOT NULL,
  key text NOT NULL,
  body_hash digest NOT NULL,
  status integer,
  body bytea,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (principal, route, key),
  CHECK ((status IS NULL) = (body IS NULL))
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Inventory ---------------------------------------------------------------------------------------------------------

CREATE TABLE clusters (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project text NOT NULL REFERENCES projects,
  name text COLLATE "C" NOT NULL,
  labels jsonb NOT NULL,
  annotations jsonb NOT NULL,
  connection text NOT NULL CHECK (connection IN ('agent', 'kubeconfig')),
  credential text CHECK ((connection = 'kubeconfig') = (credential IS NOT NULL)),
  cordon_reason text,
  document text NOT NULL,
  generation bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  removed_at timestamptz,
  -- Contact, apart from a session that is open now: when, and on the listening clock.
  last_contact_at timestamptz,
  contact_listened bigint NOT NULL,
  agent_version text NOT NULL DEFAULT '',
  kubernetes_version text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX clusters_by_name ON clusters (project, name) WHERE removed_at IS NULL;

CREATE TABLE cluster_agents (
  cluster_id bigint PRIMARY KEY REFERENCES clusters,
  public_key bytea NOT NULL,
  joined_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE join_tokens (
  token_hash digest PRIMARY KEY,
  cluster_id bigint NOT NULL REFERENCES clusters,
  rejoin boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX join_tokens_by_cluster ON join_tokens (cluster_id);

CREATE TABLE nonces (
  nonce_hash digest PRIMARY KEY,
  cluster_id bigint NOT NULL REFERENCES clusters,
  expires_at timestamptz NOT NULL
);
CREATE INDEX nonces_by_expiry ON nonces (expires_at);

CREATE TABLE agent_sessions (
  token_hash digest PRIMARY KEY,
  cluster_id bigint NOT NULL REFERENCES clusters,
  instance text NOT NULL,
  controller_id bigint NOT NULL REFERENCES controllers,
  opened_at timestamptz NOT NULL DEFAULT now(),
  last_contact_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  -- No contact since; a poll opens it again.
  closed_at timestamptz,
  -- Never valid again.
  revoked_at timestamptz
);
CREATE UNIQUE INDEX agent_sessions_open ON agent_sessions (cluster_id)
  WHERE closed_at IS NULL AND revoked_at IS NULL;
CREATE INDEX agent_sessions_by_cluster ON agent_sessions (cluster_id, opened_at);
CREATE INDEX agent_sessions_by_controller ON agent_sessions (controller_id)
  WHERE closed_at IS NULL AND revoked_at IS NULL;

CREATE TABLE repositories (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project text NOT NULL REFERENCES projects,
  name text COLLATE "C" NOT NULL,
  url text NOT NULL,
  credential text,
  poll_interval_ms bigint NOT NULL CHECK (poll_interval_ms >= 0),
  document text NOT NULL,
  generation bigint NOT NULL DEFAULT 1,
  refs_digest text NOT NULL DEFAULT '',
  fetched_at timestamptz,
  is_ready boolean NOT NULL DEFAULT false,
  condition_reason text NOT NULL DEFAULT 'Pending',
  condition_message text NOT NULL DEFAULT '',
  condition_since timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  removed_at timestamptz
);
CREATE UNIQUE INDEX repositories_by_name ON repositories (project, name) WHERE removed_at IS NULL;
CREATE INDEX repositories_by_url ON repositories (url) WHERE removed_at IS NULL;

-- FleetSets and releases --------------------------------------------------------------------------------------------

CREATE TABLE fleet_sets (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project text NOT NULL REFERENCES projects,
  name text COLLATE "C" NOT NULL,
  document text NOT NULL,
  generation bigint NOT NULL DEFAULT 1,
  newest_release_id bigint,
  is_ready boolean NOT NULL DEFAULT false,
  condition_reason text NOT NULL DEFAULT 'Pending',
  condition_message text NOT NULL DEFAULT '',
  condition_since timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  removed_at timestamptz
);
CREATE UNIQUE INDEX fleet_sets_by_name ON fleet_sets (project, name) WHERE removed_at IS NULL;

CREATE TABLE fleet_set_generations (
  fleet_set_id bigint NOT NULL REFERENCES fleet_sets,
  generation bigint NOT NULL,
  document text NOT NULL,
  applied_by text NOT NULL,
  reason text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (fleet_set_id, generation)
);

-- An object is stored once, whatever bundles hold it (AMENDMENTS 31). The server compresses what is long.
CREATE TABLE objects (
  digest bytea NOT NULL CHECK (octet_length(digest) = 32),
  content bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (digest)
) PARTITION BY HASH (digest);
DO $$
BEGIN
  FOR part IN 0..63 LOOP
    EXECUTE format(
      'CREATE TABLE objects_p%s PARTITION OF objects FOR VALUES WITH (MODULUS 64, REMAINDER %s)',
      to_char(part, 'FM00'), part);
  END LOOP;
END $$;

CREATE TABLE bundles (
  digest digest PRIMARY KEY,
  object_count integer NOT NULL CHECK (object_count >= 0),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE bundle_objects (
  bundle digest NOT NULL REFERENCES bundles,
  ordinal integer NOT NULL,
  object digest NOT NULL,
  -- group/Kind/namespace/name
  identity text NOT NULL,
  PRIMARY KEY (bundle, ordinal)
);

CREATE TABLE releases (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fleet_set_id bigint NOT NULL REFERENCES fleet_sets,
  number bigint NOT NULL CHECK (number > 0),
  fleet_set_generation bigint NOT NULL,
  sources jsonb NOT NULL,
  content_digest digest NOT NULL,
  target_count integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (fleet_set_id, number)
);
ALTER TABLE fleet_sets ADD FOREIGN KEY (newest_release_id) REFERENCES releases;

CREATE TABLE targets (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fleet_set_id bigint NOT NULL REFERENCES fleet_sets,
  cluster_id bigint NOT NULL REFERENCES clusters,
  name text COLLATE "C" NOT NULL,
  -- No longer in the newest release: kept on its cluster, but nobody's (R25).
  is_abandoned boolean NOT NULL DEFAULT false,
  -- The newest release that has it.
  release_id bigint NOT NULL REFERENCES releases,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (fleet_set_id, cluster_id, name)
);
CREATE UNIQUE INDEX targets_by_name ON targets (fleet_set_id, name) WHERE NOT is_abandoned;
CREATE INDEX targets_by_cluster ON targets (cluster_id);

CREATE TABLE release_targets (
  release_id bigint NOT NULL REFERENCES releases,
  target_id bigint NOT NULL REFERENCES targets,
  bundle digest NOT NULL REFERENCES bundles,
  labels jsonb NOT NULL,
  namespace text NOT NULL,
  repository text NOT NULL,
  path text NOT NULL,
  origin text NOT NULL,
  self_heal boolean NOT NULL,
  prune boolean NOT NULL,
  create_namespace boolean NOT NULL,
  PRIMARY KEY (release_id, target_id)
);

-- Rollouts ----------------------------------------------------------------------------------------------------------

CREATE TABLE rollouts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project text NOT NULL REFERENCES projects,
  fleet_set_id bigint NOT NULL REFERENCES fleet_sets,
  number bigint NOT NULL CHECK (number > 0),
  kind text NOT NULL CHECK (kind IN ('Rollout', 'Onboard', 'Undo', 'CatchUp', 'Remove')),
  state text NOT NULL CHECK (state IN (
    'Queued', 'Running', 'Paused', 'Halting', 'Halted', 'RollingBack', 'Succeeded', 'SucceededWithWaivers',
    'SucceededWithUnreachable', 'NoChange', 'RolledBack', 'RollbackFailed', 'Aborted', 'Superseded')),
  version bigint NOT NULL DEFAULT 1 CHECK (version > 0),
  release_id bigint NOT NULL REFERENCES releases,
  release_name text NOT NULL,
  strategy jsonb NOT NULL,
  failure_budget bigint CHECK (failure_budget >= 0),
  unreachable_budget bigint NOT NULL CHECK (unreachable_budget >= 0),
  plan_hash digest NOT NULL,
  authors jsonb NOT NULL,
  started_by text NOT NULL,
  start_reason text NOT NULL,
  pause jsonb,
  breach jsonb,
  report jsonb NOT NULL,
  warnings jsonb NOT NULL,
  supersedes_id bigint REFERENCES rollouts,
  -- The clock of the last pass: what a pass sees never goes backwards (R28).
  seen_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  UNIQUE (fleet_set_id, number),
  CONSTRAINT rollouts_end CHECK ((ended_at IS NOT NULL) = (state IN (
    'Succeeded', 'SucceededWithWaivers', 'SucceededWithUnreachable', 'NoChange', 'RolledBack', 'RollbackFailed',
    'Aborted', 'Superseded'))),
  CONSTRAINT rollouts_pause CHECK (state <> 'Paused' OR pause IS NOT NULL)
);
-- One run of a set at a time; onboarding goes on beside it (R5, R30).
CREATE UNIQUE INDEX rollouts_active ON rollouts (fleet_set_id, (kind = 'Onboard'))
  WHERE ended_at IS NULL AND state <> 'Queued';
CREATE INDEX rollouts_open ON rollouts (fleet_set_id) WHERE ended_at IS NULL;
CREATE INDEX rollouts_by_project ON rollouts (project, id);

CREATE TABLE rollout_stages (
  rollout_id bigint NOT NULL REFERENCES rollouts,
  stage integer NOT NULL CHECK (stage >= 0),
  rules jsonb NOT NULL,
  size integer NOT NULL,
  changing integer NOT NULL,
  member_count integer NOT NULL,
  slots integer NOT NULL CHECK (slots > 0),
  rollback_slots integer NOT NULL CHECK (rollback_slots > 0),
  failure_budget bigint NOT NULL CHECK (failure_budget >= 0),
  unreachable_budget bigint CHECK (unreachable_budget >= 0),
  min_succeeded bigint NOT NULL CHECK (min_succeeded >= 0),
  state text NOT NULL CHECK (state IN ('Waiting', 'Gated', 'Open', 'Soaking', 'Passed', 'Empty', 'Halted')),
  counters jsonb NOT NULL,
  opened_at timestamptz,
  soak_started_at timestamptz,
  passed_at timestamptz,
  approvals jsonb NOT NULL DEFAULT '[]',
  halt_reason text NOT NULL DEFAULT '',
  PRIMARY KEY (rollout_id, stage)
);

CREATE TABLE rollout_steps (
  rollout_id bigint NOT NULL,
  stage integer NOT NULL,
  -- The place of its unit in the stage; all steps of a unit share it.
  position integer NOT NULL CHECK (position >= 0),
  cluster_id bigint NOT NULL REFERENCES clusters,
  target_id bigint NOT NULL REFERENCES targets,
  state text NOT NULL CHECK (state IN (
    'Pending', 'Dispatched', 'Applying', 'Verifying', 'Soaking', 'Succeeded', 'Failed', 'Lost', 'Unreachable',
    'Skipped', 'Unchanged', 'Waived', 'Removed', 'Cancelled', 'RollingBack', 'RolledBack', 'RollbackFailed')),
  attempt integer NOT NULL DEFAULT 1 CHECK (attempt > 0),
  bundle digest NOT NULL,
  -- The release that the bundle came from, whose settings go with it.
  release_id bigint NOT NULL REFERENCES releases,
  before_bundle digest,
  before_release bigint REFERENCES releases,
  order_direction text CHECK (order_direction IN ('forward', 'rollback')),
  order_epoch integer,
  order_counter bigint,
  ordered_at timestamptz,
  ordered_listened bigint,
  failure text NOT NULL DEFAULT '',
  limit_values jsonb NOT NULL DEFAULT '{}',
  -- 0, or the number of what a pass has not looked at yet; a commit takes off exactly what it has seen.
  attention bigint NOT NULL DEFAULT 0,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (rollout_id, cluster_id, target_id),
  FOREIGN KEY (rollout_id, stage) REFERENCES rollout_stages,
  CONSTRAINT rollout_steps_before CHECK ((before_bundle IS NULL) = (before_release IS NULL)),
  CONSTRAINT rollout_steps_order CHECK (
    (order_direction IS NULL) = (order_epoch IS NULL) AND (order_direction IS NULL) = (order_counter IS NULL)
    AND (order_direction IS NULL) = (ordered_at IS NULL) AND (order_direction IS NULL) = (ordered_listened IS NULL)),
  -- Nothing is dispatched that is not committed (R27).
  CONSTRAINT rollout_steps_dispatched CHECK (
    state NOT IN ('Dispatched', 'Applying', 'Verifying', 'Soaking') OR order_direction = 'forward')
);
CREATE INDEX rollout_steps_pending ON rollout_steps (rollout_id, stage, position) WHERE state = 'Pending';
-- Tried again, or catching up: looked at in every pass, whatever its stage.
CREATE INDEX rollout_steps_pending_again ON rollout_steps (rollout_id) WHERE state = 'Pending' AND attempt > 1;
CREATE INDEX rollout_steps_in_flight ON rollout_steps (rollout_id)
  WHERE state IN ('Dispatched', 'Applying', 'Verifying') OR (state = 'RollingBack' AND order_direction = 'rollback');
CREATE INDEX rollout_steps_attention ON rollout_steps (rollout_id) WHERE attention <> 0;
CREATE INDEX rollout_steps_to_send_back ON rollout_steps (rollout_id, stage, position)
  WHERE order_direction = 'forward' AND before_bundle IS NOT NULL
    AND state IN ('Pending', 'Soaking', 'Succeeded', 'Unreachable', 'Skipped', 'Waived');
CREATE INDEX rollout_steps_failing ON rollout_steps (rollout_id, stage, position) WHERE state IN ('Failed', 'Lost');
CREATE INDEX rollout_steps_in_order ON rollout_steps (rollout_id, stage, position, target_id);
CREATE INDEX rollout_steps_by_target ON rollout_steps (target_id, rollout_id);

-- What every target on its cluster is to run, runs, and ran last when it was good (R12).
CREATE TABLE placements (
  cluster_id bigint NOT NULL REFERENCES clusters,
  target_id bigint NOT NULL UNIQUE REFERENCES targets,
  -- The highest generation stored or reported (R27); the newest order's, when there is one.
  generation_epoch integer NOT NULL DEFAULT 0,
  generation_counter bigint NOT NULL DEFAULT 0,
  wanted_action text CHECK (wanted_action IN ('apply', 'remove')),
  wanted_bundle digest,
  wanted_release bigint REFERENCES releases,
  wanted_rollout bigint REFERENCES rollouts,
  ordered_at timestamptz,
  start_within_ms bigint,
  -- Whether the newest order was confirmed as applied, or removed.
  is_confirmed boolean NOT NULL DEFAULT false,
  applied_bundle digest,
  applied_release bigint REFERENCES releases,
  applied_at timestamptz,
  -- The bundles ordered since the last confirmed apply, any of which may have left objects behind.
  unconfirmed bytea[] NOT NULL DEFAULT '{}',
  good_bundle digest,
  good_release bigint REFERENCES releases,
  -- The newest report about the newest order.
  phase text CHECK (phase IN ('applying', 'applied', 'failed', 'removed')),
  health text NOT NULL DEFAULT 'Unknown'
    CHECK (health IN ('Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown')),
  observation jsonb,
  reported_at timestamptz,
  reported_listened bigint,
  PRIMARY KEY (cluster_id, target_id),
  CHECK ((wanted_action IS NULL) = (ordered_at IS NULL)),
  CHECK (wanted_action IS DISTINCT FROM 'apply' OR (wanted_bundle IS NOT NULL AND wanted_release IS NOT NULL)),
  CHECK ((good_bundle IS NULL) = (good_release IS NULL)),
  CHECK ((observation IS NULL) = (phase IS NULL))
) WITH (fillfactor = 80);

CREATE TABLE orders (
  target_id bigint NOT NULL REFERENCES targets,
  epoch integer NOT NULL,
  counter bigint NOT NULL,
  cluster_id bigint NOT NULL REFERENCES clusters,
  rollout_id bigint REFERENCES rollouts,
  direction text NOT NULL CHECK (direction IN ('forward', 'rollback')),
  action text NOT NULL CHECK (action IN ('apply', 'remove')),
  bundle digest,
  release_id bigint REFERENCES releases,
  committed_at timestamptz NOT NULL DEFAULT now(),
  committed_listened bigint NOT NULL,
  PRIMARY KEY (target_id, epoch, counter)
);
CREATE INDEX orders_by_rollout ON orders (rollout_id, committed_at);

CREATE TABLE holds (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fleet_set_id bigint NOT NULL REFERENCES fleet_sets,
  release_id bigint NOT NULL REFERENCES releases,
  rollout_id bigint REFERENCES rollouts,
  reason text NOT NULL,
  held_by text NOT NULL,
  held_at timestamptz NOT NULL DEFAULT now(),
  released_at timestamptz,
  released_by text,
  release_reason text,
  CHECK ((released_at IS NULL) = (released_by IS NULL))
);
CREATE UNIQUE INDEX holds_open ON holds (release_id) WHERE released_at IS NULL;
CREATE INDEX holds_by_fleet_set ON holds (fleet_set_id) WHERE released_at IS NULL;

CREATE TABLE hold_bundles (
  hold_id bigint NOT NULL REFERENCES holds,
  target_id bigint NOT NULL REFERENCES targets,
  bundle digest NOT NULL,
  PRIMARY KEY (hold_id, target_id)
);
CREATE INDEX hold_bundles_by_target ON hold_bundles (target_id, bundle);

-- History -----------------------------------------------------------------------------------------------------------

-- `position` is assigned after the commit, under a lock, so that a reader of `position > cursor` skips nothing that
-- commits late (AMENDMENTS 32).
CREATE TABLE events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  position bigint UNIQUE,
  at timestamptz NOT NULL DEFAULT now(),
  actor text NOT NULL,
  kind text NOT NULL CHECK (kind LIKE '%.%'),
  project text NOT NULL,
  fleet_set text NOT NULL DEFAULT '',
  rollout text NOT NULL DEFAULT '',
  stage text NOT NULL DEFAULT '',
  cluster text NOT NULL DEFAULT '',
  target text NOT NULL DEFAULT '',
  message text NOT NULL,
  reason text NOT NULL DEFAULT ''
);
CREATE INDEX events_unplaced ON events (id) WHERE position IS NULL;
CREATE INDEX events_by_fleet_set ON events (project, fleet_set, position);
CREATE INDEX events_by_rollout ON events (project, rollout, position) WHERE rollout <> '';
CREATE INDEX events_by_cluster ON events (project, cluster, position) WHERE cluster <> '';
