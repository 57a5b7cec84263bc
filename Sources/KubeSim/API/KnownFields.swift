import Manifest

/// Fields that a built-in kind does not have (exchanges 029 and 030): at the top and in `metadata`. Deeper ones are let
/// through, because the simulator knows no whole schemas.
enum KnownFields {
  private static let metadata: Set<String> = [
    "name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation", "creationTimestamp",
    "deletionTimestamp", "deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences", "finalizers",
    "managedFields",
  ]

  private static let top: [String: Set<String>] = {
    var known: [String: Set<String>] = [
      "ConfigMap": ["data", "binaryData", "immutable"], "Secret": ["data", "stringData", "immutable", "type"],
      "ServiceAccount": ["secrets", "imagePullSecrets", "automountServiceAccountToken"], "Role": ["rules"],
      "ClusterRole": ["rules", "aggregationRule"], "RoleBinding": ["roleRef", "subjects"],
      "ClusterRoleBinding": ["roleRef", "subjects"], "MutatingWebhookConfiguration": ["webhooks"],
      "ValidatingWebhookConfiguration": ["webhooks"],
    ]
    for kind in [
      "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod", "Service", "Namespace",
      "PersistentVolumeClaim", "PersistentVolume", "Ingress", "NetworkPolicy", "PodDisruptionBudget",
      "HorizontalPodAutoscaler", "Node", "ResourceQuota", "LimitRange", "Lease", "CustomResourceDefinition",
    ] {
      known[kind] = ["spec", "status"]
    }
    return known
  }()

  /// Takes them away, and names them in the order of the document.
  static func prune(_ object: inout Node, _ type: ResourceType, unknown: inout [String]) {
    guard let known = top[type.kind] else { return }
    for entry in object.object?.entries ?? [] {
      if entry.key == "metadata" {
        for key in entry.value.object?.keys ?? [] where !metadata.contains(key) {
          unknown.append("metadata.\(key)")
          object.set(["metadata", key], nil)
        }
      } else if !known.contains(entry.key), entry.key != "apiVersion", entry.key != "kind" {
        unknown.append(entry.key)
        object[entry.key] = nil
      }
    }
  }
}
