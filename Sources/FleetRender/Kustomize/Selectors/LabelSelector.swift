/// A selector of labels as Kubernetes writes it in one text: `a=b,c!=d,e,!f,g in (h,i),j notin (k)`.
struct LabelSelector {
  private enum Requirement {
    case exists(String)
    case missing(String)
    case isIn(String, Set<String>)
    case isNotIn(String, Set<String>)
  }

  private let requirements: [Requirement]

  /// Reads a selector; nil when it uses anything else. One that is empty matches everything.
  init?(_ text: String) {
    var requirements: [Requirement] = []
    for part in Self.parts(text) {
      guard let requirement = Self.requirement(part) else { return nil }
      requirements.append(requirement)
    }
    self.requirements = requirements
  }

  /// Whether it matches everything.
  var isEmpty: Bool { requirements.isEmpty }

  /// Whether labels satisfy every part.
  func matches(_ labels: [String: String]) -> Bool {
    requirements.allSatisfy { requirement in
      switch requirement {
      case .exists(let key): labels[key] != nil
      case .missing(let key): labels[key] == nil
      case .isIn(let key, let values): labels[key].map(values.contains) ?? false
      case .isNotIn(let key, let values): labels[key].map { !values.contains($0) } ?? true
      }
    }
  }

  /// What stands between commas outside parentheses.
  private static func parts(_ text: String) -> [String] {
    guard !text.isEmpty else { return [] }
    var parts: [String] = [""]
    var depth = 0
    for character in text {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if character == ",", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
    }
    return parts
  }

  private static func requirement(_ part: String) -> Requirement? {
    let text = trimmed(part[...])
    if text.hasPrefix("!"), !text.contains("=") {
      let key = trimmed(text.dropFirst())
      return isKey(key) ? .missing(String(key)) : nil
    }
    if let open = text.firstIndex(of: "("), text.hasSuffix(")") {
      let words = text[..<open].split(separator: " ")
      guard words.count == 2, isKey(words[0]) else { return nil }
      let values = text[text.index(after: open)...].dropLast().split(separator: ",", omittingEmptySubsequences: false)
        .map { trimmed($0) }
      guard values.allSatisfy(isValue) else { return nil }
      let set = Set(values.map(String.init))
      switch words[1] {
      case "in": return .isIn(String(words[0]), set)
      case "notin": return .isNotIn(String(words[0]), set)
      default: return nil
      }
    }
    for (mark, isEqual) in [("!=", false), ("==", true), ("=", true)] {
      guard let range = text.firstRange(of: mark) else { continue }
      let key = trimmed(text[..<range.lowerBound])
      let value = trimmed(text[range.upperBound...])
      guard isKey(key), isValue(value) else { return nil }
      return isEqual ? .isIn(String(key), [String(value)]) : .isNotIn(String(key), [String(value)])
    }
    return isKey(text) ? .exists(String(text)) : nil
  }

  private static func isKey(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { isWord($0) || $0 == UInt8(ascii: "/") }
  }

  private static func isValue(_ text: Substring) -> Bool { text.utf8.allSatisfy(isWord) && text.utf8.count <= 63 }

  private static func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first == " " { text = text.dropFirst() }
    while text.last == " " { text = text.dropLast() }
    return text
  }
}
