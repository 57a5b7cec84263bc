import Manifest

/// Which kinds stand outside namespaces (Kubernetes API reference; `kubectl api-resources --namespaced=false`). Kinds
/// that neither this table nor a CustomResourceDefinition of the same bundle knows are taken as namespaced.
struct KindScope {
  private var custom: [KindName: Bool] = [:]

  /// Learns from the CustomResourceDefinitions among the manifests.
  init(manifests: some Sequence<Node>) {
    for manifest in manifests where manifest["kind"]?.string == "CustomResourceDefinition" {
      guard let group = manifest["spec", "group"]?.string, let kind = manifest["spec", "names", "kind"]?.string else {
        continue
      }
      custom[KindName(group, kind)] = manifest["spec", "scope"]?.string == "Cluster"
    }
  }

  /// Whether objects of the kind have no namespace.
  func isClusterScoped(_ identity: ObjectIdentity) -> Bool {
    let kind = KindName(group: identity.group, kind: identity.kind)
    return custom[kind] ?? Self.clusterScoped.contains(kind)
  }

  private static let clusterScoped: Set<KindName> = {
    let table: [String: [String]] = [
      "": ["Namespace", "Node", "PersistentVolume", "ComponentStatus"],
      "admissionregistration.k8s.io": [
        "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding",
      ],
      "apiextensions.k8s.io": ["CustomResourceDefinition"],
      "apiregistration.k8s.io": ["APIService"],
      "authentication.k8s.io": ["SelfSubjectReview", "TokenReview"],
      "authorization.k8s.io": ["SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"],
      "certificates.k8s.io": ["CertificateSigningRequest", "ClusterTrustBundle"],
      "flowcontrol.apiserver.k8s.io": ["FlowSchema", "PriorityLevelConfiguration"],
      "networking.k8s.io": ["IngressClass", "IPAddress", "ServiceCIDR"],
      "node.k8s.io": ["RuntimeClass"],
      "policy": ["PodSecurityPolicy"],
      "rbac.authorization.k8s.io": ["ClusterRole", "ClusterRoleBinding"],
      "resource.k8s.io": ["DeviceClass", "ResourceSlice", "DeviceTaintRule"],
      "scheduling.k8s.io": ["PriorityClass"],
      "storage.k8s.io": ["StorageClass", "CSIDriver", "CSINode", "VolumeAttachment", "VolumeAttributesClass"],
      "storagemigration.k8s.io": ["StorageVersionMigration"],
      "internal.apiserver.k8s.io": ["StorageVersion"],
      // The gateway and snapshot APIs are installed nearly everywhere, mostly not from the same bundle.
      "gateway.networking.k8s.io": ["GatewayClass"],
      "snapshot.storage.k8s.io": ["VolumeSnapshotClass", "VolumeSnapshotContent"],
      "cert-manager.io": ["ClusterIssuer"],
      "external-secrets.io": ["ClusterExternalSecret", "ClusterSecretStore"],
    ]
    return Set(table.flatMap { group, kinds in kinds.map { KindName(group, $0) } })
  }()
}
