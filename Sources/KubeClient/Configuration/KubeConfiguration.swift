import FoundationEssentials
import NIOSSL

/// How to reach one cluster and who we are there.
public struct KubeConfiguration: Sendable {
  /// The server's address with its base path, without a slash at the end.
  public var server: String
  /// The name that the server's certificate must bear instead of the address's host; nil for the host.
  public var serverName: String?
  /// The proxy on the way; nil for none.
  public var proxy: ProxyAddress?
  /// Where the credentials come from that are no certificate of a file.
  public var token: TokenSource
  /// As whom the requests shall be done; nil for ourselves.
  public var impersonation: Impersonation?
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
    server: String, serverName: String? = nil, proxy: ProxyAddress? = nil, token: TokenSource = .none,
    impersonation: Impersonation? = nil, certificateAuthority: [UInt8]? = nil, clientCertificate: [UInt8]? = nil,
    clientKey: [UInt8]? = nil, skipsVerification: Bool = false, namespace: String = ""
  ) {
    self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
    self.serverName = serverName
    self.proxy = proxy
    self.token = token
    self.impersonation = impersonation
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

  /// What TLS needs, with the certificate of a program over the one of the kubeconfig.
  func tls(with credentials: Credentials) throws(KubeError) -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    do {
      if let certificateAuthority {
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(certificateAuthority))
      }
      if let certificate = credentials.certificate ?? clientCertificate, let key = credentials.key ?? clientKey {
        tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(certificate).map { .certificate($0) }
        tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
      }
    } catch {
      throw KubeError(.configuration, message: "the certificates for \(displayServer) cannot be read as PEM")
    }
    if skipsVerification { tls.certificateVerification = .none }
    return tls
  }
}

/// As whom requests are done by somebody who may do so (`as`, `as-uid`, `as-groups` and `as-user-extra`).
public struct Impersonation: Hashable, Sendable {
  /// The user's name.
  public var user: String
  /// The user's id; empty for none.
  public var userID: String
  /// The user's groups.
  public var groups: [String]
  /// More of the user, by key.
  public var extra: [String: [String]]

  /// Makes an impersonation.
  public init(user: String, userID: String = "", groups: [String] = [], extra: [String: [String]] = [:]) {
    self.user = user
    self.userID = userID
    self.groups = groups
    self.extra = extra
  }

  /// The headers that say so.
  var headers: [(name: String, value: String)] {
    var headers = [(name: "impersonate-user", value: user)]
    if !userID.isEmpty { headers.append(("impersonate-uid", userID)) }
    headers += groups.map { ("impersonate-group", $0) }
    for key in extra.keys.sorted() {
      let name = "impersonate-extra-" + PercentEncoding.encode(key.lowercased())
      headers += (extra[key] ?? []).map { (name, $0) }
    }
    return headers
  }
}
