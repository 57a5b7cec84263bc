internal import CLibYAML
public import FleetModel

/// Why a document cannot be kept as a tree of `WrittenNode`, although it may be right.
public enum WrittenReaderError: Error, Sendable {
  /// It is not YAML.
  case malformed(Diagnostic)
  /// It uses something that such a tree does not hold; the text names it.
  case unsupported(String, Position)
}

extension WrittenNode {
  /// Reads the first document of a stream; anchors are resolved.
  ///
  /// - Parameters:
  ///   - bytes: the stream.
  ///   - file: its name for messages.
  ///   - line: the number of lines before it in its file.
  /// - Returns: nil for a stream without a document, or whose first document is empty.
  public static func firstDocument(
    of bytes: some Collection<UInt8>, file: String, afterLine line: Int = 0
  ) throws(WrittenReaderError) -> WrittenNode? {
    func read(_ input: UnsafeBufferPointer<UInt8>) -> Result<WrittenNode?, WrittenReaderError> {
      var reader = WrittenReader(input: input, file: file, firstLine: line)
      return Result { () throws(WrittenReaderError) in try reader.document() }
    }
    let result = bytes.withContiguousStorageIfAvailable(read) ?? Array(bytes).withUnsafeBufferPointer(read)
    return try result.get()
  }
}

/// Builds a tree of the events of libyaml's parser.
private struct WrittenReader {
  private let events: WrittenEvents
  private let file: String
  private let firstLine: Int
  private var anchors: [String: WrittenNode] = [:]
  private var written = 0
  private var repeated = 0

  init(input: UnsafeBufferPointer<UInt8>, file: String, firstLine: Int) {
    events = WrittenEvents(input: input)
    self.file = file
    self.firstLine = firstLine
  }

  mutating func document() throws(WrittenReaderError) -> WrittenNode? {
    while true {
      try next()
      switch events.event.pointee.type {
      case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return nil
      case YAML_DOCUMENT_START_EVENT:
        try next()
        let node = try value(depth: 0)
        // What follows the document is looked at as well, since a syntax error may stand right behind it.
        try next()
        return node.isNull ? nil : node
      default: continue
      }
    }
  }

  private func next() throws(WrittenReaderError) {
    guard events.advance() else {
      var diagnostic = events.failure()
      diagnostic.file = file
      diagnostic.line += firstLine
      throw .malformed(diagnostic)
    }
  }

  private func place() -> Position {
    let mark = events.event.pointee.start_mark
    return Position(line: Int(clamping: mark.line) + 1 + firstLine, column: Int(clamping: mark.column) + 1)
  }

  private mutating func value(depth: Int) throws(WrittenReaderError) -> WrittenNode {
    written += 1
    guard depth < DocumentLimits.depth else { throw .unsupported("nesting of \(depth) levels", place()) }
    switch events.event.pointee.type {
    case YAML_SCALAR_EVENT: return try scalar()
    case YAML_ALIAS_EVENT: return try alias()
    case YAML_SEQUENCE_START_EVENT: return try sequence(depth: depth)
    case YAML_MAPPING_START_EVENT: return try mapping(depth: depth)
    default: throw .unsupported("an event that is no value", place())
    }
  }

