extension WrittenNode {
  /// Why a tree has no value.
  public enum ValueError: Error, Sendable {
    /// Reading the tree back, as it would be written, is not certain; the text says what is the matter.
    case uncertain(String, Position?)
  }

  /// What Kubernetes' tools make of the tree once it is written in YAML 1.2 and read back.
  ///
  /// - Throws: when that cannot be said for sure, or when reading it back would fail.
  public func value() throws(ValueError) -> Node {
    switch kind {
    case .scalar: return Node(try scalarValue())
    case .sequence:
      var elements: [Node] = []
      elements.reserveCapacity(content.count)
      for element in content { elements.append(try element.value()) }
      return Node(.array(elements))
    case .mapping:
      let content = content
      var object = Object()
      object.reserveCapacity(content.count / 2)
      var index = 0
      while index < content.count {
        let key = content[index]
        guard key.isCertainlyText else { throw .uncertain("the key \(key.text), which is no text", key.position) }
        let added = object.append(Object.Entry(key: key.text, value: try content[index + 1].value()))
        guard added else { throw .uncertain("the key \(key.text), which is there twice", key.position) }
        index += 2
      }
      return Node(.object(object))
    }
  }

  /// Whether a scalar is read back as a text whatever it holds.
  private var isCertainlyText: Bool {
    guard kind == .scalar, text.utf8.count != 2 || text != "<<" else { return false }
    switch tag {
    case .string: return true
    case .none: return style != .plain || Tag(ofPlain: text) == .string
    default: return style != .plain && Tag(ofPlain: text) == tag
    }
  }

  private func scalarValue() throws(ValueError) -> NodeValue {
    func uncertain(_ what: String) -> ValueError { .uncertain(what, position) }
    if tag == .string || tag == .none && style != .plain, Self.isPlainLine(text) { return .string(text) }
    if tag == .string || (tag == .none && (style != .plain || text.utf8.contains(0x0A))) {
      if style == .folded, Self.hasUnevenLines(text) { throw uncertain("a folded text with indented lines") }
      if text.utf8.contains(0x0A), text.utf8.first(where: { $0 != 0x0A && $0 != 0x20 }) == 0x09 {
        throw uncertain("a block of text that begins with a tab")
      }
      guard !Self.isWrittenDifferently(text) else { throw uncertain("a text with rare line separators") }
      return .string(text)
    }
    guard tag != .none || !text.isEmpty else { throw uncertain("a value made of nothing") }
    let plain = Tag(ofPlain: text)
    guard tag == .none || tag == plain else { throw uncertain("\(text) where another type stood before") }
    if style != .plain { return .string(text) }
    switch ScalarRules.valueOfYAML12(ofPlain: text) {
    case .decimal(let number)? where !number.isFinite: throw uncertain("\(text), which JSON has not")
    case .decimal(let number)? where number.magnitude >= 0x1p63 && !text.contains(where: { ".eE".contains($0) }):
      throw uncertain("\(text), an integer beyond 63 bits")
    case .string(let text)?:
      guard text != "<<", !Self.isWrittenDifferently(text) else { throw uncertain("a text with rare line separators") }
      return .string(text)
    case let value?: return value
    case nil: throw uncertain("the date \(text), which has no quotes")
    }
  }

  /// Whether a text is of one line and of ASCII: what most texts are.
  private static func isPlainLine(_ text: String) -> Bool {
    text.utf8.withContiguousStorageIfAvailable { bytes in
      for byte in bytes where byte >= 0x80 || byte == 0x0A { return false }
      return true
    } ?? false
  }

  /// Whether a line of a text, but the first, begins with a blank.
  private static func hasUnevenLines(_ text: String) -> Bool {
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if previous == 0x0A, byte == 0x20 || byte == 0x09 { return true }
      previous = byte
    }
    return false
  }

  /// Whether it holds U+0085, U+2028 or U+2029, which `YAML.text(_:)` writes otherwise than Go.
  private static func isWrittenDifferently(_ text: String) -> Bool {
    var isASCII = true
    for byte in text.utf8 where byte >= 0x80 {
      isASCII = false
      break
    }
    return !isASCII && text.unicodeScalars.contains { $0 == "\u{85}" || $0 == "\u{2028}" || $0 == "\u{2029}" }
  }

  /// The tree of a value as it stands after a way through JSON: every text that could be something else is quoted,
  /// numbers are those of JSON, keys are in order.
  public convenience init(json node: Node) {
    switch node.value {
    case .null: self.init(kind: .scalar, tag: .null, text: "null")
    case .boolean(let flag): self.init(kind: .scalar, tag: .boolean, text: flag ? "true" : "false")
    case .integer(let number): self.init(number: Double(number))
    case .decimal(let number): self.init(number: number)
    case .string(let text):
      let isPlain = Tag(ofPlain: text) == .string && ScalarRules.isPlainText(text)
      let style: Style = text.hasByte(0x0A) ? .literal : isPlain ? .plain : .quoted
      self.init(kind: .scalar, style: style, tag: .string, text: text)
    case .array(let elements):
      self.init(kind: .sequence, tag: .collection, content: elements.map { WrittenNode(json: $0) })
    case .object(let object):
      self.init(kind: .mapping, tag: .collection)
      content.reserveCapacity(2 * object.count)
      for entry in object.sortedEntries {
        append(key: WrittenNode(json: Node(.string(entry.key))), value: WrittenNode(json: entry.value))
      }
    }
  }

  private convenience init(number: Double) {
    let text = NumberText.go(number)
    self.init(kind: .scalar, tag: Tag(ofPlain: text), text: text)
  }
}
