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
    var id: ResourceID
  }

  func key(_ resource: Resource) -> Key {
    Key(rank: ranks[resource.current.type.kind] ?? 0, id: resource.current)
  }

  static func areInOrder(_ left: Key, _ right: Key) -> Bool {
    func precedes(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }
    if left.rank != right.rank { return left.rank < right.rank }
    let types = (left.id.type, right.id.type)
    if types.0 != types.1 {
      let texts = (typeText(types.0), typeText(types.1))
      if types.0.kind == "Namespace", types.1.kind == "Namespace", types.0.group.isEmpty || types.1.group.isEmpty {
        return precedes(texts.1, texts.0)
      }
      return precedes(texts.0, texts.1)
    }
    return precedes(idText(left.id), idText(right.id))
  }

  private static func typeText(_ type: ResourceType) -> String {
    [
      type.group.isEmpty ? "~G" : type.group, type.version.isEmpty ? "~V" : type.version,
      type.kind.isEmpty ? "~K" : type.kind,
    ].joined(separator: "_")
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
