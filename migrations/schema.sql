-- What all migrations add up to, without the 64 partitions of objects. Written by MigrationTests.
CREATE DOMAIN public.digest AS bytea
	CONSTRAINT digest_check CHECK ((octet_length(VALUE) = 32));
CREATE FUNCTION public.from_milliseconds(milliseconds bigint) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN to_timestamp((((milliseconds)::numeric / 1000.0))::double precision);
CREATE FUNCTION public.to_milliseconds(at timestamp with time zone) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (floor((EXTRACT(epoch FROM at) * (1000)::numeric)))::bigint;
CREATE TABLE public.listening (
    only_row boolean DEFAULT true NOT NULL,
    total_ms bigint DEFAULT 0 NOT NULL,
    renewed_at timestamp with time zone,
    last_gap_end_ms bigint DEFAULT 0 NOT NULL,
    CONSTRAINT listening_only_row_check CHECK (only_row)
);
CREATE FUNCTION public.listened_ms() RETURNS bigint
    LANGUAGE sql STABLE
    RETURN (SELECT (listening.total_ms + CASE WHEN (listening.renewed_at IS NULL) THEN (0)::bigint ELSE GREATEST((0)::bigint, LEAST((15000)::bigint, (public.to_milliseconds(now()) - public.to_milliseconds(listening.renewed_at)))) END) FROM public.listening);
