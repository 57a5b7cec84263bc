import FleetModel
import Manifest

extension Chart {
  /// The values of ConfigMaps and Secrets that lie in files of the commit, in order, as JSON.
  ///
  /// - Throws: what is not there, or cannot be read, with the field and the file. What a Secret holds is in no message.
  func valuesFrom(_ sources: [HelmOptions.ValuesSource]) throws(DiagnosticsError) -> [String] {
    var values: [String] = []
    for (number, source) in sources.enumerated() {
      let reader = ValuesReader(
        source: source, tree: tree, field: "spec.template.spec.source.helm.valuesFrom[\(number)]")
      let path = try pathInRepository(source.file, field: "\(reader.field).file")
      guard let node = try reader.values(in: path) else { continue }
      values.append(JSON.text(node, sortedKeys: true))
    }
    return values
  }
}

/// Reads the values of one ConfigMap or Secret.
private struct ValuesReader {
  let source: HelmOptions.ValuesSource
  let tree: any SourceTree
  let field: String

  private var key: String { source.valuesKey ?? HelmOptions.ValuesSource.defaultKey }

  /// The values; nil for an optional source that is not there.
  func values(in file: String) throws(DiagnosticsError) -> Node? {
    guard let bytes = try contents(of: file) else {
      return try missing("there is no file \(file) at commit \(tree.commit.short)", file: "")
    }
    let documents = try YAML.documents(bytes, file: file)
    let objects = documents.filter { document in
      document["kind"]?.string == source.kind.rawValue && document["apiVersion"]?.string == "v1"
        && source.name.map { document["metadata", "name"]?.string == $0 } ?? true
    }
    guard let object = objects.first else {
      return try missing("there is no \(source.kind.rawValue)\(source.name.map { " \($0)" } ?? "") in it", file: file)
    }
    guard objects.count == 1 else {
      throw Chart.problem(
        "\(objects.count) objects of kind \(source.kind.rawValue) in it may be meant", file: file, field: field,
        hint: "say which: name: \(object["metadata", "name"]?.string ?? "NAME")")
    }
    try refuseEncrypted(object, file)
    guard let text = try text(of: object, file) else {
      return try missing("\(display(object)) has no key \"\(key)\"", file: file)
    }
    if let path = source.targetPath { return try nested(Self.value(text), at: path) }
    return try map(text, object, file)
  }

  private func contents(of file: String) throws(DiagnosticsError) -> [UInt8]? {
    do { return try tree.contents(of: file) } catch {
      throw Chart.problem(error.message, file: error.path, field: field)
    }
  }

  private func missing(_ message: String, file: String) throws(DiagnosticsError) -> Node? {
    if source.isOptional { return nil }
    throw Chart.problem(message, file: file, field: field, hint: "optional: true leaves out what is not there")
  }

  private func display(_ object: Node) -> String {
    "\(source.kind.rawValue) \(object["metadata", "name"]?.string ?? "without a name")"
  }

  /// Only agents have keys: a chart that is filled in here would get what nobody can read.
  private func refuseEncrypted(_ object: Node, _ file: String) throws(DiagnosticsError) {
    let texts = ["data", "stringData"].compactMap { object[$0, key]?.string }
    guard SopsMetadata(of: object) != nil || texts.contains(where: SopsMetadata.isEncrypted) else { return }
    throw Chart.problem(
      "\(display(object)) is encrypted with SOPS, and only the clusters' agents decrypt", file: file, field: field,
      hint: "keep the encrypted Secret beside the chart's objects, and give the chart its name as a value")
  }

  private func text(of object: Node, _ file: String) throws(DiagnosticsError) -> String? {
    if source.kind == .secret, let text = object["stringData", key]?.string { return text }
    guard let value = object["data", key] else { return nil }
    guard let text = value.string else {
      throw Chart.problem("expected a text, not \(value.kindName)", file: file, field: "data.\(key)")
    }
    guard source.kind == .secret else { return text }
    guard let bytes = BaseEncoding.base64.bytes(of: text), let plain = String(validating: bytes, as: UTF8.self) else {
      throw Chart.problem("expected base64 of a text", file: file, field: "data.\(key)")
    }
    return plain
  }

  /// The text as a map of values; nil when there is nothing in it.
  private func map(_ text: String, _ object: Node, _ file: String) throws(DiagnosticsError) -> Node? {
    let expected = "expected a map of values in \"\(key)\" of \(display(object))"
    let hint = source.targetPath == nil ? "targetPath says where a single value belongs" : ""
    let documents: [Node]
    do throws(DiagnosticsError) { documents = try YAML.documents(Array(text.utf8)) } catch {
      let said = source.kind == .secret ? "" : ": \(error.diagnostics.first?.message ?? "")"
      throw Chart.problem("\(expected), which is no YAML\(said)", file: file, field: field)
    }
    guard let node = documents.first, !node.isNull else { return nil }
    guard documents.count == 1, node.object != nil else {
      let found = documents.count == 1 ? node.kindName : "\(documents.count) documents"
      throw Chart.problem("\(expected), not \(found)", file: file, field: field, hint: hint)
    }
    return node
  }

  /// What one value is: a text in quotes and one of several lines is a text, anything else what YAML says.
  private static func value(_ text: String) -> Node {
    for quote in ["\"", "'"] where text.count >= 2 && text.hasPrefix(quote) && text.hasSuffix(quote) {
      return Node(.string(String(text.dropFirst().dropLast())))
    }
    guard !text.contains("\n"), let documents = try? YAML.documents(Array(text.utf8)), let node = documents.first,
      node.object == nil, node.array == nil, node.string == nil
    else { return Node(.string(text)) }
    return node
  }

  /// A map with one value at a path; a backslash keeps the dot after it in the key.
  private func nested(_ value: Node, at path: String) throws(DiagnosticsError) -> Node {
    let mark: Character = "\u{0}"
    let keys = path.replacing("\\.", with: String(mark)).split(separator: ".", omittingEmptySubsequences: false)
      .map { String($0.map { $0 == mark ? "." : $0 }) }
    guard !keys.contains(where: \.isEmpty), !path.contains("[") else {
      throw Chart.problem(
        "expected keys joined by dots, not \"\(path)\"", field: "\(field).targetPath",
        hint: "a list is written as a whole, in a map of values")
    }
    return keys.reversed().reduce(value) { inner, key in
      var map: Node = [:]
      map[key] = inner
      return map
    }
  }
}
