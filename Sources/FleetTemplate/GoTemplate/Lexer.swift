/// Cuts a Go template into tokens; trim markers and comments are dealt with here.
struct Lexer {
  private let source: TemplateSource
  private var position = 0
  private var tokens: [Token] = []
  private var openParentheses = 0
  /// White space at the start of the next text goes, because the last action ended in ` -}}`.
  private var trimsNextText = false

  private init(_ source: TemplateSource) { self.source = source }

  static func tokens(of source: TemplateSource) throws(TemplateError) -> [Token] {
    var lexer = Lexer(source)
    while lexer.position < source.bytes.count {
      lexer.lexText()
      if lexer.position < source.bytes.count { try lexer.lexAction() }
    }
    lexer.append(.end, from: source.bytes.count)
    return lexer.tokens
  }

  private func byte(at index: Int) -> UInt8? { index < source.bytes.count ? source.bytes[index] : nil }

  private func starts(_ text: StaticString, at index: Int) -> Bool {
    guard index + text.utf8CodeUnitCount <= source.bytes.count else { return false }
    return text.withUTF8Buffer { $0.elementsEqual(source.bytes[index..<index + $0.count]) }
  }

  private mutating func append(_ kind: Token.Kind, from start: Int, isAfterSpace: Bool = false) {
    tokens.append(Token(kind: kind, offset: start, endOffset: position, isAfterSpace: isAfterSpace))
  }

  private mutating func lexText() {
    let start = position
    while position < source.bytes.count, !starts("{{", at: position) { position += 1 }
    var range = start..<position
    if trimsNextText {
      while let first = range.first, Self.isSpace(source.bytes[first]) { range = range.dropFirst() }
    }
    if starts("{{-", at: position), let next = byte(at: position + 3), Self.isSpace(next) {
      while let last = range.last, Self.isSpace(source.bytes[last]) { range = range.dropLast() }
    }
    trimsNextText = false
    if !range.isEmpty { append(.text(source.text(range)), from: range.lowerBound) }
  }

  private mutating func lexAction() throws(TemplateError) {
    let start = position
    position += 2
    if byte(at: position) == UInt8(ascii: "-"), let next = byte(at: position + 1), Self.isSpace(next) {
      position += 2
    }
    if starts("/*", at: position) { return try lexComment(from: start) }
    append(.leftDelimiter, from: start)
    openParentheses = 0
    while true {
      let spaceStart = position
      while let next = byte(at: position), Self.isSpace(next) { position += 1 }
      let isAfterSpace = position > spaceStart
      if isAfterSpace, starts("-}}", at: position) {
        position += 3
        trimsNextText = true
        return try endAction(from: position - 3)
      }
      if starts("}}", at: position) {
        position += 2
        return try endAction(from: position - 2)
      }
      guard position < source.bytes.count else {
        throw source.error(.syntax, at: start, "the action is never closed; write \"}}\" after it")
      }
      try lexToken(isAfterSpace: isAfterSpace)
    }
  }

  private mutating func endAction(from start: Int) throws(TemplateError) {
    guard openParentheses == 0 else { throw source.error(.syntax, at: start, "a \"(\" is not closed") }
    append(.rightDelimiter, from: start)
  }

  private mutating func lexComment(from start: Int) throws(TemplateError) {
    position += 2
    while position < source.bytes.count, !starts("*/", at: position) { position += 1 }
    guard position < source.bytes.count else {
      throw source.error(.syntax, at: start, "the comment is never closed; write \"*/}}\" after it")
    }
    position += 2
    if let next = byte(at: position), Self.isSpace(next), starts("-}}", at: position + 1) {
      trimsNextText = true
      position += 4
    } else if starts("}}", at: position) {
      position += 2
    } else {
      throw source.error(.syntax, at: position, "a comment must end in \"*/}}\" and stand alone in its action")
    }
  }

