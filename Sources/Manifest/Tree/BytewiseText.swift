// Swift compares strings by canonical equivalence; manifests, digests and Kubernetes compare bytes.

/// Whether two texts are the same bytes.
func sameBytes(_ left: String, _ right: String) -> Bool {
  // Canonically different texts cannot have the same bytes, and for those Swift's comparison is one of memory.
  guard left == right, left.utf8.count == right.utf8.count else { return false }
  return left.utf8.elementsEqual(right.utf8)
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
