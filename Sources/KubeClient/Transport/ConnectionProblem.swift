import AsyncHTTPClient
import NIOCore
import NIOSSL

/// Why there was no answer, for the person who reads it.
enum ConnectionProblem {
  private static let known: [(error: HTTPClientError, words: String)] = [
    (.cancelled, "cancelled"), (.connectTimeout, "no connection in time"), (.deadlineExceeded, "no answer in time"),
    (.remoteConnectionClosed, "the connection was closed before the answer was there"),
    (.invalidProxyResponse, "the proxy refused to make the connection"),
    (.proxyAuthenticationRequired, "the proxy wants a user and a password in proxy-url"),
  ]

  static func words(_ error: any Error, _ configuration: KubeConfiguration) -> String {
    if error is CancellationError { return "cancelled" }
    if let error = error as? HTTPClientError, let words = known.first(where: { $0.error == error })?.words {
      return words
    }
    if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
      let name = configuration.serverName.map { "\"\($0)\" (tls-server-name)" } ?? "the address's host"
      return "the server's certificate is not for \(name): correct server or tls-server-name"
    }
    let text = "\(error)"
    guard text.contains("CERTIFICATE_VERIFY_FAILED") else { return text }
    let authority =
      configuration.certificateAuthority == nil
      ? "an authority that this system trusts; give certificate-authority-data" : "the certificate-authority"
    return "the server's certificate is not from \(authority) (\(text))"
  }
}
