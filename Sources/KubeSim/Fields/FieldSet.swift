import Manifest

/// A set of field paths, as `metadata.managedFields[].fieldsV1` writes it.
///
/// A path element is kept in its written form: `f:name`, `k:{"name":"web"}`, `v:"x"`.
public struct FieldSet: Sendable, Hashable {
  /// Paths of one element.
  var members: Set<String> = []
  /// Longer paths by their first element.
  var children: [String: FieldSet] = [:]

  var isEmpty: Bool { members.isEmpty && children.values.allSatisfy(\.isEmpty) }

  mutating func insert(_ path: some Collection<String>) {
    guard let first = path.first else { return }
    if path.count == 1 {
      members.insert(first)
    } else {
      children[first, default: FieldSet()].insert(path.dropFirst())
    }
  }

  func contains(_ path: some Collection<String>) -> Bool {
    guard let first = path.first else { return false }
    if path.count == 1 { return members.contains(first) }
    return children[first]?.contains(path.dropFirst()) ?? false
  }

  func union(_ other: FieldSet) -> FieldSet {
    var result = self
    result.members.formUnion(other.members)
    for (key, child) in other.children { result.children[key] = (result.children[key] ?? FieldSet()).union(child) }
    return result
  }

  func subtracting(_ other: FieldSet) -> FieldSet {
    var result = FieldSet(members: members.subtracting(other.members))
    for (key, child) in children {
      let rest = other.children[key].map { child.subtracting($0) } ?? child
      if !rest.isEmpty { result.children[key] = rest }
    }
    return result
  }

  /// Like `subtracting`, and what lies below a removed path goes too.
  func subtractingTrees(_ other: FieldSet) -> FieldSet {
    var result = FieldSet(members: members.subtracting(other.members))
    for (key, child) in children where !other.members.contains(key) {
      let rest = other.children[key].map { child.subtractingTrees($0) } ?? child
      if !rest.isEmpty { result.children[key] = rest }
    }
    return result
  }

  func intersection(_ other: FieldSet) -> FieldSet {
    var result = FieldSet(members: members.intersection(other.members))
    for (key, child) in children {
      guard let counterpart = other.children[key] else { continue }
      let common = child.intersection(counterpart)
      if !common.isEmpty { result.children[key] = common }
    }
    return result
  }

  /// The set with every named field on the way to a member as a member itself, so that removing it removes all.
  func withNamedFields(_ type: FieldType) -> FieldSet {
    var result = FieldSet(members: members)
    for (key, child) in children {
      var childType = FieldType.loose
      if key.hasPrefix("f:") {
        let name = String(key.dropFirst(2))
        switch type {
        case .structure(let structure):
          childType = structure.type(of: name)
          result.members.insert(key)
        case .loose, .scalar:
          result.members.insert(key)
        case .map(let element): childType = element
        case .untyped: childType = .untyped
        default: break
        }
      } else if case .keyed(let list) = type {
        childType = list.element
      }
      result.children[key] = child.withNamedFields(childType)
    }
    return result
  }

  /// Every path, members before longer paths, in the order of a conflict message (exchange 102).
  var paths: [[String]] {
    members.sorted().map { [$0] }
      + children.sorted { $0.key < $1.key }.flatMap { key, child in child.paths.map { [key] + $0 } }
  }

  /// The form of `fieldsV1`.
  var document: Node {
    var object = Object()
    for key in members.union(children.filter { !$0.value.isEmpty }.keys).sorted() {
      guard let child = children[key], !child.isEmpty else {
        object[key] = Node(.object(Object()))
        continue
      }
      var inner = Object()
      if members.contains(key) { inner["."] = Node(.object(Object())) }
      for entry in child.document.object?.entries ?? [] { inner[entry.key] = entry.value }
      object[key] = Node(.object(inner))
    }
    return Node(.object(object))
  }

  /// Reads the form of `fieldsV1`.
  init(document: Node?) {
    for entry in document?.object?.entries ?? [] where entry.key != "." {
      if entry.value.object?.isEmpty ?? true {
        members.insert(entry.key)
      } else {
        if entry.value["."] != nil { members.insert(entry.key) }
        let child = FieldSet(document: entry.value)
        if !child.isEmpty { children[entry.key] = child }
      }
    }
  }

  init(members: Set<String> = [], children: [String: FieldSet] = [:]) {
    self.members = members
    self.children = children
  }

  /// A path as conflicts name it: `.spec.containers[name="web"].image`.
  static func describe(_ path: [String]) -> String {
    path.map { element in
      let rest = element.dropFirst(2)
      if element.hasPrefix("f:") { return ".\(rest)" }
      if element.hasPrefix("v:") { return "[=\(rest)]" }
      guard element.hasPrefix("k:"), let keys = try? JSONText.parse(Array(rest.utf8)).object else { return "[\(rest)]" }
      return "[" + keys.entries.map { "\($0.key)=\(JSONText.text($0.value))" }.joined(separator: ",") + "]"
    }.joined()
  }
}
