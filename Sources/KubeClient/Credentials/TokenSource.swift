/// What one request proves who we are with, besides a certificate of the kubeconfig. Descriptions do not show it.
struct Credentials: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  /// The bearer token; nil for none.
  var token: String?
  /// A client's certificate chain in PEM, from a program.
  var certificate: [UInt8]?
  /// Its key in PEM.
  var key: [UInt8]?

  var description: String { "credentials" }
  var debugDescription: String { description }
}

/// Where a bearer token comes from. Descriptions do not show it.
public enum TokenSource: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  /// No token.
  case none
  /// This one.
  case fixed(String)
  /// A file that somebody renews, as the kubelet does for service accounts; read again when it changes.
  case file(TokenFile)
  /// A program that prints it, and perhaps a certificate (`exec`).
  case program(CredentialProgram)

  /// The credentials of this moment.
  ///
  /// - Throws: a `KubeError` of kind `credentials` when they cannot be had.
  func current() async throws(KubeError) -> Credentials {
    switch self {
    case .none: Credentials()
    case .fixed(let token): Credentials(token: token)
    case .file(let file): Credentials(token: try file.current())
    case .program(let program): try await program.current()
    }
  }

  /// After a 401: credentials that are worth another try; nil when there are no others than those.
  func renewed(after used: Credentials) async throws(KubeError) -> Credentials? {
    switch self {
    case .none, .fixed: return nil
    case .file(let file):
      let token = try file.current(mayBeKept: false)
      return token == used.token ? nil : Credentials(token: token)
    case .program(let program): return try await program.renewed(after: used)
    }
  }

  /// Says what kind of source it is, not the token.
  public var description: String {
    switch self {
    case .none: "no token"
    case .fixed: "a token"
    case .file(let file): "the token in \(file.path)"
    case .program(let program): "what \(program.settings.command) prints"
    }
  }

  /// The same as the description.
  public var debugDescription: String { description }
}
