internal import FleetModel
internal import Manifest

/// The fields of one map. It notes which fields were asked for; `finish` reports the others.
final class MapReader {
  let field: FieldReader
  private let object: Object
  private var known: Set<String> = []
  /// Keys that were written with another name, with the right one.
  private var misnamed: [String: String] = [:]
  /// What is missing, by the keys that would do; reported at the end, when it is known which keys are mistyped.
  private var missing: [(keys: [String], report: () -> Void)] = []

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
    reportMissing([key]) { [field] in
      field.findings.add(at: field.node.position, field: path, "is missing", hint: hint)
    }
    return nil
  }

  /// Reports that none of some keys is there, unless one of them turns out to be there under a mistyped name: one
  /// mistake gets one message.
  func reportMissing(_ keys: [String], _ report: @escaping () -> Void) {
    missing.append((keys, report))
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
    misnamed[key] = name
    let path = FieldPath.appending(key: key, to: field.path)
    field.findings.add(at: entry.keyPosition, field: path, "unknown field; here it is called \"\(name)\"")
  }

  private func finish() {
    for entry in object.entries where !known.contains(entry.key) && misnamed[entry.key] == nil {
      let near = suggestion(for: entry.key, among: known)
      if let near, object[near] == nil { misnamed[entry.key] = near }
      field.findings.add(
        field.findings.unknownField, at: entry.keyPosition, field: FieldPath.appending(key: entry.key, to: field.path),
        "unknown field" + (near.map { "; did you mean \"\($0)\"?" } ?? ""),
        hint: near == nil ? "known here: \(known.sorted().joined(separator: ", "))" : "")
    }
    let meant = Set(misnamed.values)
    for (keys, report) in missing where meant.isDisjoint(with: keys) { report() }
  }

  private func child(_ key: String, _ node: Node) -> FieldReader {
    FieldReader(node: node, path: FieldPath.appending(key: key, to: field.path), findings: field.findings)
  }
}
