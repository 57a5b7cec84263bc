/// A text made fit for names of Kubernetes objects, as Argo CD's `SanitizeName` does (GENERATORS 2.11): lower case,
/// everything outside `[-a-z0-9.]` as `-`, at most 253 characters, no `-` or `.` at either end. Repeats are kept, so two
/// texts may come out the same.
public func normalizedName(_ text: String) -> String {
  var bytes: [UInt8] = []
  for scalar in text.unicodeScalars {
    let scalar = Runes.lowercase(scalar)
    switch scalar {
    case "a"..."z", "0"..."9", "-", ".": bytes.append(UInt8(truncatingIfNeeded: scalar.value))
    default: bytes.append(UInt8(ascii: "-"))
    }
  }
  func isTrimmed(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") }
  var kept = bytes.prefix(253)
  while let last = kept.last, isTrimmed(last) { kept.removeLast() }
  while let first = kept.first, isTrimmed(first) { kept.removeFirst() }
  return String(decoding: kept, as: UTF8.self)
}
