import Manifest

/// An Application with a `templatePatch` applied (GENERATORS 3.4): Kubernetes' strategic merge, where an Application
/// declares one list that is joined, its finalizers. Maps are joined, null deletes, other lists are replaced.
func strategicMerge(_ patch: Node, onto application: Node) -> Node {
  guard var result = application.object, let fields = patch.object else { return patch }
  merge(fields, onto: &result, path: [])
  return Node(.object(result))
}

private func merge(_ patch: Object, onto object: inout Object, path: [String]) {
  for entry in patch.entries {
    if entry.key.hasPrefix("$") {
      directive(entry, patch, onto: &object)
      continue
    }
    let own = path + [entry.key]
    switch entry.value.value {
    case .null: object[entry.key] = nil
    case .object(let fields):
      if fields["$patch"]?.string == "delete" {
        object[entry.key] = nil
        continue
      }
      var below = fields["$patch"]?.string == "replace" ? Object() : object[entry.key]?.object ?? Object()
      merge(fields, onto: &below, path: own)
      object[entry.key] = Node(.object(below))
    case .array(let elements) where own == ["metadata", "finalizers"]:
      let kept = object[entry.key]?.array ?? []
      object[entry.key] = Node(.array(kept + elements.filter { !kept.contains($0) }))
    default: object[entry.key] = entry.value
    }
  }
}

/// `$retainKeys` names the keys of a map that stay, `$deleteFromPrimitiveList/KEY` elements that go.
private func directive(_ entry: Object.Entry, _ patch: Object, onto object: inout Object) {
  if entry.key == "$retainKeys", let names = entry.value.array?.compactMap(\.string) {
    for key in object.keys where !names.contains(key) { object[key] = nil }
  }
  let prefix = "$deleteFromPrimitiveList/"
  if entry.key.hasPrefix(prefix), let gone = entry.value.array {
    let key = String(entry.key.dropFirst(prefix.count))
    if let kept = object[key]?.array { object[key] = Node(.array(kept.filter { !gone.contains($0) })) }
  }
}
