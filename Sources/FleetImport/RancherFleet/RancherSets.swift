import FleetDocuments
import FleetGenerators
import FleetModel
import Manifest

/// FleetSets of bundles.
struct RancherSets {
  private let project: ProjectName
  private let groups: ClusterGroups
  private var names = NameBook()
  private var documents: [(source: SourceDocument, node: Node)] = []
  private var hasSaidDefaults = false

  init(project: ProjectName, groups: ClusterGroups) {
    self.project = project
    self.groups = groups
  }

  /// Makes the set of a bundle; what cannot be said is noted.
  mutating func add(
    _ bundle: Bundle, of gitRepo: SourceDocument, repository: String, _ book: inout ImportBook
  ) {
    noteBundle(bundle, &book)
    guard let targets = targets(of: bundle, gitRepo, &book) else { return }
    let defaults = Placement(of: bundle, gitRepo, &book)
    let rows = customizations(of: bundle, gitRepo, defaults, &book)
    let generators = TargetGenerators(targets: targets, defaults: defaults, customizations: rows)
    let options = bundle.options
    let written = options.field("name")?.string ?? "\(gitRepo.name)-\(bundle.path)"
    let name = names.name(written)
    if options.field("name") != nil, name != written {
      book.differs(options, "name", "\"\(written)\" is called \"\(name)\" now")
    }
    var spec: Node = ["goTemplate": true, "goTemplateOptions": ["missingkey=error"]]
    spec["generators"] = [generators.entry]
    spec["template"] = [
      "metadata": ["name": .text("\(name)-{{ .name }}")],
      "spec": [
        "source": [
          "repository": .text(repository), "revision": Self.revision(of: gitRepo), "path": .text(generators.path),
        ],
        "destination": ["cluster": "{{ .name }}", "namespace": .text(generators.namespace)],
      ],
    ]
    // Fleet deletes what leaves a bundle, and makes namespaces, as a FleetSet does; drift it repairs when it is told to.
    if !correctsDrift(bundle, gitRepo, &book) { spec["sync"] = ["selfHeal": false] }
    if (options.field("keepResources") ?? gitRepo.field("spec.keepResources"))?.boolean == true {
      spec["onRemoval"] = "keep"
    }
    spec["rollout"] = rollout(of: bundle, gitRepo, &book)
    var metadata: Node = ["name": .text(name)]
    if project != .defaultProject { metadata["project"] = .text(project.rawValue) }
    metadata["labels"] = options.field("labels")
    documents.append(
      (
        options,
        [
          "apiVersion": .text(Documents.apiVersion), "kind": "FleetSet", "metadata": metadata, "spec": spec,
        ]
      ))
  }

  /// `revision` is a tag or commit and wins over `branch`.
  private static func revision(of gitRepo: SourceDocument) -> Node {
    if let revision = gitRepo.field("spec.revision")?.string, !revision.isEmpty {
      return CommitID(hexadecimal: revision) == nil ? .text(revision) : ["commit": .text(revision)]
    }
    let branch = gitRepo.field("spec.branch")?.string ?? ""
    return ["branch": .text(branch.isEmpty ? "master" : branch)]
  }

  private func correctsDrift(_ bundle: Bundle, _ gitRepo: SourceDocument, _ book: inout ImportBook) -> Bool {
    for (source, field) in [(bundle.options, "correctDrift"), (gitRepo, "spec.correctDrift")] {
      guard let written = source.field(field) else { continue }
      for key in ["force", "keepFailHistory"] where written[key]?.boolean == true {
        book.differs(
          source, "\(field).\(key)", "is not needed: objects are applied on the server, without a history of charts")
      }
      return written["enabled"]?.boolean ?? false
    }
    return false
  }

  // MARK: Targets

