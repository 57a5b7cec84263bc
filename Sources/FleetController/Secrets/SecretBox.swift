import Crypto
public import FleetModel
import FoundationEssentials

/// Encrypts what the hub stores for others: credentials, and answers that carry a secret.
///
/// AES-256-GCM under a key from a file that is made at the first start (mode 0600). Each sealed row names its key, so
/// that the file may hold older keys after a rotation: one line `ID BASE64` a key, the one to seal with first. The place
/// of a row is authenticated with it: ciphertext moved to another name does not open.
public struct SecretBox: Sendable {
  /// The key that seals, by its id.
  public let currentKeyID: String
  private let current: SymmetricKey
  private let keys: [String: SymmetricKey]

  /// Reads the keys of a file, and makes the file when there is none.
  ///
  /// - Throws: ``SecretError`` when the file cannot be read or made, is not private, or holds something else.
  public init(keyFile path: String) throws(SecretError) {
    var content = try PrivateFile.read(path)
    if content == nil {
      let key = SymmetricKey(size: .bits256)
      let line = "\(Self.identifier(of: key)) \(key.withUnsafeBytes { Data($0).base64EncodedString() })\n"
      _ = try PrivateFile.create(path, content: Array(line.utf8))
      content = try PrivateFile.read(path)
    }
    let text = String(decoding: content ?? [], as: UTF8.self)
    var keys: [String: SymmetricKey] = [:]
    var first: (id: String, key: SymmetricKey)?
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ")
      guard parts.count == 2, let data = Data(base64Encoded: String(parts[1])), data.count == 32 else {
        throw SecretError("\(path) is not a key file; expected lines of a key's id and 32 bytes in base64")
      }
      let key = SymmetricKey(data: data)
      guard Self.identifier(of: key) == parts[0] else {
        throw SecretError("\(path) is damaged: the key \(parts[0]) is not the one its id names")
      }
      keys[String(parts[0])] = key
      if first == nil { first = (String(parts[0]), key) }
    }
    guard let first else { throw SecretError("\(path) holds no key; restore it from your backup") }
    currentKeyID = first.id
    current = first.key
    self.keys = keys
  }

  /// Encrypts a secret for a place, for example `credential/default/git`.
  public func seal(_ secret: [UInt8], for place: String) throws(SecretError) -> (sealed: [UInt8], keyID: String) {
    do {
      let box = try AES.GCM.seal(secret, using: current, authenticating: Array(place.utf8))
      guard let combined = box.combined else { throw SecretError("the secret for \(place) could not be sealed") }
      return (Array(combined), currentKeyID)
    } catch {
      throw SecretError("the secret for \(place) could not be sealed")
    }
  }

  /// Decrypts what ``seal(_:for:)`` made for the same place.
  ///
  /// - Throws: ``SecretError`` when the key is not in the file, or the text was changed or belongs elsewhere.
  public func open(_ sealed: [UInt8], keyID: String, for place: String) throws(SecretError) -> [UInt8] {
    guard let key = keys[keyID] else {
      throw SecretError("the secret for \(place) was sealed with the key \(keyID), which is not in the key file")
    }
    do {
      return Array(try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: key, authenticating: Array(place.utf8)))
    } catch {
      throw SecretError("the secret for \(place) does not open: the row was changed, or moved from another place")
    }
  }

  /// A fingerprint that tells equal texts without being a hash that somebody could guess passwords against
  /// (HMAC-SHA256 under the key).
  public func fingerprint(_ text: [UInt8]) -> FleetModel.Digest {
    let code = HMAC<SHA256>.authenticationCode(for: text, using: current)
    guard let digest = FleetModel.Digest(bytes: Array(code)) else { preconditionFailure("SHA-256 has 32 bytes") }
    return digest
  }

  private static func identifier(of key: SymmetricKey) -> String {
    let hash = key.withUnsafeBytes { SHA256.hash(data: $0) }
    return Data(hash.prefix(4)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
