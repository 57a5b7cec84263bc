import Crypto

// Encodings and digests.
extension TemplateFunctions {
  static func addEncodings(to table: inout FunctionTable) {
    table.add("b64enc", arity: 1) { (a) throws(FunctionError) in .text(BaseEncoding.base64.encode(try a.bytes(0))) }
    table.add("b64dec", arity: 1) { (a) throws(FunctionError) in decoded(try a.bytes(0), .base64) }
    table.add("b32enc", arity: 1) { (a) throws(FunctionError) in .text(BaseEncoding.base32.encode(try a.bytes(0))) }
    table.add("b32dec", arity: 1) { (a) throws(FunctionError) in decoded(try a.bytes(0), .base32) }
    table.add("sha1sum", arity: 1) { (a) throws(FunctionError) in
      hexadecimal(Insecure.SHA1.hash(data: try a.bytes(0)))
    }
    table.add("sha256sum", arity: 1) { (a) throws(FunctionError) in hexadecimal(SHA256.hash(data: try a.bytes(0))) }
    table.add("sha512sum", arity: 1) { (a) throws(FunctionError) in hexadecimal(SHA512.hash(data: try a.bytes(0))) }
    table.add("adler32sum", arity: 1) { (a) throws(FunctionError) in
      var (low, high): (UInt32, UInt32) = (1, 0)
      for byte in try a.bytes(0) {
        low = (low + UInt32(byte)) % 65_521
        high = (high + low) % 65_521
      }
      return .string(String(high << 16 | low))
    }
  }

  private static func hexadecimal(_ digest: some Sequence<UInt8>) -> Value {
    .string(digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
  }

  /// As in sprig, what is wrong is the result.
  private static func decoded(_ bytes: [UInt8], _ encoding: BaseEncoding) -> Value {
    switch encoding.decode(bytes) {
    case .success(let decoded): .text(decoded)
    case .failure(let error): .string("illegal \(encoding.name) data at input byte \(error.place)")
    }
  }
}

/// The encodings of bytes in letters, RFC 4648.
struct BaseEncoding: Sendable {
  /// Where a text is not of the encoding.
  struct Illegal: Error {
    var place: Int
  }

  let name: String
  private let alphabet: [UInt8]
  /// Bits of a letter, and letters of a group.
  private let bits: Int
  private let group: Int

  static let base64 = BaseEncoding(
    name: "base64", alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", bits: 6, group: 4)
  static let base32 = BaseEncoding(name: "base32", alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", bits: 5, group: 8)

  private init(name: String, alphabet: String, bits: Int, group: Int) {
    self.name = name
    self.alphabet = Array(alphabet.utf8)
    self.bits = bits
    self.group = group
  }

  func encode(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count * 8 / bits + group)
    var buffer: UInt32 = 0
    var held = 0
    for byte in bytes {
      buffer = buffer << 8 | UInt32(byte)
      held += 8
      while held >= bits {
        held -= bits
        result.append(alphabet[Int(buffer >> UInt32(held)) & (alphabet.count - 1)])
      }
      buffer &= (1 << UInt32(held)) - 1
    }
    if held > 0 { result.append(alphabet[Int(buffer << UInt32(bits - held)) & (alphabet.count - 1)]) }
    while result.count % group != 0 { result.append(UInt8(ascii: "=")) }
    return result
  }

  /// Reads padded text; line ends in it do not count.
  func decode(_ text: [UInt8]) -> Result<[UInt8], Illegal> {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
    var result: [UInt8] = []
    var buffer: UInt32 = 0
    var held = 0
    var letters = 0
    var padding = 0
    for (place, letter) in text.enumerated() where letter != 10 && letter != 13 {
      if letter == UInt8(ascii: "=") {
        padding += 1
        guard letters % group > 1, letters % group + padding <= group else { return .failure(Illegal(place: place)) }
        continue
      }
      guard values[Int(letter)] < 255, padding == 0 else { return .failure(Illegal(place: place)) }
      letters += 1
      buffer = buffer << UInt32(bits) | UInt32(values[Int(letter)])
      held += bits
      if held >= 8 {
        held -= 8
        result.append(UInt8(truncatingIfNeeded: buffer >> UInt32(held)))
      }
      buffer &= (1 << UInt32(held)) - 1
    }
    // The bits that are left must be fewer than a letter's, and the group complete.
    guard (letters + padding) % group == 0, held < bits else {
      return .failure(Illegal(place: text.count - (padding == 0 ? letters % group : 0)))
    }
    return .success(result)
  }
}
