import FleetModel
import FleetPorts

/// The URL of a repository of charts that was checked and may be given to helm.
struct ChartRemote: Hashable, Sendable {
  /// The URL without `/` at its end.
  var url: String
  /// `host` or `host:port`.
  var authority: String
  /// Whether it is a registry.
  var isRegistry: Bool
  /// Whether a registry is spoken to without TLS: only one on this machine.
  var isPlain: Bool

  private static let hint = "write https://HOST/PATH or http://HOST/PATH, or oci://HOST/PATH for a registry"

  /// Reads and checks a URL.
  ///
  /// - Throws: ``SourceError`` with code `invalid` or `notAllowed`; texts do not repeat a password in the URL.
  init(_ url: String, allowsLoopback: Bool) throws(SourceError) {
    guard url.utf8.allSatisfy({ $0 > 32 && $0 != 127 }), url.utf8.count <= 2_048,
      let (scheme, authority, host) = Self.parts(url), ["https", "http", "oci"].contains(scheme)
    else { throw SourceError(.invalid, "the URL of the repository of charts is not understood", hint: Self.hint) }
    guard !authority.contains("@") else {
      throw SourceError(
        .invalid, "the URL of the repository of charts holds a user",
        hint: "store user and password with 'flotilla credential set' and name it in the repository's 'credential'")
    }
    try Self.check(host, allowsLoopback: allowsLoopback)
    var text = url[...]
    while text.hasSuffix("/") { text.removeLast() }
    self.url = String(text)
    self.authority = authority
    isRegistry = scheme == "oci"
    isPlain = isRegistry && HostAddress.isLoopback(host)
  }

  /// Refuses an archive's URL, which is the repository's word, when it leads where the repository itself may not.
  static func checkArchive(_ url: String, allowsLoopback: Bool) throws(SourceError) {
    guard url.contains("://") else { return }
    guard let (scheme, _, host) = parts(url), ["https", "http", "oci"].contains(scheme) else {
      throw SourceError(.notAllowed, "the repository keeps the chart under a URL that is not allowed")
    }
    try check(host, allowsLoopback: allowsLoopback)
  }

  private static func check(_ host: String, allowsLoopback: Bool) throws(SourceError) {
    if !allowsLoopback, HostAddress.isLoopback(host) {
      throw SourceError(
        .notAllowed, "the URL of the charts leads to this machine itself, which is not allowed",
        hint: "name the server by an address that is not loopback")
    }
    if HostAddress.isLinkLocal(host) {
      throw SourceError(
        .notAllowed, "the URL of the charts leads to a link-local address, which is not allowed",
        hint: "link-local addresses serve the machine's own metadata; name the server by another address")
    }
  }

  private static func parts(_ url: String) -> (scheme: String, authority: String, host: String)? {
    guard let separator = url.firstRange(of: "://") else { return nil }
    let authority = url[separator.upperBound...].prefix { !"/?#\\".contains($0) }
    let hostAndPort = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    let host = hostAndPort.hostAndRest.host
    guard !host.isEmpty, !authority.hasPrefix("-") else { return nil }
    return (url[..<separator.lowerBound].lowercased(), String(authority), host.lowercased())
  }
}
