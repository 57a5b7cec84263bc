/// How a text is best written in YAML.
enum TextStyle {
  case plain, singleQuoted, doubleQuoted, literal

  /// The style that sigs.k8s.io/yaml gives a text: plain when that reads back the same, lines as a literal block, double
  /// quotes for what would be another type or has no printable form, single quotes for what syntax forbids.
  init(for text: String) {
    if Self.isSimple(text) {
      self = .plain
      return
    }
    let traits = Traits(text)
    if traits.isSpecial || traits.hasSpaceBeforeBreak {
      self = .doubleQuoted
    } else if traits.hasBreak {
      self = traits.endsInSpace ? .doubleQuoted : .literal
    } else if !ScalarRules.isPlainText(text) {
      self = .doubleQuoted
    } else {
      self = traits.needsQuotes ? .singleQuoted : .plain
    }
  }

  /// Whether a text begins with a letter and goes on with nothing that means something to YAML: what most texts are.
  private static func isSimple(_ text: String) -> Bool {
    guard let first = text.utf8.first, (0x61...0x7A).contains(first | 0x20) || first == UInt8(ascii: "/") else {
      return false
    }
    let isUnmarked = text.utf8.withContiguousStorageIfAvailable { bytes in
      var previous: UInt8 = 0
      for byte in bytes {
        // A colon before a blank ends a key, a number sign behind one begins a comment.
        if byte < 0x20 || byte > 0x7E || byte == UInt8(ascii: "#") { return false }
        if byte == 0x20, previous == UInt8(ascii: ":") { return false }
        previous = byte
      }
      return previous != 0x20 && previous != UInt8(ascii: ":")
    }
    return isUnmarked == true && ScalarRules.isPlainText(text)
  }

  /// Whether a character may stand in YAML as it is: none of the controls, the byte order mark, the separators of lines
  /// other than the line feed, and (as in Go) none beyond 16 bits.
  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A, 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD: true
    default: false
    }
  }

  /// What decides the style, found in one pass.
  private struct Traits {
    var isSpecial = false
    var hasBreak = false
    var hasSpaceBeforeBreak = false
    var endsInSpace = false
    var needsQuotes = false

    init(_ text: String) {
      needsQuotes = text.hasPrefix("---") || text.hasPrefix("...")
      let scalars = Array(text.unicodeScalars)
      var previous: Unicode.Scalar?
      for (index, scalar) in scalars.enumerated() {
        if !TextStyle.isPrintable(scalar) { isSpecial = true }
        if scalar == "\n" {
          hasBreak = true
          if previous == " " { hasSpaceBeforeBreak = true }
        }
        let next = index + 1 < scalars.count ? scalars[index + 1] : nil
        if Self.isIndicator(scalar, after: previous, before: next) { needsQuotes = true }
        previous = scalar
      }
      endsInSpace = scalars.last == " "
      if scalars.first == " " || endsInSpace { needsQuotes = true }
    }

    /// Whether a character means something to YAML where it stands.
    private static func isIndicator(
      _ scalar: Unicode.Scalar, after previous: Unicode.Scalar?, before next: Unicode.Scalar?
    ) -> Bool {
      let isBeforeBlank = next == nil || next == " " || next == "\t" || next == "\n"
      switch scalar {
      case ":": return isBeforeBlank
      case "#": return previous == nil || previous == " " || previous == "\t" || previous == "\n"
      case "?", "-": return previous == nil && isBeforeBlank
      case ",", "[", "]", "{", "}", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "`": return previous == nil
      default: return false
      }
    }
  }
}

/// The order of keys in written YAML: as people count, `a2` before `a10`, and signs before letters.
enum KeyOrder {
  static func precedes(_ left: String, _ right: String) -> Bool {
    if let isFirst = precedesByLetters(left, right) { return isFirst }
    let left = Array(left.unicodeScalars)
    let right = Array(right.unicodeScalars)
    var index = 0
    while index < left.count, index < right.count, left[index] == right[index] { index += 1 }
    guard index < left.count, index < right.count else { return left.count < right.count }
    let isAfterDigit = index > 0 && isDigit(left[index - 1])
    let (leftScalar, rightScalar) = (left[index], right[index])
    switch (leftScalar.properties.isAlphabetic, rightScalar.properties.isAlphabetic) {
    case (true, true): return leftScalar < rightScalar
    // A letter ends a number, which makes it the smaller one; otherwise letters come after everything else.
    case (true, false): return isAfterDigit
    case (false, true): return !isAfterDigit
    case (false, false): break
    }
    let leftNumber = number(left, differingAt: index, other: rightScalar)
    let rightNumber = number(right, differingAt: index, other: leftScalar)
    if leftNumber.value != rightNumber.value { return leftNumber.value < rightNumber.value }
    if leftNumber.end != rightNumber.end { return leftNumber.end < rightNumber.end }
    return leftScalar < rightScalar
  }

  /// The order of two texts of ASCII that differ in letters, or of which one begins the other; nil for others.
  private static func precedesByLetters(_ left: String, _ right: String) -> Bool? {
    let isFirst = left.utf8.withContiguousStorageIfAvailable { left in
      right.utf8.withContiguousStorageIfAvailable { right in precedesByLetters(left, right) }
    }
    guard case .some(.some(let result)) = isFirst else { return nil }
    return result
  }

  private static func precedesByLetters(
    _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
  ) -> Bool? {
    var place = 0
    while place < left.count {
      let byte = left[place]
      guard place < right.count else { return byte < 0x80 ? false : nil }
      let other = right[place]
      guard byte == other else {
        let isAfterLetter = place == 0 || !(0x30...0x39).contains(left[place - 1])
        return isLetter(byte) && isLetter(other) && isAfterLetter ? byte < other : nil
      }
      guard byte < 0x80 else { return nil }
      place += 1
    }
    return right.count > left.count
  }

  private static func isLetter(_ byte: UInt8) -> Bool { byte < 0x80 && (0x41...0x5A).contains(byte & 0xDF) }

  /// The number that the differing part begins, and where it ends. When one of the two is a zero after other digits, it
  /// counts as a digit of a larger number and not as padding.
  private static func number(
    _ scalars: [Unicode.Scalar], differingAt index: Int, other: Unicode.Scalar
  ) -> (value: UInt64, end: Int) {
    var value: UInt64 = 0
    if scalars[index] == "0" || other == "0" {
      let digitsBefore = scalars[..<index].reversed().prefix(while: isDigit)
      if digitsBefore.contains(where: { $0 != "0" }) { value = 1 }
    }
    var end = index
    while end < scalars.count, isDigit(scalars[end]) {
      value = value &* 10 &+ UInt64(scalars[end].value - 0x30)
      end += 1
    }
    return (value, end)
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { (0x30...0x39).contains(scalar.value) }
}
