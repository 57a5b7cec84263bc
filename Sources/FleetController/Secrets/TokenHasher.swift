import Crypto
public import FleetModel
import FoundationEssentials

/// Access tokens: 256 random bits as `flt_` and 43 characters of base64url; only their SHA-256 is stored.
///
/// A plain hash is enough because there is nothing to guess: no salt, no stretching (that is for passwords).
public enum TokenHasher {
  /// What every token begins with, so that scanners of leaked secrets find it.
  public static let prefix = "flt_"

  /// A new token.
  public static func makeToken() -> String {
    let text = Data(randomBytes(32)).base64EncodedString()
    let safe = text.map { character -> Character in
      switch character {
      case "+": "-"
      case "/": "_"
      default: character
      }
    }
    return prefix + String(safe.filter { $0 != "=" })
  }

  /// Whether a text has the shape of a token.
  public static func isToken(_ text: String) -> Bool {
    text.utf8.count == prefix.utf8.count + 43 && text.hasPrefix(prefix)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  /// The SHA-256 of a token's text, which is what the store keeps and looks up.
  public static func hash(_ token: String) -> FleetModel.Digest { hash(Array(token.utf8)) }

  /// The SHA-256 of bytes.
  public static func hash(_ bytes: [UInt8]) -> FleetModel.Digest {
    guard let digest = FleetModel.Digest(bytes: Array(SHA256.hash(data: bytes))) else {
      preconditionFailure("SHA-256 has 32 bytes")
    }
    return digest
  }

  /// Random bytes from the kernel.
  public static func randomBytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  /// Whether two secrets are equal, in a time that depends on their lengths only.
  public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    var difference = UInt8(left.count == right.count ? 0 : 1)
    for index in 0..<max(left.count, right.count) {
      difference |= (index < left.count ? left[index] : 0) ^ (index < right.count ? right[index] : 0)
    }
    return difference == 0
  }
}
