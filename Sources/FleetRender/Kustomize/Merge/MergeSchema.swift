/// Which lists of Kubernetes' API are merged by keys. The facts are those of the OpenAPI document that is part of
/// kustomize 5.8 (Kubernetes 1.21); newer kinds and fields are merged as kustomize merges them, which is by maps alone.
struct MergeSchema {
  /// Of a list: whether its elements are merged.
  var isMerged = false
  /// Of a merged list: the keys of its elements; none for a list of texts.
  var keys: [String] = []
  /// The type of the value, or of the list's elements; nil when nothing below it is merged.
  var type: String?

  /// What is known about a field.
  func field(_ name: String) -> MergeSchema {
    guard let type, let schema = Self.types[type]?[name] else { return MergeSchema() }
    return schema
  }

  /// What is known about the elements of a list.
  var elements: MergeSchema { MergeSchema(type: type) }

  /// What is known about objects of a type; nil when kustomize does not know it.
  static func object(apiVersion: String, kind: String) -> MergeSchema? {
    guard let versions = kinds[kind], versions.contains(apiVersion) else { return nil }
    return MergeSchema(type: types[kind] == nil ? "Object" : kind)
  }

  /// `field:Type`, `list[key]:Type` for a merged list of objects, `list[]` for one of texts.
  private static let types: [String: [String: MergeSchema]] = {
    let table = [
      "Object": "metadata:ObjectMeta", "ObjectMeta": "finalizers[] ownerReferences[uid]",
      "Conditions": "conditions[type]", "ConditionedObject": "metadata:ObjectMeta status:Conditions",
      "ComponentStatus": "metadata:ObjectMeta conditions[type]",
      "CSINode": "metadata:ObjectMeta spec:CSINodeSpec", "CSINodeSpec": "drivers[name]",
      "CronJob": "metadata:ObjectMeta spec:CronJobSpec", "CronJobSpec": "jobTemplate:JobTemplate",
      "JobTemplate": "metadata:ObjectMeta spec:Templated",
      "Node": "metadata:ObjectMeta spec:NodeSpec status:NodeStatus", "NodeSpec": "podCIDRs[]",
      "NodeStatus": "addresses[type] conditions[type]", "Pod": "metadata:ObjectMeta spec:PodSpec status:PodStatus",
      "PodStatus": "conditions[type] podIPs[ip]", "PodTemplate": "metadata:ObjectMeta template:PodTemplateSpec",
      "PodTemplateSpec": "metadata:ObjectMeta spec:PodSpec",
      "PodSpec": "containers[name]:Container ephemeralContainers[name]:EphemeralContainer hostAliases[ip] "
        + "imagePullSecrets[name] initContainers[name]:Container "
        + "topologySpreadConstraints[topologyKey,whenUnsatisfiable] volumes[name]:Volume",
      "Container": "env[name] ports[containerPort,protocol] volumeDevices[devicePath] volumeMounts[mountPath]",
      "EphemeralContainer": "env[name] volumeDevices[devicePath] volumeMounts[mountPath]",
      "Volume": "ephemeral:Ephemeral", "Ephemeral": "volumeClaimTemplate:Object",
      "Service": "metadata:ObjectMeta spec:ServiceSpec status:Conditions",
      "ServiceSpec": "ports[port,protocol]", "ServiceAccount": "metadata:ObjectMeta secrets[name]",
      "Templated": "template:PodTemplateSpec",
      "Workload": "metadata:ObjectMeta spec:Templated status:Conditions",
      "MutatingWebhookConfiguration": "metadata:ObjectMeta webhooks[name]",
    ]
    var types = table.mapValues(read)
    for kind in ["DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"] {
      types[kind] = types["Workload"]
    }
    for kind in ["APIService", "Namespace", "PersistentVolumeClaim", "PodDisruptionBudget"] {
      types[kind] = types["ConditionedObject"]
    }
    types["ValidatingWebhookConfiguration"] = types["MutatingWebhookConfiguration"]
    return types
  }()

  private static func read(_ fields: String) -> [String: MergeSchema] {
    var result: [String: MergeSchema] = [:]
    for field in fields.split(separator: " ") {
      let parts = field.split(separator: ":", maxSplits: 1)
      var schema = MergeSchema(type: parts.count > 1 ? String(parts[1]) : nil)
      var name = parts[0]
      if let bracket = name.firstIndex(of: "[") {
        schema.isMerged = true
        schema.keys = name[name.index(after: bracket)...].dropLast().split(separator: ",").map(String.init)
        name = name[..<bracket]
      }
      result[String(name)] = schema
    }
    return result
  }

  private static let kinds: [String: Set<String>] = {
    let table = [
      "v1": "Binding ComponentStatus ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolume "
        + "PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount",
      "apps/v1": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
      "admissionregistration.k8s.io/v1 admissionregistration.k8s.io/v1beta1":
        "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
      "apiextensions.k8s.io/v1 apiextensions.k8s.io/v1beta1": "CustomResourceDefinition",
      "apiregistration.k8s.io/v1 apiregistration.k8s.io/v1beta1": "APIService",
      "authentication.k8s.io/v1": "TokenRequest TokenReview", "authentication.k8s.io/v1beta1": "TokenReview",
      "authorization.k8s.io/v1 authorization.k8s.io/v1beta1":
        "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
      "autoscaling/v1": "HorizontalPodAutoscaler Scale",
      "autoscaling/v2beta1 autoscaling/v2beta2": "HorizontalPodAutoscaler", "batch/v1": "CronJob Job",
      "batch/v1beta1": "CronJob", "certificates.k8s.io/v1 certificates.k8s.io/v1beta1": "CertificateSigningRequest",
      "coordination.k8s.io/v1 coordination.k8s.io/v1beta1": "Lease",
      "discovery.k8s.io/v1 discovery.k8s.io/v1beta1": "EndpointSlice",
      "events.k8s.io/v1 events.k8s.io/v1beta1": "Event", "extensions/v1beta1": "Ingress",
      "flowcontrol.apiserver.k8s.io/v1beta1": "FlowSchema PriorityLevelConfiguration",
      "networking.k8s.io/v1": "Ingress IngressClass NetworkPolicy",
      "networking.k8s.io/v1beta1": "Ingress IngressClass", "node.k8s.io/v1 node.k8s.io/v1beta1": "RuntimeClass",
      "policy/v1": "PodDisruptionBudget", "policy/v1beta1": "Eviction PodDisruptionBudget PodSecurityPolicy",
      "rbac.authorization.k8s.io/v1 rbac.authorization.k8s.io/v1beta1":
        "ClusterRole ClusterRoleBinding Role RoleBinding",
      "scheduling.k8s.io/v1 scheduling.k8s.io/v1beta1": "PriorityClass",
      "storage.k8s.io/v1": "CSIDriver CSINode StorageClass VolumeAttachment",
      "storage.k8s.io/v1beta1": "CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment",
    ]
    var result: [String: Set<String>] = [:]
    for (versions, kinds) in table {
      for kind in kinds.split(separator: " ") {
        for version in versions.split(separator: " ") { result[String(kind), default: []].insert(String(version)) }
      }
    }
    return result
  }()
}
