import FleetModel
import Manifest

// JSON and YAML.
extension TemplateFunctions {
  static func addDocuments(to table: inout FunctionTable) {
    table.add("toJson", arity: 1) { (a) throws(FunctionError) in try json(a, isLenient: true) }
    table.add("mustToJson", arity: 1) { (a) throws(FunctionError) in try json(a) }
    table.add("toPrettyJson", arity: 1) { (a) throws(FunctionError) in try json(a, isPretty: true, isLenient: true) }
    table.add("mustToPrettyJson", arity: 1) { (a) throws(FunctionError) in try json(a, isPretty: true) }
    table.add("toRawJson", "mustToRawJson", arity: 1) { (a) throws(FunctionError) in
      try json(a, escapesMarkup: false)
    }
    table.add("fromJson", arity: 1) { (a) throws(FunctionError) in
      let bytes = try a.bytes(0)
      do throws(DiagnosticsError) { return try value(JSON.parse(bytes), a.rendering) } catch { return .null }
    }
    table.add("mustFromJson", arity: 1) { (a) throws(FunctionError) in
      let bytes = try a.bytes(0)
      do throws(DiagnosticsError) { return try value(JSON.parse(bytes), a.rendering) } catch {
        throw FunctionError("this is no JSON: \(describe(error))")
      }
    }
    table.add("toYaml", arity: 1) { (a) throws(FunctionError) in
      var text = YAML.text(try node(a[0], a.rendering, depth: 0))
      if text.utf8.last == 10 { text.removeLast() }
      return .string(text)
    }
    table.add("fromYaml", arity: 1) { (a) throws(FunctionError) in
      switch try yaml(a) {
      case .map(let map): return .map(map)
      case .missing, .null: return a.rendering.map([:])
      case let other:
        throw FunctionError("this YAML is \(other.description), not a map; for a list there is fromYamlArray")
      }
    }
    table.add("fromYamlArray", arity: 1) { (a) throws(FunctionError) in
      switch try yaml(a) {
      case .list(let list): return .list(list)
      case .missing, .null: return .list([])
      case let other: throw FunctionError("this YAML is \(other.description), not a list; for a map there is fromYaml")
      }
    }
  }

  private static func describe(_ error: DiagnosticsError) -> String {
    error.diagnostics.first.map { "line \($0.line), column \($0.column): \($0.message)" } ?? "it cannot be read"
  }

  /// - Parameter isLenient: whether what has no JSON becomes the empty text, as in sprig.
  private static func json(
    _ a: Arguments, isPretty: Bool = false, escapesMarkup: Bool = true, isLenient: Bool = false
  ) throws(FunctionError) -> Value {
    var writer = JSONText(a.rendering, isPretty: isPretty, escapesMarkup: escapesMarkup)
    do throws(FunctionError) {
      try writer.write(a[0], depth: 0)
    } catch {
      if isLenient, !error.isLimit { return .string("") }
      throw error
    }
    return writer.output.value
  }

  private static func yaml(_ a: Arguments) throws(FunctionError) -> Value {
    let bytes = try a.bytes(0)
    do throws(DiagnosticsError) {
      guard let first = try YAML.documents(bytes).first else { return .null }
      return value(first, a.rendering)
    } catch {
      throw FunctionError("this is no YAML: \(describe(error))")
    }
  }

  /// A tree as a value; its maps can be changed.
  private static func value(_ node: Node, _ rendering: Rendering) -> Value {
    _ = rendering.take()
    switch node.value {
    case .null: return .null
    case .boolean(let flag): return .boolean(flag)
    case .integer(let number): return .integer(number, .document)
    case .decimal(let number): return .decimal(number)
    case .string(let text): return .string(text)
    case .array(let elements): return .list(elements.map { value($0, rendering) })
    case .object(let object):
      var values: [String: Value] = [:]
      for entry in object.entries { values[entry.key] = value(entry.value, rendering) }
      return rendering.map(values)
    }
  }

  /// A value as a tree, for YAML.
  private static func node(_ value: Value, _ rendering: Rendering, depth: Int) throws(FunctionError) -> Node {
    guard depth <= Rendering.maximumValueDepth else { throw Rendering.tooDeep }
    try rendering.spend(1)
    switch value {
    case .missing, .null: return Node(.null)
    case .boolean(let flag): return Node(.boolean(flag))
    case .integer(let number, _): return Node(.integer(number))
    case .decimal(let number):
      guard number.isFinite else { throw FunctionError("a number that is not finite has no YAML here") }
      return Node(.number(number))
    case .string(let text): return Node(.string(text))
    case .bytes(let bytes): return Node(.string(bytes.text))
    case .time(let time): return Node(.string(JSONText.text(time)))
    case .version(let version): return Node(.string(version.text))
    case .list(let list):
      if list.isNil { return Node(.null) }
      var elements: [Node] = []
      for index in 0..<list.count { elements.append(try node(list[index], rendering, depth: depth + 1)) }
      return Node(.array(elements))
    case .map(let map):
      var entries: [Object.Entry] = []
      for key in map.sortedKeys {
        entries.append(.init(key: key, value: try node(map[key] ?? .null, rendering, depth: depth + 1)))
      }
      return Node(.object(Object(entries: entries)))
    }
  }
}

