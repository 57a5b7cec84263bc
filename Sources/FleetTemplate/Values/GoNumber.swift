/// Numbers as Go's `strconv` reads them.
enum GoNumber {
  /// `ParseInt(text, 0, 64)`: a sign, `0x`, `0o`, `0b` or `0` for the base, and `_` between digits.
  static func integer(_ text: some StringProtocol) -> Int64? {
    var body = Substring(text)
    let isNegative = body.first == "-"
    if body.first == "-" || body.first == "+" { body.removeFirst() }
    guard areUnderscoresRight(body) else { return nil }
    let digits = body.filter { $0 != "_" }
    guard let first = digits.utf8.first, (48...57).contains(first) else { return nil }
    switch digits.prefix(2).lowercased() {
    case "0x": return integer(digits.dropFirst(2), radix: 16, isNegative: isNegative)
    case "0b": return integer(digits.dropFirst(2), radix: 2, isNegative: isNegative)
    case "0o": return integer(digits.dropFirst(2), radix: 8, isNegative: isNegative)
    default:
      let isOctal = first == 48 && digits.utf8.count > 1
      return integer(digits[...], radix: isOctal ? 8 : 10, isNegative: isNegative)
    }
  }

  /// `ParseInt` with a base: a sign and digits.
  static func integer(_ text: some StringProtocol, radix: Int) -> Int64? { Int64(text, radix: radix) }

  /// `ParseInt(text, 10, 64)` whose error nobody looks at: the nearest number, or 0 for what is none.
  static func clamped(_ text: String) -> Int64 {
    if let number = Int64(text) { return number }
    let digits = text.utf8.first == 43 || text.utf8.first == 45 ? text.utf8.dropFirst() : text.utf8[...]
    guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else { return 0 }
    return text.utf8.first == 45 ? .min : .max
  }

  private static func integer(_ digits: Substring, radix: Int, isNegative: Bool) -> Int64? {
    guard let first = digits.utf8.first, first != 43, first != 45 else { return nil }
    return Int64((isNegative ? "-" : "") + digits, radix: radix)
  }

  /// `ParseFloat(text, 64)`: decimal, hexadecimal with a binary exponent, infinities, and `_` only with a base.
  static func decimal(_ text: some StringProtocol) -> Double? {
    var body = Substring(text)
    let isNegative = body.first == "-"
    if body.first == "-" || body.first == "+" { body.removeFirst() }
    let word = body.lowercased()
    switch word {
    case "inf", "infinity": return isNegative ? -.infinity : .infinity
    case "nan": return isNegative ? nil : .nan
    default: break
    }
    guard let first = word.utf8.first, (48...57).contains(first) || first == 46 else { return nil }
    let isHexadecimal = word.hasPrefix("0x")
    if isHexadecimal ? !word.contains("p") : word.contains("p") { return nil }
    guard areUnderscoresRight(Substring(word)), word.utf8.allSatisfy({ isNumberByte($0, isHexadecimal) }) else {
      return nil
    }
    var digits = word.filter { $0 != "_" }
    // Swift wants digits on both sides of the point.
    if digits.hasPrefix(".") { digits = "0" + digits }
    if digits.hasPrefix("0x.") { digits = "0x0" + digits.dropFirst(2) }
    if digits.hasSuffix(".") { digits += "0" }
    for mark in [".e", ".p"] {
      if let place = digits.range(of: mark) { digits.replaceSubrange(place, with: ".0" + mark.dropFirst()) }
    }
    guard let number = Double(digits), number.isFinite else { return nil }
    return isNegative ? -number : number
  }

  private static func isNumberByte(_ byte: UInt8, _ isHexadecimal: Bool) -> Bool {
    switch byte {
    case 48...57, 43, 45, 46, 95, 101: true
    case 97...102, 112, 120: isHexadecimal
    default: false
    }
  }

  /// Underscores stand between digits, or after the letter of a base.
  private static func areUnderscoresRight(_ text: Substring) -> Bool {
    let bytes = Array(text.lowercased().utf8)
    guard bytes.contains(95) else { return true }
    let hasBase = bytes.count > 1 && bytes[0] == 48 && [98, 111, 120].contains(bytes[1])
    for (index, byte) in bytes.enumerated() where byte == 95 {
      guard index > 0, index + 1 < bytes.count else { return false }
      let before = bytes[index - 1]
      let after = bytes[index + 1]
      func isDigit(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (hasBase && bytes[1] == 120 && (97...102).contains(byte))
      }
      guard isDigit(after), isDigit(before) || (index == 2 && hasBase) else { return false }
    }
    return true
  }
}

extension String {
  /// Where a text stands first, compared bytewise.
  fileprivate func range(of part: String) -> Range<String.Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
      start = index(after: start)
    }
    return nil
  }
}
