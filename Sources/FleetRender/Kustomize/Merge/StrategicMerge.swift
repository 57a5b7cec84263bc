import Manifest

/// kustomize's strategic merge: maps are merged by key, lists by the keys that `MergeSchema` knows or else replaced, and
/// `$patch` directives are obeyed. New elements of a merged list go before the old ones.
///
/// It follows kustomize step by step, oddities included, because they decide bytes: an empty field (`key:`) vanishes from
/// a merged map, for example, and an element without the list's key takes the others with it.
struct StrategicMerge {
  /// Merges a patch into an object in place. Nodes of the patch become nodes of the object.
  ///
  /// - Returns: what is left of the object; nil for nothing.
  static func merge(_ patch: WrittenNode, into object: WrittenNode) throws(KustomizeStop) -> WrittenNode? {
    try walk(object, patch, schema: nil).node
  }

  /// A merged value.
  private struct Merged {
    var node: WrittenNode?
    /// Whether a null is a value and no order to remove the field.
    var keepsNull = false
  }

  private enum Directive { case merge, replace, delete }

  private static func walk(
    _ old: WrittenNode?, _ patch: WrittenNode?, schema known: MergeSchema?
  ) throws(KustomizeStop) -> Merged {
    var schema = known
    if schema == nil { schema = try schemaOfObject(old) }
    if schema == nil { schema = try schemaOfObject(patch) }
    guard let patch else {
      guard let old, !old.isNull else { return try mergeMaps(old, nil, schema) }
      try settle(old, schema)
      return Merged(node: old)
    }
    let kind: WrittenNode.Kind
    if let old, !old.isNull { kind = old.kind } else { kind = patch.kind }
    if patch.isNull, old?.isNull ?? true { return try mergeMaps(old, patch, schema) }
    if !patch.isNull, patch.kind != kind {
      throw .failed(
        "the patch has \(patch.kindName) where the object has \(old?.kindName ?? "")", file: "",
        at: patch.position)
    }
    switch kind {
    case .mapping: return try mergeMaps(old, patch, schema)
    case .sequence:
      guard let schema, schema.isMerged else { return Merged(node: patch) }
      return Merged(node: try mergeLists(old, patch, schema))
    case .scalar: return Merged(node: patch)
    }
  }

  // MARK: Without a patch

  /// Merges nothing into a value that is not null, in place. That is most of a merge, since patches are small: empty fields
  /// go, texts get their quotes, and merged lists lose what cannot be merged.
  private static func settle(_ node: WrittenNode, _ known: MergeSchema?) throws(KustomizeStop) {
    switch node.kind {
    case .scalar: return
    case .sequence:
      if let known, known.isMerged { try settleList(node, known) }
    case .mapping:
      var schema = known
      if schema == nil { schema = try schemaOfObject(node) }
      var index = 0
      while index < node.content.count {
        let key = node.content[index].text
        let value = node.content[index + 1]
        let isEmpty = value.isNull && value.text.isEmpty
        if key.isEmpty {
          if !isEmpty { throw .needsProgram("a text in place of \(node.kindName)") }
        } else if isEmpty {
          node.content.removeSubrange(index...(index + 1))
          continue
        } else if value.isNull {
          value.become(WrittenNode(kind: .scalar, style: value.style, tag: .null, text: value.text))
        } else if value.kind == .scalar {
          value.quoteIfNoText()
        } else {
          try settle(value, schema?.field(key))
        }
        index += 2
      }
    }
  }

  private static func settleList(_ list: WrittenNode, _ schema: MergeSchema) throws(KustomizeStop) {
    guard haveDifferentKeys(list.content, schema.keys) else {
      if let merged = try mergeLists(list, nil, schema), merged !== list {
        merged.style = list.style
        list.become(merged)
      }
      return
    }
    for element in list.content { try settle(element, schema.elements) }
    list.tag = .none
    list.position = nil
  }

