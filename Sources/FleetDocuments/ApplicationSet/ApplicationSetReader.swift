internal import FleetModel
public import Manifest

extension FieldReader {
  /// The `spec` of an ApplicationSet (GENERATORS 1), read as a FleetSet. Fields that Argo CD does not know are warnings,
  /// because it ignores them as well.
  ///
  /// - Parameters:
  ///   - header: whose set it is.
  ///   - annotations: the document's, which may know generators that a server has dropped.
  func applicationSetDefinition(name: String, namespace: String, document: Node) -> FleetSetDefinition? {
    let read = MapReader.read(self) { map -> FleetSetDefinition? in
      let language = map.templateLanguage()
      let generators = map.required("generators")
      if generators?.node.array?.isEmpty == true {
        generators?.error("there is no generator, so that there would be no Application")
      }
      let reader = GeneratorReader(language: language, dialect: .applicationSet, depth: 0)
      let entries = generators.flatMap { reader.list($0) }
      if let names = ApplicationSets.unrecognizedGenerators(in: document)?.names, !names.isEmpty {
        generators?.error(
          "unknown generators: \(names.joined(separator: ", "))", hint: "the last applied document has them")
      }
      let patch = map.optional("templatePatch")?.text()
      let template = map.required("template")?.applicationTemplate(hasPatch: patch != nil)
      let policy = map.applicationPolicy()
      let strategy = map.optional("strategy")?.applicationSetStrategy() ?? ReadStrategy()
      _ = map.optional("applyNestedSelectors")?.boolean()
      guard let entries, let template else { return nil }
      var rollout = strategy.rollout ?? RolloutStrategy()
      rollout.unit = .target
      if strategy.rollingSync == nil, !Self.isAutomated(template, patch: patch) { rollout.trigger = .manual }
      return FleetSetDefinition(
        generators: entries, language: language,
        template: .application(
          ApplicationTemplate(
            setName: name, namespace: namespace, tree: template, patch: patch, policy: policy,
            rollingSync: strategy.rollingSync)),
        sync: SyncPolicy(prune: false, selfHeal: false, createNamespace: false),
        onRemoval: Self.onRemoval(template, policy), rollout: rollout)
    }
    return read ?? nil
  }

  /// Argo CD deletes what an Application owns together with the Application, if that has the finalizer for it, which an
  /// ApplicationSet gives every Application without finalizers unless it preserves resources (GENERATORS 4).
  private static func onRemoval(_ template: Node, _ policy: ApplicationPolicy) -> RemovalPolicy {
    guard policy.changes.deletes, !policy.preservesResources else { return .keep }
    guard let finalizers = template["metadata", "finalizers"]?.array, !finalizers.isEmpty else { return .remove }
    let deletes = finalizers.contains { $0.string?.hasPrefix("resources-finalizer.argocd.argoproj.io") == true }
    return deletes ? .remove : .keep
  }

  /// Whether Applications are synced without being asked to. A patch may say so for some of them.
  private static func isAutomated(_ template: Node, patch: String?) -> Bool {
    if patch?.contains("automated") == true { return true }
    guard let automated = template["spec", "syncPolicy", "automated"], !automated.isNull else { return false }
    return automated["enabled"]?.boolean != false
  }
}

extension MapReader {
  /// The windows that an ApplicationSet's annotation names, because its `spec` has no place for them; nil for none.
  func windowsOfAnnotation(_ header: DocumentHeader) -> [String]? {
    let written = header.annotations[ApplicationSets.windowsAnnotation]?.split(separator: ",") ?? []
    let names = written.map { $0.filter { $0 != " " } }
    for (index, name) in names.enumerated() {
      let isName = LabelSyntax.isSubdomain(name) && name.utf8.count <= 63
      if isName, !names[..<index].contains(name) { continue }
      optional("metadata")?.error(
        "annotation \(ApplicationSets.windowsAnnotation): window \"\(name)\" is "
          + (isName ? "named twice" : "not a name"),
        hint: "write names of Window documents with commas between them")
    }
    return names.isEmpty ? nil : names
  }

  fileprivate func applicationPolicy() -> ApplicationPolicy {
    var policy = ApplicationPolicy()
    if let field = optional("syncPolicy") {
      _ = MapReader.read(field) { map in
        policy.preservesResources = map.optional("preserveResourcesOnDeletion")?.boolean() ?? false
        policy.changes = map.optional("applicationsSync")?.choice(ApplicationPolicy.Changes.self) ?? .sync
      }
    }
    if let field = optional("preservedFields") {
      _ = MapReader.read(field) { map in
        policy.preservedAnnotations = map.optional("annotations")?.texts() ?? []
        policy.preservedLabels = map.optional("labels")?.texts() ?? []
      }
    }
    policy.ignoredDifferences =
      optional("ignoreApplicationDifferences")?.list()?.compactMap { field in
        MapReader.read(field) { map in
          ApplicationPolicy.IgnoredDifference(
            name: map.optional("name")?.text() ?? "", jsonPointers: map.optional("jsonPointers")?.texts() ?? [],
            jqPathExpressions: map.optional("jqPathExpressions")?.texts() ?? [])
        }
      } ?? []
    return policy
  }
}

/// What can be said of ApplicationSets before they are read.
public enum ApplicationSets {
  /// The API version of ApplicationSets and Applications.
  public static let apiVersion = "argoproj.io/v1alpha1"

  /// The kind.
  public static let kind = "ApplicationSet"

  /// The annotation that names windows (R21), which Argo CD has in its AppProjects.
  public static let windowsAnnotation = "flotilla.dev/windows"

  /// The annotation in which `kubectl apply` keeps what was applied.
  static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

  /// Entries of `spec.generators` without any generator that is known, and the names of those that the annotation
  /// `kubectl.kubernetes.io/last-applied-configuration` still has at their places: a server drops what it does not know.
  ///
  /// - Returns: nil when every entry has a generator; else the names in order.
  public static func unrecognizedGenerators(in document: Node) -> (names: [String], count: Int)? {
    let entries = document["spec", "generators"]?.array ?? []
    let empty = entries.indices.filter { index in
      !GeneratorReader.kinds.contains { entries[index][$0]?.isNull == false }
    }
    guard !empty.isEmpty else { return nil }
    let annotation = document["metadata", "annotations", lastApplied]?.string
    let applied = annotation.flatMap { try? JSON.parse(Array($0.utf8)) }?["spec", "generators"]?.array ?? []
    let names = empty.flatMap { index -> [String] in
      guard applied.indices.contains(index) else { return [] }
      return (applied[index].object?.keys ?? []).filter { $0 != "selector" && !GeneratorReader.kinds.contains($0) }
    }
    return (Set(names).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, empty.count)
  }
}
