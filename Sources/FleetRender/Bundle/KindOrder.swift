import Manifest

/// The order in which objects are applied: what others need comes first. It is also the order in a bundle, so that a
/// bundle's digest does not depend on file names.
enum KindOrder {
  struct Key: Comparable {
    var rank: Int
    var identity: ObjectIdentity

    static func < (left: Key, right: Key) -> Bool {
      left.rank != right.rank ? left.rank < right.rank : left.identity < right.identity
    }
  }

  static func key(_ identity: ObjectIdentity) -> Key {
    Key(rank: ranks[KindName(group: identity.group, kind: identity.kind)] ?? otherRank, identity: identity)
  }

  /// Kinds that this table does not know, custom resources above all, come after workloads and before what intercepts
  /// or serves the API itself.
  private static let otherRank = 100

  private static let ranks: [KindName: Int] = {
    let order: [[KindName]] = [
      [KindName("", "Namespace")],
      [KindName("apiextensions.k8s.io", "CustomResourceDefinition")],
      [KindName("scheduling.k8s.io", "PriorityClass"), KindName("node.k8s.io", "RuntimeClass")],
      [KindName("", "ResourceQuota"), KindName("", "LimitRange"), KindName("networking.k8s.io", "NetworkPolicy")],
      [KindName("", "ServiceAccount")],
      [KindName("", "Secret"), KindName("", "ConfigMap")],
      [KindName("storage.k8s.io", "StorageClass"), KindName("storage.k8s.io", "CSIDriver")],
      [KindName("", "PersistentVolume")],
      [KindName("", "PersistentVolumeClaim")],
      [KindName(rbac, "ClusterRole")],
      [KindName(rbac, "ClusterRoleBinding")],
      [KindName(rbac, "Role")],
      [KindName(rbac, "RoleBinding")],
      [KindName("", "Service"), KindName("policy", "PodDisruptionBudget")],
      [KindName("apps", "DaemonSet")],
      [KindName("", "Pod"), KindName("", "ReplicationController"), KindName("apps", "ReplicaSet")],
      [KindName("apps", "Deployment"), KindName("apps", "StatefulSet")],
      [KindName("autoscaling", "HorizontalPodAutoscaler")],
      [KindName("batch", "Job"), KindName("batch", "CronJob")],
      [KindName("networking.k8s.io", "IngressClass")],
      [KindName("networking.k8s.io", "Ingress")],
    ]
    let last: [[KindName]] = [
      [KindName("apiregistration.k8s.io", "APIService")],
      [
        KindName("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
        KindName("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
        KindName("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
        KindName("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
      ],
    ]
    var ranks: [KindName: Int] = [:]
    for (rank, kinds) in order.enumerated() { for kind in kinds { ranks[kind] = rank } }
    for (rank, kinds) in last.enumerated() { for kind in kinds { ranks[kind] = otherRank + 1 + rank } }
    return ranks
  }()

  private static let rbac = "rbac.authorization.k8s.io"
}

/// A kind with its API group.
struct KindName: Hashable {
  var group: String
  var kind: String

  init(group: String, kind: String) {
    self.group = group
    self.kind = kind
  }

  init(_ group: String, _ kind: String) { self.init(group: group, kind: kind) }
}