/// Writes values as Go's `encoding/json` does: keys in order, and `<`, `>`, `&` escaped unless told otherwise.
struct JSONText {
  private(set) var output: TextBuffer
  private let rendering: Rendering
  private let isPretty: Bool
  private let escapesMarkup: Bool

  init(_ rendering: Rendering, isPretty: Bool, escapesMarkup: Bool) {
    self.rendering = rendering
    self.isPretty = isPretty
    self.escapesMarkup = escapesMarkup
    output = TextBuffer(limit: rendering.limits.outputBytes)
  }

  mutating func write(_ value: Value, depth: Int) throws(FunctionError) {
    guard depth <= Rendering.maximumValueDepth else { throw Rendering.tooDeep }
    switch value {
    case .missing, .null: try output.append("null")
    case .boolean(let flag): try output.append(flag ? "true" : "false")
    case .integer(let number, _): try output.append(String(number))
    case .decimal(let number): try output.append(try Self.text(number))
    case .string(let text): try write(text: Array(text.utf8))
    case .bytes(let bytes): try write(text: bytes)
    case .time(let time): try write(text: Array(Self.text(time).utf8))
    case .version(let version): try write(text: Array(version.text.utf8))
    case .list(let list):
      if list.isNil { return try output.append("null") }
      try writeAll(list.count, "[", "]", depth) { (index, writer) throws(FunctionError) in
        try writer.write(list[index], depth: depth + 1)
      }
    case .map(let map):
      let keys = map.sortedKeys
      try writeAll(keys.count, "{", "}", depth) { (index, writer) throws(FunctionError) in
        try writer.write(text: Array(keys[index].utf8))
        try writer.output.append(writer.isPretty ? ": " : ":")
        try writer.write(map[keys[index]] ?? .null, depth: depth + 1)
      }
    }
  }

  private mutating func writeAll(
    _ count: Int, _ open: String, _ close: String, _ depth: Int,
    _ write: (Int, inout JSONText) throws(FunctionError) -> Void
  ) throws(FunctionError) {
    try output.append(open)
    for index in 0..<count {
      if index > 0 { try output.append(",") }
      if isPretty { try output.append("\n" + String(repeating: "  ", count: depth + 1)) }
      try write(index, &self)
    }
    if isPretty, count > 0 { try output.append("\n" + String(repeating: "  ", count: depth)) }
    try output.append(close)
  }

  private mutating func write(text: [UInt8]) throws(FunctionError) {
    var result: [UInt8] = [UInt8(ascii: "\"")]
    for scalar in Runes.scalars(text) {
      switch scalar {
      case "\"": result += "\\\"".utf8
      case "\\": result += "\\\\".utf8
      case "\n": result += "\\n".utf8
      case "\r": result += "\\r".utf8
      case "\t": result += "\\t".utf8
      case "\u{8}": result += "\\b".utf8
      case "\u{C}": result += "\\f".utf8
      case "<" where escapesMarkup, ">" where escapesMarkup, "&" where escapesMarkup, "\u{2028}", "\u{2029}",
        _ where scalar.value < 0x20:
        result += Array("\\u".utf8) + Quoting.hexadecimal(scalar.value, width: 4)
      default: result += String(Character(scalar)).utf8
      }
    }
    try output.append(result + [UInt8(ascii: "\"")])
  }

  /// The shortest form; with an exponent below 1e-6 and from 1e21.
  private static func text(_ number: Double) throws(FunctionError) -> String {
    guard number.isFinite else {
      throw FunctionError("json: unsupported value: \(DecimalText.text(number, verb: 103, precision: nil))")
    }
    let magnitude = number.magnitude
    guard magnitude != 0, magnitude < 1e-6 || magnitude >= 1e21 else {
      return DecimalText.text(number, verb: UInt8(ascii: "f"), precision: nil)
    }
    let text = DecimalText.text(number, verb: UInt8(ascii: "e"), precision: nil)
    // e-09 is written e-9.
    guard text.hasSuffix("0" + text.suffix(1)), text.suffix(3).hasPrefix("-") else { return text }
    return String(text.dropLast(2) + text.suffix(1))
  }

  /// RFC 3339 with what there is of a second's fraction.
  static func text(_ time: TimeValue) -> String {
    TimeLayout(Array("2006-01-02T15:04:05.999999999Z07:00".utf8)).text(time)
  }
}
