/// A map of a running template: one of the parameters as it was given, or one that functions made and may change.
enum MapValue {
  case parameters([String: ParameterValue])
  case box(MapBox)

  var count: Int {
    switch self {
    case .parameters(let values): values.count
    case .box(let box): box.values.count
    }
  }

  /// Whether Go's type is `map[string]string`.
  var holdsTexts: Bool { if case .box(let box) = self { box.holdsTexts } else { false } }

  subscript(key: String) -> Value? {
    switch self {
    case .parameters(let values): values[key].map { Value($0) }
    case .box(let box): box.values[key]
    }
  }

  /// The keys in bytewise order, as Go prints and ranges over them.
  var sortedKeys: [String] {
    let keys =
      switch self {
      case .parameters(let values): Array(values.keys)
      case .box(let box): Array(box.values.keys)
      }
    return keys.sorted(by: precedesBytewise)
  }

  /// What Go yields for a key that is not there, where it yields the type's zero.
  var zero: Value { holdsTexts ? .string("") : .null }
}

/// The order of texts by their bytes.
func precedesBytewise(_ left: String, _ right: String) -> Bool {
  let order = left.utf8.withContiguousStorageIfAvailable { left in
    right.utf8.withContiguousStorageIfAvailable { right in left.lexicographicallyPrecedes(right) }
  }
  return (order ?? nil) ?? left.utf8.lexicographicallyPrecedes(right.utf8)
}

/// Whether two texts have the same bytes.
func sameBytes(_ left: String, _ right: String) -> Bool {
  let equal = left.utf8.withContiguousStorageIfAvailable { left in
    right.utf8.withContiguousStorageIfAvailable { right in left.elementsEqual(right) }
  }
  return (equal ?? nil) ?? left.utf8.elementsEqual(right.utf8)
}

/// A map that templates can change in place, as sprig's `set` does.
final class MapBox {
  var values: [String: Value]
  let holdsTexts: Bool
  private(set) var depth = 1

  init(_ values: [String: Value], holdsTexts: Bool = false) {
    self.values = values
    self.holdsTexts = holdsTexts
    if !holdsTexts {
      for value in values.values { depth = max(depth, value.depth + 1) }
    }
  }

  func set(_ key: String, _ value: Value) {
    values[key] = value
    depth = max(depth, value.depth + 1)
  }
}
