import Manifest

/// Compares what an operation made with what a case expects.
enum Comparison {
  /// What differs; nil when nothing does.
  static func complaint(_ result: Result<Node, Refused>, _ expected: Node) -> String? {
    switch (result, expected["error"]) {
    case (.failure, .some): nil
    case (.failure(let error), nil): "unexpected error: \(error.message)"
    case (.success(let made), .some(let error)):
      "expected the error \(JSON.text(error["text"] ?? error)), got \(text(made))"
    case (.success(let made), nil): complaint(made, expected)
    }
  }

  private static let results = ["params", "applications", "application", "generator", "items", "value"]

  private static func complaint(_ made: Node, _ expected: Node) -> String? {
    guard let key = results.first(where: { expected[$0] != nil }), var wanted = expected[key] else {
      // Several results under names of their own, without the fields that no two runs agree on.
      let ignored = Set(expected["ignore"]?.array?.compactMap(\.string) ?? [])
      let (wanted, made) = (without(ignored.union(["ignore"]), expected), without(ignored, made))
      return holds(wanted, in: made) ? nil : difference(made, wanted)
    }
    var made = made
    if expected["flatListOrder"]?.string == "any" {
      (made, wanted) = (sortedFlatLists(made), sortedFlatLists(wanted))
    }
    let isSubset = ["subset", "exactSet"].contains(expected["match"]?.string ?? "") || key == "applications"
    let same: (Node, Node) -> Bool = isSubset ? { holds($1, in: $0) } : { $0 == $1 }
    guard let elements = wanted.array, let own = made.array else {
      return same(made, wanted) ? nil : difference(made, wanted)
    }
    if key == "applications" {
      let names = Set(own.compactMap { $0["metadata", "name"]?.string })
      let present = (expected["absent"]?.array ?? []).compactMap(\.string).filter(names.contains)
      if !present.isEmpty { return "\(present) should not be there" }
      if expected["match"]?.string == "subset" {
        // There may be other Applications.
        return elements.allSatisfy { element in own.contains { same($0, element) } } ? nil : difference(made, wanted)
      }
    }
    guard own.count == elements.count else { return difference(made, wanted) }
    if expected["order"]?.string == "any" {
      var left = own
      for element in elements {
        guard let place = left.firstIndex(where: { same($0, element) }) else { return difference(made, wanted) }
        left.remove(at: place)
      }
      return nil
    }
    return zip(own, elements).allSatisfy(same) ? nil : difference(made, wanted)
  }

  /// Whether everything that is expected is there; other fields may be too. Nothing is as good as empty.
  static func holds(_ expected: Node, in made: Node?) -> Bool {
    switch expected.value {
    case .object(let object):
      if object.isEmpty, made == nil || made?.isNull == true { return true }
      return object.entries.allSatisfy { holds($0.value, in: made?[$0.key]) }
    case .array(let elements):
      guard let own = made?.array else { return elements.isEmpty && (made == nil || made?.isNull == true) }
      return own.count == elements.count && zip(elements, own).allSatisfy { holds($0, in: $1) }
    case .null: return made == nil || made?.isNull == true
    default: return made == expected
    }
  }

  private static func without(_ fields: Set<String>, _ node: Node) -> Node {
    switch node.value {
    case .array(let elements): return Node(.array(elements.map { without(fields, $0) }))
    case .object(let object):
      var kept = Object()
      for entry in object.entries where !fields.contains(entry.key) { kept[entry.key] = without(fields, entry.value) }
      return Node(.object(kept))
    default: return node
    }
  }

  private static func sortedFlatLists(_ node: Node) -> Node {
    Node(
      .array(
        (node.array ?? []).map { set in
          guard let clusters = set["clusters"]?.array else { return set }
          var sorted = set
          sorted["clusters"] = Node(.array(clusters.sorted { text($0) < text($1) }))
          return sorted
        }))
  }

  static func text(_ node: Node) -> String { JSON.text(node, sortedKeys: true) }

  private static func difference(_ made: Node, _ wanted: Node) -> String {
    "got \(text(made)), expected \(text(wanted))"
  }
}
