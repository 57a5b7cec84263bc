/// Writes a tree as block-style YAML.
struct YAMLWriter {
  private(set) var output: [UInt8] = []
  /// Characters since the last line end.
  private var column = 0

  /// - Parameter capacity: the bytes to make room for at once.
  init(capacity: Int = 0) { output.reserveCapacity(capacity) }

  /// Where values begin when nothing is written yet on their line: an element after `- `, or a key's value.
  private enum Place {
    /// On the line of the indicator that stands before it.
    case inline
    /// After a key's colon.
    case afterKey
  }

  /// The line between two documents.
  mutating func separator() {
    put("---")
    endLine()
  }

  mutating func document(_ node: Node) {
    write(node, indent: 0, place: .inline)
    if column > 0 { endLine() }
  }

  /// - Parameter indent: the column of the map or list that holds the value.
  private mutating func write(_ node: Node, indent: Int, place: Place) {
    switch node.value {
    case .object(let object) where !object.isEmpty:
      let column = place == .inline ? column : indent + 2
      let entries = object.entries
      let places = Self.order(of: entries)
      for index in entries.indices {
        if index > 0 || place == .afterKey { startLine(at: column) }
        let entry = entries[places?[index] ?? index]
        write(entry.value, indent: column, place: write(key: entry.key, indent: column))
      }
    case .array(let elements) where !elements.isEmpty:
      let column = place == .inline ? column : indent
      for (index, element) in elements.enumerated() {
        if index > 0 || place == .afterKey { startLine(at: column) }
        put(byte: UInt8(ascii: "-"))
        put(byte: 0x20)
        write(element, indent: column, place: .inline)
      }
    default:
      if place == .afterKey { put(byte: 0x20) }
      scalar(node, indent: indent + 2)
    }
  }

  /// The places of entries in the order of their keys; nil when they are in order already, which most are.
  private static func order(of entries: [Object.Entry]) -> [Int]? {
    var index = 1
    while index < entries.count, !KeyOrder.precedes(entries[index].key, entries[index - 1].key) { index += 1 }
    guard index < entries.count else { return nil }
    return entries.indices.sorted { KeyOrder.precedes(entries[$0].key, entries[$1].key) }
  }

  /// Writes a key with its colon, and returns where its value begins.
  private mutating func write(key: String, indent: Int) -> Place {
    var style = TextStyle(for: key)
    // YAML wants keys short and on one line, or marked.
    let isSimple = key.utf8.count <= 128 && (style == .plain || !key.hasByte(0x0A))
    if isSimple {
      // Plainly written it would merge its value into the map. (Go writes it plainly, and reads something else.)
      if key.utf8.count == 2, key == "<<" { style = .doubleQuoted }
      write(text: key, style: style, indent: indent + 2, mayFold: false)
      put(byte: UInt8(ascii: ":"))
      return .afterKey
    }
    put("? ")
    write(text: key, style: style, indent: indent + 2, mayFold: true)
    startLine(at: indent)
    put(": ")
    return .inline
  }

  private mutating func scalar(_ node: Node, indent: Int) {
    switch node.value {
    case .null: put("null")
    case .boolean(let flag): put(flag ? "true" : "false")
    case .integer(let number): put(String(number))
    case .decimal(let number): put(NumberText.yaml(number))
    case .string(let text): write(text: text, style: TextStyle(for: text), indent: indent, mayFold: true)
    case .array: put("[]")
    case .object: put("{}")
    }
  }

  // MARK: Texts

  private mutating func write(text: String, style: TextStyle, indent: Int, mayFold: Bool) {
    switch style {
    case .plain: folding(text, indent: indent, mayFold: mayFold)
    case .singleQuoted:
      put("'")
      folding(text, indent: indent, mayFold: mayFold, isQuoted: true)
      put("'")
    case .doubleQuoted:
      put("\"")
      escaped(text, indent: indent, mayFold: mayFold)
      put("\"")
    case .literal: literal(text, indent: indent)
    }
  }

