import FleetDocuments
import FleetModel
import Manifest

/// Reads Applications as targets (decision 25). What a target cannot be made from is refused, never left out.
struct ApplicationTarget {
  let inventory: Inventory
  let origin: TargetOrigin
  /// Whether to look for what a wrong name could have meant, which costs time by the number of names.
  let suggests: Bool
  private(set) var problems: [Diagnostic] = []
  /// What the Application calls its cluster.
  private(set) var reference: ClusterReference?

  init(inventory: Inventory, origin: TargetOrigin, suggests: Bool) {
    self.inventory = inventory
    self.origin = origin
    self.suggests = suggests
  }

  mutating func target(of application: Node) -> ExpandedTarget? {
    let name = application["metadata", "name"]?.string ?? ""
    if name.isEmpty {
      fail("metadata.name", "the Application has no name", hint: "a name is needed; generateName is not looked at")
    } else if let complaint = KubernetesNames.subdomain(name) {
      fail("metadata.name", "\"\(name)\" is no valid name: \(complaint)")
    }
    let labels = texts(application["metadata", "labels"])
    for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
      let complaint = KubernetesNames.qualifiedName(key) ?? KubernetesNames.labelValue(value)
      if let complaint { fail("metadata.labels", "\(key): \(value): \(complaint)") }
    }
    let spec = application["spec"] ?? [:]
    let source = source(of: spec)
    let cluster = cluster(of: spec["destination"] ?? [:])
    let namespace = spec["destination", "namespace"]?.string ?? ""
    if !namespace.isEmpty, let complaint = KubernetesNames.label(namespace) {
      fail("spec.destination.namespace", "\"\(namespace)\" is no valid namespace: \(complaint)")
    }
    let ignored = ignoredDifferences(of: spec)
    guard problems.isEmpty, let source, let cluster else { return nil }
    var target = ExpandedTarget(
      name: TargetName(name), labels: cluster.labels.merging(labels) { $1 },
      annotations: texts(application["metadata", "annotations"]), cluster: ClusterName(cluster.clusterName),
      repository: source.repository, revision: source.revision, path: source.path,
      isRecursive: source.isRecursive, namespace: namespace.isEmpty ? "default" : namespace, sync: Self.sync(of: spec),
      origin: origin)
    target.isChart = source.isChart
    target.options.helm = source.helm
    target.options.kustomize = source.kustomize
    let options = Self.syncOptions(of: spec).filter { SyncOptionName.read($0) != nil }
    target.options.syncOptions = options.isEmpty ? nil : options
    target.options.ignoreDifferences = ignored.isEmpty ? nil : ignored
    return target
  }

  private mutating func fail(_ field: String, _ message: String, hint: String = "") {
    problems.append(Diagnostic(field: "spec.template.\(field)", message: "\(origin): \(message)", hint: hint))
  }

  private func texts(_ node: Node?) -> [String: String] {
    var result: [String: String] = [:]
    for entry in node?.object?.entries ?? [] { result[entry.key] = entry.value.string }
    return result
  }

  // MARK: Source

  private struct Source {
    var repository: String
    var revision: Revision
    var path: String
    var isChart: Bool
    var isRecursive: Bool
    var helm: HelmOptions?
    var kustomize: KustomizeOptions?
  }

  private mutating func source(of spec: Node) -> Source? {
    var field = "spec.source"
    var source = spec["source"] ?? Node(.null)
    if let sources = spec["sources"]?.array, !sources.isEmpty {
      field = "spec.sources"
      guard sources.count == 1 else {
        fail(field, "this version makes a target of one source, found \(sources.count)")
        return nil
      }
      source = sources[0]
    }
    refuseWhatIsNotRendered(spec, source, field)
    let repository = source["repoURL"]?.string ?? ""
    if repository.isEmpty { fail("\(field).repoURL", "there is no repository") }
    let chart = source["chart"]?.string ?? ""
    guard let directory = chart.isEmpty ? directory(of: source, field) : self.chart(chart, of: source, field) else {
      return nil
    }
    let helm = helm(of: source, field)
    let kustomize = kustomize(of: source, field)
    return Source(
      repository: repository, revision: Self.revision(source["targetRevision"]?.string ?? ""), path: directory,
      isChart: !chart.isEmpty, isRecursive: source["directory", "recurse"]?.boolean ?? false, helm: helm,
      kustomize: kustomize)
  }

  private mutating func directory(of source: Node, _ field: String) -> String? {
    let path = source["path"]?.string ?? ""
    let directory = RepositoryPath.normalized(path)
    if directory == nil { fail("\(field).path", "the path \"\(path)\" leads out of the repository") }
    return directory
  }

  /// The name of a chart, which Argo CD takes only with a version or a range, and without anything but `helm`.
  private mutating func chart(_ name: String, of source: Node, _ field: String) -> String? {
    let before = problems.count
    if let complaint = RepositoryPath.complaint(ofChart: name) { fail("\(field).chart", complaint) }
    if source["targetRevision"]?.string?.isEmpty ?? true {
      fail(
        "\(field).targetRevision", "a chart needs a version", hint: "a version such as 1.4.2, or a range such as ^1.4")
    }
    for key in ["path", "kustomize", "directory"] where isThere(source[key]) {
      fail("\(field).\(key)", "is given beside chart; only one may be")
    }
    return problems.count == before ? name : nil
  }

  private mutating func helm(of source: Node, _ field: String) -> HelmOptions? {
    guard let node = source["helm"], isThere(node) else { return nil }
    do throws(DiagnosticsError) {
      return try HelmOptions.read(node, field: "\(field).helm")
    } catch {
      for problem in error.diagnostics { fail(problem.field, problem.message, hint: problem.hint) }
      return nil
    }
  }

  private mutating func kustomize(of source: Node, _ field: String) -> KustomizeOptions? {
    guard let node = source["kustomize"], isThere(node) else { return nil }
    do throws(DiagnosticsError) {
      return try KustomizeOptions.read(node, field: "\(field).kustomize")
    } catch {
      for problem in error.diagnostics { fail(problem.field, problem.message, hint: problem.hint) }
      return nil
    }
  }

  private mutating func refuseWhatIsNotRendered(_ spec: Node, _ source: Node, _ field: String) {
    var found: [(String, String)] = []
    if isThere(spec["sourceHydrator"]) { found.append(("spec.sourceHydrator", "hydrated sources")) }
    if isThere(source["plugin"]) { found.append(("\(field).plugin", "plugins")) }
    for (key, what) in [("jsonnet", "jsonnet"), ("include", "part of a directory"), ("exclude", "part of a directory")]
    where isThere(source["directory", key]) {
      found.append(("\(field).directory.\(key)", what))
    }
    for (field, what) in found { fail(field, "this version renders no \(what)") }
  }

  private func isThere(_ node: Node?) -> Bool {
    switch node?.value {
    case nil, .null: false
    case .string(let text): !text.isEmpty
    case .object(let object): !object.isEmpty
    case .array(let elements): !elements.isEmpty
    default: true
    }
  }

  /// Characters that stand in ranges of versions, and in no name of a branch or tag that Git allows or anybody has.
  private static let rangeCharacters = Set("*^~<> ".utf8)

  static func revision(_ text: String) -> Revision {
    if text.isEmpty || text == "HEAD" { return .head }
    return text.utf8.contains(where: rangeCharacters.contains) ? .semanticVersion(text) : .named(text)
  }

  // MARK: Destination

  private mutating func cluster(of destination: Node) -> InventoryCluster? {
    let name = destination["name"]?.string ?? ""
    let server = destination["server"]?.string ?? ""
    switch (name.isEmpty, server.isEmpty) {
    case (false, false):
      fail("spec.destination", "name \"\(name)\" and server \"\(server)\" are given, and only one may be")
    case (true, true): fail("spec.destination", "neither name nor server is given")
    case (false, true):
      reference = .name(name)
      if let cluster = inventory.cluster(named: name) { return cluster }
      let near = suggests ? suggestion(for: name, among: inventory.names) : nil
      fail(
        "spec.destination.name", "there is no cluster \"\(name)\"",
        hint: near.map { "did you mean \"\($0)\"?" } ?? "add it first, or correct the template")
    case (true, false):
      reference = .server(server)
      if let cluster = inventory.cluster(at: server) { return cluster }
      fail(
        "spec.destination.server", "there is no cluster at \(server)",
        hint: "annotate its Cluster with \(InventoryCluster.serverAnnotation): \(server)")
    }
    return nil
  }

  // MARK: Sync

  private static func sync(of spec: Node) -> SyncPolicy {
    let automated = spec["syncPolicy", "automated"]
    return SyncPolicy(
      prune: automated?["prune"]?.boolean ?? false, selfHeal: automated?["selfHeal"]?.boolean ?? false,
      createNamespace: syncOptions(of: spec).contains("CreateNamespace=true"))
  }

  private mutating func ignoredDifferences(of spec: Node) -> [IgnoredDifference] {
    guard let node = spec["ignoreDifferences"], !node.isNull else { return [] }
    do throws(DiagnosticsError) {
      return try IgnoredDifference.read(node, field: "spec.ignoreDifferences")
    } catch {
      for problem in error.diagnostics { fail(problem.field, problem.message, hint: problem.hint) }
      return []
    }
  }

  private static func syncOptions(of spec: Node) -> [String] {
    (spec["syncPolicy", "syncOptions"]?.array ?? []).compactMap(\.string)
  }
}
