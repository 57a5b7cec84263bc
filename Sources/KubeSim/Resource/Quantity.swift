import Manifest

/// Amounts of resources, which servers store in one spelling (exchange 109): `1024Mi` becomes `1Gi`, `0.5` becomes `500m`.
enum Quantity {
  private enum Form {
    case binary
    case decimal
    case exponent
  }

  private static let binary = ["Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6]
  private static let decimal = [
    "n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
  ]

  /// The stored spelling; the value as it is when it is no quantity, or one beyond 63 bits.
  static func canonical(_ value: Node) -> Node {
    switch value.value {
    case .string(let text): canonical(text).map { .text($0) } ?? value
    case .integer(let number): canonical(String(number)).map { .text($0) } ?? value
    case .decimal: canonical(JSONText.text(value)).map { .text($0) } ?? value
    default: value
    }
  }

  /// All values of a map.
  static func canonicalValues(_ map: Node) -> Node {
    guard let entries = map.object?.entries else { return map }
    return Node(.object(Object(entries: entries.map { .init(key: $0.key, value: canonical($0.value)) })))
  }

  private static func canonical(_ text: String) -> String? {
    var digits = ""
    var scale = 0
    var hasPoint = false
    var rest = text[...]
    let isNegative = rest.hasPrefix("-")
    if isNegative || rest.hasPrefix("+") { rest = rest.dropFirst() }
    while let character = rest.first, character.isASCII, character.isNumber || character == "." {
      if character == "." {
        if hasPoint { return nil }
        hasPoint = true
      } else {
        digits.append(character)
        if hasPoint { scale -= 1 }
      }
      rest = rest.dropFirst()
    }
    guard !digits.isEmpty, var number = Int64(digits) else { return nil }
    var form = Form.decimal
    let suffix = String(rest)
    if let power = binary[suffix] {
      form = .binary
      for _ in 0..<power {
        let (product, isTooLarge) = number.multipliedReportingOverflow(by: 1024)
        if isTooLarge { return nil }
        number = product
      }
    } else if let exponent = decimal[suffix] {
      scale += exponent
    } else if suffix.first == "e" || suffix.first == "E", let exponent = Int(suffix.dropFirst()), abs(exponent) < 30 {
      form = .exponent
      scale += exponent
    } else {
      return nil
    }
    if number == 0 { return "0" }
    while number % 10 == 0 {
      number /= 10
      scale += 1
    }
    let sign = isNegative ? "-" : ""
    if form == .binary, let whole = whole(number, scale), whole >= 1024 { return sign + powersOf1024(whole) }
    while scale % 3 != 0 {
      let (product, isTooLarge) = number.multipliedReportingOverflow(by: 10)
      if isTooLarge { return nil }
      number = product
      scale -= 1
    }
    if form == .exponent { return sign + String(number) + (scale == 0 ? "" : "e\(scale)") }
    guard let suffix = decimal.first(where: { $0.value == scale })?.key else { return nil }
    return sign + String(number) + suffix
  }

  /// The number when it has no fraction.
  private static func whole(_ number: Int64, _ scale: Int) -> Int64? {
    guard scale >= 0 else { return nil }
    var number = number
    for _ in 0..<scale {
      let (product, isTooLarge) = number.multipliedReportingOverflow(by: 10)
      if isTooLarge { return nil }
      number = product
    }
    return number
  }

  private static func powersOf1024(_ number: Int64) -> String {
    var number = number
    var power = 0
    while number % 1024 == 0, power < 6 {
      number /= 1024
      power += 1
    }
    return String(number) + (binary.first { $0.value == power }?.key ?? "")
  }

  /// Whether one amount of a Pod's resources is more than another; false for what cannot be compared.
  static func isMore(_ left: Node, than right: Node) -> Bool {
    guard let left = number(left), let right = number(right) else { return false }
    return left > right
  }

  /// An amount in thousandths, in which processors are counted; nil for what is none, or too large.
  static func thousandths(_ node: Node) -> Int64? { number(node).flatMap { Int64(exactly: ($0 * 1_000).rounded()) } }

  private static func number(_ node: Node) -> Double? {
    let text = canonical(node).string ?? ""
    let digits = text.prefix { $0.isNumber || $0 == "-" || $0 == "." }
    guard let number = Double(digits) else { return nil }
    let suffix = String(text[digits.endIndex...])
    if let power = binary[suffix] { return number * Double(1 << (10 * power)) }
    guard let exponent = decimal[suffix] else { return nil }
    return (0..<abs(exponent)).reduce(number) { value, _ in exponent > 0 ? value * 10 : value / 10 }
  }
}
