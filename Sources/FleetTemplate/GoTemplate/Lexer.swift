/// Cuts a Go template into tokens; trim markers and comments are dealt with here.
struct Lexer {
  let source: TemplateSource
  var position = 0
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

  func byte(at index: Int) -> UInt8? { index < source.bytes.count ? source.bytes[index] : nil }

  func starts(_ text: StaticString, at index: Int) -> Bool {
    guard index + text.utf8CodeUnitCount <= source.bytes.count else { return false }
    return text.withUTF8Buffer { $0.elementsEqual(source.bytes[index..<index + $0.count]) }
  }

  mutating func append(_ kind: Token.Kind, from start: Int, isAfterSpace: Bool = false) {
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
      let (scalar, length) = Runes.decode(source.bytes, at: position)
      guard let scalar, Runes.isLetter(scalar) || Runes.isDigit(scalar) else { break }
      position += length
    }
    return source.text(start..<position)
  }

  func checkTerminator() throws(TemplateError) {
    guard let next = byte(at: position) else { return }
    let isFine =
      Self.isSpace(next) || ".,|:()".utf8.contains(next) || starts("}}", at: position)
    guard isFine else {
      let character = String(decoding: source.bytes[position...].prefix(4), as: UTF8.self).prefix(1)
      throw source.error(
        .syntax, at: position,
        "unexpected character \"\(character)\"; for a key with such characters write index .map \"key\"")
    }
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 10 || byte == 13 }

  static func isWord(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
  }
}
