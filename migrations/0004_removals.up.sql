-- Targets that leave their set are removed from their clusters, or kept, as the set says; more than its budget leave only
-- when a person has accepted it (R24, R25).

-- What becomes of the workload of a target that is no longer in the newest release.
ALTER TABLE targets ADD COLUMN on_removal text CHECK (on_removal IN ('keep', 'remove'));
UPDATE targets SET on_removal = 'keep' WHERE is_abandoned;
ALTER TABLE targets ADD CONSTRAINT targets_removal CHECK ((on_removal IS NOT NULL) = is_abandoned);
CREATE INDEX targets_leaving ON targets (fleet_set_id) WHERE on_removal = 'remove';

-- The set is being deleted with its workloads.
ALTER TABLE fleet_sets ADD COLUMN deleting_since timestamptz;

-- The smaller expansion that waits for a person, or that one has accepted.
CREATE TABLE fleet_set_shrinks (
  fleet_set_id bigint PRIMARY KEY REFERENCES fleet_sets,
  expansion digest NOT NULL,
  proposal jsonb NOT NULL,
  proposed_at timestamptz NOT NULL DEFAULT now(),
  accepted_by text,
  accepted_reason text,
  accepted_at timestamptz,
  CHECK ((accepted_by IS NULL) = (accepted_at IS NULL) AND (accepted_by IS NULL) = (accepted_reason IS NULL))
);

-- An object as it is known on its cluster: manifests may leave out the namespace that their target supplies (R23).
CREATE FUNCTION object_key(identity text, namespace text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN split_part(identity, '/', 3) <> '' OR split_part(identity, '/', 2) IN (
    'APIService', 'CertificateSigningRequest', 'ClusterIssuer', 'ClusterPolicy', 'ClusterRole', 'ClusterRoleBinding',
    'CSIDriver', 'CustomResourceDefinition', 'FlowSchema', 'GatewayClass', 'IngressClass',
    'MutatingWebhookConfiguration', 'Namespace', 'Node', 'PersistentVolume', 'PriorityClass',
    'PriorityLevelConfiguration', 'RuntimeClass', 'StorageClass', 'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding', 'ValidatingWebhookConfiguration', 'VolumeSnapshotClass')
    THEN identity
  ELSE split_part(identity, '/', 1) || '/' || split_part(identity, '/', 2) || '/' || namespace || '/'
    || split_part(identity, '/', 4)
END;

-- What a target's manifests are read from, for sets whose targets are not updated once they exist (an ApplicationSet's
-- `applicationsSync`); NULL for targets of older releases.
ALTER TABLE release_targets ADD COLUMN revision jsonb;
ALTER TABLE release_targets ADD COLUMN is_recursive boolean NOT NULL DEFAULT true;
