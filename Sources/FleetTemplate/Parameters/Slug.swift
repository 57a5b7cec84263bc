/// A text made fit for URLs and names, as Argo CD's `slugify` does (GENERATORS 3.2): normalised first, then everything
/// but letters and digits as single `-`, shortened to a number of characters.
///
/// - Parameters:
///   - maximum: the most characters that stay; when smart, 0 keeps all.
///   - isSmart: whether to shorten before the last word that does not fit, instead of within it.
public func slug(_ text: String, maximum: Int = 50, isSmart: Bool = true) -> String {
  var bytes = Array(normalizedName(text).utf8)
  if !isSmart, bytes.count >= maximum { bytes.removeLast(bytes.count - max(maximum, 0)) }
  var words = bytes.split { !($0 >= 97 && $0 <= 122) && !($0 >= 48 && $0 <= 57) }.map { Array($0) }
  let whole = Array(words.joined(separator: [UInt8(ascii: "-")]))
  guard isSmart, maximum > 0, whole.count > maximum else { return String(decoding: whole, as: UTF8.self) }
  guard let first = words.first, first.count <= maximum else {
    return String(decoding: whole.prefix(maximum), as: UTF8.self)
  }
  var length = words.reduce(-1) { $0 + $1.count + 1 }
  while length > maximum, let last = words.popLast() { length -= last.count + 1 }
  return String(decoding: Array(words.joined(separator: [UInt8(ascii: "-")])), as: UTF8.self)
}
