extension ParameterValue {
  /// The value as Go's `fmt` prints it with `%v`: maps as `map[a:1 b:2]` with sorted keys, lists as `[1 2]`, nothing as
  /// `<nil>`, decimals in their shortest form.
  public var text: String {
    switch self {
    case .null: "<nil>"
    case .boolean(let flag): flag ? "true" : "false"
    case .integer(let number): String(number)
    case .decimal(let number): Self.goText(number)
    case .string(let text): text
    case .list(let elements): "[" + elements.map(\.text).joined(separator: " ") + "]"
    case .map(let values):
      "map["
        + values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\($0.key):\($0.value.text)" }.joined(separator: " ") + "]"
    }
  }

  /// The values of a map under dotted keys (`a.b`, list elements as `a.0`), all as text: what a post-filter's selector
  /// looks at (GENERATORS 2.10). Nothing is left out, and nothing becomes the empty text.
  public var flattened: [String: String] {
    var result: [String: String] = [:]
    flatten(under: "", into: &result)
    return result
  }

  private func flatten(under prefix: String, into result: inout [String: String]) {
    func key(_ part: String) -> String { prefix.isEmpty ? part : prefix + "." + part }
    switch self {
    case .map(let values): for (part, value) in values { value.flatten(under: key(part), into: &result) }
    case .list(let elements):
      for (index, value) in elements.enumerated() { value.flatten(under: key(String(index)), into: &result) }
    case .null: if !prefix.isEmpty { result[prefix] = "" }
    default: if !prefix.isEmpty { result[prefix] = text }
    }
  }

  /// As `%v` prints it: with an exponent below 1e-4 and from 1e6 on, unless it needs more digits.
  static func goText(_ number: Double) -> String {
    DecimalText.text(number, verb: UInt8(ascii: "g"), precision: nil)
  }
}
