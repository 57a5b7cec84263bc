import Manifest

/// The path element of a list item, or nil when it lacks a key.
func listElement(_ item: Node, _ list: KeyedListType) -> String? {
  var object = Object()
  for key in list.keys.sorted() {
    guard let value = item[key] ?? list.keyDefaults[key] else {
      continue
    }
    object[key] = value
  }
  return object.isEmpty ? nil : "k:" + JSONText.text(Node(.object(object)))
}

/// The path element of a value of a set.
func setElement(_ item: Node) -> String { "v:" + JSONText.text(item) }

extension FieldSet {
  /// The fields that an applied document sets. Named fields with contents are not members themselves; entries of free
  /// maps and list items are.
  init(of value: Node, type: FieldType) {
    let resolved = type.resolved(for: value)
    switch resolved {
    case .leaf: break
    case .fields, .entries:
      for entry in value.object?.entries ?? [] {
        let element = "f:" + entry.key
        let childType = resolved.child(entry.key)
        if case .leaf = childType.resolved(for: entry.value) {
          members.insert(element)
          continue
        }
        if entry.value.isNull || entry.value.object?.isEmpty == true || !resolved.isNamed(entry.key) {
          members.insert(element)
        }
        let child = FieldSet(of: entry.value, type: childType)
        if !child.isEmpty { children[element] = child }
      }
    case .values:
      for item in value.array ?? [] { members.insert(setElement(item)) }
    case .elements(let list):
      for item in value.array ?? [] {
        guard let element = listElement(item, list) else { continue }
        members.insert(element)
        let child = FieldSet(of: item, type: list.element)
        if !child.isEmpty { children[element] = child }
      }
    }
  }
}

/// What differs between two versions of an object.
struct FieldComparison {
  var added = FieldSet()
  var modified = FieldSet()
  var removed = FieldSet()

  init(from old: Node?, to new: Node?, type: FieldType) { walk(old, new, type, []) }

  private mutating func walk(_ old: Node?, _ new: Node?, _ type: FieldType, _ path: [String]) {
    guard old != nil || new != nil else { return }
    let resolved = type.resolved(for: new, old)
    var isLeaf = false
    switch resolved {
    case .leaf: isLeaf = true
    case .fields, .entries: isLeaf = (old?.object?.isEmpty ?? true) && (new?.object?.isEmpty ?? true)
    case .values, .elements: isLeaf = (old?.array?.isEmpty ?? true) && (new?.array?.isEmpty ?? true)
    }
    if isLeaf {
      guard !path.isEmpty else { return }
      if old == nil {
        added.insert(path)
      } else if new == nil {
        removed.insert(path)
      } else if old != new {
        modified.insert(path)
      }
      return
    }
    if !path.isEmpty {
      if old == nil { added.insert(path) } else if new == nil { removed.insert(path) }
    }
    switch resolved {
    case .leaf: break
    case .fields, .entries:
      let oldObject = old?.object ?? Object()
      let newObject = new?.object ?? Object()
      for key in oldObject.keys + newObject.keys.filter({ oldObject[$0] == nil }) {
        walk(oldObject[key], newObject[key], resolved.child(key), path + ["f:" + key])
      }
    case .values:
      let before = Set((old?.array ?? []).map(setElement))
      let after = Set((new?.array ?? []).map(setElement))
      for element in after.subtracting(before) { added.insert(path + [element]) }
      for element in before.subtracting(after) { removed.insert(path + [element]) }
    case .elements(let list):
      let before = index(old, list)
      let after = index(new, list)
      for element in Set(before.keys).union(after.keys).sorted() {
        let (left, right) = (before[element] ?? [], after[element] ?? [])
        guard left.count > 1 || right.count > 1 else {
          walk(left.first, right.first, list.element, path + [element])
          continue
        }
        // Items that stand several times are one thing, owned as a whole (exchange 053).
        let place = path + [element]
        if left.isEmpty {
          added.insert(place)
        } else if right.isEmpty {
          removed.insert(place)
        } else if left != right {
          modified.insert(place)
        }
      }
    }
  }

