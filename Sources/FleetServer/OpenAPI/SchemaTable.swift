import FleetAPI
import FoundationEssentials

/// JSON schemas of wire values, inferred from their complete examples: the JSON tells names and types, the Swift value
/// which fields are optional and which texts an enumeration allows.
struct SchemaTable {
  /// The schemas by name.
  private(set) var schemas: [String: JSONValue] = [:]

  /// A reference to the schema of a type, which is added when it is new.
  mutating func reference(to type: any WireValue.Type) -> JSONValue {
    let name = Self.name(of: type)
    if schemas[name] == nil { add(type.example, name: name) }
    return .object(["$ref": .string("#/components/schemas/\(name)")])
  }

  /// Adds the schema of a complete example under a name.
  mutating func add(_ example: any Encodable, name: String) {
    guard let json = Self.json(of: example) else { return }
    guard case .object(var entries) = Self.schema(of: json, value: example) else { return }
    entries["example"] = json
    schemas[name] = .object(entries)
  }

  /// `ListPage<ClusterResource>` becomes `ListPageClusterResource`.
  private static func name(of type: any WireValue.Type) -> String {
    String(String(describing: type).filter { $0.isLetter || $0.isNumber })
  }

  private static func json(of value: some Encodable) -> JSONValue? {
    guard let data = try? JSONEncoder().encode(value) else { return nil }
    return try? JSONDecoder().decode(JSONValue.self, from: data)
  }

  private static func schema(of json: JSONValue, value: Any?) -> JSONValue {
    // A document as somebody wrote it: the example is not all that it may be.
    if value is JSONValue { return .object(["type": .string("object")]) }
    switch json {
    case .null: return .object([:])
    case .boolean: return .object(["type": .string("boolean")])
    case .integer: return .object(["type": .string("integer")])
    case .decimal: return .object(["type": .string("number")])
    case .string:
      var entries: [String: JSONValue] = ["type": .string("string")]
      if value is Timestamp { entries["format"] = .string("date-time") }
      if let cases = value.flatMap(allowedTexts) { entries["enum"] = .array(cases.map { .string($0) }) }
      return .object(entries)
    case .array(let items):
      let first = value.flatMap { Mirror(reflecting: $0).children.first?.value }
      let item = items.first.map { schema(of: $0, value: first) } ?? .object([:])
      return .object(["type": .string("array"), "items": item])
    case .object(let entries): return objectSchema(entries, value: value)
    }
  }

  private static func objectSchema(_ entries: [String: JSONValue], value: Any?) -> JSONValue {
    let mirror = value.map { Mirror(reflecting: $0) }
    guard let mirror, mirror.displayStyle == .struct else {
      // A map: its keys are data.
      let values = entries.values.filter { $0 != .null }
      var item = values.first.map { Self.schema(of: $0, value: nil) }
      if values.count < entries.count, case .object(var fields)? = item, let type = fields["type"] {
        fields["type"] = .array([type, .string("null")])
        item = .object(fields)
      }
      return .object(["type": .string("object"), "additionalProperties": item ?? .object([:])])
    }
    var properties: [String: JSONValue] = [:]
    var required: [String] = []
    for child in mirror.children {
      guard let label = child.label, let json = entries[label] else { continue }
      let childMirror = Mirror(reflecting: child.value)
      let isOptional = childMirror.displayStyle == .optional
      properties[label] = schema(of: json, value: isOptional ? childMirror.children.first?.value : child.value)
      if !isOptional { required.append(label) }
    }
    var result: [String: JSONValue] = ["type": .string("object"), "properties": .object(properties)]
    if !required.isEmpty { result["required"] = .array(required.sorted().map { .string($0) }) }
    return .object(result)
  }

  private static func allowedTexts(_ value: Any) -> [String]? {
    guard let type = type(of: value) as? any (CaseIterable & RawRepresentable).Type else { return nil }
    return texts(of: type)
  }

  private static func texts<Value: CaseIterable & RawRepresentable>(of type: Value.Type) -> [String]? {
    let texts = type.allCases.compactMap { $0.rawValue as? String }
    return texts.isEmpty ? nil : texts
  }
}
