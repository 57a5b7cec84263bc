import Manifest

/// RFC 7386 (exchange 071).
enum MergePatch {
  static func apply(_ patch: Node, to document: Node?) -> Node {
    guard let changes = patch.object else { return patch }
    var result = document?.object ?? Object()
    for entry in changes.entries {
      result[entry.key] = entry.value.isNull ? nil : apply(entry.value, to: result[entry.key])
    }
    return Node(.object(result))
  }
}

/// The strategic merge patch of built-in kinds (exchange 073): lists merge by one key, with the `$patch`,
/// `$setElementOrder/…`, `$deleteFromPrimitiveList/…` and `$retainKeys` directives.
enum StrategicPatch {
  static func apply(_ patch: Node, to document: Node?, type: FieldType) throws(APIFailure) -> Node? {
    guard let changes = patch.object else { return patch.isNull ? nil : patch }
    if let directive = changes["$patch"]?.string {
      switch directive {
      case "delete": return nil
      case "replace":
        var replaced = changes
        replaced["$patch"] = nil
        return Node(.object(replaced))
      case "merge": break
      default: throw .badRequest("Unknown patch type: \(directive)")
      }
    }
    let resolved = type.resolved(for: patch, document)
    var result = document?.object ?? Object()
    if let kept = changes["$retainKeys"]?.array?.compactMap(\.string) {
      for key in result.keys where !kept.contains(key) { result[key] = nil }
    }
    for entry in changes.entries {
      if entry.key.hasPrefix("$") { continue }
      if entry.value.isNull {
        result[entry.key] = nil
        continue
      }
      var child = resolved.child(entry.key)
      if case .atomic = child, entry.value.object != nil { child = .loose }
      switch child.resolved(for: entry.value, result[entry.key]) {
      case .elements(let list):
        result[entry.key] = try mergeList(entry.value, result[entry.key], list)
      case .values:
        let added = entry.value.array ?? []
        result[entry.key] = Node(.array(added + (result[entry.key]?.array ?? []).filter { !added.contains($0) }))
      case .leaf where entry.value.array != nil:
        result[entry.key] = entry.value
      default:
        result[entry.key] = try apply(entry.value, to: result[entry.key], type: child)
      }
    }
    for entry in changes.entries {
      if let field = entry.key.suffix(after: "$deleteFromPrimitiveList/") {
        let gone = entry.value.array ?? []
        if let values = result[field]?.array { result[field] = Node(.array(values.filter { !gone.contains($0) })) }
      } else if let field = entry.key.suffix(after: "$setElementOrder/"), let order = entry.value.array,
        let values = result[field]?.array
      {
        result[field] = Node(
          .array(ordered(values, by: order, live: document?[field]?.array ?? [], resolved.child(field))))
      }
    }
    return Node(.object(result))
  }

  private static func mergeList(_ patch: Node, _ live: Node?, _ list: KeyedListType) throws(APIFailure) -> Node {
    var items = live?.array ?? []
    let changes = patch.array ?? []
    if changes.contains(where: { $0["$patch"]?.string == "replace" && $0.object?.count == 1 }) {
      return Node(.array(changes.filter { $0["$patch"] == nil }))
    }
    for change in changes {
      guard let key = change[list.patchKey] else {
        throw APIFailure(
          500, "", "map: \(GoText.text(change)) does not contain declared merge key: \(list.patchKey)")
      }
      let index = items.firstIndex { $0[list.patchKey] == key }
      guard let merged = try apply(change, to: index.map { items[$0] }, type: list.element) else {
        items.removeAll { $0[list.patchKey] == key }
        continue
      }
      if let index { items[index] = merged } else { items.append(merged) }
    }
    return Node(.array(ordered(items, by: changes, live: live?.array ?? [], .keyed(list))))
  }

  /// Items of the patch in its order; the others keep their place among them, after new ones.
  private static func ordered(_ values: [Node], by order: [Node], live: [Node], _ type: FieldType) -> [Node] {
    var key: String?
    if case .keyed(let list) = type { key = list.patchKey }
    func identity(_ node: Node) -> Node { key.flatMap { node[$0] } ?? node }
    let wanted = order.map(identity)
    let places = live.map(identity)
    var others = values.filter { !wanted.contains(identity($0)) }[...]
    var result: [Node] = []
    for identifier in wanted {
      guard let value = values.first(where: { identity($0) == identifier }) else { continue }
      if let place = places.firstIndex(of: identifier) {
        while let other = others.first, let otherPlace = places.firstIndex(of: identity(other)), otherPlace < place {
          result.append(other)
          others = others.dropFirst()
        }
      }
      result.append(value)
    }
    return result + others
  }
}

extension String {
  /// The rest after a prefix, or nil when it does not start with it.
  func suffix(after prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }
}