  private func index(_ value: Node?, _ list: KeyedListType) -> [String: [Node]] {
    var result: [String: [Node]] = [:]
    for item in value?.array ?? [] {
      if let element = listElement(item, list) { result[element, default: []].append(item) }
    }
    return result
  }
}

/// Lays an applied document over the live object.
func mergeApplied(_ live: Node?, _ applied: Node?, _ type: FieldType) -> Node? {
  guard let applied else { return live }
  guard let live else { return applied }
  let resolved = type.resolved(for: applied, live)
  switch resolved {
  case .leaf: return applied
  case .fields, .entries:
    if live.object?.isEmpty ?? true, applied.object?.isEmpty ?? true { return applied }
    var result = live.object ?? Object()
    for entry in applied.object?.entries ?? [] {
      result[entry.key] = mergeApplied(result[entry.key], entry.value, resolved.child(entry.key))
    }
    return Node(.object(result))
  case .values:
    if live.array?.isEmpty ?? true, applied.array?.isEmpty ?? true { return applied }
    return mergeLists(live.array ?? [], applied.array ?? [], element: setElement) { _, right in right }
  case .elements(let list):
    if live.array?.isEmpty ?? true, applied.array?.isEmpty ?? true { return applied }
    return mergeLists(live.array ?? [], applied.array ?? [], element: { listElement($0, list) ?? "?" }) {
      mergeApplied($0, $1, list.element) ?? $1
    }
  }
}

/// Merges two lists of identified items: the applied order wins among common items, live ones keep their place.
private func mergeLists(
  _ live: [Node], _ applied: [Node], element: (Node) -> String, merge: (Node, Node) -> Node
) -> Node {
  let left = live.map { (element($0), $0) }
  let right = applied.map { (element($0), $0) }
  let inLeft = Dictionary(left, uniquingKeysWith: { first, _ in first })
  let inRight = Set(right.map(\.0))
  let shared = right.map(\.0).filter { inLeft[$0] != nil }
  var nextShared = 0
  var result: [Node] = []
  var l = 0
  var r = 0
  while l < left.count || r < right.count {
    if l < left.count, r < right.count {
      if left[l].0 == right[r].0 {
        result.append(merge(left[l].1, right[r].1))
        l += 1
        r += 1
        nextShared += 1
        continue
      }
      if inRight.contains(left[l].0), nextShared < shared.count, shared[nextShared] != left[l].0 {
        l += 1
        continue
      }
    }
    if l < left.count, !inRight.contains(left[l].0) {
      result.append(left[l].1)
      l += 1
      continue
    }
    if r < right.count {
      let (key, item) = right[r]
      if let counterpart = inLeft[key] {
        result.append(merge(counterpart, item))
        nextShared += 1
      } else {
        result.append(item)
      }
      r += 1
    } else {
      l += 1
    }
  }
  return Node(.array(result))
}

/// The value without the fields of a set; nil when nothing is left of a map or list that lost something.
func removeFields(_ value: Node, _ set: FieldSet, _ type: FieldType) -> Node? {
  let resolved = type.resolved(for: value)
  switch resolved {
  case .leaf: return value
  case .fields, .entries:
    guard let object = value.object, !object.isEmpty else { return value }
    var result = Object()
    for entry in object.entries {
      let element = "f:" + entry.key
      if set.members.contains(element) { continue }
      if let child = set.children[element], !child.isEmpty {
        result[entry.key] = removeFields(entry.value, child, resolved.child(entry.key))
      } else {
        result[entry.key] = entry.value
      }
    }
    return result.isEmpty ? nil : Node(.object(result))
  case .values:
    guard let items = value.array, !items.isEmpty else { return value }
    let kept = items.filter { !set.members.contains(setElement($0)) }
    return kept.isEmpty ? nil : Node(.array(kept))
  case .elements(let list):
    guard let items = value.array, !items.isEmpty else { return value }
    var kept: [Node] = []
    for item in items {
      guard let element = listElement(item, list) else {
        kept.append(item)
        continue
      }
      if set.members.contains(element) { continue }
      if let child = set.children[element], !child.isEmpty {
        kept.append(removeFields(item, child, list.element) ?? Node(.object(Object())))
      } else {
        kept.append(item)
      }
    }
    return kept.isEmpty ? nil : Node(.array(kept))
  }
}