  /// Whether elements are maps that are told apart by the only key of their list, or there is one alone that has a key:
  /// those stay as they are.
  private static func haveDifferentKeys(_ elements: [WrittenNode], _ keys: [String]) -> Bool {
    func text(_ element: WrittenNode, _ key: String) -> String? {
      guard element.kind == .mapping, let field = element[key], !field.isNull, !field.text.isEmpty else { return nil }
      return field.text
    }
    if elements.count == 1 { return keys.contains { text(elements[0], $0) != nil } }
    guard keys.count == 1, (1...16).contains(elements.count) else { return false }
    var seen: [String] = []
    for element in elements {
      guard let text = text(element, keys[0]), !seen.contains(text) else { return false }
      seen.append(text)
    }
    return true
  }

  private static func schemaOfObject(_ node: WrittenNode?) throws(KustomizeStop) -> MergeSchema? {
    guard let node, node.kind == .mapping, let kind = node["kind"]?.text, let version = node["apiVersion"]?.text,
      !kind.isEmpty, !version.isEmpty
    else { return nil }
    if version.hasPrefix("kustomize.config.k8s.io/") { throw .needsProgram("a patch for a \(kind)") }
    return .object(apiVersion: version, kind: kind)
  }

  // MARK: Maps

  private static func mergeMaps(
    _ old: WrittenNode?, _ patch: WrittenNode?, _ schema: MergeSchema?
  ) throws(KustomizeStop) -> Merged {
    let start = try startOfMap(old, patch)
    guard let result = start.node else { return Merged() }
    guard result.kind == .mapping else { return start }
    for key in keys(of: result, patch) {
      let oldValue = result[key]
      let patchValue = patch?[key]
      let merged = try walk(oldValue, patchValue, schema: schema?.field(key))
      let style: WrittenNode.Style
      if let patch, let place = patch.place(of: key), merged.node === patchValue {
        style = patch.content[place].style
      } else {
        style = result.place(of: key).map { result.content[$0].style } ?? .plain
      }
      try result.setField(key, to: merged.node, keepsNull: merged.keepsNull, keyStyle: style)
    }
    return start
  }

  /// The map that the fields are merged into.
  private static func startOfMap(_ old: WrittenNode?, _ patch: WrittenNode?) throws(KustomizeStop) -> Merged {
    guard let old, !old.isNull else {
      if let patch {
        let directive = patch.isNull ? .merge : try directiveOfMap(patch)
        return Merged(node: directive == .delete ? nil : patch)
      }
      // A null that somebody wrote stays; an empty field goes.
      guard let old, !old.text.isEmpty else { return Merged() }
      return Merged(node: WrittenNode(kind: .scalar, tag: .null, text: old.text), keepsNull: true)
    }
    guard let patch else { return Merged(node: old) }
    if patch.isNull { return Merged() }
    switch try directiveOfMap(patch) {
    case .delete: return Merged()
    case .replace: return Merged(node: patch)
    case .merge: return Merged(node: old)
    }
  }

  private static func keys(of old: WrittenNode, _ patch: WrittenNode?) -> [String] {
    var keys = old.keys
    if let patch, patch !== old { keys += patch.keys.filter { old.place(of: $0) == nil } }
    return keys.sorted { precedesBytewise($0, $1) }
  }

  private static func directiveOfMap(_ patch: WrittenNode) throws(KustomizeStop) -> Directive {
    guard let node = patch[directiveKey] else { return .merge }
    let directive = try self.directive(node)
    patch.remove(key: directiveKey)
    return directive
  }

  private static func directive(_ node: WrittenNode) throws(KustomizeStop) -> Directive {
    switch node.text {
    case "delete": return .delete
    case "replace": return .replace
    case "merge": return .merge
    default:
      throw .failed(
        "\"\(node.text)\" is none of delete, replace and merge", file: "", at: node.position, field: directiveKey)
    }
  }