  /// Who gets the bundle; nil for nobody, which is noted.
  private func targets(
    of bundle: Bundle, _ gitRepo: SourceDocument, _ book: inout ImportBook
  ) -> [ClusterCriteria.Alternative]? {
    var source = gitRepo
    var field = "spec.targets"
    if let own = bundle.options.field("overrideTargets")?.array, !own.isEmpty {
      (source, field) = (bundle.options, "overrideTargets")
    }
    let written = source.field(field)?.array ?? []
    let nodes = written.isEmpty ? [["clusterGroup": "default"]] : written
    var alternatives: [ClusterCriteria.Alternative] = []
    for (index, node) in nodes.enumerated() {
      let path = written.isEmpty ? field : "\(field)[\(index)]"
      let criteria = ClusterCriteria(
        node, at: path, of: source, namespace: gitRepo.namespace, groups: groups, &book)
      guard let criteria else { continue }
      if criteria.alternatives.isEmpty { book.differs(source, path, "names no cluster, and matches none") }
      for alternative in criteria.alternatives where !alternatives.contains(alternative) {
        alternatives.append(alternative)
      }
    }
    guard alternatives.isEmpty else { return alternatives }
    let place = bundle.path.isEmpty ? "the repository's root" : "\"\(bundle.path)\""
    book.leaveOut(
      source, source.field(field) == nil ? "spec" : field,
      "no target is left for the bundle of \(place), so it is left out")
    return nil
  }

  private func customizations(
    of bundle: Bundle, _ gitRepo: SourceDocument, _ defaults: Placement, _ book: inout ImportBook
  ) -> [(criteria: ClusterCriteria, placement: Placement)] {
    let source = bundle.options
    var rows: [(criteria: ClusterCriteria, placement: Placement)] = []
    if source.field("targetCustomizationMode")?.string == "AllMatches" {
      book.leaveOut(
        source, "targetCustomizationMode", "of several customizations that match the first one counts",
        hint: "write a customization for every combination")
    }
    for (index, node) in (source.field("targetCustomizations")?.array ?? []).enumerated() {
      let path = "targetCustomizations[\(index)]"
      noteCustomization(source, path, &book)
      guard
        let criteria = ClusterCriteria(
          node, at: path, of: source, namespace: gitRepo.namespace, groups: groups, &book)
      else { continue }
      if criteria.alternatives.isEmpty { book.differs(source, path, "names no cluster, and matches none") }
      rows.append((criteria, defaults.customized(by: node, at: path, of: bundle, &book)))
    }
    return rows
  }

  // MARK: Rollout

  private mutating func rollout(
    of bundle: Bundle, _ gitRepo: SourceDocument, _ book: inout ImportBook
  ) -> Node? {
    var rollout = Object()
    for (source, field) in [(gitRepo, "spec.paused"), (bundle.options, "paused")]
    where source.field(field)?.boolean == true {
      rollout["trigger"] = "manual"
      book.differs(
        source, field, "rollouts start only when somebody starts them", hint: "flotilla rollout start NAME")
    }
    if let written = bundle.options.field("rolloutStrategy") {
      var strategy = RancherRollout(
        source: bundle.options, namespace: gitRepo.namespace, groups: groups)
      for entry in strategy.rollout(written, &book).entries { rollout[entry.key] = entry.value }
    } else if !hasSaidDefaults {
      hasSaidDefaults = true
      book.differs(
        gitRepo, "spec",
        "a bundle without rolloutStrategy goes to all clusters at once in Fleet, or from 200 clusters on to a quarter of "
          + "them after the other; its FleetSet goes to one cluster, then to "
          + "25% of them at once, and stops at the first that fails",
        hint: "give spec.rollout of the FleetSet other stages")
    }
    return rollout.isEmpty ? nil : Node(.object(rollout))
  }

  // MARK: Writing

  /// Writes what Flotilla takes; there should be nothing else.
  func write(_ book: inout ImportBook) {
    for (source, node) in documents {
      let (read, findings) = Documents.read(JSON.bytes(node), file: source.file)
      let errors = (findings + templateProblems(in: read)).filter { $0.severity == .error }
      for error in errors {
        book.leaveOut(source, "", "\(error.field): \(error.message)", hint: "the set of this bundle is left out")
      }
      if errors.isEmpty { book.add(node) }
    }
  }
}