  private mutating func lexToken(isAfterSpace: Bool) throws(TemplateError) {
    let start = position
    let first = source.bytes[position]
    switch first {
    case UInt8(ascii: "|"): single(.pipe, isAfterSpace)
    case UInt8(ascii: ","): single(.comma, isAfterSpace)
    case UInt8(ascii: "="): single(.assign, isAfterSpace)
    case UInt8(ascii: "("):
      openParentheses += 1
      single(.leftParenthesis, isAfterSpace)
    case UInt8(ascii: ")"):
      openParentheses -= 1
      guard openParentheses >= 0 else { throw source.error(.syntax, at: start, "a \")\" without a \"(\"") }
      single(.rightParenthesis, isAfterSpace)
    case UInt8(ascii: ":"):
      guard byte(at: position + 1) == UInt8(ascii: "=") else {
        throw source.error(.syntax, at: start, "expected \":=\"")
      }
      position += 2
      append(.declare, from: start, isAfterSpace: isAfterSpace)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): try lexQuoted(isAfterSpace)
    case UInt8(ascii: "`"): try lexRaw(isAfterSpace)
    case UInt8(ascii: "$"):
      position += 1
      append(.variable("$" + takeWord()), from: start, isAfterSpace: isAfterSpace)
      try checkTerminator()
    case UInt8(ascii: "."):
      if let next = byte(at: position + 1), (48...57).contains(next) { return try lexNumber(isAfterSpace) }
      position += 1
      let word = takeWord()
      append(word.isEmpty ? .dot : .field(word), from: start, isAfterSpace: isAfterSpace)
      try checkTerminator()
    case UInt8(ascii: "+"), UInt8(ascii: "-"), 48...57: try lexNumber(isAfterSpace)
    default:
      let word = takeWord()
      guard !word.isEmpty else {
        let character = String(decoding: source.bytes[position...].prefix(4), as: UTF8.self).prefix(1)
        throw source.error(.syntax, at: start, "unexpected character \"\(character)\"")
      }
      append(.identifier(word), from: start, isAfterSpace: isAfterSpace)
      try checkTerminator()
    }
  }

  private mutating func single(_ kind: Token.Kind, _ isAfterSpace: Bool) {
    position += 1
    append(kind, from: position - 1, isAfterSpace: isAfterSpace)
  }

  /// Letters, digits and `_`, of any script.
  private mutating func takeWord() -> String {
    let start = position
    let limit = source.bytes.count
    while position < limit {
      let byte = source.bytes[position]
      if byte < 0x80 {
        guard Self.isWord(byte) else { break }
        position += 1
        continue
      }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
      let end = min(limit, position + length)
      let isLetter = source.text(position..<end).unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || $0.properties.numericType != nil
      }
      guard isLetter else { break }
      position = end
    }
    return source.text(start..<position)
  }

  private func checkTerminator() throws(TemplateError) {
    guard let next = byte(at: position) else { return }
    let isFine =
      Self.isSpace(next) || ".,|:()=".utf8.contains(next) || starts("}}", at: position)
    guard isFine else {
      let character = String(decoding: source.bytes[position...].prefix(4), as: UTF8.self).prefix(1)
      throw source.error(
        .syntax, at: position,
        "unexpected character \"\(character)\"; for a key with such characters write index .map \"key\"")
    }
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }

  private static func isWord(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
  }
}

// Literals.
extension Lexer {
  private mutating func lexRaw(_ isAfterSpace: Bool) throws(TemplateError) {
    let start = position
    position += 1
    while let next = byte(at: position), next != UInt8(ascii: "`") { position += 1 }
    guard position < source.bytes.count else {
      throw source.error(.syntax, at: start, "the raw string is never closed")
    }
    position += 1
    append(.string(source.text(start + 1..<position - 1)), from: start, isAfterSpace: isAfterSpace)
  }

