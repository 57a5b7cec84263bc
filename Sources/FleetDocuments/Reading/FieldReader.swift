internal import FleetModel
internal import Manifest

/// One value of a document with the path that leads to it. Every reading function returns nil when the value is not
/// what it should be, after it has said so in the findings; the caller goes on with a default.
struct FieldReader {
  let node: Node
  let path: String
  let findings: Findings

  func error(_ message: String, hint: String = "") {
    findings.add(at: node.position, field: path, message, hint: hint)
  }

  func warning(_ message: String, hint: String = "") {
    findings.add(.warning, at: node.position, field: path, message, hint: hint)
  }

  /// Says that a value is of the wrong type.
  func expected(_ description: String, hint: String = "") {
    error("expected \(description), found \(found)", hint: hint)
  }

  /// The value for messages: short ones as they are written, others by their type.
  var found: String {
    switch node.value {
    case .null, .array, .object: node.kindName
    case .string(let text) where text.unicodeScalars.count > 60: "a long text"
    case .boolean, .integer, .decimal, .string: JSON.text(node)
    }
  }

  // MARK: Scalars

  func text() -> String? {
    if let text = node.string { return text }
    switch node.value {
    case .boolean, .integer, .decimal: expected("a text", hint: "put it in quotes")
    default: expected("a text")
    }
    return nil
  }

  func nonEmptyText() -> String? {
    guard let text = text() else { return nil }
    guard !text.isEmpty else {
      error("must not be empty")
      return nil
    }
    return text
  }

  func boolean() -> Bool? {
    if let flag = node.boolean { return flag }
    expected("true or false", hint: node.string.map { _ in "write it without quotes" } ?? "")
    return nil
  }

  func integer(_ range: ClosedRange<Int>) -> Int? {
    let description =
      range.upperBound == .max ? "from \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
    guard let number = node.integer.map(Int.init) else {
      expected("an integer \(description)")
      return nil
    }
    guard range.contains(number) else {
      error("\(number) is out of range", hint: "give an integer \(description)")
      return nil
    }
    return number
  }

  /// One of an enumeration's words.
  func choice<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type) -> Choice? where Choice.RawValue == String {
    let words = Choice.allCases.map(\.rawValue)
    if let text = node.string, let choice = Choice(rawValue: text) { return choice }
    let near = node.string.flatMap { suggestion(for: $0, among: words) }.map { "did you mean \"\($0)\"? " } ?? ""
    error("\(found) is not known", hint: near + "give one of \(words.joined(separator: ", "))")
    return nil
  }

  // MARK: Lists

  /// The elements of a list.
  func list() -> [FieldReader]? {
    guard let elements = node.array else {
      expected("a list")
      return nil
    }
    return elements.enumerated().map { index, element in
      FieldReader(node: element, path: FieldPath.appending(index: index, to: path), findings: findings)
    }
  }

  func texts() -> [String]? {
    list()?.compactMap { $0.nonEmptyText() }
  }
}
