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

  /// Swift and Go find the same shortest digits; they differ in when they write an exponent and how.
  static func goText(_ number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
    if number == 0 { return number.sign == .minus ? "-0" : "0" }
    let description = number.magnitude.description
    let parts = description.split(separator: "e", maxSplits: 1)
    let mantissa = parts[0].split(separator: ".", maxSplits: 1)
    let whole = mantissa[0]
    let fraction = mantissa.count > 1 && mantissa[1] != "0" ? mantissa[1] : ""
    var digits = Array((whole + fraction).utf8)
    var point = whole.utf8.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    while digits.first == 48, digits.count > 1 {
      digits.removeFirst()
      point -= 1
    }
    while digits.last == 48, digits.count > 1 { digits.removeLast() }
    let sign = number < 0 ? "-" : ""
    let all = String(decoding: digits, as: UTF8.self)
    let exponent = point - 1
    if exponent < -4 || exponent >= 21 {
      let rest = all.dropFirst()
      let magnitude = String(abs(exponent))
      return sign + all.prefix(1) + (rest.isEmpty ? "" : "." + rest) + "e" + (exponent < 0 ? "-" : "+")
        + (magnitude.count < 2 ? "0" : "") + magnitude
    }
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + all }
    if point >= digits.count { return sign + all + String(repeating: "0", count: point - digits.count) }
    return sign + all.prefix(point) + "." + all.dropFirst(point)
  }
}
