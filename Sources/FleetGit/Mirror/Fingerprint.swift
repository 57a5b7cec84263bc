import Crypto
import FleetModel

/// The SHA-256 of a text's UTF-8 bytes.
func fingerprint(of text: String) -> FleetModel.Digest {
  // A SHA-256 has 32 bytes by its type.
  guard let digest = FleetModel.Digest(bytes: Array(SHA256.hash(data: Array(text.utf8)))) else {
    preconditionFailure("a SHA-256 has 32 bytes")
  }
  return digest
}
