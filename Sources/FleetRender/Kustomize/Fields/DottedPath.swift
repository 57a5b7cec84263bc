import Manifest

/// Paths of fields as replacements and variables write them: `spec.containers.[name=web].ports.0`.
enum DottedPath {
  /// The parts; what stands in brackets is one.
  static func parts(_ path: String) -> [String] {
    var result: [String] = []
    var open: [String] = []
    for part in FieldSpec.split(path, at: ".") {
      if open.isEmpty, !(part.hasPrefix("[") && !part.hasSuffix("]")) {
        result.append(part)
        continue
      }
      open.append(part)
      if part.hasSuffix("]"), open.count > 1 {
        result.append(closed(open))
        open = []
      }
    }
    if !open.isEmpty { result.append(closed(open)) }
    return result
  }

  /// A key with dots loses its brackets; a condition keeps them.
  private static func closed(_ parts: [String]) -> String {
    let text = parts.joined(separator: ".")
    guard !text.contains("=") else { return text }
    let isBracket: (Character) -> Bool = { $0 == "[" || $0 == "]" }
    return String(text.drop(while: isBracket).reversed().drop(while: isBracket).reversed())
  }

  static func isCondition(_ part: String) -> Bool { part.hasPrefix("[") && part.hasSuffix("]") }

  static func index(_ part: String) -> Int? {
    guard let first = part.utf8.first, (0x30...0x39).contains(first) || first == UInt8(ascii: "+") else { return nil }
    return Int(part)
  }

  /// Key and value of `[key=value]`.
  static func condition(_ part: String) throws(KustomizeStop) -> (key: String, value: String) {
    var text = part[...]
    if text.hasSuffix("]") { text = text.dropLast() }
    if text.hasPrefix("[") { text = text.dropFirst() }
    guard let mark = text.firstIndex(of: "=") else { throw .needsProgram("the part \(part) of a path") }
    return (String(text[..<mark]), String(text[text.index(after: mark)...]))
  }

  /// The node at a path.
  ///
  /// - Throws: when something on the way is of another kind.
  static func lookup(_ parts: [String], in node: WrittenNode) throws(KustomizeStop) -> WrittenNode? {
    var current = node
    for part in parts.map(trimmed) where !part.isEmpty {
      let next: WrittenNode?
      if let index = index(part) {
        let elements = try elements(of: current)
        next = index < elements.count ? elements[index] : nil
      } else if part == "-" {
        next = try elements(of: current).last
      } else if part == "*" || part.hasPrefix("-") && Int(part) != nil {
        throw .needsProgram("the part \(part) of a path")
      } else if isCondition(part) {
        let (key, value) = try condition(part)
        next = try elements(of: current).first { element in
          key.isEmpty ? element.text == value : element.kind == .mapping && element[key]?.text == value
        }
      } else {
        next = try current.field(part)
      }
      guard let next else { return nil }
      current = next
    }
    return current
  }

  static func elements(of node: WrittenNode) throws(KustomizeStop) -> [WrittenNode] {
    guard node.kind == .sequence || node.isNull else { throw .needsProgram("an element of \(node.kindName)") }
    return node.content
  }

  private static func trimmed(_ part: String) -> String {
    var text = part[...]
    while text.first == " " { text = text.dropFirst() }
    while text.last == " " { text = text.dropLast() }
    return String(text)
  }
}

/// Finds every node that the path of a replacement's target means, and makes what is missing if it may.
struct PathMatcher {
  /// What the last part is made of when it is missing; nil when nothing is made.
  let made: WrittenNode.Kind?

  func matches(_ path: ArraySlice<String>, in node: WrittenNode) throws(KustomizeStop) -> [WrittenNode] {
    guard let part = path.first else { return [node] }
    if let index = DottedPath.index(part) { return try element(index, path, of: node) }
    if DottedPath.isCondition(part) { return try elements(part, path, of: node) }
    if part == "*" {
      var found: [WrittenNode] = []
      for element in try DottedPath.elements(of: node) { found += try matches(path.dropFirst(), in: element) }
      return found
    }
    var field = try node.field(part)
    if field == nil, let made {
      let new = WrittenNode(kind: Self.kind(before: path.dropFirst().first, last: made))
      try node.setField(part, to: new)
      field = new
    }
    guard let field else { return [] }
    if field.kind == .scalar, path.count > 1 { throw .needsProgram("a path into the text of \(part)") }
    return try matches(path.dropFirst(), in: field)
  }

  /// What a part of a path has to be, by the part that comes after it.
  private static func kind(before next: String?, last: WrittenNode.Kind) -> WrittenNode.Kind {
    guard let next, !next.isEmpty else { return last }
    return DottedPath.isCondition(next) || DottedPath.index(next) != nil ? .sequence : .mapping
  }

  private func element(
    _ index: Int, _ path: ArraySlice<String>, of node: WrittenNode
  ) throws(KustomizeStop) -> [WrittenNode] {
    let count = try DottedPath.elements(of: node).count
    if index == count, let made {
      node.content.append(WrittenNode(kind: Self.kind(before: path.dropFirst().first, last: made)))
    }
    guard index < node.content.count else { throw .needsProgram("the element \(index) of \(count)") }
    return try matches(path.dropFirst(), in: node.content[index])
  }

  private func elements(
    _ part: String, _ path: ArraySlice<String>, of node: WrittenNode
  ) throws(KustomizeStop) -> [WrittenNode] {
    let (key, value) = try DottedPath.condition(part)
    guard let pattern = TextPattern(value) else { throw .needsProgram("the pattern \(value) of a path") }
    for isSecondTry in [false, true] {
      var found: [WrittenNode] = []
      for element in try DottedPath.elements(of: node) {
        guard let text = key.isEmpty ? element : element.kind == .mapping ? element[key] : nil else { continue }
        guard try isMatch(pattern, text) else { continue }
        found += key.isEmpty ? [element] : try matches(path.dropFirst(), in: element)
      }
      if !found.isEmpty || made == nil || isSecondTry { return found }
      if key.isEmpty {
        node.content.append(.untyped(value))
      } else {
        let element = WrittenNode(kind: .mapping)
        element.append(key: .untyped(key), value: .untyped(value))
        node.content.append(element)
      }
    }
    return []
  }

  /// The pattern is looked for in the text as it is written, quotes and all.
  private func isMatch(_ pattern: TextPattern, _ node: WrittenNode) throws(KustomizeStop) -> Bool {
    guard node.kind == .scalar, node.style == .plain || pattern.isLiteral, let isMatch = pattern.matchesPart(node.text)
    else { throw .needsProgram("a pattern of a path, matched with \(node.kindName)") }
    return isMatch
  }
}
