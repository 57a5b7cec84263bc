import Manifest

/// Reads replacements and the selectors that they share with patches.
struct ReplacementReader {
  let file: String

  /// An entry of `replacements`: a replacement, or the path of a file that has some.
  func entry(
    _ node: Node, _ path: String
  ) throws(KustomizeStop) -> (
    path: KustomizationDefinition.Reference?, replacement: KustomizationDefinition.Replacement
  ) {
    let fields = try KustomizationFields(
      node, path: path, file: file, known: ["path", "source", "sourceValue", "targets"])
    let reference = try fields.reference("path")
    let replacement = try replacement(fields)
    if reference != nil, replacement.source != nil || !replacement.targets.isEmpty {
      throw .failed("either a path or a replacement, not both", file: file, at: node.position, field: path)
    }
    return (reference, replacement)
  }

  /// What a file of replacements has: one, or a list.
  func file(_ node: Node) throws(KustomizeStop) -> [KustomizationDefinition.Replacement] {
    var result: [KustomizationDefinition.Replacement] = []
    let known = ["source", "sourceValue", "targets"]
    if let elements = node.array {
      for (index, element) in elements.enumerated() {
        result.append(
          try replacement(try KustomizationFields(element, path: "[\(index)]", file: file, known: known)))
      }
    } else {
      result.append(try replacement(try KustomizationFields(node, path: "", file: file, known: known)))
    }
    return result
  }

  private func replacement(_ fields: KustomizationFields) throws(KustomizeStop) -> KustomizationDefinition.Replacement {
    var replacement = KustomizationDefinition.Replacement(position: fields.node.position)
    replacement.sourceValue = try fields.optionalText("sourceValue")
    if let source = fields.value("source") { replacement.source = try self.source(source, fields.place("source")) }
    for (path, node) in try fields.elements("targets") { replacement.targets.append(try target(node, path)) }
    return replacement
  }

  private static let identity = ["group", "version", "kind", "name", "namespace"]

  private func source(_ node: Node, _ path: String) throws(KustomizeStop) -> KustomizationDefinition.Replacement.Source
  {
    let fields = try KustomizationFields(
      node, path: path, file: file, known: Self.identity + ["fieldPath", "options"])
    return KustomizationDefinition.Replacement.Source(
      id: try identity(fields), fieldPath: try fields.text("fieldPath"), options: try options(fields))
  }

  private func target(_ node: Node, _ path: String) throws(KustomizeStop) -> KustomizationDefinition.Replacement.Target
  {
    let fields = try KustomizationFields(
      node, path: path, file: file, known: ["select", "reject", "fieldPaths", "options"])
    guard let select = fields.value("select") else {
      throw .failed("the target has no select", file: file, at: node.position, field: path)
    }
    var target = KustomizationDefinition.Replacement.Target(select: try selector(select, fields.place("select")))
    for (path, node) in try fields.elements("reject") { target.reject.append(try selector(node, path)) }
    target.fieldPaths = try fields.references("fieldPaths").map(\.text)
    if target.fieldPaths.isEmpty { target.fieldPaths = ["metadata.name"] }
    target.options = try options(fields)
    return target
  }

  private func options(_ fields: KustomizationFields) throws(KustomizeStop) -> KustomizationDefinition.FieldOptions? {
    guard let node = fields.value("options") else { return nil }
    let fields = try KustomizationFields(
      node, path: fields.place("options"), file: file, known: ["delimiter", "index", "encoding", "create"])
    return KustomizationDefinition.FieldOptions(
      delimiter: try fields.text("delimiter"), index: Int(clamping: try fields.integer("index")),
      creates: try fields.flag("create"))
  }

  /// A selector as patches and targets have it.
  func selector(_ node: Node, _ path: String) throws(KustomizeStop) -> ResourceSelector {
    let fields = try KustomizationFields(
      node, path: path, file: file, known: Self.identity + ["annotationSelector", "labelSelector"])
    var selector = try identity(fields)
    selector.annotationSelector = try fields.text("annotationSelector")
    selector.labelSelector = try fields.text("labelSelector")
    return selector
  }

  private func identity(_ fields: KustomizationFields) throws(KustomizeStop) -> ResourceSelector {
    ResourceSelector(
      type: ResourceType(
        group: try fields.text("group"), version: try fields.text("version"), kind: try fields.text("kind")),
      name: try fields.text("name"), namespace: try fields.text("namespace"))
  }
}
