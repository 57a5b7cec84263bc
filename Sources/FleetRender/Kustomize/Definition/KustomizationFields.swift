import FleetModel
import Manifest

/// Reads the fields of one map of a kustomization, strictly, as kustomize does: an unknown field is an error, and so is a
/// number where a text belongs.
struct KustomizationFields {
  let file: String
  let path: String
  let node: Node
  private let object: Object

  /// - Throws: when it is no map, or has a field that is not among the known ones.
  init(_ node: Node, path: String, file: String, known: some Collection<String>) throws(KustomizeStop) {
    self.node = node
    self.path = path
    self.file = file
    guard let object = node.object else {
      throw .failed("expected a map, not \(node.kindName)", file: file, at: node.position, field: path)
    }
    self.object = object
    for entry in object.entries where !known.contains(entry.key) {
      // Go's JSON reader takes keys in any case.
      if known.contains(where: { $0.lowercased() == entry.key.lowercased() }) {
        throw .needsProgram("the field \(entry.key), in other than its usual case")
      }
      throw .failed(
        "unknown field \"\(entry.key)\"", file: file, at: entry.keyPosition, field: path.isEmpty ? entry.key : path,
        hint: suggestion(for: entry.key, among: known).map { "did you mean \($0)?" } ?? "")
    }
  }

  func place(_ field: String) -> String { path.isEmpty ? field : path + "." + field }

  /// The value of a field that is there and not null.
  func value(_ field: String) -> Node? {
    guard let value = object[field], !value.isNull else { return nil }
    return value
  }

  func text(_ field: String) throws(KustomizeStop) -> String { try optionalText(field) ?? "" }

  func optionalText(_ field: String) throws(KustomizeStop) -> String? {
    guard let value = value(field) else { return nil }
    return try Self.text(value, place(field), file)
  }

  func reference(_ field: String) throws(KustomizeStop) -> KustomizationDefinition.Reference? {
    guard let value = value(field) else { return nil }
    let text = try Self.text(value, place(field), file)
    return text.isEmpty ? nil : .init(text: text, field: place(field), position: value.position)
  }

  func flag(_ field: String) throws(KustomizeStop) -> Bool {
    guard let value = value(field) else { return false }
    guard let flag = value.boolean else { throw unexpected("true or false", value, field) }
    return flag
  }

  func integer(_ field: String) throws(KustomizeStop) -> Int64 {
    guard let value = value(field) else { return 0 }
    guard let number = value.integer else { throw unexpected("an integer", value, field) }
    return number
  }

  func elements(_ field: String) throws(KustomizeStop) -> [(path: String, node: Node)] {
    guard let value = value(field) else { return [] }
    guard let elements = value.array else { throw unexpected("a list", value, field) }
    return elements.enumerated().map { ("\(place(field))[\($0.offset)]", $0.element) }
  }

  func references(_ field: String) throws(KustomizeStop) -> [KustomizationDefinition.Reference] {
    var result: [KustomizationDefinition.Reference] = []
    for (path, node) in try elements(field) {
      result.append(.init(text: try Self.text(node, path, file), field: path, position: node.position))
    }
    return result
  }

  func textMap(_ field: String) throws(KustomizeStop) -> [String: String] {
    guard let value = value(field) else { return [:] }
    guard let object = value.object else { throw unexpected("a map", value, field) }
    var result: [String: String] = [:]
    for entry in object.entries {
      result[entry.key] = entry.value.isNull ? "" : try Self.text(entry.value, "\(place(field)).\(entry.key)", file)
    }
    return result
  }

  func unexpected(_ expected: String, _ value: Node, _ field: String) -> KustomizeStop {
    .failed("expected \(expected), not \(value.kindName)", file: file, at: value.position, field: place(field))
  }

  private static func text(_ node: Node, _ path: String, _ file: String) throws(KustomizeStop) -> String {
    guard let text = node.string else {
      let isValue = node.array == nil && node.object == nil && !node.isNull
      throw .failed(
        "expected a text, not \(node.kindName)", file: file, at: node.position, field: path,
        hint: isValue ? "put it in quotes" : "")
    }
    return text
  }
}
