import FleetDocuments
import FleetGenerators
import FleetModel
import Manifest

/// An ApplicationSet that is taken over as it is.
struct ArgoSet {
  let source: SourceDocument
  private(set) var definition: FleetSetDefinition
  /// The document that is written.
  var document: Node

  /// Reads a set; nil when it is not valid, which is then noted.
  init?(_ source: SourceDocument, project: ProjectName, _ book: inout ImportBook) {
    self.source = source
    document = Self.cleaned(source.node, project: project)
    // Written out, so that what is found is about this document alone; its places come from the original.
    let (documents, findings) = Documents.read(JSON.bytes(document), file: source.file)
    let problems = findings + templateProblems(in: documents)
    for finding in problems {
      switch finding.severity {
      case .error: book.refuse(source, finding.field, finding.message, hint: finding.hint)
      case .warning: book.leaveOut(source, finding.field, finding.message, hint: finding.hint)
      }
    }
    guard case .fleetSet(let read)? = documents.first?.content else { return nil }
    definition = read
    if source.namespace != project.rawValue, !(source.namespace.isEmpty && project == .defaultProject) {
      book.differs(source, "metadata.namespace", "is now \"\(project)\", which is the set's project")
    }
  }

  /// The document without what a server adds, and without the copy of it that kubectl keeps.
  private static func cleaned(_ node: Node, project: ProjectName) -> Node {
    var metadata = Object()
    for key in ["name", "namespace", "labels", "annotations", "finalizers"] {
      metadata[key] = node["metadata", key]
    }
    let isUnsaid = project == .defaultProject && node["metadata", "namespace"] == nil
    metadata["namespace"] = isUnsaid ? nil : .text(project.rawValue)
    if var annotations = metadata["annotations"]?.object {
      annotations["kubectl.kubernetes.io/last-applied-configuration"] = nil
      metadata["annotations"] = annotations.isEmpty ? nil : Node(.object(annotations))
    }
    return .map([
      "apiVersion": node["apiVersion"], "kind": node["kind"], "metadata": Node(.object(metadata)),
      "spec": node["spec"],
    ])
  }

  // MARK: What it uses

  /// Every source and generator that names a Git repository, by its path in the document.
  var repositoryURLs: [(path: String, url: String, kind: Repository.Kind)] {
    var found: [(String, String, Repository.Kind)] = []
    Self.visit(document["spec"] ?? Node(.null), path: "spec") { node, path in
      guard let url = node["repoURL"]?.string else { return }
      let isChart = node["chart"]?.string?.isEmpty == false
      found.append((FieldPath.appending(key: "repoURL", to: path), url, isChart ? .helm : .git))
    }
    return found
  }

  /// Calls a closure with every map of a tree.
  static func visit(_ node: Node, path: String, _ body: (Node, String) -> Void) {
    switch node.value {
    case .object(let object):
      body(node, path)
      for entry in object.entries { visit(entry.value, path: FieldPath.appending(key: entry.key, to: path), body) }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        visit(element, path: FieldPath.appending(index: index, to: path), body)
      }
    default: break
    }
  }

  /// The document with every text replaced that a closure gives another for.
  mutating func replaceURLs(_ replacement: (String) -> String?) {
    document = Self.replaced(document, key: "", replacement)
  }

  private static func replaced(_ node: Node, key: String, _ replacement: (String) -> String?) -> Node {
    switch node.value {
    case .string(let text) where key == "repoURL": replacement(text).map { Node.text($0) } ?? node
    case .array(let elements): Node(.array(elements.map { replaced($0, key: "", replacement) }))
    case .object(let object):
      Node(
        .object(
          Object(
            entries: object.entries.map {
              Object.Entry(key: $0.key, value: replaced($0.value, key: $0.key, replacement))
            })))
    default: node
    }
  }

  /// The AppProject of all its Applications; nil when a template makes it, or generators have others.
  var appProject: String? {
    let written = document["spec", "template", "spec", "project"]?.string ?? ""
    var isPlain = !written.contains("{{")
    Self.visit(document["spec", "generators"] ?? Node(.null), path: "") { node, _ in
      if node["template", "spec", "project"]?.isUnset == false { isPlain = false }
    }
    if document["spec", "templatePatch"]?.string?.contains("project") == true { isPlain = false }
    return isPlain ? (written.isEmpty ? "default" : written) : nil
  }

  /// Names windows in the annotation, besides those that it names already.
  mutating func name(windows: [String]) {
    guard !windows.isEmpty else { return }
    let key = ApplicationSets.windowsAnnotation
    let known = (document["metadata", "annotations", key]?.string ?? "").split(separator: ",").map { part in
      String(part.filter { $0 != " " })
    }
    var annotations = document["metadata", "annotations"] ?? Node(.object(Object()))
    annotations[key] = .text((known + windows.filter { !known.contains($0) }).joined(separator: ", "))
    var metadata = document["metadata"] ?? Node(.object(Object()))
    metadata["annotations"] = annotations
    document["metadata"] = metadata
  }

  /// Writes the document, and notes what of it has no effect.
  ///
  /// - Parameter projects: the AppProjects of the import, which are told of by themselves.
  func write(projects: Set<String>, _ book: inout ImportBook) {
    book.add(document)
    noteSet(&book)
    noteApplication("spec.template", projects, &book)
    for index in definition.generators.indices {
      let entry = definition.generators[index]
      if entry.template != nil {
        noteApplication("spec.generators[\(index)].\(entry.generator.kind).template", projects, &book)
      }
    }
  }
}
