import Crypto

/// Keys of an AWS identity. Never shown.
struct AWSKeys: Sendable, CustomStringConvertible, CustomReflectable {
  var accessKeyID: String
  var secretAccessKey: String
  /// Of temporary keys.
  var sessionToken: String?

  var description: String { "AWS keys (hidden)" }
  var customMirror: Mirror { Mirror(self, children: []) }
}

/// AWS Signature Version 4, in headers.
///
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
struct SignatureV4 {
  let keys: AWSKeys
  let region: String
  let service: String
  /// When: seconds since 1970.
  let seconds: Int64

  private static let algorithm = "AWS4-HMAC-SHA256"
  /// Headers that are signed when a request has them; the others may change on the way.
  private static let signed = ["content-type", "x-amz-target"]

  /// The headers that sign a request: the time, the token of temporary keys, and the signature.
  func headers(for request: ForgeRequest) -> [(name: String, value: String)] {
    let time = HTTPDate.compact(seconds)
    var added = [(name: "x-amz-date", value: time)]
    if let token = keys.sessionToken { added.append(("x-amz-security-token", token)) }
    let headers =
      request.headers.filter { Self.signed.contains($0.name) } + added + [("host", request.url.hostHeader)]
    let names = headers.map(\.name).sorted()
    let scope = "\(time.prefix(8))/\(region)/\(service)/aws4_request"
    let canonical = canonicalRequest(request, headers)
    let text = [Self.algorithm, time, scope, Hexadecimal.text(SHA256.hash(data: Array(canonical.utf8)))].joined(
      separator: "\n")
    let signature = Hexadecimal.text(code(text, signingKey(day: String(time.prefix(8)))))
    let value =
      "\(Self.algorithm) Credential=\(keys.accessKeyID)/\(scope), SignedHeaders=\(names.joined(separator: ";")), "
      + "Signature=\(signature)"
    return added + [("authorization", value)]
  }

  private func canonicalRequest(_ request: ForgeRequest, _ headers: [(name: String, value: String)]) -> String {
    let lines = headers.sorted { $0.name < $1.name }.map { "\($0.name):\(Substring($0.value).trimmed)\n" }
    // Parameters are encoded already; those without a value end with an equals sign.
    let query = request.url.query.split(separator: "&").map { $0.contains("=") ? String($0) : "\($0)=" }.sorted()
    return [
      request.method.rawValue, request.url.path.isEmpty ? "/" : request.url.path, query.joined(separator: "&"),
      lines.joined(), headers.map(\.name).sorted().joined(separator: ";"),
      Hexadecimal.text(SHA256.hash(data: request.body ?? [])),
    ].joined(separator: "\n")
  }

  private func signingKey(day: String) -> SymmetricKey {
    [day, region, service, "aws4_request"].reduce(SymmetricKey(data: Array("AWS4\(keys.secretAccessKey)".utf8))) {
      key, part in
      SymmetricKey(data: Array(code(part, key)))
    }
  }

  private func code(_ text: String, _ key: SymmetricKey) -> HMAC<SHA256>.MAC {
    HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)
  }
}
