import Manifest

/// Which element of a list was which before a step changed the list.
struct ListAlignment {
  /// Of every element of the new list the index in the old one; nil for an element that is new.
  private(set) var partners: [Int?]

  /// Beyond so many pairs, only what is equal at both ends is found equal.
  private static let limitPairs = 250_000

  /// By name where all elements have one; else equal ones in order, and between those in the same places: as many as before
  /// are the same ones changed, others are those with an identifying field in common.
  init(from old: [Node], to new: [Node]) {
    partners = Array(repeating: nil, count: new.count)
    if let before = Self.names(old), let after = Self.names(new) {
      let places = Dictionary(zip(before, before.indices), uniquingKeysWith: { first, _ in first })
      for (index, name) in after.enumerated() { partners[index] = places[name] }
      return
    }
    var oldStart = 0
    var newStart = 0
    for (oldIndex, newIndex) in Self.equalPairs(old, new) + [(old.count, new.count)] {
      pair(old, oldStart..<oldIndex, new, newStart..<newIndex)
      if newIndex < new.count { partners[newIndex] = oldIndex }
      (oldStart, newStart) = (oldIndex + 1, newIndex + 1)
    }
  }

  /// The names of the elements; nil unless each has one of its own.
  private static func names(_ elements: [Node]) -> [String]? {
    let names = elements.compactMap { $0["name"]?.string }
    return names.count == elements.count && Set(names).count == names.count ? names : nil
  }

  private mutating func pair(_ old: [Node], _ oldRange: Range<Int>, _ new: [Node], _ newRange: Range<Int>) {
    if oldRange.count == newRange.count {
      for (oldIndex, newIndex) in zip(oldRange, newRange) { partners[newIndex] = oldIndex }
      return
    }
    var left = Array(oldRange)
    for index in newRange {
      guard let place = left.firstIndex(where: { Self.areAlike(old[$0], new[index]) }) else { continue }
      partners[index] = left.remove(at: place)
    }
  }

  /// The fields by which Kubernetes tells elements of lists apart.
  private static let identifying = [
    "name", "mountPath", "containerPort", "devicePath", "port", "topologyKey", "key", "ip", "uid",
  ]

  private static func areAlike(_ old: Node, _ new: Node) -> Bool {
    for key in identifying {
      if let value = new[key], let other = old[key] { return other == value }
    }
    return false
  }

  /// The longest run of equal elements in the same order.
  private static func equalPairs(_ old: [Node], _ new: [Node]) -> [(Int, Int)] {
    var start = 0
    while start < old.count, start < new.count, old[start] == new[start] { start += 1 }
    var end = 0
    while end < old.count - start, end < new.count - start, old[old.count - 1 - end] == new[new.count - 1 - end] {
      end += 1
    }
    let (rows, columns) = (old.count - start - end, new.count - start - end)
    var pairs = (0..<start).map { ($0, $0) }
    if rows > 0, columns > 0, rows * columns <= limitPairs {
      var lengths = Array(repeating: Array(repeating: 0, count: columns + 1), count: rows + 1)
      for row in stride(from: rows - 1, through: 0, by: -1) {
        for column in stride(from: columns - 1, through: 0, by: -1) {
          lengths[row][column] =
            old[start + row] == new[start + column]
            ? lengths[row + 1][column + 1] + 1 : max(lengths[row + 1][column], lengths[row][column + 1])
        }
      }
      var (row, column) = (0, 0)
      while row < rows, column < columns {
        if old[start + row] == new[start + column] {
          pairs.append((start + row, start + column))
          (row, column) = (row + 1, column + 1)
        } else if lengths[row + 1][column] >= lengths[row][column + 1] {
          row += 1
        } else {
          column += 1
        }
      }
    }
    for offset in 0..<end { pairs.append((old.count - end + offset, new.count - end + offset)) }
    return pairs
  }
}
