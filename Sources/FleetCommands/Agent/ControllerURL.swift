import FleetModel

/// An address as an agent's manifest needs it: with the port that a network policy has to open.
struct ControllerURL: Hashable, Sendable {
  /// As it was written.
  var text: String
  /// The host, without the brackets of IPv6.
  var host: String
  /// The port, also where the scheme says it.
  var port: Int

  /// Reads `SCHEME://[USER@]HOST[:PORT]`; nil for anything else.
  ///
  /// - Parameter ports: the schemes that are understood, with their ports.
  init?(_ text: String, ports: [String: Int] = ["https": 443, "http": 80]) {
    guard let separator = text.firstRange(of: "://"),
      let usual = ports[text[..<separator.lowerBound].lowercased()]
    else { return nil }
    var authority = text[separator.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
    let (host, rest) = authority.hostAndRest
    guard !host.isEmpty, rest.isEmpty || rest.hasPrefix(":"), let port = rest.isEmpty ? usual : Int(rest.dropFirst()),
      (1...65_535).contains(port)
    else { return nil }
    self.text = text
    self.host = String(host)
    self.port = port
  }

  /// Whether it is this machine, which a Pod is not.
  var isLoopback: Bool { host == "localhost" || host.hasPrefix("127.") || host == "::1" }

  /// The range that holds exactly its address; nil for a name.
  var addressRange: String? {
    if host.contains(":") { return host + "/128" }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil } ? host + "/32" : nil
  }
}
