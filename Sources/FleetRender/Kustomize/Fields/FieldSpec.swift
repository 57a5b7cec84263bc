import Manifest

/// Fields of objects of some types: where a transformer sets something.
///
/// A class, because whole tables of them are passed around and it never changes.
final class FieldSpec: Sendable {
  let type: ResourceType
  let path: String
  /// Whether the field is made where it is missing.
  let creates: Bool
  /// The keys on the way; lists on it are walked through, however they are written.
  let steps: [Step]

  struct Step: Sendable {
    var key: String
    /// Written with `[]`: not made when it is missing.
    var isList: Bool
  }

  init(type: ResourceType = ResourceType(), path: String, creates: Bool = false) {
    self.type = type
    self.path = path
    self.creates = creates
    steps = Self.split(path, at: "/").map { part in
      let isList = part.hasSuffix("[]")
      return Step(key: isList ? String(part.dropLast(2)) : part, isList: isList)
    }
  }

  /// The parts of a path; a backslash before the separator makes it part of a key.
  static func split(_ path: String, at separator: Character) -> [String] {
    var parts = path.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    if parts.count > 1, parts[0].isEmpty { parts.removeFirst() }
    var result: [String] = []
    for part in parts {
      if let last = result.last, last.hasSuffix("\\") {
        result[result.count - 1] = String(last.dropLast()) + String(separator) + part
      } else {
        result.append(part)
      }
    }
    return result
  }

  /// Whether an object of these words for type and version is meant.
  func matches(_ node: WrittenNode) -> Bool {
    if !type.kind.isEmpty, !sameBytes(type.kind, node["kind"]?.text ?? "") { return false }
    if type.group.isEmpty, type.version.isEmpty { return true }
    return ResourceType(apiVersion: node["apiVersion"]?.text ?? "", kind: type.kind).isSelected(by: type)
  }

  /// Calls `set` with every node that the path leads to in an object of the type.
  ///
  /// - Parameters:
  ///   - made: what a missing field is made of; nil when none is made.
  ///   - tag: the type that a null at the end of the path gets.
  func visit(
    _ node: WrittenNode, making made: WrittenNode.Kind?, tag: WrittenNode.Tag = .none,
    _ set: (WrittenNode) throws(KustomizeStop) -> Void
  ) throws(KustomizeStop) {
    guard matches(node) else { return }
    try visitAny(node, making: made, tag: tag, set)
  }

  /// As ``visit(_:making:tag:_:)``, for an object that is known to be of the type.
  func visitAny(
    _ node: WrittenNode, making made: WrittenNode.Kind?, tag: WrittenNode.Tag = .none,
    _ set: (WrittenNode) throws(KustomizeStop) -> Void
  ) throws(KustomizeStop) {
    try visit(node, 0, making: made, tag: tag, set)
  }

  /// - Parameter index: the step to take from the node; behind the last one it is the node that is meant.
  private func visit(
    _ node: WrittenNode, _ index: Int, making made: WrittenNode.Kind?, tag: WrittenNode.Tag,
    _ set: (WrittenNode) throws(KustomizeStop) -> Void
  ) throws(KustomizeStop) {
    guard index < steps.count else { return try set(node) }
    if node.isNull { return }
    switch node.kind {
    case .scalar: throw .needsProgram("the field \(path), on whose way there is a single value")
    case .sequence:
      for element in node.content { try visit(element, index, making: made, tag: tag, set) }
    case .mapping:
      let isLast = index == steps.count - 1
      guard let (field, kind, fieldTag) = try self.field(steps[index], of: node, isLast: isLast, making: made, tag: tag)
      else { return }
      if field.isNull, let kind {
        field.kind = kind
        field.tag = fieldTag
      }
      try visit(field, index + 1, making: made, tag: tag, set)
    }
  }

  private func field(
    _ step: Step, of node: WrittenNode, isLast: Bool, making made: WrittenNode.Kind?, tag: WrittenNode.Tag
  ) throws(KustomizeStop) -> (WrittenNode, WrittenNode.Kind?, WrittenNode.Tag)? {
    guard !step.key.isEmpty else { throw .needsProgram("an empty key in the path \(path)") }
    guard creates, let made, !step.isList else {
      return node[step.key].map { ($0, step.isList ? .sequence : nil, .none) }
    }
    let kind = isLast ? made : .mapping
    return (try node.child(creating: step.key, kind: kind), kind, isLast ? tag : .collection)
  }
}

extension [FieldSpec] {
  /// Adds a field unless it is there.
  ///
  /// - Throws: when it is there and differs in whether it is made.
  func merging(_ spec: FieldSpec) throws(KustomizeStop) -> [FieldSpec] {
    if let index = firstIndex(where: { $0.type.isSelected(by: spec.type) && $0.path == spec.path }) {
      guard self[index].creates == spec.creates else { throw .needsProgram("conflicting fields for \(spec.path)") }
      return self
    }
    return self + [spec]
  }

  /// Adds several.
  func merging(_ specs: [FieldSpec]) throws(KustomizeStop) -> [FieldSpec] {
    var result = self
    for spec in specs { result = try result.merging(spec) }
    return result
  }
}
