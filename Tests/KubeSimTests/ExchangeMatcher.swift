import Manifest

/// Compares an answer with a recorded one whose varying parts are placeholders such as `<uid1>`.
struct ExchangeMatcher {
  /// What each placeholder stands for in this run.
  private(set) var bindings: [String: String] = [:]

  /// A recorded request with the values of this run.
  func filled(_ node: Node) -> Node {
    switch node.value {
    case .string(let text): return Node(.string(filled(text)))
    case .array(let elements): return Node(.array(elements.map(filled)))
    case .object(let object):
      return Node(
        .object(Object(entries: object.entries.map { Object.Entry(key: $0.key, value: filled($0.value)) })))
    default: return node
    }
  }

  func filled(_ text: String) -> String {
    guard text.contains("<") else { return text }
    var result = ""
    for piece in Self.pieces(text) {
      switch piece {
      case .text(let text): result += text
      case .placeholder(let name): result += bindings[name] ?? "<\(name)>"
      }
    }
    return result
  }

  /// The first differences, as sentences.
  ///
  /// - Parameter isPartial: whether the recording leaves out fields that are as before (`<cut>`).
  mutating func differences(
    expected: Node, actual: Node, path: String = "", isPartial: Bool = false
  ) -> [String] {
    if case .string("<cut>") = expected.value { return [] }
    switch (expected.value, actual.value) {
    case (.object(let wanted), .object(let found)):
      var result: [String] = []
      let isPartial = isPartial || wanted["<cut>"] != nil
      for entry in wanted.entries where entry.key != "<cut>" {
        // The prose of columns is not simulated.
        if entry.key == "description", path.contains("columnDefinitions") { continue }
        // The server's hash of a storage version means nothing here.
        if entry.key == "storageVersionHash" { continue }
        guard let value = found[filled(entry.key)] else {
          result.append("\(path).\(entry.key) is missing, expected \(short(entry.value))")
          continue
        }
        result += differences(
          expected: entry.value, actual: value, path: "\(path).\(entry.key)", isPartial: isPartial)
      }
      if isPartial { return result }
      let keys = Set(wanted.keys.map(filled))
      for entry in found.entries where !keys.contains(entry.key) {
        result.append("\(path).\(entry.key) is not expected: \(short(entry.value))")
      }
      return result
    case (.array(let wanted), .array(let found)):
      guard wanted.count == found.count else {
        return [
          "\(path) has \(found.count) elements, expected \(wanted.count): \(short(actual)) for \(short(expected))"
        ]
      }
      return wanted.indices.flatMap { index in
        differences(expected: wanted[index], actual: found[index], path: "\(path)[\(index)]")
      }
    case (.string(let wanted), .string(let found)):
      if path.contains(".cells["), Self.isAge(wanted), Self.isAge(found) { return [] }
      return matches(wanted, found) ? [] : ["\(path) is \(short(actual)), expected \(short(expected))"]
    case (.string(let wanted), .integer(let found)) where wanted.hasPrefix("<nodePort"):
      return matches(wanted, String(found)) ? [] : ["\(path) is \(found), expected \(wanted)"]
    default:
      return expected == actual ? [] : ["\(path) is \(short(actual)), expected \(short(expected))"]
    }
  }

  private func short(_ node: Node) -> String { String(JSON.text(node).prefix(160)) }

  private static func isAge(_ text: String) -> Bool {
    text.last == "s" && text.dropLast().allSatisfy(\.isNumber) && text.count > 1
  }

  private enum Piece {
    case text(String)
    case placeholder(String)
  }

  private static let kinds = [
    "uid", "rv", "time", "microTime", "random", "podTemplateHash", "token", "continue", "etag", "clusterIP",
    "nodePort", "httpDate", "PEM", "length", "cut", "server",
  ]

  private static func pieces(_ text: String) -> [Piece] {
    var result: [Piece] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "<") {
      guard let close = rest[open...].firstIndex(of: ">") else { break }
      let name = String(rest[rest.index(after: open)..<close])
      let kind = String(name.prefix { !$0.isNumber })
      if kinds.contains(kind) {
        result.append(.text(String(rest[..<open])))
        result.append(.placeholder(name))
      } else {
        result.append(.text(String(rest[...close])))
      }
      rest = rest[rest.index(after: close)...]
    }
    result.append(.text(String(rest)))
    return result
  }

  private mutating func matches(_ pattern: String, _ value: String) -> Bool {
    var rest = value[...]
    let pieces = Self.pieces(pattern)
    for (index, piece) in pieces.enumerated() {
      switch piece {
      case .text(let text):
        guard rest.hasPrefix(text) else { return false }
        rest = rest.dropFirst(text.count)
      case .placeholder(let name):
        if name == "cut" { return true }
        var end = rest.endIndex
        if case .text(let next)? = index + 1 < pieces.count ? pieces[index + 1] : nil, !next.isEmpty {
          guard let range = rest.firstRange(of: next) else { return false }
          end = range.lowerBound
        }
        let bound = String(rest[..<end])
        // Seconds depend on how fast the recording ran.
        let varies = name.hasPrefix("time") || name.hasPrefix("microTime")
        if let known = bindings[name], known != bound, !varies, !name.hasPrefix("random") { return false }
        if bound.isEmpty { return false }
        bindings[name] = bound
        rest = rest[end...]
      }
    }
    return rest.isEmpty
  }
}
