public import Manifest

/// A generator's template over the set's (GENERATORS 3.6): what the generator's leaves out or leaves empty comes from the
/// set's. `false`, 0 and "" count as left out, because Argo CD cannot tell them from it.
public func mergedTemplate(_ own: Node, over base: Node) -> Node { merge(own, over: base, key: "") }

private func merge(_ own: Node, over base: Node, key: String) -> Node {
  if isLeftOut(own) { return isLeftOut(base) ? own : base }
  // Values of charts are one text to Argo CD here, and a revision has one field.
  guard key != "valuesObject", key != "revision", let fields = own.object, let others = base.object else { return own }
  var result = fields
  for entry in others.entries {
    result[entry.key] = fields[entry.key].map { merge($0, over: entry.value, key: entry.key) } ?? entry.value
  }
  return Node(.object(result))
}

private func isLeftOut(_ node: Node) -> Bool {
  switch node.value {
  case .null: true
  case .boolean(let flag): !flag
  case .integer(let number): number == 0
  case .decimal(let number): number == 0
  case .string(let text): text.isEmpty
  case .array(let elements): elements.isEmpty
  case .object(let object): object.isEmpty
  }
}