  private mutating func scalar() throws(WrittenReaderError) -> WrittenNode {
    let data = events.event.pointee.data.scalar
    let position = place()
    try refuseTag(data.tag)
    let text = String(decoding: UnsafeBufferPointer(start: data.value, count: data.length), as: UTF8.self)
    let style: WrittenNode.Style
    switch data.style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE, YAML_DOUBLE_QUOTED_SCALAR_STYLE: style = .quoted
    case YAML_LITERAL_SCALAR_STYLE: style = .literal
    case YAML_FOLDED_SCALAR_STYLE: style = .folded
    default: style = .plain
    }
    let node = WrittenNode(
      kind: .scalar, style: style, tag: style == .plain ? WrittenNode.Tag(ofPlain: text) : .string, text: text,
      position: position)
    remember(node, data.anchor)
    return node
  }

  private mutating func alias() throws(WrittenReaderError) -> WrittenNode {
    let name = events.event.pointee.data.alias.anchor.map { String(cString: $0) } ?? ""
    guard let node = anchors[name] else { throw .unsupported("the alias *\(name)", place()) }
    repeated += node.size
    guard repeated <= DocumentLimits.aliasFactor * written + 100 else {
      throw .unsupported("so many repetitions by aliases", place())
    }
    return node.copy()
  }

  private mutating func sequence(depth: Int) throws(WrittenReaderError) -> WrittenNode {
    let data = events.event.pointee.data.sequence_start
    let node = WrittenNode(kind: .sequence, tag: .collection, position: place())
    try refuseTag(data.tag)
    let anchor = data.anchor.map { String(cString: $0) }
    while true {
      try next()
      if events.event.pointee.type == YAML_SEQUENCE_END_EVENT { break }
      let element = try value(depth: depth + 1)
      // Most lists are short: what they hold is to be put into one piece of memory.
      if node.content.isEmpty { node.content.reserveCapacity(2) }
      node.content.append(element)
    }
    if let anchor { anchors[anchor] = node }
    return node
  }

  private mutating func mapping(depth: Int) throws(WrittenReaderError) -> WrittenNode {
    let data = events.event.pointee.data.mapping_start
    let node = WrittenNode(kind: .mapping, tag: .collection, position: place())
    try refuseTag(data.tag)
    let anchor = data.anchor.map { String(cString: $0) }
    var merged: WrittenNode?
    while true {
      try next()
      if events.event.pointee.type == YAML_MAPPING_END_EVENT { break }
      let position = place()
      let key = try value(depth: depth + 1)
      try next()
      let value = try value(depth: depth + 1)
      guard key.kind == .scalar else { throw .unsupported("a key that is no text", position) }
      if key.tag == .merge {
        guard merged == nil else { throw .unsupported("two << in one map", position) }
        merged = value
      } else {
        if node.content.isEmpty { node.content.reserveCapacity(8) }
        node.append(key: key, value: value)
      }
    }
    try Self.checkKeys(of: node)
    if let merged { try merge(merged, into: node) }
    if let anchor { anchors[anchor] = node }
    return node
  }

  private static func checkKeys(of node: WrittenNode) throws(WrittenReaderError) {
    let content = node.content
    var seen: Set<BytewiseText> = []
    var index = 2
    if content.count > 32 { seen.insert(BytewiseText(text: content[0].text)) }
    while index < content.count {
      let key = content[index]
      let isNew =
        content.count > 32
        ? seen.insert(BytewiseText(text: key.text)).inserted : node.place(of: key.text) == index
      guard isNew else {
        throw .unsupported("the key \"\(key.text)\" twice in one map", key.position ?? Position(line: 1, column: 1))
      }
      index += 2
    }
  }

  /// What `<<` brings: keys that are not there yet, of earlier maps before later ones.
  private func merge(_ source: WrittenNode, into node: WrittenNode) throws(WrittenReaderError) {
    switch source.kind {
    case .mapping:
      for index in stride(from: 0, to: source.content.count, by: 2)
      where node.place(of: source.content[index].text) == nil {
        node.append(key: source.content[index].copy(), value: source.content[index + 1].copy())
      }
    case .sequence:
      for element in source.content {
        guard element.kind == .mapping else { throw .unsupported("a << of what is no map", place()) }
        try merge(element, into: node)
      }
    case .scalar: throw .unsupported("a << of what is no map", place())
    }
  }

  private mutating func remember(_ node: WrittenNode, _ anchor: UnsafeMutablePointer<yaml_char_t>?) {
    if let anchor { anchors[String(cString: anchor)] = node }
  }

  private func refuseTag(_ tag: UnsafeMutablePointer<yaml_char_t>?) throws(WrittenReaderError) {
    if let tag { throw .unsupported("the tag \(String(cString: tag))", place()) }
  }
}

/// libyaml's parser over bytes that outlive it, with the event it has come to.
private final class WrittenEvents {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let isInitialized: Bool
  /// The event; behind a pointer, since Swift checks every access to a property of an object.
  let event: UnsafeMutablePointer<yaml_event_t>

  init(input: UnsafeBufferPointer<UInt8>) {
    parser = .allocate(capacity: 1)
    event = .allocate(capacity: 1)
    event.initialize(to: yaml_event_t())
    isInitialized = yaml_parser_initialize(parser) == 1
    guard isInitialized else { return }
    if let base = input.baseAddress {
      yaml_parser_set_input_string(parser, base, input.count)
    } else {
      yaml_parser_set_input_string(parser, "", 0)
    }
  }

  deinit {
    yaml_event_delete(event)
    if isInitialized { yaml_parser_delete(parser) }
    event.deallocate()
    parser.deallocate()
  }

  /// Goes to the next event; false when there is an error.
  func advance() -> Bool {
    yaml_event_delete(event)
    return isInitialized && yaml_parser_parse(parser, event) == 1
  }

  func failure() -> Diagnostic {
    let mark = parser.pointee.problem_mark
    return Diagnostic(
      line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1,
      message: parser.pointee.problem.map { String(cString: $0) } ?? "not YAML",
      hint: parser.pointee.context.map { String(cString: $0) } ?? "")
  }
}
