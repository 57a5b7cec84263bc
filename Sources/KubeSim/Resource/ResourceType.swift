import Manifest

/// One served kind in one version: how its URL, its documents and its listing look.
public struct ResourceType: Sendable {
  /// The API group; empty for core.
  public var group: String
  /// The version in the URL.
  public var version: String
  /// The name in the URL.
  public var plural: String
  /// The singular name.
  public var singular: String
  /// The kind.
  public var kind: String
  /// Whether objects live in namespaces.
  public var isNamespaced: Bool
  /// Short names for kubectl.
  public var shortNames: [String] = []
  /// Categories such as `all`.
  public var categories: [String] = []
  /// Whether `/status` exists.
  public var hasStatus = false
  /// Whether `/scale` exists.
  public var hasScale = false
  /// Whether `metadata.generation` counts changes of the wanted state.
  public var tracksGeneration = false
  /// How its fields merge.
  var fieldType: FieldType = .untyped
  /// For a custom resource: the schema, the printer columns and the paths of `scale`.
  var custom: Custom?

  /// What a CustomResourceDefinition adds.
  struct Custom: Sendable {
    var schema: Node?
    var columns: [Node]
    var replicasPath: [String]
    var statusReplicasPath: [String]
    var selectorPath: [String]
    var listKind: String
  }

  /// `deployments.apps`, `configmaps`.
  var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }
  /// `apps/v1`, `v1`.
  var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
  /// All versions of a kind share one collection.
  var storage: String { "\(group)/\(plural)" }
  var listKind: String { custom?.listKind ?? kind + "List" }
  var isCustom: Bool { custom != nil }

  var verbs: [String] {
    if isCustom { return ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"] }
    if plural == "namespaces" { return ["create", "delete", "get", "list", "patch", "update", "watch"] }
    return ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
  }
}

extension ResourceType {
  /// The built-in kinds: `group/version plural Kind flags short,names`; flags are `n` namespaced, `s` status, `c` scale,
  /// `g` generation, `a` category all.
  private static let table = """
    /v1 configmaps ConfigMap n cm
    /v1 endpoints Endpoints n ep
    /v1 events Event n ev
    /v1 limitranges LimitRange n limits
    /v1 namespaces Namespace s ns
    /v1 nodes Node s no
    /v1 persistentvolumeclaims PersistentVolumeClaim ns pvc
    /v1 persistentvolumes PersistentVolume s pv
    /v1 pods Pod nsga po
    /v1 resourcequotas ResourceQuota ns quota
    /v1 secrets Secret n -
    /v1 serviceaccounts ServiceAccount n sa
    /v1 services Service nsa svc
    admissionregistration.k8s.io/v1 mutatingwebhookconfigurations MutatingWebhookConfiguration g -
    admissionregistration.k8s.io/v1 validatingwebhookconfigurations ValidatingWebhookConfiguration g -
    apps/v1 daemonsets DaemonSet nsga ds
    apps/v1 deployments Deployment nscga deploy
    apps/v1 replicasets ReplicaSet nscga rs
    apps/v1 statefulsets StatefulSet nscga sts
    autoscaling/v2 horizontalpodautoscalers HorizontalPodAutoscaler nsa hpa
    batch/v1 cronjobs CronJob nsga cj
    batch/v1 jobs Job nsga -
    networking.k8s.io/v1 ingresses Ingress nsg ing
    networking.k8s.io/v1 networkpolicies NetworkPolicy ng netpol
    policy/v1 poddisruptionbudgets PodDisruptionBudget nsg pdb
    rbac.authorization.k8s.io/v1 clusterrolebindings ClusterRoleBinding - -
    rbac.authorization.k8s.io/v1 clusterroles ClusterRole - -
    rbac.authorization.k8s.io/v1 rolebindings RoleBinding n -
    rbac.authorization.k8s.io/v1 roles Role n -
    storage.k8s.io/v1 storageclasses StorageClass - sc
    coordination.k8s.io/v1 leases Lease n -
    apiextensions.k8s.io/v1 customresourcedefinitions CustomResourceDefinition sg crd,crds
    """

  /// All built-in kinds.
  static let builtIn: [ResourceType] = table.split(separator: "\n").map { line in
    let parts = line.split(separator: " ").map(String.init)
    let slash = parts[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let kind = parts[2]
    let flags = parts[3]
    return ResourceType(
      group: slash[0], version: slash[1], plural: parts[1], singular: kind.lowercased(), kind: kind,
      isNamespaced: flags.contains("n"),
      shortNames: parts[4] == "-" ? [] : parts[4].split(separator: ",").map(String.init),
      categories: kind == "CustomResourceDefinition" ? ["api-extensions"] : flags.contains("a") ? ["all"] : [],
      hasStatus: flags.contains("s"), hasScale: flags.contains("c"), tracksGeneration: flags.contains("g"),
      fieldType: SchemaTable.builtIn.type(of: kind))
  }

  private static let builtInByKind = Dictionary(uniqueKeysWithValues: builtIn.map { ($0.kind, $0) })

  /// A built-in kind by its name, which must exist.
  static func named(_ kind: String) -> ResourceType {
    builtInByKind[kind]
      ?? ResourceType(group: "", version: "v1", plural: kind, singular: kind, kind: kind, isNamespaced: true)
  }

  /// The served versions of a CustomResourceDefinition; the storage version comes first.
  static func custom(of definition: Node) -> [ResourceType] {
    guard let spec = definition["spec"], let group = spec["group"]?.string,
      let plural = spec["names", "plural"]?.string,
      let kind = spec["names", "kind"]?.string
    else { return [] }
    func path(_ node: Node?) -> [String] {
      (node?.string ?? "").split(separator: ".").map(String.init)
    }
    return (spec["versions"]?.array ?? []).filter { $0["served"]?.boolean == true }.compactMap { version in
      guard let name = version["name"]?.string else { return nil }
      let schema = version["schema", "openAPIV3Schema"]
      let scale = version["subresources", "scale"]
      return ResourceType(
        group: group, version: name, plural: plural,
        singular: spec["names", "singular"]?.string ?? kind.lowercased(), kind: kind,
        isNamespaced: spec["scope"]?.string == "Namespaced",
        shortNames: (spec["names", "shortNames"]?.array ?? []).compactMap(\.string),
        categories: (spec["names", "categories"]?.array ?? []).compactMap(\.string),
        hasStatus: version["subresources", "status"] != nil, hasScale: scale != nil, tracksGeneration: true,
        fieldType: StructuralSchema.objectType(schema),
        custom: Custom(
          schema: schema, columns: version["additionalPrinterColumns"]?.array ?? [],
          replicasPath: path(scale?["specReplicasPath"]), statusReplicasPath: path(scale?["statusReplicasPath"]),
          selectorPath: path(scale?["labelSelectorPath"]),
          listKind: spec["names", "listKind"]?.string ?? kind + "List"))
    }
  }
}
