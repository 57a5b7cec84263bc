// Swift compares strings by canonical equivalence; manifests, digests and Kubernetes compare bytes.

/// Whether two texts are the same bytes.
func sameBytes(_ left: String, _ right: String) -> Bool {
  guard left.utf8.count == right.utf8.count else { return false }
  let isSame = left.utf8.withContiguousStorageIfAvailable { left in
    right.utf8.withContiguousStorageIfAvailable { right in
      sameBytes(UnsafeRawBufferPointer(left), UnsafeRawBufferPointer(right))
    }
  }
  return (isSame ?? nil) ?? left.utf8.elementsEqual(right.utf8)
}

/// Eight bytes at a time.
private func sameBytes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
  var place = 0
  while place + 8 <= left.count {
    guard
      left.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        == right.loadUnaligned(fromByteOffset: place, as: UInt64.self)
    else { return false }
    place += 8
  }
  while place < left.count {
    guard left[place] == right[place] else { return false }
    place += 1
  }
  return true
}

/// Whether a text comes before another one, bytewise.
func precedesBytewise(_ left: String, _ right: String) -> Bool {
  left.utf8.lexicographicallyPrecedes(right.utf8)
}

/// A key of a dictionary that is compared bytewise.
struct BytewiseText: Hashable {
  let text: String

  static func == (left: Self, right: Self) -> Bool { sameBytes(left.text, right.text) }

  func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
