// Swift compares strings by canonical equivalence; manifests, digests and Kubernetes compare bytes.

/// Whether two texts are the same bytes.
@inlinable @inline(__always)
public func sameBytes(_ left: String, _ right: String) -> Bool {
  // Texts of different lengths are most of those that are compared.
  left.utf8.count == right.utf8.count && sameBytes(ofOneLength: left, right)
}

@usableFromInline
func sameBytes(ofOneLength left: String, _ right: String) -> Bool {
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

/// Whether a text comes before another one, bytewise: the order of keys and objects in what Kubernetes' tools write.
public func precedesBytewise(_ left: String, _ right: String) -> Bool {
  let isFirst = left.utf8.withContiguousStorageIfAvailable { left in
    right.utf8.withContiguousStorageIfAvailable { right in
      let count = min(left.count, right.count)
      var place = 0
      while place < count, left[place] == right[place] { place += 1 }
      return place < count ? left[place] < right[place] : left.count < right.count
    }
  }
  return (isFirst ?? nil) ?? left.utf8.lexicographicallyPrecedes(right.utf8)
}

extension String {
  /// Whether one of its bytes in UTF-8 is a certain one. Faster than `utf8.contains`, which goes through an iterator.
  public func hasByte(_ byte: UInt8) -> Bool {
    utf8.withContiguousStorageIfAvailable { bytes in
      for other in bytes where other == byte { return true }
      return false
    } ?? utf8.contains(byte)
  }
}

/// A key of a dictionary that is compared bytewise.
struct BytewiseText: Hashable {
  let text: String

  static func == (left: Self, right: Self) -> Bool { sameBytes(left.text, right.text) }

  func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