CREATE FUNCTION public.object_key(identity text, namespace text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN ((split_part(identity, '/'::text, 3) <> ''::text) OR (split_part(identity, '/'::text, 2) = ANY (ARRAY['APIService'::text, 'CertificateSigningRequest'::text, 'ClusterIssuer'::text, 'ClusterPolicy'::text, 'ClusterRole'::text, 'ClusterRoleBinding'::text, 'CSIDriver'::text, 'CustomResourceDefinition'::text, 'FlowSchema'::text, 'GatewayClass'::text, 'IngressClass'::text, 'MutatingWebhookConfiguration'::text, 'Namespace'::text, 'Node'::text, 'PersistentVolume'::text, 'PriorityClass'::text, 'PriorityLevelConfiguration'::text, 'RuntimeClass'::text, 'StorageClass'::text, 'ValidatingAdmissionPolicy'::text, 'ValidatingAdmissionPolicyBinding'::text, 'ValidatingWebhookConfiguration'::text, 'VolumeSnapshotClass'::text]))) THEN identity ELSE ((((((split_part(identity, '/'::text, 1) || '/'::text) || split_part(identity, '/'::text, 2)) || '/'::text) || namespace) || '/'::text) || split_part(identity, '/'::text, 4)) END;
CREATE TABLE public.agent_sessions (
    token_hash public.digest NOT NULL,
    cluster_id bigint NOT NULL,
    instance text NOT NULL,
    controller_id bigint NOT NULL,
    opened_at timestamp with time zone DEFAULT now() NOT NULL,
    last_contact_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    revoked_at timestamp with time zone
);
CREATE TABLE public.api_versions (
    digest bytea NOT NULL,
    versions jsonb NOT NULL
);
CREATE TABLE public.bundle_objects (
    bundle public.digest NOT NULL,
    ordinal integer NOT NULL,
    object public.digest NOT NULL,
    identity text NOT NULL
);
CREATE TABLE public.bundles (
    digest public.digest NOT NULL,
    object_count integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT bundles_object_count_check CHECK ((object_count >= 0))
);
CREATE TABLE public.cluster_agents (
    cluster_id bigint NOT NULL,
    public_key bytea NOT NULL,
    joined_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    revoked_by text,
    revoked_reason text,
    CONSTRAINT cluster_agents_revoked CHECK ((((revoked_at IS NULL) = (revoked_by IS NULL)) AND ((revoked_at IS NULL) = (revoked_reason IS NULL))))
);
CREATE TABLE public.clusters (
    id bigint NOT NULL,
    project text NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    labels jsonb NOT NULL,
    annotations jsonb NOT NULL,
    connection text NOT NULL,
    credential text,
    cordon_reason text,
    document text NOT NULL,
    generation bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    removed_at timestamp with time zone,
    last_contact_at timestamp with time zone,
    contact_listened bigint NOT NULL,
    agent_version text DEFAULT ''::text NOT NULL,
    kubernetes_version text DEFAULT ''::text NOT NULL,
    hold_reason text,
    hold_by text,
    held_at timestamp with time zone,
    hold_until timestamp with time zone,
    hold_ended_listened bigint,
    clock_skew_ms bigint,
    api_versions bytea,
    CONSTRAINT clusters_check CHECK (((connection = 'kubeconfig'::text) = (credential IS NOT NULL))),
    CONSTRAINT clusters_connection_check CHECK ((connection = ANY (ARRAY['agent'::text, 'kubeconfig'::text]))),
    CONSTRAINT clusters_hold CHECK ((((hold_reason IS NULL) = (hold_by IS NULL)) AND ((hold_reason IS NULL) = (held_at IS NULL)) AND ((hold_reason IS NULL) = (hold_until IS NULL))))
);
ALTER TABLE public.clusters ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.clusters_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.config_maps (
    project text NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    data jsonb NOT NULL,
    document text NOT NULL,
    generation bigint DEFAULT 1 NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.controllers (
    id bigint NOT NULL,
    version text NOT NULL,
    registered_at timestamp with time zone DEFAULT now() NOT NULL,
    renewed_at timestamp with time zone DEFAULT now() NOT NULL,
    renewed_listened bigint NOT NULL,
    lease_until timestamp with time zone NOT NULL,
    push_limit integer DEFAULT 0 NOT NULL,
    CONSTRAINT controllers_push_limit_check CHECK ((push_limit >= 0))
);
ALTER TABLE public.controllers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.controllers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.credentials (
    project text NOT NULL,
    name text NOT NULL,
    sealed bytea NOT NULL,
    key_id text NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    changed_by text NOT NULL
);
CREATE TABLE public.event_feed (
    only_row boolean DEFAULT true NOT NULL,
    last_position bigint DEFAULT 0 NOT NULL,
    CONSTRAINT event_feed_only_row_check CHECK (only_row)
);
CREATE TABLE public.events (
    id bigint NOT NULL,
    "position" bigint,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    kind text NOT NULL,
    project text NOT NULL,
    fleet_set text DEFAULT ''::text NOT NULL,
    rollout text DEFAULT ''::text NOT NULL,
    stage text DEFAULT ''::text NOT NULL,
    cluster text DEFAULT ''::text NOT NULL,
    target text DEFAULT ''::text NOT NULL,
    message text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT events_kind_check CHECK ((kind ~~ '%.%'::text))
);
ALTER TABLE public.events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.fleet_set_generations (
    fleet_set_id bigint NOT NULL,
    generation bigint NOT NULL,
    document text NOT NULL,
    applied_by text NOT NULL,
    reason text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.fleet_set_shrinks (
    fleet_set_id bigint NOT NULL,
    expansion public.digest NOT NULL,
    proposal jsonb NOT NULL,
    proposed_at timestamp with time zone DEFAULT now() NOT NULL,
    accepted_by text,
    accepted_reason text,
    accepted_at timestamp with time zone,
    CONSTRAINT fleet_set_shrinks_check CHECK ((((accepted_by IS NULL) = (accepted_at IS NULL)) AND ((accepted_by IS NULL) = (accepted_reason IS NULL))))
);
CREATE TABLE public.fleet_sets (
    id bigint NOT NULL,
    project text NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    document text NOT NULL,
    generation bigint DEFAULT 1 NOT NULL,
    newest_release_id bigint,
    is_ready boolean DEFAULT false NOT NULL,
    condition_reason text DEFAULT 'Pending'::text NOT NULL,
    condition_message text DEFAULT ''::text NOT NULL,
    condition_since timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    removed_at timestamp with time zone,
    deleting_since timestamp with time zone,
    reads jsonb
);
ALTER TABLE public.fleet_sets ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.fleet_sets_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.hold_bundles (
    hold_id bigint NOT NULL,
    target_id bigint NOT NULL,
    bundle public.digest NOT NULL
);
CREATE TABLE public.holds (
    id bigint NOT NULL,
    fleet_set_id bigint NOT NULL,
    release_id bigint NOT NULL,
    rollout_id bigint,
    reason text NOT NULL,
    held_by text NOT NULL,
    held_at timestamp with time zone DEFAULT now() NOT NULL,
    released_at timestamp with time zone,
    released_by text,
    release_reason text,
    CONSTRAINT holds_check CHECK (((released_at IS NULL) = (released_by IS NULL)))
);
ALTER TABLE public.holds ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.holds_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.idempotency_keys (
    principal text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    body_hash public.digest NOT NULL,
    status integer,
    body bytea,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT idempotency_keys_check CHECK (((status IS NULL) = (body IS NULL)))
);
CREATE TABLE public.join_tokens (
    token_hash public.digest NOT NULL,
    cluster_id bigint NOT NULL,
    rejoin boolean NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);
CREATE TABLE public.nonces (
    nonce_hash public.digest NOT NULL,
    cluster_id bigint NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.objects (
    digest bytea NOT NULL,
    content bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT objects_digest_check CHECK ((octet_length(digest) = 32))
)
PARTITION BY HASH (digest);
CREATE TABLE public.orders (
    target_id bigint NOT NULL,
    epoch integer NOT NULL,
    counter bigint NOT NULL,
    cluster_id bigint NOT NULL,
    rollout_id bigint,
    direction text NOT NULL,
    action text NOT NULL,
    bundle public.digest,
    release_id bigint,
    committed_at timestamp with time zone DEFAULT now() NOT NULL,
    committed_listened bigint NOT NULL,
    confirmed_at timestamp with time zone,
    CONSTRAINT orders_action_check CHECK ((action = ANY (ARRAY['apply'::text, 'remove'::text]))),
    CONSTRAINT orders_direction_check CHECK ((direction = ANY (ARRAY['forward'::text, 'rollback'::text])))
);
CREATE TABLE public.placements (
    cluster_id bigint NOT NULL,
    target_id bigint NOT NULL,
    generation_epoch integer DEFAULT 0 NOT NULL,
    generation_counter bigint DEFAULT 0 NOT NULL,
    wanted_action text,
    wanted_bundle public.digest,
    wanted_release bigint,
    wanted_rollout bigint,
    ordered_at timestamp with time zone,
    start_within_ms bigint,
    is_confirmed boolean DEFAULT false NOT NULL,
    applied_bundle public.digest,
    applied_release bigint,
    applied_at timestamp with time zone,
    unconfirmed bytea[] DEFAULT '{}'::bytea[] NOT NULL,
    good_bundle public.digest,
    good_release bigint,
    phase text,
    health text DEFAULT 'Unknown'::text NOT NULL,
    observation jsonb,
    reported_at timestamp with time zone,
    reported_listened bigint,
    min_ready_ms bigint,
    fail_fast_ms bigint,
    is_drifted boolean GENERATED ALWAYS AS (COALESCE((observation ? 'standing'::text), false)) STORED NOT NULL,
    CONSTRAINT placements_check CHECK (((wanted_action IS NULL) = (ordered_at IS NULL))),
    CONSTRAINT placements_check1 CHECK (((wanted_action IS DISTINCT FROM 'apply'::text) OR ((wanted_bundle IS NOT NULL) AND (wanted_release IS NOT NULL)))),
    CONSTRAINT placements_check2 CHECK (((good_bundle IS NULL) = (good_release IS NULL))),
    CONSTRAINT placements_check3 CHECK (((observation IS NULL) = (phase IS NULL))),
    CONSTRAINT placements_health_check CHECK ((health = ANY (ARRAY['Healthy'::text, 'Suspended'::text, 'Progressing'::text, 'Missing'::text, 'Degraded'::text, 'Unknown'::text]))),
    CONSTRAINT placements_phase_check CHECK ((phase = ANY (ARRAY['applying'::text, 'applied'::text, 'failed'::text, 'removed'::text]))),
    CONSTRAINT placements_wanted_action_check CHECK ((wanted_action = ANY (ARRAY['apply'::text, 'remove'::text])))
)
WITH (fillfactor='80');
CREATE TABLE public.policies (
    id bigint NOT NULL,
    project text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    definition jsonb NOT NULL,
    document text NOT NULL,
    generation bigint DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    removed_at timestamp with time zone,
    CONSTRAINT policies_kind_check CHECK ((kind = ANY (ARRAY['Window'::text, 'Freeze'::text, 'Analysis'::text, 'Limit'::text])))
);
ALTER TABLE public.policies ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.policies_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.projects (
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    calendar_version bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.push_claims (
    cluster_id bigint NOT NULL,
    controller_id bigint,
    is_ready boolean DEFAULT false NOT NULL,
    condition_reason text DEFAULT 'Pending'::text NOT NULL,
    condition_message text DEFAULT ''::text NOT NULL,
    condition_since timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.release_targets (
    release_id bigint NOT NULL,
    target_id bigint NOT NULL,
    bundle public.digest NOT NULL,
    labels jsonb NOT NULL,
    namespace text NOT NULL,
    repository text NOT NULL,
    path text NOT NULL,
    origin text NOT NULL,
    self_heal boolean NOT NULL,
    prune boolean NOT NULL,
    create_namespace boolean NOT NULL,
    revision jsonb,
    is_recursive boolean DEFAULT true NOT NULL,
    render_options jsonb DEFAULT '{}'::jsonb NOT NULL
);
CREATE TABLE public.releases (
    id bigint NOT NULL,
    fleet_set_id bigint NOT NULL,
    number bigint NOT NULL,
    fleet_set_generation bigint NOT NULL,
    sources jsonb NOT NULL,
    content_digest public.digest NOT NULL,
    target_count integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT releases_number_check CHECK ((number > 0))
);
ALTER TABLE public.releases ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.releases_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.repositories (
    id bigint NOT NULL,
    project text NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    url text NOT NULL,
    credential text,
    poll_interval_ms bigint NOT NULL,
    document text NOT NULL,
    generation bigint DEFAULT 1 NOT NULL,
    refs_digest text DEFAULT ''::text NOT NULL,
    fetched_at timestamp with time zone,
    is_ready boolean DEFAULT false NOT NULL,
    condition_reason text DEFAULT 'Pending'::text NOT NULL,
    condition_message text DEFAULT ''::text NOT NULL,
    condition_since timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    removed_at timestamp with time zone,
    CONSTRAINT repositories_poll_interval_ms_check CHECK ((poll_interval_ms >= 0))
);
ALTER TABLE public.repositories ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.repositories_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.rollout_stages (
    rollout_id bigint NOT NULL,
    stage integer NOT NULL,
    rules jsonb NOT NULL,
    size integer NOT NULL,
    changing integer NOT NULL,
    member_count integer NOT NULL,
    slots integer NOT NULL,
    rollback_slots integer NOT NULL,
    failure_budget bigint NOT NULL,
    unreachable_budget bigint,
    min_succeeded bigint NOT NULL,
    state text NOT NULL,
    counters jsonb NOT NULL,
    opened_at timestamp with time zone,
    soak_started_at timestamp with time zone,
    passed_at timestamp with time zone,
    approvals jsonb DEFAULT '[]'::jsonb NOT NULL,
    halt_reason text DEFAULT ''::text NOT NULL,
    overrides jsonb DEFAULT '[]'::jsonb NOT NULL,
    joined integer DEFAULT 0 NOT NULL,
    checks jsonb DEFAULT '[]'::jsonb NOT NULL,
    asked_at timestamp with time zone,
    CONSTRAINT rollout_stages_failure_budget_check CHECK ((failure_budget >= 0)),
    CONSTRAINT rollout_stages_joined_check CHECK ((joined >= 0)),
    CONSTRAINT rollout_stages_min_succeeded_check CHECK ((min_succeeded >= 0)),
    CONSTRAINT rollout_stages_rollback_slots_check CHECK ((rollback_slots > 0)),
    CONSTRAINT rollout_stages_slots_check CHECK ((slots > 0)),
    CONSTRAINT rollout_stages_stage_check CHECK ((stage >= 0)),
    CONSTRAINT rollout_stages_state_check CHECK ((state = ANY (ARRAY['Waiting'::text, 'Gated'::text, 'Open'::text, 'Soaking'::text, 'Passed'::text, 'Empty'::text, 'Halted'::text]))),
    CONSTRAINT rollout_stages_unreachable_budget_check CHECK ((unreachable_budget >= 0))
);
CREATE TABLE public.rollout_steps (
    rollout_id bigint NOT NULL,
    stage integer NOT NULL,
    "position" integer NOT NULL,
    cluster_id bigint NOT NULL,
    target_id bigint NOT NULL,
    state text NOT NULL,
    attempt integer DEFAULT 1 NOT NULL,
    bundle public.digest NOT NULL,
    release_id bigint NOT NULL,
    before_bundle public.digest,
    before_release bigint,
    order_direction text,
    order_epoch integer,
    order_counter bigint,
    ordered_at timestamp with time zone,
    ordered_listened bigint,
    failure text DEFAULT ''::text NOT NULL,
    limit_values jsonb DEFAULT '{}'::jsonb NOT NULL,
    attention bigint DEFAULT 0 NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    is_joined boolean DEFAULT false NOT NULL,
    was_unhealthy boolean DEFAULT false NOT NULL,
    CONSTRAINT rollout_steps_attempt_check CHECK ((attempt > 0)),
    CONSTRAINT rollout_steps_before CHECK (((before_bundle IS NULL) = (before_release IS NULL))),
    CONSTRAINT rollout_steps_dispatched CHECK (((state <> ALL (ARRAY['Dispatched'::text, 'Applying'::text, 'Verifying'::text, 'Soaking'::text])) OR (order_direction = 'forward'::text))),
    CONSTRAINT rollout_steps_order CHECK ((((order_direction IS NULL) = (order_epoch IS NULL)) AND ((order_direction IS NULL) = (order_counter IS NULL)) AND ((order_direction IS NULL) = (ordered_at IS NULL)) AND ((order_direction IS NULL) = (ordered_listened IS NULL)))),
    CONSTRAINT rollout_steps_order_direction_check CHECK ((order_direction = ANY (ARRAY['forward'::text, 'rollback'::text]))),
    CONSTRAINT rollout_steps_position_check CHECK (("position" >= 0)),
    CONSTRAINT rollout_steps_state_check CHECK ((state = ANY (ARRAY['Pending'::text, 'Dispatched'::text, 'Applying'::text, 'Verifying'::text, 'Soaking'::text, 'Succeeded'::text, 'Failed'::text, 'Lost'::text, 'Unreachable'::text, 'Skipped'::text, 'Unchanged'::text, 'Waived'::text, 'Removed'::text, 'Cancelled'::text, 'RollingBack'::text, 'RolledBack'::text, 'RollbackFailed'::text])))
);
CREATE TABLE public.rollouts (
    id bigint NOT NULL,
    project text NOT NULL,
    fleet_set_id bigint NOT NULL,
    number bigint NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    release_id bigint NOT NULL,
    release_name text NOT NULL,
    strategy jsonb NOT NULL,
    failure_budget bigint,
    unreachable_budget bigint NOT NULL,
    plan_hash public.digest NOT NULL,
    authors jsonb NOT NULL,
    started_by text NOT NULL,
    start_reason text NOT NULL,
    pause jsonb,
    breach jsonb,
    report jsonb NOT NULL,
    warnings jsonb NOT NULL,
    supersedes_id bigint,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    unknown_authors jsonb DEFAULT '[]'::jsonb NOT NULL,
    CONSTRAINT rollouts_end CHECK (((ended_at IS NOT NULL) = (state = ANY (ARRAY['Succeeded'::text, 'SucceededWithWaivers'::text, 'SucceededWithUnreachable'::text, 'NoChange'::text, 'RolledBack'::text, 'RollbackFailed'::text, 'Aborted'::text, 'Superseded'::text])))),
    CONSTRAINT rollouts_failure_budget_check CHECK ((failure_budget >= 0)),
    CONSTRAINT rollouts_kind_check CHECK ((kind = ANY (ARRAY['Rollout'::text, 'Onboard'::text, 'Undo'::text, 'CatchUp'::text, 'Remove'::text]))),
    CONSTRAINT rollouts_number_check CHECK ((number > 0)),
    CONSTRAINT rollouts_pause CHECK (((state <> 'Paused'::text) OR (pause IS NOT NULL))),
    CONSTRAINT rollouts_state_check CHECK ((state = ANY (ARRAY['Queued'::text, 'Running'::text, 'Paused'::text, 'Halting'::text, 'Halted'::text, 'RollingBack'::text, 'Succeeded'::text, 'SucceededWithWaivers'::text, 'SucceededWithUnreachable'::text, 'NoChange'::text, 'RolledBack'::text, 'RollbackFailed'::text, 'Aborted'::text, 'Superseded'::text]))),
    CONSTRAINT rollouts_unreachable_budget_check CHECK ((unreachable_budget >= 0)),
    CONSTRAINT rollouts_version_check CHECK ((version > 0))
);
ALTER TABLE public.rollouts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.rollouts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.settings (
    only_row boolean DEFAULT true NOT NULL,
    epoch integer DEFAULT 1 NOT NULL,
    CONSTRAINT settings_epoch_check CHECK ((epoch > 0)),
    CONSTRAINT settings_only_row_check CHECK (only_row)
);
CREATE TABLE public.targets (
    id bigint NOT NULL,
    fleet_set_id bigint NOT NULL,
    cluster_id bigint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    is_abandoned boolean DEFAULT false NOT NULL,
    release_id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    on_removal text,
    CONSTRAINT targets_on_removal_check CHECK ((on_removal = ANY (ARRAY['keep'::text, 'remove'::text]))),
    CONSTRAINT targets_removal CHECK (((on_removal IS NOT NULL) = is_abandoned))
);
ALTER TABLE public.targets ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.targets_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.time_zones (
    name text NOT NULL,
    version text NOT NULL,
    rules bytea NOT NULL
);
CREATE TABLE public.tokens (
    id bigint NOT NULL,
    name text NOT NULL,
    token_hash public.digest NOT NULL,
    groups jsonb NOT NULL,
    git_identities jsonb NOT NULL,
    access_right text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by text NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    revoked_by text,
    CONSTRAINT tokens_access_right_check CHECK ((access_right = ANY (ARRAY['read'::text, 'operate'::text, 'approve'::text, 'admin'::text]))),
    CONSTRAINT tokens_check CHECK (((revoked_at IS NULL) = (revoked_by IS NULL)))
);
ALTER TABLE public.tokens ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.tokens_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.work (
    kind text NOT NULL,
    row_id bigint NOT NULL,
    wake_at timestamp with time zone,
    sequence bigint DEFAULT 1 NOT NULL,
    claim_sequence bigint,
    claimed_by bigint,
    claimed_until timestamp with time zone,
    CONSTRAINT work_check CHECK (((claim_sequence IS NULL) = (claimed_until IS NULL))),
    CONSTRAINT work_kind_check CHECK ((kind = ANY (ARRAY['repository'::text, 'expansion'::text, 'start'::text, 'rollout'::text, 'check'::text])))
);
ALTER TABLE ONLY public.agent_sessions
    ADD CONSTRAINT agent_sessions_pkey PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.api_versions
    ADD CONSTRAINT api_versions_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.bundle_objects
    ADD CONSTRAINT bundle_objects_pkey PRIMARY KEY (bundle, ordinal);
ALTER TABLE ONLY public.bundles
    ADD CONSTRAINT bundles_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.cluster_agents
    ADD CONSTRAINT cluster_agents_pkey PRIMARY KEY (cluster_id);
ALTER TABLE ONLY public.clusters
    ADD CONSTRAINT clusters_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.config_maps
    ADD CONSTRAINT config_maps_pkey PRIMARY KEY (project, name);
ALTER TABLE ONLY public.controllers
    ADD CONSTRAINT controllers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_pkey PRIMARY KEY (project, name);
ALTER TABLE ONLY public.event_feed
    ADD CONSTRAINT event_feed_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_position_key UNIQUE ("position");
ALTER TABLE ONLY public.fleet_set_generations
    ADD CONSTRAINT fleet_set_generations_pkey PRIMARY KEY (fleet_set_id, generation);
ALTER TABLE ONLY public.fleet_set_shrinks
    ADD CONSTRAINT fleet_set_shrinks_pkey PRIMARY KEY (fleet_set_id);
ALTER TABLE ONLY public.fleet_sets
    ADD CONSTRAINT fleet_sets_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.hold_bundles
    ADD CONSTRAINT hold_bundles_pkey PRIMARY KEY (hold_id, target_id);
ALTER TABLE ONLY public.holds
    ADD CONSTRAINT holds_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (principal, route, key);
ALTER TABLE ONLY public.join_tokens
    ADD CONSTRAINT join_tokens_pkey PRIMARY KEY (token_hash);
ALTER TABLE ONLY public.listening
    ADD CONSTRAINT listening_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.nonces
    ADD CONSTRAINT nonces_pkey PRIMARY KEY (nonce_hash);
ALTER TABLE ONLY public.objects
    ADD CONSTRAINT objects_pkey PRIMARY KEY (digest);
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (target_id, epoch, counter);
ALTER TABLE ONLY public.placements
    ADD CONSTRAINT placements_pkey PRIMARY KEY (cluster_id, target_id);
ALTER TABLE ONLY public.placements
    ADD CONSTRAINT placements_target_id_key UNIQUE (target_id);
ALTER TABLE ONLY public.policies
    ADD CONSTRAINT policies_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.push_claims
    ADD CONSTRAINT push_claims_pkey PRIMARY KEY (cluster_id);
ALTER TABLE ONLY public.release_targets
    ADD CONSTRAINT release_targets_pkey PRIMARY KEY (release_id, target_id);
ALTER TABLE ONLY public.releases
    ADD CONSTRAINT releases_fleet_set_id_number_key UNIQUE (fleet_set_id, number);
ALTER TABLE ONLY public.releases
    ADD CONSTRAINT releases_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.repositories
    ADD CONSTRAINT repositories_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.rollout_stages
    ADD CONSTRAINT rollout_stages_pkey PRIMARY KEY (rollout_id, stage);
ALTER TABLE ONLY public.rollout_steps
    ADD CONSTRAINT rollout_steps_pkey PRIMARY KEY (rollout_id, cluster_id, target_id);
ALTER TABLE ONLY public.rollouts
    ADD CONSTRAINT rollouts_fleet_set_id_number_key UNIQUE (fleet_set_id, number);
ALTER TABLE ONLY public.rollouts
    ADD CONSTRAINT rollouts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.targets
    ADD CONSTRAINT targets_fleet_set_id_cluster_id_name_key UNIQUE (fleet_set_id, cluster_id, name);
ALTER TABLE ONLY public.targets
    ADD CONSTRAINT targets_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.time_zones
    ADD CONSTRAINT time_zones_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_token_hash_key UNIQUE (token_hash);
ALTER TABLE ONLY public.work
    ADD CONSTRAINT work_pkey PRIMARY KEY (kind, row_id);
CREATE INDEX agent_sessions_by_cluster ON public.agent_sessions USING btree (cluster_id, opened_at);
CREATE INDEX agent_sessions_by_controller ON public.agent_sessions USING btree (controller_id) WHERE ((closed_at IS NULL) AND (revoked_at IS NULL));
CREATE UNIQUE INDEX agent_sessions_open ON public.agent_sessions USING btree (cluster_id) WHERE ((closed_at IS NULL) AND (revoked_at IS NULL));
CREATE INDEX clusters_api_versions ON public.clusters USING btree (api_versions);
CREATE INDEX clusters_by_kubeconfig ON public.clusters USING btree (id) WHERE ((connection = 'kubeconfig'::text) AND (removed_at IS NULL));
CREATE UNIQUE INDEX clusters_by_name ON public.clusters USING btree (project, name) WHERE (removed_at IS NULL);
CREATE INDEX clusters_held ON public.clusters USING btree (id) WHERE (hold_until IS NOT NULL);
CREATE INDEX controllers_by_lease ON public.controllers USING btree (lease_until);
CREATE INDEX events_by_cluster ON public.events USING btree (project, cluster, "position") WHERE (cluster <> ''::text);
CREATE INDEX events_by_fleet_set ON public.events USING btree (project, fleet_set, "position");
CREATE INDEX events_by_rollout ON public.events USING btree (project, rollout, "position") WHERE (rollout <> ''::text);
CREATE INDEX events_unplaced ON public.events USING btree (id) WHERE ("position" IS NULL);
CREATE UNIQUE INDEX fleet_sets_by_name ON public.fleet_sets USING btree (project, name) WHERE (removed_at IS NULL);
CREATE INDEX hold_bundles_by_target ON public.hold_bundles USING btree (target_id, bundle);
CREATE INDEX holds_by_fleet_set ON public.holds USING btree (fleet_set_id) WHERE (released_at IS NULL);
CREATE UNIQUE INDEX holds_open ON public.holds USING btree (release_id) WHERE (released_at IS NULL);
CREATE INDEX idempotency_keys_by_age ON public.idempotency_keys USING btree (created_at);
CREATE INDEX join_tokens_by_cluster ON public.join_tokens USING btree (cluster_id);
CREATE INDEX nonces_by_expiry ON public.nonces USING btree (expires_at);
CREATE INDEX orders_by_bundle ON public.orders USING btree (bundle) WHERE (bundle IS NOT NULL);
CREATE INDEX orders_by_cluster ON public.orders USING btree (cluster_id, committed_at DESC, target_id DESC, counter DESC);
CREATE INDEX orders_by_rollout ON public.orders USING btree (rollout_id, committed_at);
CREATE INDEX orders_confirmed ON public.orders USING btree (target_id, epoch, counter) WHERE (confirmed_at IS NOT NULL);
CREATE INDEX placements_drifted ON public.placements USING btree (target_id, cluster_id) WHERE is_drifted;
CREATE UNIQUE INDEX policies_by_name ON public.policies USING btree (project, kind, name) WHERE (removed_at IS NULL);
CREATE INDEX push_claims_by_controller ON public.push_claims USING btree (controller_id);
CREATE UNIQUE INDEX repositories_by_name ON public.repositories USING btree (project, name) WHERE (removed_at IS NULL);
CREATE INDEX repositories_by_url ON public.repositories USING btree (url) WHERE (removed_at IS NULL);
CREATE INDEX rollout_steps_attention ON public.rollout_steps USING btree (rollout_id) WHERE (attention <> 0);
CREATE INDEX rollout_steps_by_target ON public.rollout_steps USING btree (target_id, rollout_id);
CREATE INDEX rollout_steps_failing ON public.rollout_steps USING btree (rollout_id, stage, "position") WHERE (state = ANY (ARRAY['Failed'::text, 'Lost'::text]));
CREATE INDEX rollout_steps_in_flight ON public.rollout_steps USING btree (rollout_id) WHERE ((state = ANY (ARRAY['Dispatched'::text, 'Applying'::text, 'Verifying'::text])) OR ((state = 'RollingBack'::text) AND (order_direction = 'rollback'::text)));
CREATE INDEX rollout_steps_in_order ON public.rollout_steps USING btree (rollout_id, stage, "position", target_id);
CREATE INDEX rollout_steps_joined ON public.rollout_steps USING btree (rollout_id) WHERE (is_joined AND (state = 'Skipped'::text));
CREATE INDEX rollout_steps_pending ON public.rollout_steps USING btree (rollout_id, stage, "position") WHERE (state = 'Pending'::text);
CREATE INDEX rollout_steps_pending_again ON public.rollout_steps USING btree (rollout_id) WHERE ((state = 'Pending'::text) AND (attempt > 1));
CREATE INDEX rollout_steps_skipped ON public.rollout_steps USING btree (rollout_id, cluster_id) WHERE (state = 'Skipped'::text);
CREATE INDEX rollout_steps_to_send_back ON public.rollout_steps USING btree (rollout_id, stage, "position") WHERE ((order_direction = 'forward'::text) AND (before_bundle IS NOT NULL) AND (state = ANY (ARRAY['Pending'::text, 'Soaking'::text, 'Succeeded'::text, 'Unreachable'::text, 'Skipped'::text, 'Waived'::text])));
CREATE UNIQUE INDEX rollouts_active ON public.rollouts USING btree (fleet_set_id, ((kind = 'Onboard'::text))) WHERE ((ended_at IS NULL) AND (state <> 'Queued'::text));
CREATE INDEX rollouts_by_project ON public.rollouts USING btree (project, id);
CREATE INDEX rollouts_open ON public.rollouts USING btree (fleet_set_id) WHERE (ended_at IS NULL);
CREATE INDEX targets_by_cluster ON public.targets USING btree (cluster_id);
CREATE UNIQUE INDEX targets_by_name ON public.targets USING btree (fleet_set_id, name) WHERE (NOT is_abandoned);
CREATE INDEX targets_leaving ON public.targets USING btree (fleet_set_id) WHERE (on_removal = 'remove'::text);
CREATE UNIQUE INDEX tokens_by_name ON public.tokens USING btree (name) WHERE (revoked_at IS NULL);
CREATE INDEX work_by_time ON public.work USING btree (kind, wake_at);
ALTER TABLE ONLY public.agent_sessions
    ADD CONSTRAINT agent_sessions_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES public.clusters(id);
ALTER TABLE ONLY public.agent_sessions
    ADD CONSTRAINT agent_sessions_controller_id_fkey FOREIGN KEY (controller_id) REFERENCES public.controllers(id);
ALTER TABLE ONLY public.bundle_objects
    ADD CONSTRAINT bundle_objects_bundle_fkey FOREIGN KEY (bundle) REFERENCES public.bundles(digest);
ALTER TABLE ONLY public.cluster_agents
    ADD CONSTRAINT cluster_agents_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES public.clusters(id);
ALTER TABLE ONLY public.clusters
    ADD CONSTRAINT clusters_project_fkey FOREIGN KEY (project) REFERENCES public.projects(name);
ALTER TABLE ONLY public.config_maps
    ADD CONSTRAINT config_maps_project_fkey FOREIGN KEY (project) REFERENCES public.projects(name);
ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_project_fkey FOREIGN KEY (project) REFERENCES public.projects(name);
ALTER TABLE ONLY public.fleet_set_generations
    ADD CONSTRAINT fleet_set_generations_fleet_set_id_fkey FOREIGN KEY (fleet_set_id) REFERENCES public.fleet_sets(id);
ALTER TABLE ONLY public.fleet_set_shrinks
    ADD CONSTRAINT fleet_set_shrinks_fleet_set_id_fkey FOREIGN KEY (fleet_set_id) REFERENCES public.fleet_sets(id);
ALTER TABLE ONLY public.fleet_sets
    ADD CONSTRAINT fleet_sets_newest_release_id_fkey FOREIGN KEY (newest_release_id) REFERENCES public.releases(id);
ALTER TABLE ONLY public.fleet_sets
    ADD CONSTRAINT fleet_sets_project_fkey FOREIGN KEY (project) REFERENCES public.projects(name);
ALTER TABLE ONLY public.hold_bundles
    ADD CONSTRAINT hold_bundles_hold_id_fkey FOREIGN KEY (hold_id) REFERENCES public.holds(id);
ALTER TABLE ONLY public.hold_bundles
    ADD CONSTRAINT hold_bundles_target_id_fkey FOREIGN KEY (target_id) REFERENCES public.targets(id);
ALTER TABLE ONLY public.holds
    ADD CONSTRAINT holds_fleet_set_id_fkey FOREIGN KEY (fleet_set_id) REFERENCES public.fleet_sets(id);
ALTER TABLE ONLY public.holds
    ADD CONSTRAINT holds_release_id_fkey FOREIGN KEY (release_id) REFERENCES public.releases(id);
ALTER TABLE ONLY public.holds
    ADD CONSTRAINT holds_rollout_id_fkey FOREIGN KEY (rollout_id) REFERENCES public.rollouts(id);
ALTER TABLE ONLY public.join_tokens
    ADD CONSTRAINT join_tokens_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES public.clusters(id);
ALTER TABLE ONLY public.nonces
    ADD CONSTRAINT nonces_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES public.clusters(id);
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES public.clusters(id);
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_release_id_fkey FOREIGN KEY (release_id) REFERENCES public.releases(id);
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_rollout_id_fkey FOREIGN KEY (rollout_id) REFERENCES public.rollouts(id);
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_target_id_fkey FOREIGN KEY (target_id) REFERENCES public.targets(id);
ALTER TABLE ONLY public.placements
    ADD CONSTRAINT placements_applied_release_fkey FOREIGN KEY (applied_release) REFERENCES public.releases(id);
ALTER TABLE ONLY public.placements
    ADD CONSTRAINT placements_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES public.clusters(id);
ALTER TABLE ONLY public.placements
    ADD CONSTRAINT placements_good_release_fkey FOREIGN KEY (good_release) REFERENCES public.releases(id);
ALTER TABLE ONLY public.placements
    ADD CONSTRAINT placements_target_id_fkey FOREIGN KEY (target_id) REFERENCES public.targets(id);
ALTER TABLE ONLY public.placements
    ADD CONSTRAINT placements_wanted_release_fkey FOREIGN KEY (wanted_release) REFERENCES public.releases(id);
ALTER TABLE ONLY public.placements
    ADD CONSTRAINT placements_wanted_rollout_fkey FOREIGN KEY (wanted_rollout) REFERENCES public.rollouts(id);
ALTER TABLE ONLY public.policies
    ADD CONSTRAINT policies_project_fkey FOREIGN KEY (project) REFERENCES public.projects(name);
ALTER TABLE ONLY public.push_claims
    ADD CONSTRAINT push_claims_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES public.clusters(id);
ALTER TABLE ONLY public.push_claims
    ADD CONSTRAINT push_claims_controller_id_fkey FOREIGN KEY (controller_id) REFERENCES public.controllers(id);
ALTER TABLE ONLY public.release_targets
    ADD CONSTRAINT release_targets_bundle_fkey FOREIGN KEY (bundle) REFERENCES public.bundles(digest);
ALTER TABLE ONLY public.release_targets
    ADD CONSTRAINT release_targets_release_id_fkey FOREIGN KEY (release_id) REFERENCES public.releases(id);
ALTER TABLE ONLY public.release_targets
    ADD CONSTRAINT release_targets_target_id_fkey FOREIGN KEY (target_id) REFERENCES public.targets(id);
ALTER TABLE ONLY public.releases
    ADD CONSTRAINT releases_fleet_set_id_fkey FOREIGN KEY (fleet_set_id) REFERENCES public.fleet_sets(id);
ALTER TABLE ONLY public.repositories
    ADD CONSTRAINT repositories_project_fkey FOREIGN KEY (project) REFERENCES public.projects(name);
ALTER TABLE ONLY public.rollout_stages
    ADD CONSTRAINT rollout_stages_rollout_id_fkey FOREIGN KEY (rollout_id) REFERENCES public.rollouts(id);
ALTER TABLE ONLY public.rollout_steps
    ADD CONSTRAINT rollout_steps_before_release_fkey FOREIGN KEY (before_release) REFERENCES public.releases(id);
ALTER TABLE ONLY public.rollout_steps
    ADD CONSTRAINT rollout_steps_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES public.clusters(id);
ALTER TABLE ONLY public.rollout_steps
    ADD CONSTRAINT rollout_steps_release_id_fkey FOREIGN KEY (release_id) REFERENCES public.releases(id);
ALTER TABLE ONLY public.rollout_steps
    ADD CONSTRAINT rollout_steps_rollout_id_stage_fkey FOREIGN KEY (rollout_id, stage) REFERENCES public.rollout_stages(rollout_id, stage);
ALTER TABLE ONLY public.rollout_steps
    ADD CONSTRAINT rollout_steps_target_id_fkey FOREIGN KEY (target_id) REFERENCES public.targets(id);
ALTER TABLE ONLY public.rollouts
    ADD CONSTRAINT rollouts_fleet_set_id_fkey FOREIGN KEY (fleet_set_id) REFERENCES public.fleet_sets(id);
ALTER TABLE ONLY public.rollouts
    ADD CONSTRAINT rollouts_project_fkey FOREIGN KEY (project) REFERENCES public.projects(name);
ALTER TABLE ONLY public.rollouts
    ADD CONSTRAINT rollouts_release_id_fkey FOREIGN KEY (release_id) REFERENCES public.releases(id);
ALTER TABLE ONLY public.rollouts
    ADD CONSTRAINT rollouts_supersedes_id_fkey FOREIGN KEY (supersedes_id) REFERENCES public.rollouts(id);
ALTER TABLE ONLY public.targets
    ADD CONSTRAINT targets_cluster_id_fkey FOREIGN KEY (cluster_id) REFERENCES public.clusters(id);
ALTER TABLE ONLY public.targets
    ADD CONSTRAINT targets_fleet_set_id_fkey FOREIGN KEY (fleet_set_id) REFERENCES public.fleet_sets(id);
ALTER TABLE ONLY public.targets
    ADD CONSTRAINT targets_release_id_fkey FOREIGN KEY (release_id) REFERENCES public.releases(id);
