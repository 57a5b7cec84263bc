/// Applies a JSON Merge Patch (RFC 7386): null removes a key, a map is merged, anything else replaces.
public func mergePatch(_ patch: Node, to node: Node) -> Node {
  guard let changes = patch.object else { return patch }
  var result = node.object ?? Object()
  for entry in changes.entries {
    if entry.value.isNull {
      result[entry.key] = nil
    } else {
      result[entry.key] = mergePatch(entry.value, to: result[entry.key] ?? Node(.null))
    }
  }
  return Node(.object(result), at: node.position)
}
