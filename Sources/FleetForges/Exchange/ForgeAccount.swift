import NIOSSL

/// Who asks whom, and how the other side proves itself.
struct ForgeAccount: Sendable {
  /// The provider's name for people, for example `GitHub`.
  var provider: String
  /// The same for metrics, where all plugins are one.
  var kind: String
  /// Where all requests go; another origin gets nothing.
  var base: ForgeURL
  var authorization: Authorization
  /// The name of the stored credential; empty without one.
  var credential: String
  /// Nil for the system's certificate authorities.
  var tls: TLSConfiguration?

  /// What is limited together, and may see the same answers: a secret at a server. Names of credentials would not do: they
  /// mean another one in another project, and after a rotation.
  var key: String { "\(base.origin) \(authorization.fingerprint)" }
}
