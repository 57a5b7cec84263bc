/// Texts in quotes as Go's `strconv` writes them.
enum Quoting {
  /// - Parameter isASCII: whether everything beyond ASCII is escaped too.
  static func quoted(_ bytes: [UInt8], quote: UInt8 = UInt8(ascii: "\""), isASCII: Bool = false) -> [UInt8] {
    var result = [quote]
    result.reserveCapacity(bytes.count + 2)
    var index = 0
    while index < bytes.count {
      let (scalar, width) = Runes.decode(bytes, at: index)
      guard let scalar else {
        result.append(contentsOf: "\\x".utf8)
        result.append(contentsOf: hexadecimal(UInt32(bytes[index]), width: 2))
        index += 1
        continue
      }
      append(scalar, quote: quote, isASCII: isASCII, to: &result)
      index += width
    }
    result.append(quote)
    return result
  }

  private static func append(_ scalar: Unicode.Scalar, quote: UInt8, isASCII: Bool, to result: inout [UInt8]) {
    if scalar.value == UInt32(quote) || scalar == "\\" {
      result.append(UInt8(ascii: "\\"))
      result.append(UInt8(truncatingIfNeeded: scalar.value))
      return
    }
    if scalar.isASCII ? (0x20..<0x7F).contains(scalar.value) : !isASCII && isPrintable(scalar) {
      result.append(contentsOf: String(Character(scalar)).utf8)
      return
    }
    switch scalar {
    case "\u{7}": result.append(contentsOf: "\\a".utf8)
    case "\u{8}": result.append(contentsOf: "\\b".utf8)
    case "\u{C}": result.append(contentsOf: "\\f".utf8)
    case "\n": result.append(contentsOf: "\\n".utf8)
    case "\r": result.append(contentsOf: "\\r".utf8)
    case "\t": result.append(contentsOf: "\\t".utf8)
    case "\u{B}": result.append(contentsOf: "\\v".utf8)
    case _ where scalar.value < 0x20 || scalar.value == 0x7F:
      result.append(contentsOf: "\\x".utf8)
      result.append(contentsOf: hexadecimal(scalar.value, width: 2))
    case _ where scalar.value > 0xFFFF:
      result.append(contentsOf: "\\U".utf8)
      result.append(contentsOf: hexadecimal(scalar.value, width: 8))
    default:
      result.append(contentsOf: "\\u".utf8)
      result.append(contentsOf: hexadecimal(scalar.value, width: 4))
    }
  }

  static func hexadecimal(_ number: UInt32, width: Int) -> [UInt8] {
    let text = Array(String(number, radix: 16).utf8)
    return Array(repeating: UInt8(ascii: "0"), count: max(0, width - text.count)) + text
  }

  /// Letters, marks, numbers, punctuation, symbols, and the space: what Go calls printable.
  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (0x20..<0x7F).contains(scalar.value) }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator,
      .paragraphSeparator:
      return false
    default: return true
    }
  }

  /// Whether a text can stand between back quotes: no control but the tab, no back quote, no byte order mark.
  static func canBackquote(_ bytes: [UInt8]) -> Bool {
    guard let text = String(validating: bytes, as: UTF8.self) else { return false }
    return text.unicodeScalars.allSatisfy {
      ($0.value >= 0x20 || $0 == "\t") && $0 != "`" && $0.value != 0x7F && $0.value != 0xFEFF
    }
  }
}

/// UTF-8 as Go reads it: a byte that begins no character is one character of its own, U+FFFD.
enum Runes {
  /// The character at an index and how many bytes it has; nil with 1 for a byte that is none.
  static func decode(_ bytes: [UInt8], at index: Int) -> (Unicode.Scalar?, Int) {
    let first = bytes[index]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0
    guard length > 0, first < 0xF5, index + length <= bytes.count else { return (nil, 1) }
    var value = UInt32(first) & (length == 4 ? 0x07 : length == 3 ? 0x0F : 0x1F)
    for offset in 1..<length {
      let next = bytes[index + offset]
      guard next & 0xC0 == 0x80 else { return (nil, 1) }
      value = value << 6 | UInt32(next & 0x3F)
    }
    let smallest: UInt32 = length == 4 ? 0x1_0000 : length == 3 ? 0x800 : 0x80
    guard value >= smallest, let scalar = Unicode.Scalar(value) else { return (nil, 1) }
    return (scalar, length)
  }

  /// The characters of a text, U+FFFD for every byte that is none.
  static func scalars(_ bytes: [UInt8]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let (scalar, width) = decode(bytes, at: index)
      result.append(scalar ?? "\u{FFFD}")
      index += width
    }
    return result
  }

  static func count(_ bytes: [UInt8]) -> Int {
    var count = 0
    var index = 0
    while index < bytes.count {
      index += bytes[index] < 0x80 ? 1 : decode(bytes, at: index).1
      count += 1
    }
    return count
  }

  static func bytes(_ scalars: some Sequence<Unicode.Scalar>) -> [UInt8] {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return Array(String(text).utf8)
  }

  /// Go's `unicode.IsSpace`.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// The mapping of one character to one character, as Go has it.
  static func lowercase(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar.isASCII {
      return (65...90).contains(scalar.value) ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar
    }
    return scalar.value == 0x130 ? "i" : single(scalar.properties.lowercaseMapping) ?? scalar
  }

  static func uppercase(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar.isASCII {
      return (97...122).contains(scalar.value) ? Unicode.Scalar(UInt8(scalar.value - 32)) : scalar
    }
    return single(scalar.properties.uppercaseMapping) ?? single(scalar.properties.titlecaseMapping) ?? scalar
  }

  static func titlecase(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    scalar.isASCII ? uppercase(scalar) : single(scalar.properties.titlecaseMapping) ?? scalar
  }

  private static func single(_ text: String) -> Unicode.Scalar? {
    let scalars = text.unicodeScalars
    return scalars.count == 1 ? scalars.first : nil
  }

  static func isUpper(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII ? (65...90).contains(scalar.value) : scalar.properties.generalCategory == .uppercaseLetter
  }

  static func isLower(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII ? (97...122).contains(scalar.value) : scalar.properties.generalCategory == .lowercaseLetter
  }

  static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return isUpper(scalar) || isLower(scalar) }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
    default: return false
    }
  }

  /// Go's `unicode.IsDigit`: decimal digits of any script.
  static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII ? (48...57).contains(scalar.value) : scalar.properties.generalCategory == .decimalNumber
  }

  /// Go's `unicode.IsNumber`.
  static func isNumber(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return (48...57).contains(scalar.value) }
    switch scalar.properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: return true
    default: return false
    }
  }

  /// Go's `unicode.IsPunct`.
  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }
}
