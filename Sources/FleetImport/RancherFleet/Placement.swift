import FleetModel
import Manifest

/// What a FleetSet can do differently for some of its clusters: the directory, the namespace, and whether at all.
struct Placement: Hashable {
  var path: String
  var namespace: String
  var isSkipped = false

  init(path: String, namespace: String) {
    self.path = path
    self.namespace = namespace
  }

  /// What a bundle says for all.
  init(of bundle: Bundle, _ gitRepo: SourceDocument, _ book: inout ImportBook) {
    self.init(path: bundle.path, namespace: "default")
    if let written = gitRepo.field("spec.targetNamespace")?.string, !written.isEmpty {
      namespace = written
      Self.noteForced(gitRepo, "spec.targetNamespace", &book)
    }
    read(bundle.options.node, at: "", of: bundle, &book)
  }

  /// What a customization makes of it.
  func customized(by node: Node, at path: String, of bundle: Bundle, _ book: inout ImportBook) -> Placement {
    var placement = self
    placement.read(node, at: path, of: bundle, &book)
    placement.isSkipped = node["doNotDeploy"]?.boolean ?? false
    return placement
  }

  private mutating func read(_ node: Node, at place: String, of bundle: Bundle, _ book: inout ImportBook) {
    func field(_ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }
    if let directory = node["kustomize", "dir"]?.string {
      path = Self.joined(bundle.path, directory) ?? bundle.path
      if Self.joined(bundle.path, directory) == nil {
        book.leaveOut(bundle.options, field("kustomize.dir"), "\"\(directory)\" leads out of the repository")
      }
    }
    if let written = node["defaultNamespace"]?.string, !written.isEmpty { namespace = written }
    if let written = node["namespace"]?.string, !written.isEmpty {
      namespace = written
      Self.noteForced(bundle.options, field("namespace"), &book)
    }
  }

  private static func noteForced(_ source: SourceDocument, _ field: String, _ book: inout ImportBook) {
    book.differs(
      source, field,
      "is the namespace of objects that name none; others stay where they say, and objects without a "
        + "namespace are applied too", hint: "give the agent rights in this namespace only to force it")
  }

  /// A path relative to a directory; nil when it leads out of the repository.
  private static func joined(_ base: String, _ path: String) -> String? {
    var parts: [Substring] = path.hasPrefix("/") ? [] : base.split(separator: "/")
    for part in path.split(separator: "/") where part != "." {
      if part == ".." {
        if parts.popLast() == nil { return nil }
      } else {
        parts.append(part)
      }
    }
    return parts.joined(separator: "/")
  }

  /// The path as a FleetSet writes it.
  var sourcePath: String { path.isEmpty ? "." : path }
}

/// The one entry of a FleetSet's generators: who gets the bundle, and what is different for whom.
///
/// The first target and the first customization that matches a cluster counts. Selectors have no "and not", so all
/// clusters are the base of a merge, and what counts first comes last and overrides.
struct TargetGenerators {
  private let targets: [ClusterCriteria.Alternative]
  private let defaults: Placement
  private let customizations: [(criteria: ClusterCriteria, placement: Placement)]

  init(
    targets: [ClusterCriteria.Alternative], defaults: Placement,
    customizations: [(criteria: ClusterCriteria, placement: Placement)]
  ) {
    self.targets = targets
    self.defaults = defaults
    // Those that change nothing matter only when they keep others from a cluster.
    let isIdle = customizations.allSatisfy { $0.placement == defaults }
    self.customizations = isIdle ? [] : customizations
  }

  private var hasPaths: Bool { customizations.contains { $0.placement.path != defaults.path } }
  private var hasNamespaces: Bool { customizations.contains { $0.placement.namespace != defaults.namespace } }
  private var hasSkips: Bool { customizations.contains { $0.placement.isSkipped } }

  /// `source.path` of the template.
  var path: String { hasPaths ? "{{ .values.path }}" : defaults.sourcePath }

  /// `destination.namespace` of the template.
  var namespace: String { hasNamespaces ? "{{ .values.namespace }}" : defaults.namespace }

  /// The entry.
  var entry: Node {
    if targets.count == 1, customizations.isEmpty { return Self.clusters(targets[0], values: Object()) }
    var generators: [Node] = []
    var conditions = Object()
    if targets.count == 1 {
      generators.append(Self.clusters(targets[0], values: values(of: defaults)))
    } else {
      var values = values(of: defaults)
      values["target"] = "false"
      generators.append(Self.clusters(.init(), values: values))
      for target in targets {
        var values = Object()
        values["target"] = "true"
        generators.append(Self.clusters(target, values: values))
      }
      conditions["values.target"] = "true"
    }
    if hasSkips { conditions["values.skip"] = "false" }
    for (criteria, placement) in customizations.reversed() {
      for alternative in criteria.alternatives {
        generators.append(Self.clusters(alternative, values: values(of: placement)))
      }
    }
    if generators.count == 1 { return generators[0] }
    var entry: Node = ["merge": ["mergeKeys": ["name"], "generators": Node(.array(generators))]]
    if !conditions.isEmpty { entry["selector"] = ["matchLabels": Node(.object(conditions))] }
    return entry
  }

  /// Every value that any customization changes, so that one that counts overrides all that another one says.
  private func values(of placement: Placement) -> Object {
    var values = Object()
    if hasPaths { values["path"] = .text(placement.sourcePath) }
    if hasNamespaces { values["namespace"] = .text(placement.namespace) }
    if hasSkips { values["skip"] = .text(placement.isSkipped ? "true" : "false") }
    return values
  }

  private static func clusters(_ alternative: ClusterCriteria.Alternative, values: Object) -> Node {
    var generator = Object()
    if !alternative.selector.isEmpty { generator["selector"] = alternative.selector.node }
    if !values.isEmpty { generator["values"] = Node(.object(values)) }
    var entry: Node = ["clusters": Node(.object(generator))]
    if let name = alternative.name { entry["selector"] = ["matchLabels": ["name": .text(name)]] }
    return entry
  }
}
