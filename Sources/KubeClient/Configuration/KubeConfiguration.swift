import FoundationEssentials
import NIOSSL
import Synchronization

/// How to reach one cluster and who we are there.
public struct KubeConfiguration: Sendable {
  /// The server's address with its base path, without a slash at the end.
  public var server: String
  /// The token to send, if any.
  public var token: TokenSource
  /// Certificate authorities in PEM to trust instead of the system's; nil for the system's.
  public var certificateAuthority: [UInt8]?
  /// The client's certificate chain in PEM; nil for none.
  public var clientCertificate: [UInt8]?
  /// The client's private key in PEM; nil for none.
  public var clientKey: [UInt8]?
  /// Whether any certificate is accepted. For experiments only.
  public var skipsVerification: Bool
  /// The namespace of the context; empty for none.
  public var namespace: String

  /// Makes a configuration.
  public init(
    server: String, token: TokenSource = .none, certificateAuthority: [UInt8]? = nil,
    clientCertificate: [UInt8]? = nil, clientKey: [UInt8]? = nil, skipsVerification: Bool = false,
    namespace: String = ""
  ) {
    self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
    self.token = token
    self.certificateAuthority = certificateAuthority
    self.clientCertificate = clientCertificate
    self.clientKey = clientKey
    self.skipsVerification = skipsVerification
    self.namespace = namespace
  }

  /// The address for messages: without user, password and query.
  public var displayServer: String {
    guard let scheme = server.firstRange(of: "://") else { return server }
    let rest = server[scheme.upperBound...].prefix { $0 != "?" }
    let host = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = host.first, let at = first.lastIndex(of: "@") else {
      return "\(server[..<scheme.upperBound])\(rest)"
    }
    return "\(server[..<scheme.upperBound])\(rest[rest.index(after: at)...])"
  }

  func tls() throws(KubeError) -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    do {
      if let certificateAuthority {
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(certificateAuthority))
      }
      if let clientCertificate, let clientKey {
        tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(clientCertificate).map { .certificate($0) }
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: clientKey, format: .pem))
      }
    } catch {
      throw KubeError(.configuration, message: "the certificates for \(displayServer) cannot be read as PEM")
    }
    if skipsVerification { tls.certificateVerification = .none }
    return tls
  }
}

/// Where a bearer token comes from. Descriptions do not show it.
public enum TokenSource: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  /// No token.
  case none
  /// This one.
  case fixed(String)
  /// A file that somebody renews, as the kubelet does for service accounts; read again after a minute.
  case file(TokenFile)

  /// The token of this moment.
  func current() -> String? {
    switch self {
    case .none: nil
    case .fixed(let token): token
    case .file(let file): file.current()
    }
  }

  /// Says what kind of source it is, not the token.
  public var description: String {
    switch self {
    case .none: "no token"
    case .fixed: "a token"
    case .file(let file): "the token in \(file.path)"
    }
  }

  /// The same as the description.
  public var debugDescription: String { description }
}

/// A token in a file, kept for a minute.
public final class TokenFile: Sendable {
  /// The file.
  public let path: String
  private let cache = Mutex<(token: String, readAt: ContinuousClock.Instant)?>(nil)

  /// Wraps a file; it is read at the first use.
  public init(path: String) { self.path = path }

  func current() -> String? {
    cache.withLock { cache in
      if let cache, cache.readAt.duration(to: .now) < .seconds(60) { return cache.token }
      guard let data = FileManager.default.contents(atPath: path) else { return cache?.token }
      let token = String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace }
      cache = (token, .now)
      return token
    }
  }
}
