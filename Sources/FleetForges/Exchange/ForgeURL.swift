import FleetModel
import FleetPorts

/// A URL in parts, so that hosts can be compared and nothing is encoded twice.
struct ForgeURL: Hashable, Sendable, CustomStringConvertible {
  /// `http` or `https`.
  var scheme: String
  /// Lower case; IPv6 addresses without brackets.
  var host: String
  /// Nil for the scheme's own.
  var port: Int?
  /// As it goes over the wire; empty, or with a slash in front.
  var path: String
  /// As it goes over the wire, without the question mark; empty for none.
  var query: String

  /// Reads an absolute URL.
  ///
  /// - Throws: `invalid` without repeating what might be a password.
  init(_ text: String) throws(GeneratorSourceError) {
    let invalid = GeneratorSourceError(
      .invalid, "the URL is not understood", hint: "write https://HOST[:PORT][/PATH], without user and password")
    guard let separator = text.firstRange(of: "://"), text.utf8.count <= 8_192,
      text.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
    else { throw invalid }
    scheme = text[..<separator.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else { throw invalid }
    let rest = text[separator.upperBound...].prefix { $0 != "#" }
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    guard let (host, port) = Self.hostAndPort(authority) else { throw invalid }
    (self.host, self.port) = (host, port)
    let target = rest[authority.endIndex...]
    let path = target.prefix { $0 != "?" }
    self.path = path == "/" ? "" : String(path)
    query = String(target.dropFirst(path.count + 1))
  }

  private static func hostAndPort(_ authority: Substring) -> (String, Int?)? {
    guard !authority.isEmpty, !authority.contains("@") else { return nil }
    let (host, tail) = authority.hostAndRest
    guard !host.isEmpty else { return nil }
    if tail.isEmpty { return (host.lowercased(), nil) }
    guard tail.hasPrefix(":"), let port = UInt16(tail.dropFirst()), port > 0 else { return nil }
    return (host.lowercased(), Int(port))
  }

  /// Scheme, host and port: what a token given for one URL may be sent to.
  var origin: String {
    let host = host.contains(":") ? "[\(host)]" : host
    return "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "")
  }

  /// Whether two URLs lead to the same server.
  func isSameOrigin(as other: ForgeURL) -> Bool {
    scheme == other.scheme && host == other.host && effectivePort == other.effectivePort
  }

  private var effectivePort: Int { port ?? (scheme == "https" ? 443 : 80) }

  /// `Host` as a request has it.
  var hostHeader: String { String(origin.dropFirst(scheme.count + 3)) }

  /// The URL as it is asked for.
  var text: String { origin + target }

  /// Path and query as they go over the wire.
  var target: String { (path.isEmpty ? "/" : path) + (query.isEmpty ? "" : "?\(query)") }

  /// The URL for messages: without the query, which says little and may be long.
  var description: String { origin + path }

  /// This URL with path segments put at its end, each of which may hold any character.
  func appending(_ segments: String...) -> ForgeURL { appending(segments) }

  /// This URL with path segments put at its end, each of which may hold any character.
  func appending(_ segments: [String]) -> ForgeURL {
    var result = self
    while result.path.hasSuffix("/") { result.path.removeLast() }
    for segment in segments { result.path += "/" + PercentEncoding.encode(segment) }
    return result
  }

  /// This URL with these parameters, in order.
  func with(_ parameters: [(name: String, value: String)]) -> ForgeURL {
    var result = self
    result.query = parameters.map { parameter in
      "\(PercentEncoding.encode(parameter.name, alsoKeeping: "$"))=\(PercentEncoding.encode(parameter.value))"
    }.joined(separator: "&")
    return result
  }

  /// A URL that an answer gave: absolute, or a path on this server.
  func resolving(_ reference: String) throws(GeneratorSourceError) -> ForgeURL {
    guard reference.hasPrefix("/"), !reference.hasPrefix("//") else { return try ForgeURL(reference) }
    return try ForgeURL(origin + reference)
  }
}

/// Percent-encoding of everything but RFC 3986's unreserved characters.
enum PercentEncoding {
  static func encode(_ text: String, alsoKeeping kept: String = "") -> String {
    var result = ""
    for byte in text.utf8 {
      let scalar = Unicode.Scalar(byte)
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": result.unicodeScalars.append(scalar)
      case _ where kept.unicodeScalars.contains(scalar): result.unicodeScalars.append(scalar)
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return result
  }
}
