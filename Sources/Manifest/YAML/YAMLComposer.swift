internal import FleetModel

/// Builds trees from the events of a YAML stream: anchors, merge keys, duplicate keys, limits.
struct YAMLComposer {
  private let events: YAMLEventReader
  private let file: String
  private var anchors: [String: Composed] = [:]
  /// Anchors whose value is not complete yet.
  private var openAnchors: Set<String> = []
  private var writtenNodes = 0
  private var aliasNodes = 0

  /// A value with what it costs to repeat it.
  private struct Composed {
    var node: Node
    /// Levels of lists and maps, itself included.
    var height: Int
    /// Nodes, itself included.
    var count: Int
  }

  init(events: YAMLEventReader, file: String) {
    self.events = events
    self.file = file
  }

  mutating func documents() throws(DiagnosticsError) -> [Node] {
    var documents: [Node] = []
    try self.documents { documents.append($0) }
    return documents
  }

  /// Gives each document when it is complete.
  mutating func documents(_ take: (Node) -> Void) throws(DiagnosticsError) {
    while true {
      let event = try events.next()
      switch event.kind {
      case .streamEnd: return
      case .documentStart:
        anchors = [:]
        let first = try events.next()
        let root = try value(first, depth: 0)
        if !Self.isEmpty(first) { take(root.node) }
      default: continue
      }
    }
  }

  /// Whether a document's only event says that nothing stands there (and not, for example, a written `null`).
  private static func isEmpty(_ event: YAMLEvent) -> Bool {
    if case .scalar(let scalar) = event.kind { scalar.isPlain && scalar.text.isEmpty } else { false }
  }

  private mutating func value(_ event: YAMLEvent, depth: Int) throws(DiagnosticsError) -> Composed {
    if case .alias(let anchor) = event.kind { return try repeated(anchor, at: event.position, depth: depth) }
    if let anchor = event.anchor { openAnchors.insert(anchor) }
    writtenNodes += 1
    var composed: Composed
    switch event.kind {
    case .sequenceStart: composed = try sequence(event, depth: depth + 1)
    case .mappingStart: composed = try mapping(event, depth: depth + 1)
    case .scalar(let scalar): composed = Composed(node: try self.scalar(scalar, of: event), height: 0, count: 1)
    default: throw failure("expected a value", at: event.position)
    }
    if let anchor = event.anchor {
      openAnchors.remove(anchor)
      anchors[anchor] = composed
    }
    composed.node.position = event.position
    return composed
  }

  private mutating func sequence(_ start: YAMLEvent, depth: Int) throws(DiagnosticsError) -> Composed {
    try enter(start, depth: depth, tags: ["tag:yaml.org,2002:seq"])
    var elements: [Node] = []
    var height = 0
    var count = 1
    while true {
      let event = try events.next()
      if case .sequenceEnd = event.kind { break }
      let element = try value(event, depth: depth)
      elements.append(element.node)
      height = max(height, element.height)
      count += element.count
    }
    return Composed(node: Node(.array(elements)), height: height + 1, count: count)
  }

  private mutating func mapping(_ start: YAMLEvent, depth: Int) throws(DiagnosticsError) -> Composed {
    try enter(start, depth: depth, tags: ["tag:yaml.org,2002:map"])
    var object = Object()
    var merged: (node: Node, position: Position)?
    var height = 0
    var count = 1
    while true {
      let event = try events.next()
      if case .mappingEnd = event.kind { break }
      let key = try key(event, depth: depth)
      if let earlier = key.isMerge ? merged?.position : object.keyPosition(key.text) {
        throw failure(
          "the key \"\(key.text)\" is already set on line \(earlier.line)", at: event.position,
          hint: key.isMerge ? "merge several maps with one list: <<: [*a, *b]" : "remove one of them")
      }
      let entry = try value(try events.next(), depth: depth)
      height = max(height, entry.height)
      count += entry.count + 1
      if key.isMerge {
        merged = (entry.node, event.position)
      } else {
        _ = object.append(Object.Entry(key: key.text, keyPosition: event.position, value: entry.node))
      }
    }
    if let merged { try merge(merged.node, into: &object, at: merged.position) }
    return Composed(node: Node(.object(object)), height: height + 1, count: count)
  }

