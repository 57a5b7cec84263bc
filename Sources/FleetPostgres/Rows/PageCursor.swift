import FleetPorts

/// A cursor of several parts, opaque to callers: the parts' lengths, then the parts, so that no part needs escaping.
enum PageCursor {
  static func join(_ parts: [String]) -> String {
    parts.map { String($0.utf8.count) }.joined(separator: ".") + ":" + parts.joined()
  }

  static func split(_ cursor: String, parts count: Int) throws -> [String] {
    let bytes = Array(cursor.utf8)
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { throw invalid }
    let lengths = String(decoding: bytes[..<colon], as: UTF8.self).split(separator: ".").compactMap { Int($0) }
    var rest = bytes[(colon + 1)...]
    guard lengths.count == count, lengths.allSatisfy({ $0 >= 0 && $0 <= rest.count }),
      lengths.reduce(0, +) == rest.count
    else { throw invalid }
    return lengths.map { length in
      defer { rest = rest.dropFirst(length) }
      return String(decoding: rest.prefix(length), as: UTF8.self)
    }
  }

  static let invalid = StoreError(.invalid, "this page cursor is not one that was handed out")
}
