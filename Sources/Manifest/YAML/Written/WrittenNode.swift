/// A node of a YAML document as it was written: the text, the style and the type of every scalar, and maps with their
/// keys in order.
///
/// Tools that carry YAML along without reading it into values (kustomize is one) change such trees in place, and one node
/// may stand in several places; it is a class for that. It is not for sharing between tasks, and no property is read while
/// another access changes it: that is why those accesses need no checks, which would take a tenth of a build's time. (The
/// compiler forgets in other modules that it need not check; hence a property behind each property.)
public final class WrittenNode {
  /// What a node is.
  public enum Kind: UInt8, Sendable {
    /// A text, a number, a truth value or nothing.
    case scalar
    /// A list; `content` holds the elements.
    case sequence
    /// A map; `content` holds keys and values in turn.
    case mapping
  }

  /// How a scalar is written.
  public enum Style: UInt8, Sendable {
    /// Without quotes.
    case plain
    /// In single or double quotes.
    case quoted
    /// As a block after `|`.
    case literal
    /// As a block after `>`.
    case folded
  }

  /// The type, by the short tags of YAML 1.2; for scalars made in a program it may be open.
  public enum Tag: UInt8, Sendable {
    /// Not said: what the text looks like.
    case none
    /// `!!str`
    case string
    /// `!!int`
    case integer
    /// `!!float`
    case decimal
    /// `!!bool`
    case boolean
    /// `!!null`
    case null
    /// `!!timestamp`
    case timestamp
    /// `!!merge`
    case merge
    /// `!!map` or `!!seq`
    case collection
  }

  @exclusivity(unchecked) @usableFromInline var storedKind: Kind
  @exclusivity(unchecked) @usableFromInline var storedStyle: Style
  @exclusivity(unchecked) @usableFromInline var storedTag: Tag
  @exclusivity(unchecked) @usableFromInline var storedText: String
  @exclusivity(unchecked) @usableFromInline var storedContent: [WrittenNode]
  @exclusivity(unchecked) @usableFromInline var storedPosition: Position?

  /// What it is.
  @inlinable public var kind: Kind {
    get { storedKind }
    set { storedKind = newValue }
  }
  /// How it is written; of a collection it says nothing.
  @inlinable public var style: Style {
    get { storedStyle }
    set { storedStyle = newValue }
  }
  /// Its type.
  @inlinable public var tag: Tag {
    get { storedTag }
    set { storedTag = newValue }
  }
  /// A scalar's text without quotes.
  @inlinable public var text: String {
    get { storedText }
    set { storedText = newValue }
  }
  /// Elements, or keys and values in turn.
  @inlinable public var content: [WrittenNode] {
    get { storedContent }
    // In place, where `set` would copy the list.
    _modify { yield &storedContent }
  }
  /// Where it was read.
  @inlinable public var position: Position? {
    get { storedPosition }
    set { storedPosition = newValue }
  }

  /// Makes a node.
  public init(
    kind: Kind, style: Style = .plain, tag: Tag = .none, text: String = "", content: [WrittenNode] = [],
    position: Position? = nil
  ) {
    storedKind = kind
    storedStyle = style
    storedTag = tag
    storedText = text
    storedContent = content
    storedPosition = position
  }

  /// A scalar whose type its text decides.
  public static func untyped(_ text: String) -> WrittenNode { WrittenNode(kind: .scalar, text: text) }

  /// A text.
  public static func string(_ text: String) -> WrittenNode {
    WrittenNode(kind: .scalar, style: text.hasByte(0x0A) ? .literal : .plain, tag: .string, text: text)
  }

  /// An empty map.
  public static func map() -> WrittenNode { WrittenNode(kind: .mapping, tag: .collection) }

  /// A copy that shares nothing with the original.
  public func copy() -> WrittenNode {
    WrittenNode(
      kind: kind, style: style, tag: tag, text: text, content: content.map { $0.copy() }, position: position)
  }

  /// Takes over what another node says; the elements are shared with it.
  public func become(_ other: WrittenNode) {
    guard other !== self else { return }
    kind = other.kind
    style = other.style
    tag = other.tag
    text = other.text
    content = other.content
    position = other.position
  }

  /// The number of nodes, itself included.
  public var size: Int { content.reduce(1) { $0 + $1.size } }

  /// Whether it is nothing, written or not.
  public var isNull: Bool { tag == .null }

  // MARK: Maps

  /// Where the key of a map stands in `content`.
  public func place(of key: String) -> Int? {
    guard kind == .mapping else { return nil }
    // Looked at often enough that a second look at the same property counts.
    let content = content
    var index = 0
    while index < content.count {
      if sameBytes(content[index].text, key) { return index }
      index += 2
    }
    return nil
  }

  /// The value of a map's key.
  public subscript(key: String) -> WrittenNode? {
    guard kind == .mapping else { return nil }
    let content = content
    var index = 0
    while index < content.count {
      if sameBytes(content[index].text, key) { return content[index + 1] }
      index += 2
    }
    return nil
  }

  /// The keys of a map, in order.
  public var keys: [String] {
    kind == .mapping ? stride(from: 0, to: content.count, by: 2).map { content[$0].text } : []
  }

  /// Adds a key to a map, behind the others.
  public func append(key: WrittenNode, value: WrittenNode) {
    content.append(key)
    content.append(value)
  }

  /// Removes a key of a map, if it is there.
  public func remove(key: String) {
    guard let place = place(of: key) else { return }
    content.removeSubrange(place...(place + 1))
  }
}

extension WrittenNode.Tag {
  /// The type that YAML 1.2 gives an unquoted text. It differs from what Kubernetes makes of it (`ScalarRules`) in that
  /// only `true` and `false` are truth values and that dates have a type of their own.
  public init(ofPlain text: String) {
    if ScalarRules.isWord(text) {
      self = .string
      return
    }
    if text == "<<" {
      self = .merge
      return
    }
    self =
      switch ScalarRules.valueOfYAML12(ofPlain: text) {
      case .null?: .null
      case .boolean?: .boolean
      case .integer?: Self.isWrittenAsDecimal(text) ? .decimal : .integer
      case .decimal?: .decimal
      case .string?: .string
      case .array?, .object?: .collection
      case nil: .timestamp
      }
  }

  /// Whether a whole number is written in a way that only decimals are: `1.0`, `1e3`, `08`.
  private static func isWrittenAsDecimal(_ text: String) -> Bool {
    var digits = text.utf8[...]
    if digits.first == UInt8(ascii: "-") || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
    guard digits.first == UInt8(ascii: "0"), let second = digits.dropFirst().first else {
      return digits.contains { $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") }
    }
    // 0x, 0o and 0b begin integers, and so does an octal number.
    if second | 0x20 == UInt8(ascii: "x") || second | 0x20 == UInt8(ascii: "o") || second | 0x20 == UInt8(ascii: "b") {
      return false
    }
    return !digits.allSatisfy { (0x30...0x37).contains($0) || $0 == UInt8(ascii: "_") }
  }
}
