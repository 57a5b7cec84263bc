import FleetModel

/// Where requests go, and which name the server's certificate must bear.
struct ServerAddress {
  /// What the paths of requests are appended to. With a name of its own the server is addressed by that, and connected
  /// to at its host.
  var url: String
  /// The server's name, and the host that it stands for; nil when they are the same.
  var override: (name: String, host: String)?
  /// What the server is told about where the request goes; nil for what stands in the URL.
  var hostHeader: String?

  init(_ configuration: KubeConfiguration) {
    url = configuration.server
    guard let name = configuration.serverName, configuration.server.hasPrefix("https://") else { return }
    let rest = configuration.server.dropFirst("https://".count)
    let path = rest.drop { $0 != "/" && $0 != "?" }
    var authority = rest[..<path.startIndex]
    if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
    let (host, port) = authority.hostAndRest
    guard host != name, !host.isEmpty else { return }
    url = "https://\(name)\(port)\(path)"
    override = (name, String(host))
    hostHeader = String(authority)
  }
}
