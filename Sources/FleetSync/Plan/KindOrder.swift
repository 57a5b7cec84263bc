public import Manifest

/// The order in which kinds are applied: what others need comes first. Kinds of one rank are independent.
enum KindOrder {
  static let ranks: [String: Int] = {
    let groups: [[String]] = [
      ["/Namespace"],
      ["apiextensions.k8s.io/CustomResourceDefinition"],
      [
        "networking.k8s.io/NetworkPolicy", "/ResourceQuota", "/LimitRange", "policy/PodDisruptionBudget",
        "/ServiceAccount", "/Secret", "/ConfigMap", "storage.k8s.io/StorageClass", "/PersistentVolume",
        "scheduling.k8s.io/PriorityClass", "rbac.authorization.k8s.io/ClusterRole", "rbac.authorization.k8s.io/Role",
      ],
      [
        "/PersistentVolumeClaim", "rbac.authorization.k8s.io/ClusterRoleBinding",
        "rbac.authorization.k8s.io/RoleBinding", "/Service",
      ],
      ["apps/DaemonSet", "/Pod", "/ReplicationController", "apps/ReplicaSet", "apps/Deployment", "apps/StatefulSet"],
      [
        "autoscaling/HorizontalPodAutoscaler", "batch/Job", "batch/CronJob", "networking.k8s.io/IngressClass",
        "networking.k8s.io/Ingress",
      ],
    ]
    var ranks: [String: Int] = [:]
    for (rank, kinds) in groups.enumerated() {
      for kind in kinds { ranks[kind] = rank }
    }
    return ranks
  }()

  static let definitions = 1
  static let custom = 6
  /// What can refuse other writes comes last, when what serves it has been applied.
  static let gates = 7

  static func rank(group: String, kind: String) -> Int {
    if let rank = ranks["\(group)/\(kind)"] { return rank }
    let gated = group == "admissionregistration.k8s.io" || group == "apiregistration.k8s.io"
    return gated ? gates : custom
  }
}

extension ObjectIdentity {
  /// The place in the order of applying; pruning goes the other way.
  public var applyRank: Int { KindOrder.rank(group: group, kind: kind) }

  /// Whether objects of this kind take other things with them, so that they are deleted only when an order names
  /// them.
  public var isProtected: Bool {
    switch (group, kind) {
    case ("", "Namespace"), ("", "PersistentVolumeClaim"), ("", "PersistentVolume"): true
    case ("apiextensions.k8s.io", "CustomResourceDefinition"): true
    default: false
    }
  }

  var isDefinition: Bool { applyRank == KindOrder.definitions }
}
