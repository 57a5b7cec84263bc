/// One field that two documents do not agree on.
public struct FieldChange: Hashable, Sendable {
  /// The field as people write it, for example `spec.template.spec.containers[name=web].image`; empty for the root.
  public var path: String
  /// The value before; nil when the field is new.
  public var old: Node?
  /// The value after; nil when the field is gone.
  public var new: Node?

  /// Makes a change.
  public init(path: String, old: Node?, new: Node?) {
    self.path = path
    self.old = old
    self.new = new
  }
}

/// The fields that differ between two documents, for people: as deep as both sides have maps, and lists of maps that all
/// have a unique `name` matched by that name instead of by index. A change of order in such a list is one change, of the
/// list of names.
///
/// The changes stand in bytewise order of keys, list elements in the order of `new` with removed ones last, so that the
/// same two documents always give the same text.
public func difference(from old: Node, to new: Node) -> [FieldChange] {
  var comparison = Comparison()
  comparison.compare(old, new, path: "")
  return comparison.changes
}

private struct Comparison {
  var changes: [FieldChange] = []

  mutating func compare(_ old: Node?, _ new: Node?, path: String) {
    switch (old?.value, new?.value) {
    case (.object(let old)?, .object(let new)?): compare(old, new, path: path)
    case (.array(let old)?, .array(let new)?): compare(old, new, path: path)
    default:
      if old != new { changes.append(FieldChange(path: path, old: old, new: new)) }
    }
  }

  private mutating func compare(_ old: Object, _ new: Object, path: String) {
    let keys = Set((old.keys + new.keys).map(BytewiseText.init)).map(\.text).sorted(by: precedesBytewise)
    for key in keys { compare(old[key], new[key], path: FieldPath.appending(key: key, to: path)) }
  }

  private mutating func compare(_ old: [Node], _ new: [Node], path: String) {
    guard old != new else { return }
    guard let oldNames = names(old), let newNames = names(new), !(old.isEmpty && new.isEmpty) else {
      for index in 0..<max(old.count, new.count) {
        compare(
          index < old.count ? old[index] : nil, index < new.count ? new[index] : nil,
          path: FieldPath.appending(index: index, to: path))
      }
      return
    }
    let oldOrder = old.compactMap { $0["name"] }.filter { newNames[BytewiseText(text: $0.string ?? "")] != nil }
    let newOrder = new.compactMap { $0["name"] }.filter { oldNames[BytewiseText(text: $0.string ?? "")] != nil }
    if oldOrder != newOrder {
      changes.append(FieldChange(path: path, old: Node(.array(oldOrder)), new: Node(.array(newOrder))))
    }
    for element in new {
      guard let name = element["name"]?.string else { continue }
      compare(oldNames[BytewiseText(text: name)], element, path: "\(path)[name=\(name)]")
    }
    for element in old {
      guard let name = element["name"]?.string, newNames[BytewiseText(text: name)] == nil else { continue }
      changes.append(FieldChange(path: "\(path)[name=\(name)]", old: element, new: nil))
    }
  }

  /// The elements by name; nil unless each has one of its own.
  private func names(_ elements: [Node]) -> [BytewiseText: Node]? {
    var names: [BytewiseText: Node] = [:]
    for element in elements {
      guard let name = element["name"]?.string,
        names.updateValue(element, forKey: BytewiseText(text: name)) == nil
      else { return nil }
    }
    return names
  }
}
