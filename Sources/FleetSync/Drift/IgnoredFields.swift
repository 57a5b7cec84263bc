import FleetModel
public import Manifest

/// The fields of one object whose differences are no drift.
public struct IgnoredFields: Hashable, Sendable {
  private var pointers: [JSONPointer] = []
  private var expressions: [FieldExpression] = []
  /// What these own is theirs.
  private(set) var managers: Set<String> = []

  /// No field.
  public init() {}

  /// Whether every field counts.
  public var isEmpty: Bool { pointers.isEmpty && expressions.isEmpty && managers.isEmpty }

  /// Reads one rule: a map with `jsonPointers`, `jqPathExpressions` and `managedFieldsManagers`.
  ///
  /// - Throws: what is wrong with it, for people.
  init(_ rule: Node) throws(FieldExpressionError) {
    for entry in rule.object?.entries ?? [] {
      let texts = (entry.value.array ?? []).compactMap(\.string)
      switch entry.key {
      case "jsonPointers":
        for text in texts {
          guard let pointer = JSONPointer(text), !pointer.tokens.isEmpty else {
            throw FieldExpressionError(message: "\"\(text)\" is no JSON pointer", hint: "write /spec/replicas")
          }
          pointers.append(pointer)
        }
      case "jqPathExpressions":
        for text in texts { expressions.append(try FieldExpression(namingFields: text)) }
      case "managedFieldsManagers": managers.formUnion(texts)
      default:
        throw FieldExpressionError(
          message: "has an unknown field \"\(entry.key)\"",
          hint: "known are jsonPointers, jqPathExpressions, managedFieldsManagers")
      }
    }
  }

  /// Adds what others name.
  mutating func add(_ others: Self) {
    pointers += others.pointers
    expressions += others.expressions
    managers.formUnion(others.managers)
  }

  /// Whether the object has one of the fields, or one of the managers owns anything of it.
  func occur(in node: Node) -> Bool {
    let owners = managers.isEmpty ? [] : node["metadata", "managedFields"]?.array ?? []
    return pointers.contains { $0.value(in: node) != nil }
      || expressions.contains { !$0.places(in: node).isEmpty }
      || owners.contains { managers.contains($0["manager"]?.string ?? "") }
  }

  /// The object without the fields; those of managers stay.
  func removed(from node: Node) -> Node {
    var result = node
    // From the end, so that what is removed from a list moves nothing that is still to be removed.
    for place in places(in: node).reversed() { result.remove(at: place.tokens[...]) }
    return result
  }

  /// The document with what the cluster has in the fields, so that an apply changes nothing there; what the cluster does
  /// not have is left out.
  public func keeping(_ live: Node, in document: Node) -> Node {
    var result = document
    let owned = (live["metadata", "managedFields"]?.array ?? [])
      .filter { managers.contains($0["manager"]?.string ?? "") }
      .flatMap { Self.leaves($0["fieldsV1"], in: document, tokens: []) }
    let all = Set((places(in: document) + owned).map(\.tokens)).sorted(by: Self.isBefore)
    for tokens in all.reversed() {
      if let value = Self.value(at: tokens[...], in: live, as: document) {
        result.set(value, at: tokens[...])
      } else {
        result.remove(at: tokens[...])
      }
    }
    return result
  }

  private func places(in node: Node) -> [JSONPointer] {
    let named = pointers.filter { $0.value(in: node) != nil } + expressions.flatMap { $0.places(in: node) }
    return Set(named.map(\.tokens)).sorted(by: Self.isBefore).map(JSONPointer.init(tokens:))
  }

  /// Indices by number, so that `2` comes before `10`.
  private static func isBefore(_ left: [String], _ right: [String]) -> Bool {
    for (left, right) in zip(left, right) where left != right {
      if let left = Int(left), let right = Int(right) { return left < right }
      return left < right
    }
    return left.count < right.count
  }

  /// The value in the cluster at a place of the document; elements of lists are found by their names.
  private static func value(at tokens: ArraySlice<String>, in live: Node, as document: Node) -> Node? {
    guard let token = tokens.first else { return live }
    guard let elements = document.array else {
      guard let next = live[token], let own = document[token] else { return nil }
      return value(at: tokens.dropFirst(), in: next, as: own)
    }
    guard let index = Int(token), elements.indices.contains(index) else { return nil }
    let own = elements[index]
    let named = own["name"].flatMap { name in live.array?.first { $0["name"] == name } }
    guard let next = own["name"] == nil ? live[index] : named else { return nil }
    return value(at: tokens.dropFirst(), in: next, as: own)
  }

  /// Where the document has the fields of a field set.
  private static func leaves(_ fields: Node?, in node: Node, tokens: [String]) -> [JSONPointer] {
    let entries = (fields?.object?.entries ?? []).filter { $0.key != "." }
    guard !entries.isEmpty else { return [JSONPointer(tokens: tokens)] }
    return entries.flatMap { entry -> [JSONPointer] in
      switch FieldStep(entry.key) {
      case .field(let name)?:
        return node[name].map { leaves(entry.value, in: $0, tokens: tokens + [name]) } ?? []
      case let step?:
        guard let found = step.value(in: node), let index = node.array?.firstIndex(of: found) else { return [] }
        return leaves(entry.value, in: found, tokens: tokens + [String(index)])
      case nil: return []
      }
    }
  }
}

extension Node {
  /// Removes what is at a place; nothing when nothing is there.
  fileprivate mutating func remove(at tokens: ArraySlice<String>) { change(at: tokens, to: nil) }

  /// Sets what is at a place that is there.
  fileprivate mutating func set(_ node: Node, at tokens: ArraySlice<String>) { change(at: tokens, to: node) }

  private mutating func change(at tokens: ArraySlice<String>, to node: Node?) {
    guard let token = tokens.first else {
      if let node { self = node }
      return
    }
    let rest = tokens.dropFirst()
    if var elements = array {
      guard let index = Int(token), elements.indices.contains(index) else { return }
      if rest.isEmpty, node == nil { elements.remove(at: index) } else { elements[index].change(at: rest, to: node) }
      value = .array(elements)
    } else if var child = self[token] {
      if rest.isEmpty {
        self[token] = node
      } else {
        child.change(at: rest, to: node)
        self[token] = child
      }
    }
  }
}