  private mutating func lexQuoted(_ isAfterSpace: Bool) throws(TemplateError) {
    let start = position
    let quote = source.bytes[start]
    var content: [UInt8] = []
    position += 1
    while let next = byte(at: position), next != quote {
      guard next != 10 else { throw source.error(.syntax, at: start, "the string is never closed on its line") }
      if next == UInt8(ascii: "\\") {
        try content.append(contentsOf: takeEscape())
      } else {
        content.append(next)
        position += 1
      }
    }
    guard position < source.bytes.count else { throw source.error(.syntax, at: start, "the string is never closed") }
    position += 1
    let text = String(decoding: content, as: UTF8.self)
    if quote == UInt8(ascii: "'") {
      guard let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1 else {
        throw source.error(.syntax, at: start, "'…' holds one character; write \"…\" for a text")
      }
      append(.integer(Int64(scalar.value)), from: start, isAfterSpace: isAfterSpace)
    } else {
      append(.string(text), from: start, isAfterSpace: isAfterSpace)
    }
  }

  private mutating func takeEscape() throws(TemplateError) -> [UInt8] {
    let start = position
    let letter = byte(at: position + 1) ?? 0
    position += 2
    func hexadecimal(_ count: Int) throws(TemplateError) -> UInt32 {
      let end = min(position + count, source.bytes.count)
      guard end - position == count, let value = UInt32(source.text(position..<end), radix: 16) else {
        throw source.error(.syntax, at: start, "expected \(count) hexadecimal digits in the escape")
      }
      return value
    }
    func scalar(_ value: UInt32) throws(TemplateError) -> [UInt8] {
      guard let scalar = Unicode.Scalar(value) else {
        throw source.error(.syntax, at: start, "the escape names no character")
      }
      return Array(String(Character(scalar)).utf8)
    }
    switch letter {
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "a"): return [7]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "v"): return [11]
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "'"): return [letter]
    case UInt8(ascii: "x"):
      let value = try hexadecimal(2)
      position += 2
      return [UInt8(truncatingIfNeeded: value)]
    case UInt8(ascii: "u"):
      let value = try hexadecimal(4)
      position += 4
      return try scalar(value)
    case UInt8(ascii: "U"):
      let value = try hexadecimal(8)
      position += 8
      return try scalar(value)
    default:
      throw source.error(.syntax, at: start, "unknown escape in a string; write \"\\\\\" for a backslash")
    }
  }

  private mutating func lexNumber(_ isAfterSpace: Bool) throws(TemplateError) {
    let start = position
    while let next = byte(at: position) {
      let isSign = next == UInt8(ascii: "+") || next == UInt8(ascii: "-")
      let before = position > start ? source.bytes[position - 1] | 0x20 : 0
      let isHexadecimal = starts("0x", at: start) || starts("0X", at: start)
      let mayBeSigned = position == start || (!isHexadecimal && before == UInt8(ascii: "e"))
      guard Self.isWord(next) || next == UInt8(ascii: ".") || (isSign && mayBeSigned) else { break }
      position += 1
    }
    let text = source.text(start..<position)
    if let number = Self.integer(text) {
      append(.integer(number), from: start, isAfterSpace: isAfterSpace)
    } else if text.utf8.contains(where: { $0 == 46 || $0 | 0x20 == 101 }), let number = Double(text), number.isFinite {
      append(.decimal(number), from: start, isAfterSpace: isAfterSpace)
    } else {
      throw source.error(.syntax, at: start, "\"\(text)\" is no number")
    }
    try checkTerminator()
  }

  private static func integer(_ text: String) -> Int64? {
    var body = text.filter { $0 != "_" }[...]
    let isNegative = body.first == "-"
    if body.first == "-" || body.first == "+" { body = body.dropFirst() }
    guard let first = body.first, first.isASCII, first.isNumber else { return nil }
    let prefix = body.prefix(2).lowercased()
    let digits: Substring
    let radix: Int
    switch prefix {
    case "0x": (digits, radix) = (body.dropFirst(2), 16)
    case "0b": (digits, radix) = (body.dropFirst(2), 2)
    case "0o": (digits, radix) = (body.dropFirst(2), 8)
    default: (digits, radix) = body.count > 1 && first == "0" ? (body.dropFirst(), 8) : (body, 10)
    }
    return Int64((isNegative ? "-" : "") + digits, radix: radix)
  }
}
