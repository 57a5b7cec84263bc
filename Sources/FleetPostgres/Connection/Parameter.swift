import FleetModel

/// A value for a parameter of a statement.
enum Parameter: Sendable {
  /// No value.
  case null
  /// A value in PostgreSQL's text form.
  case text(String)
  /// A value in PostgreSQL's binary form.
  case binary([UInt8])

  static func text(_ value: String?) -> Parameter { value.map { .text($0) } ?? .null }
  static func int(_ value: Int64?) -> Parameter { value.map { .text(String($0)) } ?? .null }
  static func int(_ value: Int?) -> Parameter { value.map { .text(String($0)) } ?? .null }
  static func int(_ value: Int32) -> Parameter { .text(String(value)) }
  static func bool(_ value: Bool) -> Parameter { .text(value ? "t" : "f") }
  static func id<Kind>(_ value: Identifier<Kind>?) -> Parameter { int(value?.rawValue) }
  static func name<Kind>(_ value: Name<Kind>?) -> Parameter { text(value?.rawValue) }
  static func digest(_ value: Digest?) -> Parameter { value.map { .text("\\x" + $0.hexadecimal) } ?? .null }
  /// Milliseconds since the epoch, for `from_milliseconds($n)`.
  static func instant(_ value: Instant?) -> Parameter { int(value?.millisecondsSinceEpoch) }
  static func milliseconds(_ value: Duration?) -> Parameter { int(value?.wholeMilliseconds) }
  static func json(_ value: some Encodable) throws -> Parameter { .text(try JSONText.encode(value)) }

  static func ints(_ values: some Sequence<Int64>) -> Parameter { array(values.map { String($0) }) }
  static func ids<Kind>(_ values: some Sequence<Identifier<Kind>>) -> Parameter { ints(values.map(\.rawValue)) }
  static func digests(_ values: some Sequence<Digest?>) -> Parameter {
    array(values.map { $0.map { "\"\\\\x" + $0.hexadecimal + "\"" } })
  }
  static func bools(_ values: some Sequence<Bool>) -> Parameter { array(values.map { $0 ? "t" : "f" }) }
  static func optionalInts(_ values: some Sequence<Int64?>) -> Parameter { array(values.map { $0.map { String($0) } }) }
  static func texts(_ values: some Sequence<String?>) -> Parameter { array(values.map { $0.map(quoted) }) }
  static func jsons(_ values: some Sequence<some Encodable>) throws -> Parameter {
    array(try values.map { quoted(try JSONText.encode($0)) })
  }

  /// `bytea[]` in its binary form: long contents are not written as text.
  static func byteArrays(_ values: [[UInt8]]) -> Parameter {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20 + values.reduce(0) { $0 + $1.count + 4 })
    func append(_ number: Int) {
      let value = UInt32(truncatingIfNeeded: number)
      bytes.append(contentsOf: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) })
    }
    append(values.isEmpty ? 0 : 1)
    append(0)
    append(17)
    if !values.isEmpty {
      append(values.count)
      append(1)
    }
    for value in values {
      append(value.count)
      bytes.append(contentsOf: value)
    }
    return .binary(bytes)
  }

  private static func array(_ elements: [String?]) -> Parameter {
    .text("{" + elements.map { $0 ?? "NULL" }.joined(separator: ",") + "}")
  }

  private static func quoted(_ text: String) -> String {
    var result: [UInt8] = [UInt8(ascii: "\"")]
    result.reserveCapacity(text.utf8.count + 2)
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { result.append(UInt8(ascii: "\\")) }
      result.append(byte)
    }
    result.append(UInt8(ascii: "\""))
    return String(decoding: result, as: UTF8.self)
  }
}
