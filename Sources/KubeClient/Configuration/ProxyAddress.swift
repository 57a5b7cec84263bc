import FleetModel

/// A proxy between us and an API server (`proxy-url`). Descriptions do not show its password.
public struct ProxyAddress: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  /// How it is spoken to.
  public enum Scheme: String, Sendable {
    /// HTTP's CONNECT, in plain text up to the proxy; what goes through is the server's own TLS.
    case http
    /// SOCKS version 5, without user and password.
    case socks5
  }

  /// How it is spoken to.
  public var scheme: Scheme
  /// Its host.
  public var host: String
  /// Its port.
  public var port: Int
  /// Its user; nil when it wants none.
  public var user: String?
  /// Its user's password.
  public var password: String?

  /// Reads a `proxy-url`.
  ///
  /// - Throws: `Unusable` with what is wrong and what would be right; it does not repeat the text, which may hold a
  ///   password.
  public init(_ text: String) throws(Unusable) {
    guard let separator = text.firstRange(of: "://") else {
      throw Unusable("is no URL; expected http://HOST:PORT or socks5://HOST:PORT")
    }
    guard let scheme = Scheme(rawValue: text[..<separator.lowerBound].lowercased()) else {
      throw Unusable("has a scheme that is not understood; expected http://HOST:PORT or socks5://HOST:PORT")
    }
    var authority = text[separator.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    if let at = authority.lastIndex(of: "@") {
      guard scheme == .http else {
        throw Unusable("has a user; SOCKS proxies are spoken to without one")
      }
      let parts = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      user = PercentEncoding.decode(parts[0])
      password = parts.count > 1 ? PercentEncoding.decode(parts[1]) : ""
      authority = authority[authority.index(after: at)...]
    }
    let (host, rest) = authority.hostAndRest
    let port = rest.isEmpty ? (scheme == .http ? 80 : 1080) : Int(rest.dropFirst())
    guard !host.isEmpty, let port, (1...65_535).contains(port) else {
      throw Unusable("has no host, or a port that is none; expected http://HOST:PORT or socks5://HOST:PORT")
    }
    self.scheme = scheme
    self.host = String(host)
    self.port = port
  }

  /// Why a `proxy-url` cannot be used.
  public struct Unusable: Error, Hashable, Sendable {
    /// The words, after the field's name.
    public var message: String

    init(_ message: String) { self.message = message }
  }

  /// Scheme, host and port.
  public var description: String { "\(scheme.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

  /// The same as the description.
  public var debugDescription: String { description }
}
