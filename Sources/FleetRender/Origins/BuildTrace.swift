import FleetModel
import Manifest

/// Follows the objects of a kustomization through its build, so that it can be said what gave each field its value. Only
/// builds that are asked for that have one.
final class BuildTrace {
  private struct Followed {
    /// Held, so that no other object gets its identity.
    let resource: Resource
    var document: TracedDocument
  }

  let parts: KustomizationParts
  /// What the objects of an override have been through before.
  private var earlier: [ResourceID: TracedDocument]
  private var followed: [ObjectIdentifier: Followed] = [:]
  /// The objects as they came out, in order.
  private(set) var documents: [TracedDocument] = []

  init(parts: KustomizationParts, earlier: [TracedDocument] = []) {
    self.parts = parts
    self.earlier = Dictionary(
      earlier.map { (Self.key($0.node), $0) }, uniquingKeysWith: { first, _ in first })
  }

  private static func key(_ node: Node) -> ResourceID {
    let type = ResourceType(apiVersion: node["apiVersion"]?.string ?? "", kind: node["kind"]?.string ?? "")
    return ResourceID(
      type: type, name: node["metadata", "name"]?.string ?? "", namespace: node["metadata", "namespace"]?.string ?? "",
      isClusterScoped: type.isClusterScoped
    )
  }

  // MARK: Objects that come in

  /// Objects were read from a file.
  func read(_ resources: [Resource], from file: String) {
    for resource in resources {
      let document =
        earlier[resource.current]
        ?? TracedDocument(Self.snapshot(resource.root)) { field in
          FieldOrigin(kind: .file, file: file, line: field.value.position.map { Int($0.line) })
        }
      followed[ObjectIdentifier(resource)] = Followed(resource: resource, document: document)
    }
  }

  /// A generator made an object.
  ///
  /// - Parameter places: where the values of keys are written.
  func generated(
    _ resource: Resource, by part: String, of file: String, places: [String: (file: String, line: Int?)]
  ) {
    let step = generation(by: part, of: file, places: places)
    followed[ObjectIdentifier(resource)] = Followed(
      resource: resource, document: TracedDocument(Self.snapshot(resource.root), by: step))
  }

  /// A generated object took the place of another one.
  func merged(
    _ old: Resource, into resource: Resource, by part: String, of file: String,
    places: [String: (file: String, line: Int?)]
  ) {
    guard var document = followed[ObjectIdentifier(old)]?.document else { return }
    document.becomes(Self.snapshot(resource.root), by: generation(by: part, of: file, places: places))
    followed[ObjectIdentifier(resource)] = Followed(resource: resource, document: document)
  }

  private func generation(
    by part: String, of file: String, places: [String: (file: String, line: Int?)]
  ) -> TracedDocument.Step {
    { [parts] field in
      let isData = field.path.count == 2 && ["data", "binaryData"].contains(field.path[0])
      let place = isData ? places[field.path[1]] : nil
      return parts.origin(.generator, part, of: file, at: place)
    }
  }

  // MARK: Steps

  /// A part of a kustomization has been through objects.
  ///
  /// - Parameter place: the file that the part names; nil when it is written in the kustomization.
  func changed(_ resources: [Resource], by part: String, of file: String, in place: String? = nil) {
    follow(resources) { [parts] field in
      parts.origin(.transformer, part, of: file, at: place.map { ($0, nil) }, key: field.path.last ?? "")
    }
  }

  /// A patch has been merged into objects.
  ///
  /// - Parameter root: the patch, whose nodes know their lines; nil for a JSON patch.
  func patched(_ resources: [Resource], by part: String, of file: String, in place: String, root: WrittenNode?) {
    var lines: [Scalar: Int] = [:]
    if let root, parts.hasLines(place) { Self.collect(root, into: &lines) }
    follow(resources) { [parts] field in
      // A list may have moved a field of the object that the patch does not know: the patch's own are known by their texts.
      let line = field.value.position.flatMap { position in
        lines[Scalar(position: position, text: Self.text(field.value))]
      }
      return parts.origin(.patch, part, of: file, at: (place, line), key: field.path.last ?? "")
    }
  }

  /// The build did something that no part of a kustomization says.
  func finished(_ resources: [Resource], with what: String) {
    follow(resources) { [parts] _ in
      FieldOrigin(
        kind: parts.override == nil ? .transformer : .override,
        part: parts.override.map { "override \($0): \(what)" } ?? what)
    }
  }

  private func follow(_ resources: [Resource], by step: TracedDocument.Step) {
    for resource in resources {
      let root = Self.snapshot(resource.root)
      followed[ObjectIdentifier(resource)]?.document.becomes(root, by: step)
    }
  }

  // MARK: Objects that come out

  /// An object is in the output, as it is written there.
  func completed(_ resource: Resource, as node: Node) {
    var document = followed[ObjectIdentifier(resource)]?.document ?? TracedDocument([:] as Node) { _ in Self.output }
    document.becomes(node) { _ in Self.output }
    documents.append(document)
  }

  private static let output = FieldOrigin(kind: .transformer, part: "kustomize's output")

  // MARK: Snapshots

  /// What an object says at the moment, with the places of its values.
  private static func snapshot(_ root: WrittenNode) -> Node {
    var node = values(root)
    // In the output annotations are what is written, whatever it looks like.
    guard let written = root["metadata"]?["annotations"], written.kind == .mapping else { return node }
    for key in written.keys {
      guard let scalar = written[key], scalar.kind == .scalar else { continue }
      node["metadata"]?["annotations"]?[key] = Node(.string(scalar.text), at: scalar.position)
    }
    return node
  }

  private static func values(_ node: WrittenNode) -> Node {
    switch node.kind {
    case .scalar:
      let value = (try? node.value())?.value ?? .string(node.text)
      return Node(value, at: node.position)
    case .sequence: return Node(.array(node.content.map(values)), at: node.position)
    case .mapping:
      var object = Object()
      for index in stride(from: 0, to: node.content.count - node.content.count % 2, by: 2) {
        object[node.content[index].text] = values(node.content[index + 1])
      }
      return Node(.object(object), at: node.position)
    }
  }

  private struct Scalar: Hashable {
    var position: Position
    var text: String
  }

  private static func collect(_ node: WrittenNode, into lines: inout [Scalar: Int]) {
    if let position = node.position, node.content.isEmpty {
      lines[Scalar(position: position, text: text(values(node)))] = Int(position.line)
    }
    for child in node.content { collect(child, into: &lines) }
  }

  private static func text(_ node: Node) -> String { node.string ?? JSON.text(node) }
}
