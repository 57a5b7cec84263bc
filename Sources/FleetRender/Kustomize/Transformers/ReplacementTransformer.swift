import FleetModel
import Manifest

/// Copies values between fields of objects.
struct ReplacementTransformer {
  typealias Replacement = KustomizationDefinition.Replacement

  let file: String

  func apply(_ replacement: Replacement, to resources: [Resource]) throws(KustomizeStop) {
    guard replacement.source != nil || replacement.sourceValue != nil, !replacement.targets.isEmpty else {
      throw failure(replacement, "a replacement needs a source and at least one target")
    }
    for resource in resources { resource.writeNotes() }
    let value = try value(replacement, resources)
    for target in replacement.targets { try copy(value, to: target, of: replacement, resources) }
    for resource in resources { resource.forgetIDs() }
  }

  private func failure(_ replacement: Replacement, _ message: String) -> KustomizeStop {
    .failed(message, file: file, at: replacement.position, field: "replacements")
  }

  // MARK: Source

  private func value(_ replacement: Replacement, _ resources: [Resource]) throws(KustomizeStop) -> WrittenNode {
    guard let source = replacement.source else { return .untyped(replacement.sourceValue ?? "") }
    guard replacement.sourceValue == nil else { throw failure(replacement, "either source or sourceValue, not both") }
    let id = source.id
    let matches = resources.filter { resource in
      Self.ids(of: resource).contains {
        (id.name.isEmpty || id.name == $0.name) && $0.type.isSelected(by: id.type)
          && (id.namespace.isEmpty || id.namespace == $0.effectiveNamespace)
      }
    }
    let wanted = [id.type.kind, id.name].filter { !$0.isEmpty }.joined(separator: " ")
    guard matches.count == 1 else {
      throw failure(
        replacement, matches.isEmpty ? "there is no source \(wanted)" : "several objects are the source \(wanted)")
    }
    let path = source.fieldPath.isEmpty ? "metadata.name" : source.fieldPath
    guard let node = try DottedPath.lookup(DottedPath.parts(path), in: matches[0].root), !node.isNilOrEmpty else {
      throw failure(replacement, "the source \(wanted) has no \(path)")
    }
    guard let options = source.options, !options.delimiter.isEmpty else { return node }
    guard node.kind == .scalar else { throw failure(replacement, "a delimiter is for a single value") }
    let parts = Self.split(node.text, at: options.delimiter)
    guard parts.indices.contains(options.index) else {
      throw failure(replacement, "\"\(node.text)\" has no part \(options.index)")
    }
    let part = node.copy()
    part.text = parts[options.index]
    return part
  }

  /// All ids of an object; of none is it known here that it stands outside namespaces.
  private static func ids(of resource: Resource) -> [ResourceID] {
    let current = resource.current
    let written = ResourceID(type: current.type, name: current.name, namespace: current.namespace)
    return [written] + resource.previous
  }

  private static func split(_ text: String, at delimiter: String) -> [String] {
    var parts: [String] = []
    var rest = text[...]
    while let range = rest.firstRange(of: delimiter) {
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return parts + [String(rest)]
  }

  // MARK: Targets

  private func copy(
    _ value: WrittenNode, to target: Replacement.Target, of replacement: Replacement, _ resources: [Resource]
  ) throws(KustomizeStop) {
    let select = try target.select.compiled()
    var reject: [(ResourceSelector, CompiledSelector)] = []
    for selector in target.reject { reject.append((selector, try selector.compiled())) }
    for resource in resources {
      let labels = resource.labels
      let annotations = resource.annotations
      guard select.annotations.matches(annotations), select.labels.matches(labels) else { continue }
      let ids = Self.ids(of: resource)
      guard try !isRejected(ids, labels, annotations, by: reject) else { continue }
      for id in ids where try select.matches(id: id) {
        for path in target.fieldPaths { try set(value, at: path, in: resource, target.options, replacement) }
        break
      }
    }
  }

  private func isRejected(
    _ ids: [ResourceID], _ labels: [String: String], _ annotations: [String: String],
    by selectors: [(ResourceSelector, CompiledSelector)]
  ) throws(KustomizeStop) -> Bool {
    for (written, selector) in selectors {
      if !written.annotationSelector.isEmpty || !written.labelSelector.isEmpty,
        selector.annotations.matches(annotations), selector.labels.matches(labels)
      {
        return true
      }
      if written.namesNothing { continue }
      for id in ids where try selector.matches(id: id) { return true }
    }
    return false
  }

  private func set(
    _ value: WrittenNode, at path: String, in resource: Resource, _ options: KustomizationDefinition.FieldOptions?,
    _ replacement: Replacement
  ) throws(KustomizeStop) {
    let parts = DottedPath.parts(path)
    try refuseStructuredText(parts, in: resource.root)
    let matcher = PathMatcher(made: options?.creates == true ? value.kind : nil)
    let nodes = try matcher.matches(parts[...], in: resource.root)
    guard !nodes.isEmpty else {
      throw failure(replacement, "\(resource.current.display) of \(resource.file) has no \(path)")
    }
    for node in nodes { try set(value, in: node, options, replacement) }
  }

  /// Texts that hold YAML or JSON can be written into by the program.
  private func refuseStructuredText(_ parts: [String], in root: WrittenNode) throws(KustomizeStop) {
    guard parts.count > 1 else { return }
    for count in 1..<parts.count {
      let node: WrittenNode?
      do throws(KustomizeStop) { node = try DottedPath.lookup(Array(parts[..<count]), in: root) } catch { continue }
      if node?.kind == .scalar {
        throw .needsProgram("a path into the text of \(parts[..<count].joined(separator: "."))")
      }
    }
  }

  private func set(
    _ value: WrittenNode, in node: WrittenNode, _ options: KustomizationDefinition.FieldOptions?,
    _ replacement: Replacement
  ) throws(KustomizeStop) {
    let value = value.copy()
    if let options, !options.delimiter.isEmpty {
      guard node.kind == .scalar else { throw failure(replacement, "a delimiter is for a single value") }
      var parts = Self.split(node.text, at: options.delimiter)
      let text = value.isNull ? "" : value.text
      if options.index < 0 {
        parts.insert(text, at: 0)
      } else if options.index >= parts.count {
        parts.append(text)
      } else {
        parts[options.index] = text
      }
      value.text = parts.joined(separator: options.delimiter)
    }
    // Of a single value the type stays, so that a number can become a text and the other way round.
    if node.kind == .scalar { node.text = value.text } else { node.become(value) }
  }
}
