/// A branch's name made fit for a part of a DNS name, as Argo CD's pull request generator does (GENERATORS 2.8): lower
/// case, everything but letters, digits, `-` and `_` as one `-`, cut at a `-` so that at most 50 characters stay.
///
/// Letters of Latin scripts lose their marks; other scripts, which Argo CD writes in Latin letters, become `-`.
func slug(_ text: String, maximum: Int = 50) -> String {
  var bytes: [UInt8] = []
  func append(_ text: some StringProtocol) {
    for byte in text.utf8 {
      let isKept =
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
      if isKept {
        if byte != UInt8(ascii: "-") || bytes.last != byte { bytes.append(byte) }
      } else if bytes.last != UInt8(ascii: "-") {
        bytes.append(UInt8(ascii: "-"))
      }
    }
  }
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": append("and")
    case "@": append("at")
    case "\"", "'", "\u{2019}": break
    case "A"..."Z", "a"..."z", "0"..."9": append(String(scalar).lowercased())
    default: append(latin[scalar.properties.lowercaseMapping] ?? "-")
    }
  }
  let kept = String(decoding: bytes, as: UTF8.self).drop { $0 == "-" }
  let slug = kept.last == "-" ? kept.dropLast() : kept
  guard slug.utf8.count > maximum else { return String(slug) }
  let cut = slug.utf8.prefix(maximum + 1)
  guard let dash = cut.lastIndex(of: UInt8(ascii: "-")) else { return String(slug.prefix(maximum)) }
  return String(slug[..<dash])
}

/// Letters of Latin scripts without their marks.
private let latin: [String: String] = {
  let groups = [
    ("a", "àáâãåāăą"), ("ae", "æ"), ("c", "çćĉċč"), ("d", "ďđð"), ("e", "èéêëēĕėęě"), ("g", "ĝğġģ"), ("h", "ĥħ"),
    ("i", "ìíîïĩīĭįı"), ("j", "ĵ"), ("k", "ķ"), ("l", "ĺļľŀł"), ("n", "ñńņňŉŋ"), ("o", "òóôõøōŏő"), ("oe", "œ"),
    ("r", "ŕŗř"), ("s", "śŝşš"), ("ss", "ß"), ("t", "ţťŧ"), ("th", "þ"), ("u", "ùúûũūŭůűų"), ("w", "ŵ"),
    ("y", "ýÿŷ"), ("z", "źżž"), ("a", "ä"), ("o", "ö"), ("u", "ü"),
  ]
  var table: [String: String] = [:]
  for (plain, letters) in groups { for letter in letters { table[String(letter)] = plain } }
  return table
}()
