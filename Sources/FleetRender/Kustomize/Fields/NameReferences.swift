/// Which fields hold the name of another object, so that they follow when its name changes. Facts about Kubernetes' API
/// that are part of kustomize 5.8.
struct NameReferences {
  /// The type that is referred to.
  var target: ResourceType
  /// The fields that refer to it.
  var fields: [FieldSpec]

  /// In the order in which kustomize goes through them.
  static let all: [NameReferences] = [
    reference(
      "storage.k8s.io/v1/StorageClass",
      [
        ("spec/storageClassName", ["PersistentVolume", "PersistentVolumeClaim"]),
        ("spec/volumeClaimTemplates/spec/storageClassName", ["StatefulSet"]),
      ]),
    reference(
      "v1/ServiceAccount",
      [
        (
          "subjects", ["rbac.authorization.k8s.io/RoleBinding", "rbac.authorization.k8s.io/ClusterRoleBinding"]
        )
      ] + workloads("serviceAccountName")),
    reference("rbac.authorization.k8s.io/Role", [("roleRef/name", ["rbac.authorization.k8s.io/RoleBinding"])]),
    reference(
      "rbac.authorization.k8s.io/ClusterRole",
      [
        (
          "roleRef/name", ["rbac.authorization.k8s.io/RoleBinding", "rbac.authorization.k8s.io/ClusterRoleBinding"]
        )
      ]),
    reference(
      "v1/ConfigMap",
      pods([
        "volumes/configMap/name", "containers/env/valueFrom/configMapKeyRef/name",
        "initContainers/env/valueFrom/configMapKeyRef/name", "containers/envFrom/configMapRef/name",
        "initContainers/envFrom/configMapRef/name", "volumes/projected/sources/configMap/name",
      ]) + [
        ("spec/configSource/configMap", ["Node"]), ("rules/resourceNames", ["Role", "ClusterRole"]),
        ("metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap", ["Ingress"]),
      ]),
    reference(
      "v1/Secret",
      pods([
        "volumes/secret/secretName", "containers/env/valueFrom/secretKeyRef/name",
        "initContainers/env/valueFrom/secretKeyRef/name", "containers/envFrom/secretRef/name",
        "initContainers/envFrom/secretRef/name", "imagePullSecrets/name", "volumes/projected/sources/secret/name",
      ]) + [
        ("spec/tls/secretName", ["Ingress"]), ("metadata/annotations/ingress.kubernetes.io\\/auth-secret", ["Ingress"]),
        ("metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret", ["Ingress"]),
        ("metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret", ["Ingress"]),
        ("imagePullSecrets/name", ["ServiceAccount"]), ("parameters/secretName", ["StorageClass"]),
        ("parameters/adminSecretName", ["StorageClass"]), ("parameters/userSecretName", ["StorageClass"]),
        ("parameters/secretRef", ["StorageClass"]), ("rules/resourceNames", ["Role", "ClusterRole"]),
        (
          "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", ["serving.knative.dev/v1/Service"]
        ), ("spec/azureFile/secretName", ["PersistentVolume"]),
      ]),
    reference(
      "v1/Service",
      [
        ("spec/serviceName", ["apps/StatefulSet"]), ("spec/rules/http/paths/backend/serviceName", ["Ingress"]),
        ("spec/backend/serviceName", ["Ingress"]), ("spec/rules/http/paths/backend/service/name", ["Ingress"]),
        ("spec/defaultBackend/service/name", ["Ingress"]),
        ("spec/service/name", ["apiregistration.k8s.io/APIService"]),
        (
          "webhooks/clientConfig/service",
          [
            "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
            "admissionregistration.k8s.io/MutatingWebhookConfiguration",
          ]
        ),
      ]), reference("scheduling.k8s.io/v1/PriorityClass", workloads("priorityClassName")),
    reference(
      "v1/PersistentVolume",
      [("spec/volumeName", ["PersistentVolumeClaim"]), ("rules/resourceNames", ["ClusterRole"])]),
    reference("v1/PersistentVolumeClaim", workloads("volumes/persistentVolumeClaim/claimName")),
    reference("Deployment", scaled), reference("StatefulSet", scaled),
    reference(
      "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
      [("spec/policyName", ["admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding"])]),
    reference("ReplicaSet", scaled), reference("ReplicationController", scaled),
  ]

  private static let scaled = [("spec/scaleTargetRef/name", ["HorizontalPodAutoscaler"])]

  private static func reference(_ target: String, _ table: [(String, [String])]) -> NameReferences {
    NameReferences(
      target: ResourceType(written: target), fields: DefaultFieldSpecs.specs(table, creates: false))
  }

  /// Fields of pods, wherever those are described.
  private static func pods(_ fields: [String]) -> [(String, [String])] {
    fields.map { ("spec/\($0)", ["v1/Pod"]) } + fields.map { ("template/spec/\($0)", ["PodTemplate"]) }
      + fields.map { ("spec/template/spec/\($0)", ["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job"]) }
      + fields.map { ("spec/jobTemplate/spec/template/spec/\($0)", ["CronJob"]) }
  }

  /// A field of pods for which kustomize knows other kinds than for ConfigMaps and Secrets.
  private static func workloads(_ field: String) -> [(String, [String])] {
    [
      ("spec/\(field)", ["Pod"]),
      (
        "spec/template/spec/\(field)", ["StatefulSet", "Deployment", "ReplicationController", "Job", "DaemonSet"]
      ), ("spec/jobTemplate/spec/template/spec/\(field)", ["CronJob"]),
    ]
  }
}
