import Manifest

/// The built-in types by name, read from a small table of lines:
/// `Type: field=type …`, where a type is `atomic`, `set`, `map` (of scalars), `Name` (a structure), `!Name` (one that
/// is always there), or `[key,key:default]Name@patchKey` (a list by keys).
struct SchemaTable: Sendable {
  private let types: [String: StructureType]

  init(_ text: String) {
    var lines: [String: [Substring]] = [:]
    var order: [String] = []
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ", omittingEmptySubsequences: true)
      guard let head = parts.first?.dropLast() else { continue }
      lines[String(head), default: []] += parts.dropFirst()
      if !order.contains(String(head)) { order.append(String(head)) }
    }
    // A type stands after the types it uses, so one pass resolves all.
    var types: [String: StructureType] = [:]
    for name in order {
      var fields: [String: FieldType] = [:]
      var always: Set<String> = []
      for entry in lines[name] ?? [] {
        guard let equals = entry.firstIndex(of: "=") else { continue }
        let field = String(entry[..<equals])
        var spelling = entry[entry.index(after: equals)...]
        if spelling.first == "!" {
          always.insert(field)
          spelling = spelling.dropFirst()
        }
        fields[field] = Self.fieldType(spelling, types)
      }
      types[name] = StructureType(fields: fields, alwaysPresent: always)
    }
    self.types = types
  }

  /// The type of a kind; an unknown one has no listed fields but its metadata.
  func type(of kind: String) -> FieldType {
    .structure(types[kind] ?? types["Object"] ?? StructureType(fields: [:]))
  }

  /// The structure of a name, for composing custom types.
  func structure(_ name: String) -> StructureType { types[name] ?? StructureType(fields: [:]) }

  private static func fieldType(_ spelling: Substring, _ types: [String: StructureType]) -> FieldType {
    switch spelling {
    case "atomic": return .atomic
    case "set": return .set
    case "map": return .map(.scalar)
    case "scalar": return .scalar
    default: break
    }
    guard spelling.first == "[", let close = spelling.firstIndex(of: "]") else {
      return types[String(spelling)].map { .structure($0) } ?? .loose
    }
    var keys: [String] = []
    var defaults: [String: Node] = [:]
    for key in spelling[spelling.index(after: spelling.startIndex)..<close].split(separator: ",") {
      let parts = key.split(separator: ":")
      guard let name = parts.first.map(String.init) else { continue }
      keys.append(name)
      if parts.count > 1 { defaults[name] = Node(.string(String(parts[1]))) }
    }
    let rest = spelling[spelling.index(after: close)...].split(separator: "@", omittingEmptySubsequences: false)
    let element =
      rest.first == "atomic"
      ? FieldType.atomic : rest.first.flatMap { types[String($0)] }.map { FieldType.structure($0) } ?? .loose
    let patchKey = rest.count > 1 ? String(rest[1]) : keys.first ?? "name"
    return .keyed(KeyedListType(keys: keys, keyDefaults: defaults, patchKey: patchKey, element: element))
  }
}

