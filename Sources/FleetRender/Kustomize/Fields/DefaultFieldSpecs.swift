/// Where kustomize's transformers set something if a kustomization says nothing else: facts about Kubernetes' API that are
/// part of kustomize 5.8 (`kustomize config` prints them; its reference calls them "transformer configurations").
enum DefaultFieldSpecs {
  static let commonAnnotations =
    specs([("metadata/annotations", [""])] + template("annotations", statefulSet: "StatefulSet"), creates: true)

  static let labels = [FieldSpec(path: "metadata/labels", creates: true)]

  /// The labels of objects and of what they make.
  static let templateLabels =
    specs([("metadata/labels", [""])] + template("labels", statefulSet: "apps/StatefulSet"), creates: true)
    + specs([("spec/volumeClaimTemplates[]/metadata/labels", ["apps/StatefulSet"])], creates: true)

  /// Labels and selectors.
  static let commonLabels =
    specs(
      [
        ("spec/selector", ["v1/Service", "v1/ReplicationController"]),
        ("spec/selector/matchLabels", ["Deployment", "ReplicaSet", "DaemonSet", "apps/StatefulSet"]),
      ], creates: true)
    + specs(
      [
        ("spec/selector/matchLabels", ["batch/Job", "policy/PodDisruptionBudget"]),
        ("spec/jobTemplate/spec/selector/matchLabels", ["batch/CronJob"]),
        ("spec/podSelector/matchLabels", ["networking.k8s.io/NetworkPolicy"]),
        ("spec/ingress/from/podSelector/matchLabels", ["networking.k8s.io/NetworkPolicy"]),
        ("spec/egress/to/podSelector/matchLabels", ["networking.k8s.io/NetworkPolicy"]),
      ]
        + [
          "affinity/podAffinity/\(preferred)/podAffinityTerm", "affinity/podAffinity/\(required)",
          "affinity/podAntiAffinity/\(preferred)/podAffinityTerm", "affinity/podAntiAffinity/\(required)",
          "topologySpreadConstraints",
        ].map { ("spec/template/spec/\($0)/labelSelector/matchLabels", ["apps/Deployment", "apps/StatefulSet"]) },
      creates: false) + templateLabels

  static let images = specs(
    ["spec/", "spec/template/spec/"].flatMap { pod in
      ["containers[]/image", "initContainers[]/image", "volumes[]/image/reference"].map { (pod + $0, [""]) }
    }, creates: true)

  static let replicas = specs(
    [("spec/replicas", ["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"])], creates: true)

  /// Beside `metadata/namespace`, which has rules of its own.
  static let namespace =
    specs(
      [("metadata/name", ["Namespace"]), ("spec/service/namespace", ["apiregistration.k8s.io/APIService"])],
      creates: true)
    + specs(
      [
        (
          "spec/conversion/webhook/clientConfig/service/namespace",
          ["apiextensions.k8s.io/CustomResourceDefinition"]
        )
      ], creates: false)

  /// Where `$(VARIABLE)` is replaced.
  static let variables: [FieldSpec] = {
    var table: [(String, [String])] = []
    for (pod, kinds) in [
      ("spec/jobTemplate/spec/template/spec/", ["CronJob"]),
      ("spec/template/spec/", ["DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"]), ("spec/", ["Pod"]),
    ] {
      for list in ["containers", "initContainers"] {
        for field in ["args", "command", "env/value", "volumeMounts/mountPath"] {
          table.append((pod + list + "/" + field, kinds))
        }
      }
    }
    table += [
      ("spec/jobTemplate/spec/template/volumes/nfs/server", ["CronJob"]),
      ("spec/template/spec/volumes/nfs/server", ["DaemonSet", "Deployment", "Job", "ReplicaSet"]),
      ("spec/volumes/nfs/server", ["Pod"]), ("spec/volumeClaimTemplates/spec/nfs/server", ["StatefulSet"]),
      ("spec/nfs/server", ["PersistentVolume"]), ("spec/template/metadata/annotations", ["Deployment"]),
      ("spec/rules/host", ["Ingress"]), ("spec/tls/hosts", ["Ingress"]), ("spec/tls/secretName", ["Ingress"]),
      ("spec/ports/port", ["Service"]), ("spec/ports/targetPort", ["Service"]), ("metadata/labels", [""]),
      ("metadata/annotations", [""]),
    ]
    return specs(table, creates: false)
  }()

  private static let preferred = "preferredDuringSchedulingIgnoredDuringExecution"
  private static let required = "requiredDuringSchedulingIgnoredDuringExecution"

  private static func template(_ field: String, statefulSet: String) -> [(String, [String])] {
    [
      (
        "spec/template/metadata/\(field)",
        ["v1/ReplicationController", "Deployment", "ReplicaSet", "DaemonSet", statefulSet, "batch/Job"]
      ), ("spec/jobTemplate/metadata/\(field)", ["batch/CronJob"]),
      ("spec/jobTemplate/spec/template/metadata/\(field)", ["batch/CronJob"]),
    ]
  }

  /// Types are written `Kind`, `group/Kind`, `version/Kind` or `group/version/Kind`.
  static func specs(_ table: [(String, [String])], creates: Bool) -> [FieldSpec] {
    table.flatMap { path, types in
      types.map { FieldSpec(type: ResourceType(written: $0), path: path, creates: creates) }
    }
  }
}

extension ResourceType {
  /// Reads `Kind`, `group/Kind`, `version/Kind` or `group/version/Kind`.
  init(written text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    self.init(kind: parts.last ?? "")
    for part in parts.dropLast() {
      if part.hasPrefix("v"), part.dropFirst().first?.isNumber == true { version = part } else { group = part }
    }
  }
}
