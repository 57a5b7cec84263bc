import Manifest

/// A kind with group and version.
struct ResourceType: Hashable, Sendable {
  var group = ""
  var version = ""
  var kind = ""

  init(group: String = "", version: String = "", kind: String = "") {
    self.group = group
    self.version = version
    self.kind = kind
  }

  /// Takes an `apiVersion` apart at its first slash.
  init(apiVersion: String, kind: String) {
    if apiVersion.hasByte(UInt8(ascii: "/")), let slash = apiVersion.utf8.firstIndex(of: UInt8(ascii: "/")) {
      group = String(apiVersion[..<slash])
      version = String(apiVersion[apiVersion.utf8.index(after: slash)...])
    } else {
      version = apiVersion
    }
    self.kind = kind
  }

  var apiVersion: String { group.isEmpty ? version : group + "/" + version }

  /// Whether a selector's type is this one; what it leaves empty matches everything.
  func isSelected(by selector: ResourceType) -> Bool {
    (selector.kind.isEmpty || sameBytes(selector.kind, kind))
      && (selector.group.isEmpty || sameBytes(selector.group, group))
      && (selector.version.isEmpty || sameBytes(selector.version, version))
  }

  static func == (left: ResourceType, right: ResourceType) -> Bool {
    sameBytes(left.kind, right.kind) && sameBytes(left.group, right.group) && sameBytes(left.version, right.version)
  }

  /// Whether kustomize knows that objects of the type stand outside namespaces.
  var isClusterScoped: Bool { Self.clusterScopedKinds[kind]?.contains(apiVersion) ?? false }

  /// The types that kustomize 5.8 knows for cluster-scoped, by kind: those of Kubernetes 1.21's API.
  private static let clusterScopedKinds: [String: Set<String>] = {
    let table: [(String, [String], [String])] = [
      (
        "admissionregistration.k8s.io", ["v1", "v1beta1"],
        ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]
      ), ("apiextensions.k8s.io", ["v1", "v1beta1"], ["CustomResourceDefinition"]),
      ("apiregistration.k8s.io", ["v1", "v1beta1"], ["APIService"]),
      ("certificates.k8s.io", ["v1", "v1beta1"], ["CertificateSigningRequest"]),
      ("flowcontrol.apiserver.k8s.io", ["v1beta1"], ["FlowSchema", "PriorityLevelConfiguration"]),
      ("networking.k8s.io", ["v1", "v1beta1"], ["IngressClass"]), ("node.k8s.io", ["v1", "v1beta1"], ["RuntimeClass"]),
      ("policy", ["v1beta1"], ["PodSecurityPolicy"]),
      ("rbac.authorization.k8s.io", ["v1", "v1beta1"], ["ClusterRole", "ClusterRoleBinding"]),
      ("scheduling.k8s.io", ["v1", "v1beta1"], ["PriorityClass"]),
      ("storage.k8s.io", ["v1", "v1beta1"], ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"]),
      ("", ["v1"], ["ComponentStatus", "Namespace", "Node", "NodeProxyOptions", "PersistentVolume"]),
    ]
    var result: [String: Set<String>] = [:]
    for (group, versions, kinds) in table {
      for kind in kinds {
        for version in versions {
          result[kind, default: []].insert(ResourceType(group: group, version: version, kind: kind).apiVersion)
        }
      }
    }
    return result
  }()
}

/// Which object a resource is, now or earlier in the build. Two ids are the same when they mean one object.
///
/// A class, because ids are handed around much more often than they are made.
final class ResourceID {
  let type: ResourceType
  let name: String
  let namespace: String
  /// Earlier ids are not known to be cluster-scoped; their namespace says it.
  let isClusterScoped: Bool
  /// A namespace that is never empty.
  let effectiveNamespace: String

  init(type: ResourceType, name: String, namespace: String, isClusterScoped: Bool = false) {
    self.type = type
    self.name = name
    self.namespace = namespace
    self.isClusterScoped = isClusterScoped
    effectiveNamespace = isClusterScoped ? Self.noNamespace : namespace.isEmpty ? "default" : namespace
  }

  static let noNamespace = "_non_namespaceable_"

  /// For messages: `Deployment web`, with its namespace if it has one.
  var display: String { "\(type.kind) " + (namespace.isEmpty ? name : "\(namespace)/\(name)") }
}

extension ResourceID: Hashable {
  static func == (left: ResourceID, right: ResourceID) -> Bool {
    left === right
      || sameBytes(left.name, right.name) && sameBytes(left.effectiveNamespace, right.effectiveNamespace)
        && left.type == right.type
  }

  /// Without group and version, which hardly ever tell two objects apart.
  func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(effectiveNamespace)
    hasher.combine(type.kind)
  }
}
