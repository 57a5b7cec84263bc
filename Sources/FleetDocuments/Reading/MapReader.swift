internal import FleetModel
internal import Manifest

/// The fields of one map. It notes which fields were asked for; `finish` reports the others.
final class MapReader {
  let field: FieldReader
  private let object: Object
  private var known: Set<String> = []
  private var unavailable: Set<String> = []

  private init(field: FieldReader, object: Object) {
    self.field = field
    self.object = object
  }

  /// Reads the fields of a map, then reports those that nobody asked for. Nil when the value is no map.
  static func read<Result>(_ field: FieldReader, _ body: (MapReader) -> Result) -> Result? {
    guard let object = field.node.object else {
      field.expected("a map")
      return nil
    }
    let reader = MapReader(field: field, object: object)
    let result = body(reader)
    reader.finish()
    return result
  }

  /// The keys that are written, for maps that are one of several things.
  var writtenKeys: [String] { object.keys }

  /// A field; nil when it is absent or null, which say the same.
  func optional(_ key: String) -> FieldReader? {
    known.insert(key)
    guard let node = object[key], !node.isNull else { return nil }
    return child(key, node)
  }

  /// A field that may be written without a value, `clusters:` for `clusters: {}`.
  func present(_ key: String) -> FieldReader? {
    known.insert(key)
    return object[key].map { child(key, $0) }
  }

  /// A field that must be there; reports when it is not.
  func required(_ key: String, hint: String = "") -> FieldReader? {
    if let field = optional(key) { return field }
    let path = FieldPath.appending(key: key, to: field.path)
    field.findings.add(at: field.node.position, field: path, "is missing", hint: hint)
    return nil
  }

  /// Refuses a field that Flotilla knows but does not offer yet, so that it is not silently ignored.
  func notAvailable(_ key: String, hint: String = "") {
    known.insert(key)
    guard let entry = object.entry(key) else { return }
    let path = FieldPath.appending(key: key, to: field.path)
    field.findings.add(at: entry.keyPosition, field: path, "not available in this version", hint: hint)
  }

  /// Refuses a field that another product, or an earlier text, calls differently.
  func renamed(_ key: String, to name: String) {
    guard !known.contains(key), let entry = object.entry(key) else { return }
    unavailable.insert(key)
    let path = FieldPath.appending(key: key, to: field.path)
    field.findings.add(at: entry.keyPosition, field: path, "unknown field; here it is called \"\(name)\"")
  }

  private func finish() {
    for entry in object.entries where !known.contains(entry.key) && !unavailable.contains(entry.key) {
      let near = suggestion(for: entry.key, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
      let hint = near.isEmpty ? "known here: \(known.sorted().joined(separator: ", "))" : ""
      field.findings.add(
        at: entry.keyPosition, field: FieldPath.appending(key: entry.key, to: field.path), "unknown field\(near)",
        hint: hint)
    }
  }

  private func child(_ key: String, _ node: Node) -> FieldReader {
    FieldReader(node: node, path: FieldPath.appending(key: key, to: field.path), findings: field.findings)
  }
}
