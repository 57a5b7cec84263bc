// Texts and numbers.
extension Lexer {
  mutating func lexRaw(_ isAfterSpace: Bool) throws(TemplateError) {
    let start = position
    position += 1
    while let next = byte(at: position), next != UInt8(ascii: "`") { position += 1 }
    guard position < source.bytes.count else {
      throw source.error(.syntax, at: start, "the raw string is never closed")
    }
    position += 1
    // As in Go, carriage returns are no part of raw strings.
    let content = source.bytes[(start + 1)..<(position - 1)].filter { $0 != 13 }
    append(.string(content), from: start, isAfterSpace: isAfterSpace)
  }

  mutating func lexQuoted(_ isAfterSpace: Bool) throws(TemplateError) {
    let start = position
    let quote = source.bytes[start]
    var content: [UInt8] = []
    var characters = 0
    var character: UInt32?
    position += 1
    while let next = byte(at: position), next != quote {
      guard next != 10 else { throw source.error(.syntax, at: start, "the string is never closed on its line") }
      characters += 1
      if next == UInt8(ascii: "\\") {
        let (value, isByte) = try takeEscape(quote: quote)
        character = value
        if isByte {
          content.append(UInt8(truncatingIfNeeded: value))
        } else if let scalar = Unicode.Scalar(value) {
          content.append(contentsOf: Runes.bytes([scalar]))
        }
      } else {
        let (scalar, width) = Runes.decode(source.bytes, at: position)
        character = scalar?.value ?? 0xFFFD
        content.append(contentsOf: source.bytes[position..<position + width])
        position += width
      }
    }
    guard position < source.bytes.count else { throw source.error(.syntax, at: start, "the string is never closed") }
    position += 1
    guard quote == UInt8(ascii: "'") else { return append(.string(content), from: start, isAfterSpace: isAfterSpace) }
    guard let character, characters == 1 else {
      throw source.error(.syntax, at: start, "'…' holds one character; write \"…\" for a text")
    }
    append(.integer(Int64(character)), from: start, isAfterSpace: isAfterSpace)
  }

  /// What an escape stands for, and whether that is a byte instead of a character.
  private mutating func takeEscape(quote: UInt8) throws(TemplateError) -> (value: UInt32, isByte: Bool) {
    let start = position
    let letter = byte(at: position + 1) ?? 0
    position += 2
    switch letter {
    case UInt8(ascii: "n"): return (10, false)
    case UInt8(ascii: "t"): return (9, false)
    case UInt8(ascii: "r"): return (13, false)
    case UInt8(ascii: "a"): return (7, false)
    case UInt8(ascii: "b"): return (8, false)
    case UInt8(ascii: "f"): return (12, false)
    case UInt8(ascii: "v"): return (11, false)
    case UInt8(ascii: "\\"), quote: return (UInt32(letter), false)
    case UInt8(ascii: "x"): return (try takeDigits(2, radix: 16, from: start), true)
    case 48...55:
      position -= 1
      let value = try takeDigits(3, radix: 8, from: start)
      guard value <= 255 else { throw source.error(.syntax, at: start, "the escape is over 377") }
      return (value, true)
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      let value = try takeDigits(letter == UInt8(ascii: "u") ? 4 : 8, radix: 16, from: start)
      guard Unicode.Scalar(value) != nil else {
        throw source.error(.syntax, at: start, "the escape names no character")
      }
      return (value, false)
    default:
      throw source.error(.syntax, at: start, "unknown escape in a string; write \"\\\\\" for a backslash")
    }
  }

  private mutating func takeDigits(_ count: Int, radix: Int, from start: Int) throws(TemplateError) -> UInt32 {
    let end = min(position + count, source.bytes.count)
    let text = source.text(position..<end)
    guard end - position == count, text.utf8.allSatisfy({ $0 != 43 && $0 != 45 }),
      let value = UInt32(text, radix: radix)
    else {
      throw source.error(.syntax, at: start, "expected \(count) digits to the base \(radix) in the escape")
    }
    position = end
    return value
  }

  mutating func lexNumber(_ isAfterSpace: Bool) throws(TemplateError) {
    let start = position
    scanNumber()
    let isSigned = byte(at: position) == UInt8(ascii: "+") || byte(at: position) == UInt8(ascii: "-")
    if isSigned || byte(at: position) == UInt8(ascii: "i") {
      if isSigned { scanNumber() }
      if byte(at: position) == UInt8(ascii: "i") {
        throw source.error(
          .notAvailable, at: start, "complex numbers are not available; nothing of a target is one")
      }
      throw source.error(.syntax, at: start, "\"\(source.text(start..<position))\" is no number")
    }
    while let next = byte(at: position), Self.isWord(next) || next == UInt8(ascii: ".") { position += 1 }
    let text = source.text(start..<position)
    if let number = GoNumber.integer(text) {
      append(.integer(number), from: start, isAfterSpace: isAfterSpace)
    } else if text.utf8.contains(where: { $0 == 46 || $0 | 0x20 == 101 || $0 | 0x20 == 112 }),
      let number = GoNumber.decimal(text)
    {
      append(.decimal(number), from: start, isAfterSpace: isAfterSpace)
    } else {
      throw source.error(.syntax, at: start, "\"\(text)\" is no number, or beyond 64 bits")
    }
    try checkTerminator()
  }

  /// Passes over a sign, digits with their base, a fraction and an exponent.
  private mutating func scanNumber() {
    func isSign(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") }
    if isSign(byte(at: position)) { position += 1 }
    var exponent = UInt8(ascii: "e")
    var isBased = false
    if byte(at: position) == UInt8(ascii: "0"), let base = byte(at: position + 1).map({ $0 | 0x20 }),
      base == UInt8(ascii: "x") || base == UInt8(ascii: "o") || base == UInt8(ascii: "b")
    {
      position += 2
      isBased = true
      exponent = base == UInt8(ascii: "x") ? UInt8(ascii: "p") : 0
    }
    func isDigit(_ byte: UInt8) -> Bool {
      (48...57).contains(byte) || byte == UInt8(ascii: "_")
        || (isBased && exponent != 0 && (97...102).contains(byte | 0x20))
    }
    while let next = byte(at: position), isDigit(next) || next == UInt8(ascii: ".") { position += 1 }
    if exponent != 0, byte(at: position).map({ $0 | 0x20 }) == exponent {
      position += 1
      if isSign(byte(at: position)) { position += 1 }
      while let next = byte(at: position), (48...57).contains(next) || next == UInt8(ascii: "_") { position += 1 }
    }
  }
}
