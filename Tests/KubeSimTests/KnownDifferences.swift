/// Where the simulator answers otherwise than the recorded server, and why it may.
///
/// The replay holds every row to it: a scenario that passes must leave the table, and one that passes fewer steps than
/// stand here fails.
enum KnownDifferences {
  /// By the recording's file: how many of its steps are answered alike, and why not all.
  static let table: [String: (passing: Int, reason: String)] = [
    "001-version": (0, "it tells that it is simulated, and by which compiler"),
    "002-health-endpoints": (5, "?verbose lists the checks of a real server, and nobody is let in without a token"),
    "003-api-versions-legacy": (2, "fewer groups are served: those that manifests of applications need"),
    "004-discovery-aggregated": (0, "fewer kinds are served"),
    "005-discovery-core-v1": (0, "fewer kinds are served"),
    "006-discovery-apps-v1": (1, "ControllerRevisions are not served"),
    "007-openapi-index": (0, "OpenAPI has no schemas, so that the server validates and not the client"),
    "010-auth-401-403-anonymous": (
      2, "a token opens everything, and without one nothing is opened: there are no anonymous users"
    ),
    "012-auth-403-rbac": (3, "a token opens everything: roles are stored and not heeded"),
    "013-auth-rbac-escalation": (3, "a token opens everything: roles are stored and not heeded"),
    "014-auth-deleted-serviceaccount": (3, "service accounts have no tokens"),
    "015-auth-access-reviews": (0, "access reviews answer yes without a record of their own"),
    "023-preconditions-409": (9, "the recorded message holds raw version numbers"),
    "029-field-validation": (
      6, "fields below the first level are not known, and of a key that stands twice nothing is said"
    ),
    "030-field-validation-apply": (
      8, "fields below the first level are not known; a key that stands twice is refused in YAML"
    ),
    "032-pod-security-warn-and-deny": (0, "Pod security is a scenario's denial"),
    "037-list-continue-expired-410": (4, "the recording compacts the store between two steps"),
    "040-ssa-update-own": (4, "a time of an apply that only adds an empty map"),
    "047-ssa-take-over-client-side": (5, "the recorded patch holds a raw version number"),
    "048-ssa-upgrade-managed-fields": (2, "the recorded patch holds a raw version number"),
    "049-ssa-managed-fields-reset": (6, "invalid entries of managedFields are not ignored"),
    "061-ssa-scale-and-replicas": (7, "apply on the scale subresource is not simulated (501)"),
    "062-ssa-immutable-fields": (6, "the message holds a Go dump"),
    "066-ssa-multi-version": (0, "autoscaling/v1 is not served"),
    "071-patch-merge": (8, "the message holds a Go dump"),
    "076-delete-pod-grace": (4, "generation of a deleted Pod"),
    "079-delete-deployment-cascade": (3, "who owns the status of a ReplicaSet"),
    "080-namespace-deletion": (10, "what stands in kube-root-ca.crt"),
    "091-content-encodings": (9, "answers are JSON only, whatever else the client would take"),
    "092-events": (2, "events are served in the core group alone, without their defaults"),
    "094-eviction-429": (5, "evictions are not simulated (501)"),
    "095-resource-quota": (8, "the replay's clock is a second further when the quota is counted first"),
    "096-limit-range": (1, "limit ranges are stored and not heeded"),
    "097-pod-without-controllers": (2, "bindings and logs are not simulated (501), and the message ends in a diff"),
    "098-crd-then-cr": (8, "CustomResourceDefinitions go at once, without their finalizer"),
    "103-cr-cel-and-versions": (2, "rules in CEL are not evaluated, and versions have no conversion or deprecation"),
    "104-crd-invalid": (3, "whether a schema is structural is not checked, and a message holds a Go dump"),
    "105-admission-policy": (1, "admission policies are a scenario's denial"),
    "107-apiservice-unavailable": (0, "servers behind the API server (APIService) are not simulated"),
    "108-workload-kinds-as-stored": (
      12, "claims have no protecting finalizer, and a DaemonSet no count of its template in an annotation"
    ),
  ]
}
