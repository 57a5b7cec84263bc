import Manifest

// How kustomize reads and sets fields of trees. Where its rules look odd, they decide bytes of its output: a value that is
// set keeps the quotes of the value that stood there, for example, and so may become a text.
extension WrittenNode {
  /// Nothing, an empty map or an empty list.
  var isNilOrEmpty: Bool { isNull || (kind != .scalar && content.isEmpty) }

  /// Nothing, or an empty map.
  var isEmptyMap: Bool { isNull || (kind == .mapping && content.isEmpty) }

  /// The texts of a map's values by key, whatever they are.
  var textMap: [String: String] {
    var map: [String: String] = [:]
    map.reserveCapacity(content.count / 2)
    for index in stride(from: 0, to: content.count - content.count % 2, by: 2) {
      map[content[index].text] = content[index + 1].text
    }
    return map
  }

  /// What a node is, for messages.
  var kindName: String {
    if isNull { return "nothing" }
    switch kind {
    case .scalar: return "a single value"
    case .sequence: return "a list"
    case .mapping: return "a map"
    }
  }

  /// The value of a field; nil where there is none.
  ///
  /// - Throws: when this is neither a map nor nothing.
  func field(_ name: String) throws(KustomizeStop) -> WrittenNode? {
    if isNull { return nil }
    guard kind == .mapping else { throw .needsProgram("the field \(name) of \(kindName)") }
    return self[name]
  }

  /// The value of a field, which is made when it is missing.
  func child(creating name: String, kind: Kind) throws(KustomizeStop) -> WrittenNode {
    if let existing = try field(name) { return existing }
    guard !isNull else { throw .needsProgram("the field \(name) of a map that is null") }
    let made = WrittenNode(kind: kind)
    append(key: .untyped(name), value: made)
    return made
  }

  /// Sets a field of a map; nil, and nothing that is not to be kept, remove it.
  ///
  /// - Parameters:
  ///   - keepsNull: whether a null is set and not taken for an order to remove.
  ///   - keyStyle: the style of the key, when it is new.
  func setField(
    _ name: String, to value: WrittenNode?, keepsNull: Bool = false, keyStyle: Style = .plain
  ) throws(KustomizeStop) {
    value?.quoteIfNoText()
    guard !name.isEmpty else {
      if let value { try setScalar(value) }
      return
    }
    guard kind == .mapping, !isNull else { throw .needsProgram("the field \(name) of \(kindName)") }
    guard let value, keepsNull || !value.isNull else {
      remove(key: name)
      return
    }
    if let existing = self[name] {
      value.style = existing.style
      existing.become(value)
    } else {
      append(key: WrittenNode(kind: .scalar, style: keyStyle, text: name), value: value)
    }
  }

  /// Puts another scalar in place of this one, whose style stays.
  func setScalar(_ value: WrittenNode) throws(KustomizeStop) {
    value.quoteIfNoText()
    guard kind == .scalar || isNull else { throw .needsProgram("a text in place of \(kindName)") }
    guard !value.isNull else { return }
    value.style = style
    become(value)
  }

  /// Quotes a text without a style of its own that would be read as something else.
  func quoteIfNoText() {
    guard kind == .scalar, tag == .none || tag == .string, style == .plain, !text.isEmpty else { return }
    switch Tag(ofPlain: text) {
    case .integer, .decimal, .boolean, .null: style = .quoted
    default: break
    }
  }
}
