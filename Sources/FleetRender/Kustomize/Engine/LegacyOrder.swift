import Manifest

/// The order in which kustomize puts objects unless it is told otherwise: kinds that others need first.
struct LegacyOrder {
  private let ranks: [String: Int]

  init(first: [String]? = nil, last: [String]? = nil) {
    let first = first ?? Self.first
    var ranks: [String: Int] = [:]
    for (index, kind) in first.enumerated() { ranks[kind] = index - first.count }
    for (index, kind) in (last ?? Self.last).enumerated() { ranks[kind] = index + 1 }
    self.ranks = ranks
  }

  /// What decides an object's place.
  struct Key {
    var rank: Int
    var isCoreNamespace: Bool
    var type: String
    var id: String
  }

  func key(_ resource: Resource) -> Key {
    let id = resource.current
    return Key(
      rank: ranks[id.type.kind] ?? 0, isCoreNamespace: id.type.kind == "Namespace" && id.type.group.isEmpty,
      type: Self.typeText(id.type), id: Self.idText(id))
  }

  static func areInOrder(_ left: Key, _ right: Key) -> Bool {
    if left.rank != right.rank { return left.rank < right.rank }
    if left.type != right.type {
      // Of two kinds that are called Namespace, the one of Kubernetes goes last in kustomize.
      let isReversed =
        left.isCoreNamespace && right.type.hasSuffix("_Namespace")
        || right.isCoreNamespace && left.type.hasSuffix("_Namespace")
      return isReversed ? precedesBytewise(right.type, left.type) : precedesBytewise(left.type, right.type)
    }
    return precedesBytewise(left.id, right.id)
  }

  private static func typeText(_ type: ResourceType) -> String {
    (type.group.isEmpty ? "~G" : type.group) + "_" + (type.version.isEmpty ? "~V" : type.version) + "_"
      + (type.kind.isEmpty ? "~K" : type.kind)
  }

  private static func idText(_ id: ResourceID) -> String {
    (id.namespace.isEmpty ? "~X" : id.namespace) + "|" + (id.name.isEmpty ? "~N" : id.name)
  }

  private static let first = [
    "Namespace", "ResourceQuota", "StorageClass", "CustomResourceDefinition", "ServiceAccount", "PodSecurityPolicy",
    "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "ConfigMap", "Secret", "Endpoints", "Service",
    "LimitRange", "PriorityClass", "PersistentVolume", "PersistentVolumeClaim", "Deployment", "StatefulSet", "CronJob",
    "PodDisruptionBudget",
  ]
  private static let last = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]
}
