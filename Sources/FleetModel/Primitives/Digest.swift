/// A SHA-256 digest in lower-case hexadecimal (64 characters).
public struct Digest: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// The 64 hexadecimal characters.
  public let hexadecimal: String

  /// Wraps a digest; nil unless it is 64 characters of `0-9a-f`.
  public init?(hexadecimal: String) {
    guard hexadecimal.utf8.count == 64, Self.isLowerHexadecimal(hexadecimal) else { return nil }
    self.hexadecimal = hexadecimal
  }

  /// Makes a digest from its 32 bytes; nil for another number of bytes.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    let alphabet = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in bytes {
      text.append(alphabet[Int(byte >> 4)])
      text.append(alphabet[Int(byte & 15)])
    }
    hexadecimal = String(decoding: text, as: UTF8.self)
  }

  /// Decodes the bare string and checks it.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let digest = Digest(hexadecimal: text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not a SHA-256 digest in hexadecimal"))
    }
    self = digest
  }

  /// Encodes the bare string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hexadecimal)
  }

  /// Orders bytewise.
  public static func < (left: Digest, right: Digest) -> Bool {
    left.hexadecimal.utf8.lexicographicallyPrecedes(right.hexadecimal.utf8)
  }

  /// The first eight characters, for people.
  public var short: String { String(hexadecimal.prefix(8)) }

  /// The 64 hexadecimal characters.
  public var description: String { hexadecimal }

  static func isLowerHexadecimal(_ text: String) -> Bool {
    text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}

/// A full Git commit identifier: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal characters.
public struct CommitID: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The hexadecimal characters.
  public let hexadecimal: String

  /// Wraps a commit identifier; nil unless it is 40 or 64 characters of `0-9a-f`.
  public init?(hexadecimal: String) {
    let count = hexadecimal.utf8.count
    guard count == 40 || count == 64, Digest.isLowerHexadecimal(hexadecimal) else { return nil }
    self.hexadecimal = hexadecimal
  }

  /// Decodes the bare string and checks it.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let commit = CommitID(hexadecimal: text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not a Git commit identifier"))
    }
    self = commit
  }

  /// Encodes the bare string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hexadecimal)
  }

  /// The first seven characters, for people.
  public var short: String { String(hexadecimal.prefix(7)) }

  /// The hexadecimal characters.
  public var description: String { hexadecimal }
}
