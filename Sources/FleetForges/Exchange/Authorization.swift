import Crypto
import Manifest

/// What a request proves itself with. Its text never reaches a log or a message.
enum Authorization: Sendable {
  case none
  /// Headers, for example `Authorization: Bearer …`.
  case headers([(name: String, value: String)])
  /// AWS Signature Version 4 for a service in a region.
  case signed(AWSKeys, region: String, service: String)

  static func bearer(_ token: String) -> Authorization { .headers([("authorization", "Bearer \(token)")]) }

  static func basic(user: String, password: String) -> Authorization {
    .headers([("authorization", "Basic \(BaseEncoding.base64.text(of: "\(user):\(password)".utf8))")])
  }

  /// The headers for one request.
  ///
  /// - Parameter now: seconds since 1970.
  func headers(for request: ForgeRequest, now: Int64) -> [(name: String, value: String)] {
    switch self {
    case .none: []
    case .headers(let headers): headers
    case .signed(let keys, let region, let service):
      SignatureV4(keys: keys, region: region, service: service, seconds: now).headers(for: request)
    }
  }

  /// Tells secrets apart, in memory only.
  var fingerprint: String { Hexadecimal.text(SHA256.hash(data: Array(secrets.joined(separator: "\n").utf8))) }

  /// The texts that no message may repeat.
  var secrets: [String] {
    switch self {
    case .none: []
    case .headers(let headers):
      headers.flatMap { header in [header.value] + header.value.split(separator: " ").dropFirst().map(String.init) }
    case .signed(let keys, _, _): [keys.secretAccessKey, keys.sessionToken].compactMap { $0 }
    }
  }
}

extension Authorization: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  var description: String {
    switch self {
    case .none: "none"
    case .headers: "headers (hidden)"
    case .signed: "AWS signature (hidden)"
    }
  }

  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: []) }
}

/// Bytes as hexadecimal digits.
enum Hexadecimal {
  static func text(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