  private static let directiveKey = "$patch"

  // MARK: Lists

  private static func mergeLists(
    _ old: WrittenNode?, _ patch: WrittenNode?, _ schema: MergeSchema
  ) throws(KustomizeStop) -> WrittenNode? {
    guard let start = try startOfList(old, patch) else { return nil }
    // New elements go first, and so the patch is gone through first.
    let sources = [patch, start].compactMap { $0 }
    let values =
      schema.keys.isEmpty ? textValues(of: sources) : keyValues(of: sources, keys: schema.keys)
    let keys = schema.keys.isEmpty ? [""] : schema.keys
    return try mergeElements(start, patch, values: values, keys: keys, schema: schema.elements)
  }

  private static func startOfList(_ old: WrittenNode?, _ patch: WrittenNode?) throws(KustomizeStop) -> WrittenNode? {
    guard let old, !old.isNull else { return patch }
    guard let patch else { return old }
    if patch.isNull { return nil }
    switch try directiveOfList(patch) {
    case .delete: return nil
    case .replace: return patch
    case .merge: return old
    }
  }

  private static func directiveOfList(_ patch: WrittenNode) throws(KustomizeStop) -> Directive {
    let element = patch.content.first { $0.kind == .mapping && $0[directiveKey] != nil }
    // An element with more than the directive is one that is deleted or replaced itself.
    guard let element, element.content.count <= 2, let node = element[directiveKey] else { return .merge }
    let directive = try self.directive(node)
    try ElementSetter(element: nil, keys: [directiveKey], values: [node.text]).apply(to: patch)
    return directive
  }

  private static func textValues(of sources: [WrittenNode]) -> [[String]] {
    var seen: Set<String> = []
    var values: [[String]] = []
    for element in sources.flatMap(\.content) where seen.insert(element.text).inserted { values.append([element.text]) }
    return values
  }

  private static func keyValues(of sources: [WrittenNode], keys: [String]) -> [[String]] {
    var values: [[String]] = []
    for element in sources.flatMap(\.content) {
      let value = keys.map { key -> String in
        guard element.kind == .mapping, let field = element[key], !field.isNilOrEmpty else { return "" }
        return field.text
      }
      if !values.contains(value) { values.append(value) }
    }
    return values
  }

  private static func mergeElements(
    _ old: WrittenNode, _ patch: WrittenNode?, values: [[String]], keys: [String], schema: MergeSchema
  ) throws(KustomizeStop) -> WrittenNode? {
    let result = WrittenNode(kind: .sequence)
    let values = keys.count > 1 ? joined(values) : values
    var lastKeys: [String] = []
    for value in values {
      let (usedKeys, usedValues) = used(keys, value, among: values)
      lastKeys = usedKeys
      let (findKeys, findValues) = used(usedKeys, usedValues, among: [usedValues])
      let oldElement = find(findKeys, findValues, in: old)
      let patchElement = patch.flatMap { find(findKeys, findValues, in: $0) }
      let merged = try walk(oldElement, patchElement, schema: schema).node
      guard let merged, !merged.isEmptyMap else {
        try ElementSetter(element: nil, keys: usedKeys, values: usedValues).apply(to: old)
        continue
      }
      for (key, value) in zip(usedKeys, usedValues) where !value.isEmpty {
        if merged.kind != .mapping || merged[key] == nil { try merged.setField(key, to: .untyped(value)) }
      }
      try ElementSetter(element: merged, keys: usedKeys, values: usedValues).apply(to: result)
    }
    if !values.isEmpty { try append(old, to: result, keys: lastKeys) }
    return values.isEmpty ? old : result
  }

