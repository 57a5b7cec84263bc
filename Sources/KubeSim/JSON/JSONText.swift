public import Manifest

/// Reads and writes the JSON of requests and answers. The simulator has its own, so that a mistake of the agent's
/// reader is not repeated here.
public enum JSONText {
  /// What is wrong with a JSON text, and at which byte.
  public struct Failure: Error, Equatable, CustomStringConvertible {
    /// A sentence.
    public let message: String
    /// The offset from 0.
    public let offset: Int
    /// A sentence with its place.
    public var description: String { "\(message) at byte \(offset)" }
  }

  /// Parses one JSON value.
  /// - Throws: `Failure`.
  public static func parse(_ bytes: [UInt8]) throws(Failure) -> Node {
    var reader = Reader(bytes: bytes)
    reader.skipSpace()
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.offset == bytes.count else { throw reader.unexpected("after top-level value") }
    return value
  }

  /// The compact JSON of a value.
  public static func text(_ value: Node) -> String { String(decoding: bytes(value), as: UTF8.self) }

  /// The compact JSON of a value as UTF-8.
  public static func bytes(_ value: Node) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(512)
    write(value, to: &output)
    return output
  }

  private static func write(_ value: Node, to output: inout [UInt8]) {
    switch value.value {
    case .null: output += "null".utf8
    case .boolean(let flag): output += (flag ? "true" : "false").utf8
    case .integer(let number): output += String(number).utf8
    case .decimal(let number): output += (number.isFinite ? String(number) : "null").utf8
    case .string(let text): writeString(text, to: &output)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        write(element, to: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let object):
      output.append(UInt8(ascii: "{"))
      for (index, entry) in object.entries.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        writeString(entry.key, to: &output)
        output.append(UInt8(ascii: ":"))
        write(entry.value, to: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }

  private static let hexadecimal = Array("0123456789abcdef".utf8)

  private static func writeString(_ text: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): output += [92, 34]
      case 92: output += [92, 92]
      case 10: output += [92, UInt8(ascii: "n")]
      case 13: output += [92, UInt8(ascii: "r")]
      case 9: output += [92, UInt8(ascii: "t")]
      case 0..<32:
        output += "\\u00".utf8
        output.append(hexadecimal[Int(byte >> 4)])
        output.append(hexadecimal[Int(byte & 15)])
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}

private struct Reader {
  let bytes: [UInt8]
  var offset = 0

  func failure(_ message: String) -> JSONText.Failure { JSONText.Failure(message: message, offset: offset) }

  /// A character that does not belong here, in the words of Go's decoder.
  func unexpected(_ place: String) -> JSONText.Failure {
    guard let current else { return failure("unexpected end of JSON input") }
    let text =
      current < 32 || current > 126
      ? "\\u00" + (current < 16 ? "0" : "") + String(current, radix: 16)
      : String(decoding: [current], as: UTF8.self)
    return failure("invalid character '\(text)' \(place)")
  }

  var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  mutating func skipSpace() {
    while let byte = current, byte == 32 || byte == 10 || byte == 13 || byte == 9 { offset += 1 }
  }

  mutating func value(depth: Int) throws(JSONText.Failure) -> Node {
    guard depth < 500 else { throw failure("the value is nested too deep") }
    switch current {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return Node(.string(try string()))
    case UInt8(ascii: "t"): return try word("true", Node(.boolean(true)))
    case UInt8(ascii: "f"): return try word("false", Node(.boolean(false)))
    case UInt8(ascii: "n"): return try word("null", Node(.null))
    case nil: throw failure("unexpected end of JSON input")
    default: return try number()
    }
  }

  mutating func word(_ text: String, _ value: Node) throws(JSONText.Failure) -> Node {
    for (index, letter) in text.utf8.enumerated() {
      guard current == letter else {
        let wanted = String(decoding: [letter], as: UTF8.self)
        throw unexpected(
          index == 0 ? "looking for beginning of value" : "in literal \(text) (expecting '\(wanted)')")
      }
      offset += 1
    }
    return value
  }

  mutating func number() throws(JSONText.Failure) -> Node {
    let start = offset
    while let byte = current, "+-0123456789.eE".utf8.contains(byte) { offset += 1 }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    if let integer = Int64(text) { return Node(.integer(integer)) }
    guard !text.isEmpty, let decimal = Double(text) else {
      offset = start
      throw unexpected("looking for beginning of value")
    }
    return Node(.decimal(decimal))
  }

  mutating func array(depth: Int) throws(JSONText.Failure) -> Node {
    offset += 1
    var elements: [Node] = []
    skipSpace()
    if current == UInt8(ascii: "]") {
      offset += 1
      return Node(.array([]))
    }
    while true {
      skipSpace()
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if current == UInt8(ascii: ",") {
        offset += 1
      } else if current == UInt8(ascii: "]") {
        offset += 1
        return Node(.array(elements))
      } else {
        throw unexpected("after array element")
      }
    }
  }

  mutating func object(depth: Int) throws(JSONText.Failure) -> Node {
    offset += 1
    var entries: [Object.Entry] = []
    skipSpace()
    if current == UInt8(ascii: "}") {
      offset += 1
      return Node(.object(Object()))
    }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw unexpected("looking for beginning of object key string") }
      let key = try string()
      skipSpace()
      guard current == UInt8(ascii: ":") else { throw unexpected("after object key") }
      offset += 1
      skipSpace()
      entries.append(Object.Entry(key: key, value: try value(depth: depth + 1)))
      skipSpace()
      if current == UInt8(ascii: ",") {
        offset += 1
      } else if current == UInt8(ascii: "}") {
        offset += 1
        return Node(.object(Object(entries: entries)))
      } else {
        throw unexpected("after object key:value pair")
      }
    }
  }

  mutating func string() throws(JSONText.Failure) -> String {
    offset += 1
    var text: [UInt8] = []
    while let byte = current {
      offset += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case 92:
        guard let escape = current else { throw failure("unexpected end of JSON input") }
        offset += 1
        switch escape {
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "u"):
          var scalar = try hexadecimal()
          if scalar >= 0xD800, scalar < 0xDC00, current == 92, offset + 1 < bytes.count,
            bytes[offset + 1] == UInt8(ascii: "u")
          {
            offset += 2
            let low = try hexadecimal()
            if low >= 0xDC00, low < 0xE000 { scalar = 0x10000 + ((scalar - 0xD800) << 10) + (low - 0xDC00) }
          }
          text += Array(String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
        case UInt8(ascii: "\""), 92, UInt8(ascii: "/"): text.append(escape)
        default: throw failure("invalid escape in a string")
        }
      case 0..<32: throw failure("invalid character in a string")
      default: text.append(byte)
      }
    }
    throw failure("unexpected end of JSON input")
  }

  mutating func hexadecimal() throws(JSONText.Failure) -> UInt32 {
    guard offset + 4 <= bytes.count,
      let number = UInt32(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
    else { throw failure("invalid \\u escape") }
    offset += 4
    return number
  }
}
