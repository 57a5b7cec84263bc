import FoundationEssentials

/// Frozen values as JSON text, for `jsonb` columns.
enum JSONText {
  /// The JSON of a value; NUL, which a cluster's messages may hold and PostgreSQL's texts may not, is replaced.
  static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: replacingNUL(in: try encoder.encode(value)), as: UTF8.self)
  }

  static func decode<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }

  /// JSON with `\ufffd` for every `\u0000`.
  private static func replacingNUL(in json: Data) -> [UInt8] {
    var bytes = Array(json)
    let backslash = UInt8(ascii: "\\")
    var index = 0
    while let found = bytes[index...].firstIndex(of: backslash) {
      if bytes[found...].starts(with: #"\u0000"#.utf8) {
        bytes.replaceSubrange((found + 2)..<(found + 6), with: "fffd".utf8)
      }
      // A backslash that is escaped itself begins nothing.
      index = min(found + 2, bytes.count)
    }
    return bytes
  }
}

extension String {
  /// The text with the replacement character for every NUL.
  var replacingNUL: String { split(separator: "\0", omittingEmptySubsequences: false).joined(separator: "\u{FFFD}") }
}