  /// The first element with the values of the keys, or with the text if there is no key.
  private static func find(_ keys: [String], _ values: [String], in list: WrittenNode) -> WrittenNode? {
    guard list.kind == .sequence, !list.isNull else { return nil }
    if keys.first?.isEmpty != false { return list.content.first { $0.text == values.first ?? "" } }
    return list.content.first { element in
      guard element.kind == .mapping else { return false }
      return zip(keys, values).allSatisfy { key, value in element[key].map { $0.text == value } ?? false }
    }
  }

  /// Keys that no element has are not asked for.
  private static func used(
    _ keys: [String], _ value: [String], among values: [[String]]
  ) -> ([String], [String]) {
    let present = keys.indices.filter { index in values.contains { index < $0.count && !$0[index].isEmpty } }
    guard !present.isEmpty else { return (keys, value) }
    return (
      present.map { keys[$0] }, value.indices.filter { !value[$0].isEmpty || present.contains($0) }.map { value[$0] }
    )
  }

  /// Ports that differ only in that one says no protocol are the same.
  private static func joined(_ values: [[String]]) -> [[String]] {
    var result = values
    for first in result.indices {
      for second in result.indices {
        if let both = common(result[first], result[second]) {
          result[first] = both
          result[second] = both
        }
      }
    }
    return result
  }

  private static func common(_ left: [String], _ right: [String]) -> [String]? {
    guard left.count == right.count else { return nil }
    var hasCommon = false
    var result: [String] = []
    for (left, right) in zip(left, right) {
      if left == right {
        hasCommon = true
        result.append(left)
      } else {
        guard left.isEmpty || right.isEmpty else { return nil }
        result.append(left.isEmpty ? right : left)
      }
    }
    return hasCommon ? result : nil
  }

  /// Puts the old elements behind the merged ones, each in place of its merged form if there is one.
  private static func append(_ old: WrittenNode, to result: WrittenNode, keys: [String]) throws(KustomizeStop) {
    for element in old.content {
      if keys.first?.isEmpty != false {
        try ElementSetter(element: element, keys: [""], values: [element.text]).apply(to: result)
        continue
      }
      var values: [String] = []
      for key in keys {
        if let value = try element.field(key) {
          values.append(value.text)
        } else {
          result.content.append(element)
        }
      }
      if keys.count > 1 { try ElementSetter(element: nil, keys: keys, values: values).apply(to: result) }
      try ElementSetter(element: element, keys: keys, values: values).apply(to: result)
    }
  }
}

/// Appends, replaces or removes the element of a list that has certain values.
private struct ElementSetter {
  /// The new element; nil to remove.
  var element: WrittenNode?
  /// The keys that tell elements apart; one that is empty for a list of texts.
  var keys: [String]
  var values: [String]

  func apply(to list: WrittenNode) throws(KustomizeStop) {
    guard list.kind == .sequence else { throw .needsProgram("an element of \(list.kindName)") }
    var content: [WrittenNode] = []
    var isFound = false
    let isForMaps = keys.first?.isEmpty == false && values.first?.isEmpty == false
    for existing in list.content {
      if existing.isEmptyMap { continue }
      if existing.kind != .mapping, isForMaps {
        content.append(existing)
      } else if try matches(existing) {
        isFound = true
        if let element { content.append(element) }
      } else if !values.isEmpty {
        content.append(existing)
      }
    }
    list.content = content
    if let element, !element.isNull, !isFound { list.content.append(element) }
  }

  private func matches(_ existing: WrittenNode) throws(KustomizeStop) -> Bool {
    var found: Bool?
    for (index, key) in keys.enumerated() {
      if index < values.count { found = try has(existing, key, values[index]) }
      guard found == true else { return false }
    }
    return true
  }

  private func has(_ existing: WrittenNode, _ key: String, _ value: String) throws(KustomizeStop) -> Bool {
    guard !key.isEmpty else {
      guard existing.kind == .scalar else { throw .needsProgram("a list of texts with \(existing.kindName)") }
      return existing.text == value
    }
    guard let field = try existing.field(key) else { return false }
    return value.isEmpty || field.text == value
  }
}