extension SchemaTable {
  /// The built-in kinds. Only fields are listed whose merging differs from the default of `.loose`.
  static let builtIn = SchemaTable(
    """
    Meta: labels=map annotations=map finalizers=set ownerReferences=[uid]atomic
    Conditions: conditions=[type]
    KeyRefs: secretKeyRef=atomic configMapKeyRef=atomic fieldRef=atomic resourceFieldRef=atomic fileKeyRef=atomic
    EnvVar: valueFrom=KeyRefs
    Resources: limits=map requests=map claims=[name]
    Container: env=[name]EnvVar ports=[containerPort,protocol:TCP]@containerPort volumeMounts=[mountPath]
    Container: volumeDevices=[devicePath] resources=!Resources
    NodeAffinity: requiredDuringSchedulingIgnoredDuringExecution=atomic
    Affinity: nodeAffinity=NodeAffinity
    LocalSecret: secretRef=atomic nodePublishSecretRef=atomic
    ClaimSpec: selector=atomic resources=!Resources dataSource=atomic
    ClaimTemplate: metadata=!Meta spec=!ClaimSpec
    Ephemeral: volumeClaimTemplate=ClaimTemplate
    Volume: csi=LocalSecret cephfs=LocalSecret rbd=LocalSecret iscsi=LocalSecret ephemeral=Ephemeral
    PodSpec: containers=![name]Container initContainers=[name]Container ephemeralContainers=[name]Container
    PodSpec: volumes=[name]Volume imagePullSecrets=[name] hostAliases=[ip] nodeSelector=atomic affinity=Affinity
    PodSpec: topologySpreadConstraints=[topologyKey,whenUnsatisfiable]@topologyKey schedulingGates=[name] overhead=map
    PodSpec: resourceClaims=[name] resources=Resources
    PodTemplate: metadata=!Meta spec=!PodSpec
    Status: conditions=[type]
    PodStatus: conditions=[type] podIPs=[ip]
    Object: metadata=!Meta
    Pod: metadata=!Meta spec=!PodSpec status=!PodStatus
    DeploymentStrategy: rollingUpdate=loose
    DeploymentSpec: selector=atomic strategy=!DeploymentStrategy template=!PodTemplate
    Deployment: metadata=!Meta spec=!DeploymentSpec status=!Status
    ReplicaSetSpec: selector=atomic template=!PodTemplate
    ReplicaSet: metadata=!Meta spec=!ReplicaSetSpec status=!Status
    StatefulSetSpec: selector=atomic template=!PodTemplate updateStrategy=!DeploymentStrategy
    StatefulSet: metadata=!Meta spec=!StatefulSetSpec status=!Status
    DaemonSet: metadata=!Meta spec=!StatefulSetSpec status=!Status
    JobSpec: selector=atomic template=!PodTemplate
    Job: metadata=!Meta spec=!JobSpec status=!Status
    JobTemplate: metadata=!Meta spec=!JobSpec
    CronJobSpec: jobTemplate=!JobTemplate
    CronJob: metadata=!Meta spec=!CronJobSpec status=!Status
    ServiceSpec: ports=[port,protocol:TCP]@port selector=atomic
    LoadBalancerStatus: ingress=atomic
    ServiceStatus: conditions=[type] loadBalancer=!LoadBalancerStatus
    Service: metadata=!Meta spec=!ServiceSpec status=!ServiceStatus
    ConfigMap: metadata=!Meta data=map binaryData=map
    Secret: metadata=!Meta data=map stringData=map
    NamespaceSpec: finalizers=atomic
    Namespace: metadata=!Meta spec=!NamespaceSpec status=!Status
    NodeStatus: conditions=[type] addresses=[type] capacity=map allocatable=map
    NodeSpec: taints=atomic podCIDRs=set
    Node: metadata=!Meta spec=!NodeSpec status=!NodeStatus
    ServiceAccount: metadata=!Meta secrets=[name] imagePullSecrets=atomic
    ClaimStatus: conditions=[type] capacity=map allocatedResources=map
    PersistentVolumeClaim: metadata=!Meta spec=!ClaimSpec status=!ClaimStatus
    VolumeSpec: capacity=map claimRef=loose
    PersistentVolume: metadata=!Meta spec=!VolumeSpec status=!Status
    QuotaSpec: hard=map
    QuotaStatus: hard=map used=map
    ResourceQuota: metadata=!Meta spec=!QuotaSpec status=!QuotaStatus
    LimitRangeSpec: limits=atomic
    LimitRange: metadata=!Meta spec=!LimitRangeSpec
    IngressSpec: rules=atomic tls=atomic
    Ingress: metadata=!Meta spec=!IngressSpec status=!ServiceStatus
    NetworkPolicySpec: podSelector=!atomic ingress=atomic egress=atomic policyTypes=atomic
    NetworkPolicy: metadata=!Meta spec=!NetworkPolicySpec
    BudgetSpec: selector=atomic
    BudgetStatus: conditions=[type] disruptedPods=map
    PodDisruptionBudget: metadata=!Meta spec=!BudgetSpec status=!BudgetStatus
    Role: metadata=!Meta rules=atomic
    ClusterRole: metadata=!Meta rules=atomic
    RoleBinding: metadata=!Meta roleRef=atomic subjects=atomic
    ClusterRoleBinding: metadata=!Meta roleRef=atomic subjects=atomic
    AutoscalerSpec: scaleTargetRef=!loose metrics=atomic
    HorizontalPodAutoscaler: metadata=!Meta spec=!AutoscalerSpec status=!Status
    Lease: metadata=!Meta spec=!loose
    Webhook: clientConfig=loose rules=atomic namespaceSelector=atomic objectSelector=atomic admissionReviewVersions=atomic matchConditions=[name]
    MutatingWebhookConfiguration: metadata=!Meta webhooks=[name]Webhook@name
    ValidatingWebhookConfiguration: metadata=!Meta webhooks=[name]Webhook@name
    StorageClass: metadata=!Meta parameters=map mountOptions=atomic allowedTopologies=atomic
    Event: metadata=!Meta involvedObject=atomic source=!loose
    DefinitionSpec: names=!loose versions=atomic
    DefinitionStatus: conditions=[type] acceptedNames=!loose
    CustomResourceDefinition: metadata=!Meta spec=!DefinitionSpec status=!DefinitionStatus
    """)
}