  /// A text on one line, broken at single spaces once the line is longer than 80 characters.
  private mutating func folding(_ text: String, indent: Int, mayFold: Bool, isQuoted: Bool = false) {
    // Nothing folds, and nothing is doubled.
    if !isQuoted, !mayFold || column + text.utf8.count <= Self.width {
      put(text)
      return
    }
    let scalars = Array(text.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      let isInner = index > 0 && index + 1 < scalars.count
      if scalar == " ", mayFold, isInner, column > Self.width, scalars[index - 1] != " ", scalars[index + 1] != " " {
        startLine(at: indent)
      } else {
        if isQuoted, scalar == "'" { put("'") }
        put(scalar)
      }
    }
  }

  private mutating func escaped(_ text: String, indent: Int, mayFold: Bool) {
    let scalars = Array(text.unicodeScalars)
    var isAfterFold = false
    for (index, scalar) in scalars.enumerated() {
      let isInner = index > 0 && index + 1 < scalars.count
      if scalar == " ", mayFold, isInner, !isAfterFold, column > Self.width {
        startLine(at: indent)
        if scalars[index + 1] == " " { put("\\") }
        isAfterFold = true
        continue
      }
      isAfterFold = scalar == " "
      if (0x20...0x7E).contains(scalar.value), scalar != "\"", scalar != "\\" {
        put(scalar)
      } else if let escape = Self.escapes[scalar] {
        put("\\" + escape)
      } else if TextStyle.isPrintable(scalar) {
        put(scalar)
      } else {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let (letter, width) = scalar.value > 0xFFFF ? ("U", 8) : scalar.value > 0xFF ? ("u", 4) : ("x", 2)
        put("\\" + letter + String(repeating: "0", count: width - digits.count) + digits)
      }
    }
  }

  /// The lines of a text as they are, each indented; the header says what cannot be seen.
  private mutating func literal(_ text: String, indent: Int) {
    put("|")
    if text.utf8.first == 0x20 || text.utf8.first == 0x0A { put("2") }
    let trailing = text.utf8.reversed().prefix { $0 == 0x0A }.count
    if trailing == 0 {
      put("-")
    } else if trailing > 1 || text.utf8.count == 1 {
      put("+")
    }
    endLine()
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    for (index, line) in lines.enumerated() {
      if !line.isEmpty {
        put(String(repeating: " ", count: indent))
        for scalar in line.unicodeScalars { put(scalar) }
      }
      // The last line's end is written by what follows, unless it belongs to the text.
      if index + 1 < lines.count || trailing > 0 { endLine() }
    }
  }

  private static let width = 80

  private static let escapes: [Unicode.Scalar: String] = [
    "\0": "0", "\u{07}": "a", "\u{08}": "b", "\t": "t", "\n": "n", "\u{0B}": "v", "\u{0C}": "f", "\r": "r",
    "\u{1B}": "e", "\"": "\"", "\\": "\\", "\u{85}": "N", "\u{A0}": "_", "\u{2028}": "L", "\u{2029}": "P",
  ]

  // MARK: Characters

  private mutating func put(_ text: String) {
    let isWritten: Void? = text.utf8.withContiguousStorageIfAvailable { bytes in
      output.append(contentsOf: bytes)
      column += bytes.count
      for byte in bytes where byte & 0xC0 == 0x80 { column -= 1 }
    }
    if isWritten == nil { for scalar in text.unicodeScalars { put(scalar) } }
  }

  private mutating func put(byte: UInt8) {
    output.append(byte)
    column += 1
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    if scalar.isASCII {
      output.append(UInt8(scalar.value))
    } else {
      output.append(contentsOf: String(scalar).utf8)
    }
    column += 1
  }

  private mutating func endLine() {
    output.append(0x0A)
    column = 0
  }

  private mutating func startLine(at indent: Int) {
    if column > 0 { endLine() }
    // One by one is faster than a sequence of them: few lines are indented far.
    for _ in 0..<indent { output.append(0x20) }
    column = indent
  }
}