  private func enter(_ event: YAMLEvent, depth: Int, tags: [String]) throws(DiagnosticsError) {
    try checkDepth(depth, at: event.position)
    if let tag = event.tag, tag != "!", !tags.contains(tag) { throw unknown(tag: tag, at: event.position) }
  }

  private func checkDepth(_ depth: Int, at position: Position) throws(DiagnosticsError) {
    guard depth > DocumentLimits.depth else { return }
    throw failure("nested deeper than \(DocumentLimits.depth) levels", at: position)
  }

  // MARK: Keys

  private mutating func key(_ event: YAMLEvent, depth: Int) throws(DiagnosticsError) -> (text: String, isMerge: Bool) {
    if case .scalar(let scalar) = event.kind, scalar.isPlain, scalar.text == "<<" { return ("<<", true) }
    let node = try value(event, depth: depth).node
    switch node.value {
    case .string(let text): return (text, false)
    case .boolean(let flag): return (flag ? "true" : "false", false)
    case .integer(let number): return (String(number), false)
    case .decimal(let number): return (NumberText.yaml(number), false)
    case .null, .array, .object:
      throw failure(
        "a key must be a text, found \(node.kindName)", at: event.position,
        hint: node.object == nil ? "quote it" : "quote a text that begins with { or {{")
    }
  }

  /// What `<<` brings: keys that are not there yet, of earlier maps before later ones.
  private func merge(_ source: Node, into object: inout Object, at position: Position) throws(DiagnosticsError) {
    switch source.value {
    case .object(let other):
      for entry in other.entries { _ = object.append(entry) }
    case .array(let sources) where sources.allSatisfy({ $0.object != nil }):
      for source in sources { try merge(source, into: &object, at: position) }
    default:
      throw failure("<< merges maps, found \(source.kindName)", at: position, hint: "write <<: *anchor of a map")
    }
  }

  // MARK: Scalars and aliases

  private func scalar(_ scalar: YAMLEvent.Scalar, of event: YAMLEvent) throws(DiagnosticsError) -> Node {
    let resolved: NodeValue?
    if scalar.isPlain {
      resolved = ScalarRules.value(ofPlain: scalar.text)
    } else if let tag = event.tag, tag != "!" {
      guard ScalarRules.knows(tag: tag) else { throw unknown(tag: tag, at: event.position) }
      resolved = ScalarRules.value(of: scalar.text, tag: tag)
    } else {
      resolved = .string(scalar.text)
    }
    guard let resolved else {
      throw failure("\"\(scalar.text)\" is not what its tag says", at: event.position, hint: "remove the tag")
    }
    if case .decimal(let number) = resolved, !number.isFinite {
      throw failure("\(scalar.text) cannot be a value: JSON has finite numbers only", at: event.position)
    }
    return Node(resolved, at: event.position)
  }

  private mutating func repeated(
    _ anchor: String, at position: Position, depth: Int
  ) throws(DiagnosticsError) -> Composed {
    guard !openAnchors.contains(anchor) else {
      throw failure("the anchor \"\(anchor)\" contains itself", at: position)
    }
    guard var composed = anchors[anchor] else {
      throw failure(
        "there is no anchor \"\(anchor)\" above", at: position,
        hint: suggestion(for: anchor, among: anchors.keys).map { "did you mean *\($0)?" }
          ?? "a text that begins with * must be quoted")
    }
    try checkDepth(depth + composed.height, at: position)
    aliasNodes += composed.count
    let allowed = max(DocumentLimits.freeAliasNodes, DocumentLimits.aliasFactor * writtenNodes)
    guard aliasNodes <= min(allowed, DocumentLimits.aliasNodes) else {
      throw failure("the aliases of this document repeat too much", at: position, hint: "write fewer of them")
    }
    composed.node.position = position
    return composed
  }

  // MARK: Errors

  private func unknown(tag: String, at position: Position) -> DiagnosticsError {
    failure("the tag \(Self.short(tag)) is not known", at: position, hint: "remove the tag, or quote the text")
  }

  private static func short(_ tag: String) -> String {
    let prefix = "tag:yaml.org,2002:"
    return tag.hasPrefix(prefix) ? "!!" + tag.dropFirst(prefix.count) : tag
  }

  private func failure(_ message: String, at position: Position, hint: String = "") -> DiagnosticsError {
    DiagnosticsError([
      Diagnostic(file: file, line: Int(position.line), column: Int(position.column), message: message, hint: hint)
    ])
  }
}
