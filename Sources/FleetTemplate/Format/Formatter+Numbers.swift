// Numbers.
extension Formatter {
  mutating func format(
    integer number: Int64, _ kind: Value.IntegerKind, _ value: Value, verb: Unicode.Scalar
  ) throws(FunctionError) {
    switch verb {
    case "v" where flags.sharpV && kind.isUnsigned:
      let sharp = flags.sharp
      flags.sharp = true
      try digits(number, kind, base: 16, verb: "v")
      flags.sharp = sharp
    case "v", "d": try digits(number, kind, base: 10, verb: verb)
    case "b": try digits(number, kind, base: 2, verb: verb)
    case "o", "O": try digits(number, kind, base: 8, verb: verb)
    case "x", "X": try digits(number, kind, base: 16, verb: verb)
    case "c": try pad(Runes.bytes([scalar(number)]))
    case "q":
      try pad(Quoting.quoted(Runes.bytes([scalar(number)]), quote: UInt8(ascii: "'"), isASCII: flags.plus))
    case "U": try unicode(number)
    case "e", "E", "f", "F", "g", "G":
      guard kind == .document else { return try badVerb(verb, value) }
      try format(decimal: Double(number), value, verb: verb)
    default: try badVerb(verb, value)
    }
  }

  private func scalar(_ number: Int64) -> Unicode.Scalar {
    UInt32(exactly: number).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}"
  }

  private mutating func digits(
    _ number: Int64, _ kind: Value.IntegerKind, base: Int, verb: Unicode.Scalar
  ) throws(FunctionError) {
    let isNegative = number < 0 && !kind.isUnsigned
    let magnitude = isNegative ? number.magnitude : UInt64(bitPattern: number)
    var precision = 0
    if let wanted = flags.precision {
      precision = wanted
      if wanted == 0, magnitude == 0 {
        return try output.append(repeating: UInt8(ascii: " "), count: flags.width ?? 0)
      }
    } else if flags.zero, !flags.minus, let width = flags.width {
      precision = width - (isNegative || flags.plus || flags.space ? 1 : 0)
    }
    var text = Array(String(magnitude, radix: base, uppercase: verb == "X").utf8)
    if text.count < precision {
      text.insert(contentsOf: repeatElement(UInt8(ascii: "0"), count: precision - text.count), at: 0)
    }
    if flags.sharp {
      switch base {
      case 2: text.insert(contentsOf: "0b".utf8, at: 0)
      case 8: if text.first != UInt8(ascii: "0") { text.insert(UInt8(ascii: "0"), at: 0) }
      case 16: text.insert(contentsOf: (verb == "X" ? "0X" : "0x").utf8, at: 0)
      default: break
      }
    }
    if verb == "O" { text.insert(contentsOf: "0o".utf8, at: 0) }
    if let sign = sign(isNegative: isNegative) { text.insert(sign, at: 0) }
    try pad(text, byZeros: false)
  }

  private func sign(isNegative: Bool) -> UInt8? {
    isNegative ? UInt8(ascii: "-") : flags.plus ? UInt8(ascii: "+") : flags.space ? UInt8(ascii: " ") : nil
  }

  private mutating func unicode(_ number: Int64) throws(FunctionError) {
    let text = String(UInt64(bitPattern: number), radix: 16, uppercase: true)
    let width = max(flags.precision ?? 0, 4)
    var result = Array(("U+" + String(repeating: "0", count: max(0, width - text.count)) + text).utf8)
    if flags.sharp, let scalar = UInt32(exactly: number).flatMap(Unicode.Scalar.init), Quoting.isPrintable(scalar) {
      result += Array(" '".utf8) + Runes.bytes([scalar]) + [UInt8(ascii: "'")]
    }
    try pad(result, byZeros: false)
  }

  mutating func format(decimal number: Double, _ value: Value, verb: Unicode.Scalar) throws(FunctionError) {
    let letter: UInt8
    var precision = flags.precision
    switch verb {
    case "v": letter = UInt8(ascii: "g")
    case "b", "g", "G", "x", "X": letter = UInt8(truncatingIfNeeded: verb.value)
    case "e", "E", "f", "F":
      letter = verb == "F" ? UInt8(ascii: "f") : UInt8(truncatingIfNeeded: verb.value)
      precision = precision ?? 6
    default: return try badVerb(verb, value)
    }
    var text = Array(DecimalText.text(number, verb: letter, precision: precision).utf8)
    let isNegative = text.first == UInt8(ascii: "-")
    if isNegative || text.first == UInt8(ascii: "+") { text.removeFirst() }
    let isFinite = number.isFinite
    if flags.sharp, letter != UInt8(ascii: "b"), isFinite { text = pointed(text, letter: letter, precision: precision) }
    var sign = sign(isNegative: isNegative)
    if !isFinite {
      if number.isInfinite, sign == nil { sign = UInt8(ascii: "+") }
      return try pad((sign.map { [$0] } ?? []) + text, byZeros: false)
    }
    if flags.zero, !flags.minus, let width = flags.width, let sign {
      try output.append(sign)
      try output.append(repeating: UInt8(ascii: "0"), count: width - text.count - 1)
      return try output.append(text)
    }
    try pad((sign.map { [$0] } ?? []) + text)
  }

  /// The text with a decimal point and, for the verbs of significant digits, the zeros that they leave out.
  private func pointed(_ text: [UInt8], letter: UInt8, precision: Int?) -> [UInt8] {
    var missing = 0
    if letter == UInt8(ascii: "g") || letter == UInt8(ascii: "G") || letter == UInt8(ascii: "x") {
      missing = precision ?? 6
    }
    let isHexadecimal = letter | 0x20 == UInt8(ascii: "x")
    let end =
      text.firstIndex { isHexadecimal ? $0 | 0x20 == UInt8(ascii: "p") : $0 | 0x20 == UInt8(ascii: "e") } ?? text.count
    var head = Array(text[..<end])
    var sawDigit = false
    for byte in head where byte != UInt8(ascii: ".") {
      if byte != UInt8(ascii: "0") { sawDigit = true }
      if sawDigit { missing -= 1 }
    }
    if !head.contains(UInt8(ascii: ".")) {
      if head == [UInt8(ascii: "0")] { missing -= 1 }
      head.append(UInt8(ascii: "."))
    }
    if missing > 0 { head.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: missing)) }
    return head + text[end...]
  }
}
