/// The candidate that a mistyped word most likely means, for "did you mean …?"; nil when none is near.
///
/// Near is an edit distance (insert, delete, replace, swap neighbours) of at most a third of the word, at least 1.
public func suggestion(for word: String, among candidates: some Sequence<String>) -> String? {
  let written = Array(word.lowercased().utf8)
  var best: (distance: Int, candidate: String)?
  for candidate in candidates.sorted() {
    let distance = editDistance(written, Array(candidate.lowercased().utf8))
    if distance <= max(1, written.count / 3), distance < best?.distance ?? .max {
      best = (distance, candidate)
    }
  }
  return best?.candidate
}

private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
  var beforeLast: [Int] = []
  var last = Array(0...right.count)
  for (row, leftByte) in left.enumerated() {
    var current = [row + 1]
    current.reserveCapacity(right.count + 1)
    for (column, rightByte) in right.enumerated() {
      let replaced = last[column] + (leftByte == rightByte ? 0 : 1)
      var distance = min(current[column] + 1, last[column + 1] + 1, replaced)
      if row > 0, column > 0, leftByte == right[column - 1], left[row - 1] == rightByte {
        distance = min(distance, beforeLast[column - 1] + 1)
      }
      current.append(distance)
    }
    beforeLast = last
    last = current
  }
  return last[right.count]
}
