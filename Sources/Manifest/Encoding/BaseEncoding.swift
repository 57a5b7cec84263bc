/// The encodings of bytes in letters, RFC 4648.
public struct BaseEncoding: Sendable {
  /// Where a text is not of the encoding.
  public struct Illegal: Error {
    /// The number of bytes before it.
    public var place: Int
  }

  /// What it is called.
  public let name: String
  private let alphabet: [UInt8]
  /// Bits of a letter, and letters of a group.
  private let bits: Int
  private let group: Int

  /// Six bits a letter.
  public static let base64 = BaseEncoding(
    name: "base64", alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", bits: 6, group: 4)
  /// Five bits a letter.
  public static let base32 = BaseEncoding(
    name: "base32", alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", bits: 5, group: 8)

  private init(name: String, alphabet: String, bits: Int, group: Int) {
    self.name = name
    self.alphabet = Array(alphabet.utf8)
    self.bits = bits
    self.group = group
  }

  /// Writes bytes with padding.
  public func encode(_ bytes: [UInt8]) -> [UInt8] {
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
  public func decode(_ text: [UInt8]) -> Result<[UInt8], Illegal> {
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

  /// The text of bytes, with padding.
  public func text(of bytes: some Sequence<UInt8>) -> String {
    String(decoding: encode(Array(bytes)), as: UTF8.self)
  }

  /// The bytes of a padded text; nil when it is not of the encoding.
  public func bytes(of text: String) -> [UInt8]? { try? decode(Array(text.utf8)).get() }
}
