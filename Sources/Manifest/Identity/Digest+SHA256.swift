internal import Crypto
public import FleetModel

extension FleetModel.Digest {
  /// The SHA-256 digest of bytes.
  public static func sha256(_ bytes: [UInt8]) -> FleetModel.Digest {
    guard let digest = FleetModel.Digest(bytes: Array(SHA256.hash(data: bytes))) else {
      preconditionFailure("SHA-256 has 32 bytes")
    }
    return digest
  }
}
