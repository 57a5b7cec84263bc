internal import FleetModel

/// Reads one JSON value; strict, and with the place of every value and key.
struct JSONParser {
  private let input: UnsafeBufferPointer<UInt8>
  private let file: String
  private var index = 0
  private var line = 1
  /// Where the current line starts.
  private var lineStart = 0
  /// Bytes of the current line that do not begin a character, so that columns count characters.
  private var continuationBytes = 0
  private var depth = 0

  init(input: UnsafeBufferPointer<UInt8>, file: String) {
    self.input = input
    self.file = file
  }

  mutating func document() throws(DiagnosticsError) -> Node {
    if input.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw failure("a byte order mark is not allowed in JSON", hint: "save the file as UTF-8 without it")
    }
    skipSpace()
    let node = try value()
    skipSpace()
    guard index == input.count else { throw failure("expected the end of the text, found \(found)") }
    return node
  }

  private mutating func value() throws(DiagnosticsError) -> Node {
    let place = position
    guard let byte = peek else { throw failure("expected a value, found \(found)") }
    switch byte {
    case UInt8(ascii: "{"): return Node(.object(try object()), at: place)
    case UInt8(ascii: "["): return Node(.array(try array()), at: place)
    case UInt8(ascii: "\""): return Node(.string(try text()), at: place)
    case UInt8(ascii: "-"), 0x30...0x39: return Node(try number(), at: place)
    case UInt8(ascii: "t"):
      try word("true")
      return Node(.boolean(true), at: place)
    case UInt8(ascii: "f"):
      try word("false")
      return Node(.boolean(false), at: place)
    case UInt8(ascii: "n"):
      try word("null")
      return Node(.null, at: place)
    default: throw failure("expected a value, found \(found)")
    }
  }

  private mutating func object() throws(DiagnosticsError) -> Object {
    try enter()
    defer { depth -= 1 }
    var object = Object()
    skipSpace()
    if take(UInt8(ascii: "}")) { return object }
    while true {
      guard peek == UInt8(ascii: "\"") else { throw failure("expected a key in double quotes, found \(found)") }
      let place = position
      let key = try text()
      if let earlier = object.entry(key)?.keyPosition { throw repeated(key, at: place, earlier: earlier) }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw failure("expected \":\" after a key, found \(found)") }
      skipSpace()
      _ = object.append(Object.Entry(key: key, keyPosition: place, value: try value()))
      skipSpace()
      if take(UInt8(ascii: "}")) { return object }
      guard take(UInt8(ascii: ",")) else { throw failure("expected \",\" or \"}\", found \(found)") }
      skipSpace()
    }
  }

  private mutating func array() throws(DiagnosticsError) -> [Node] {
    try enter()
    defer { depth -= 1 }
    var elements: [Node] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return elements }
    while true {
      elements.append(try value())
      skipSpace()
      if take(UInt8(ascii: "]")) { return elements }
      guard take(UInt8(ascii: ",")) else { throw failure("expected \",\" or \"]\", found \(found)") }
      skipSpace()
    }
  }

  private mutating func enter() throws(DiagnosticsError) {
    index += 1
    depth += 1
    guard depth <= DocumentLimits.depth else {
      throw failure("nested deeper than \(DocumentLimits.depth) levels")
    }
  }

  private mutating func word(_ expected: StaticString) throws(DiagnosticsError) {
    let bytes = UnsafeBufferPointer(start: expected.utf8Start, count: expected.utf8CodeUnitCount)
    guard input[index...].starts(with: bytes) else { throw failure("expected a value, found \(found)") }
    index += bytes.count
  }

  // MARK: Numbers

  private mutating func number() throws(DiagnosticsError) -> NodeValue {
    let start = index
    let place = position
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) {
      guard digits() > 0 else { throw failure("expected a digit, found \(found)") }
    } else if let byte = peek, (0x30...0x39).contains(byte) {
      throw failure("a number must not begin with 0")
    }
    var isWhole = true
    if take(UInt8(ascii: ".")) {
      isWhole = false
      guard digits() > 0 else { throw failure("expected a digit after the point, found \(found)") }
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isWhole = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      guard digits() > 0 else { throw failure("expected a digit in the exponent, found \(found)") }
    }
    let text = String(decoding: input[start..<index], as: UTF8.self)
    if isWhole, let integer = Int64(text) { return .integer(integer) }
    guard let decimal = Double(text), decimal.isFinite else {
      throw failure("\(text) is beyond the range of a number", at: place)
    }
    return .number(decimal)
  }

  private mutating func digits() -> Int {
    let start = index
    while let byte = peek, (0x30...0x39).contains(byte) { index += 1 }
    return index - start
  }

  // MARK: Texts

  private mutating func text() throws(DiagnosticsError) -> String {
    let place = position
    index += 1
    let start = index
    while let byte = peek, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { advance(over: byte) }
    if peek == UInt8(ascii: "\"") {
      let bytes = input[start..<index]
      index += 1
      return try validated(bytes, at: place)
    }
    var unescaped = Array(input[start..<index])
    while true {
      guard let byte = peek else { throw failure("this text has no closing quote", at: place) }
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        return try validated(unescaped[...], at: place)
      case UInt8(ascii: "\\"): try escape(into: &unescaped)
      case 0..<0x20: throw failure("a control character must be escaped in a text, found \(found)")
      default:
        unescaped.append(byte)
        advance(over: byte)
      }
    }
  }

  private mutating func escape(into bytes: inout [UInt8]) throws(DiagnosticsError) {
    let place = position
    index += 1
    guard let byte = peek else { throw failure("this escape has no end", at: place) }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "u"):
      guard let scalar = try unicodeEscape(at: place) else {
        throw failure("this escape is half of a character", at: place, hint: "give both halves, high one first")
      }
      bytes.append(contentsOf: Array(String(Character(scalar)).utf8))
    default:
      throw failure("unknown escape", at: place, hint: #"known are \" \\ \/ \b \f \n \r \t and \uXXXX"#)
    }
  }

  /// The character of `\uXXXX`, or of two of them that make a surrogate pair.
  private mutating func unicodeEscape(at place: Position) throws(DiagnosticsError) -> Unicode.Scalar? {
    let first = try fourHexadecimalDigits(at: place)
    guard (0xD800...0xDBFF).contains(first) else { return Unicode.Scalar(first) }
    guard index + 1 < input.count, input[index] == UInt8(ascii: "\\"), input[index + 1] == UInt8(ascii: "u") else {
      return nil
    }
    index += 2
    let second = try fourHexadecimalDigits(at: place)
    guard (0xDC00...0xDFFF).contains(second) else { return nil }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
  }

  private mutating func fourHexadecimalDigits(at place: Position) throws(DiagnosticsError) -> UInt32 {
    let end = index + 4
    guard end <= input.count,
      input[index..<end].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80 }),
      let value = UInt32(String(decoding: input[index..<end], as: UTF8.self), radix: 16)
    else { throw failure("expected four hexadecimal digits after \\u", at: place) }
    index = end
    return value
  }

  private func validated(_ bytes: some Collection<UInt8>, at place: Position) throws(DiagnosticsError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw failure("this text is not UTF-8", at: place)
    }
    return text
  }

  // MARK: Places

  private var peek: UInt8? { index < input.count ? input[index] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    index += 1
    return true
  }

  private mutating func advance(over byte: UInt8) {
    index += 1
    if byte & 0xC0 == 0x80 { continuationBytes += 1 }
  }

  private mutating func skipSpace() {
    while let byte = peek {
      switch byte {
      case 0x20, 0x09, 0x0D: index += 1
      case 0x0A:
        index += 1
        line += 1
        lineStart = index
        continuationBytes = 0
      default: return
      }
    }
  }

  private var position: Position { Position(line: line, column: index - lineStart - continuationBytes + 1) }

  /// What stands here, for messages.
  private var found: String {
    guard let byte = peek else { return "the end of the text" }
    switch byte {
    case 0x0A, 0x0D: return "the end of the line"
    case 0x21...0x7E: return "\"\(Character(Unicode.Scalar(byte)))\""
    case 0x80...: return "a character outside ASCII"
    default: return "the byte \(byte)"
    }
  }

  private func failure(_ message: String, at place: Position? = nil, hint: String = "") -> DiagnosticsError {
    let place = place ?? position
    return DiagnosticsError([
      Diagnostic(file: file, line: Int(place.line), column: Int(place.column), message: message, hint: hint)
    ])
  }

  private func repeated(_ key: String, at place: Position, earlier: Position) -> DiagnosticsError {
    failure("the key \"\(key)\" is already set on line \(earlier.line)", at: place, hint: "remove one of them")
  }
}
