import FleetClient
import FleetModel
public import KubeClient

/// Which proxy is on the way to each of a controller's addresses: the one that was named, or what the environment says,
/// as other programs heed it.
public enum ControllerProxies {
  /// - Parameters:
  ///   - named: the proxy that was named for the link, which is for every address; nil for none.
  ///   - environment: `HTTPS_PROXY` and `HTTP_PROXY` by the address's scheme, and `NO_PROXY`, in capitals or not.
  ///   - controller: the addresses, separated by commas.
  /// - Returns: the proxies by address, as ``AgentSetup/proxies`` has them.
  /// - Throws: `Unusable`, naming where the text stands, and not the text, which may hold a password.
  public static func on(
    wayTo controller: String, named: String?, environment: [String: String]
  ) throws(Unusable) -> [String: ProxyAddress] {
    var proxies: [String: ProxyAddress] = [:]
    for url in ControllerAddresses.split(controller) {
      if let named {
        proxies[url] = try address(named, from: "--proxy")
        continue
      }
      let name = url.hasPrefix("https:") ? "HTTPS_PROXY" : "HTTP_PROXY"
      guard let text = variable(name, environment),
        !isDirect(url, by: variable("NO_PROXY", environment) ?? "")
      else { continue }
      proxies[url] = try address(text.contains("://") ? text : "http://" + text, from: name)
    }
    return proxies
  }

  /// Why a proxy cannot be used.
  public struct Unusable: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where it was named, and what is wrong.
    public let description: String
  }

  private static func address(_ text: String, from place: String) throws(Unusable) -> ProxyAddress {
    do { return try ProxyAddress(text) } catch { throw Unusable(description: "\(place) \(error.message)") }
  }

  private static func variable(_ name: String, _ environment: [String: String]) -> String? {
    (environment[name] ?? environment[name.lowercased()]).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Whether an address needs no proxy: names stand for themselves and everything below them, `10.0.0.0/8` for the
  /// addresses in it, `*` for everything. This machine never needs one.
  static func isDirect(_ url: String, by list: String) -> Bool {
    var authority = url.drop { $0 != ":" }.dropFirst(3).prefix { $0 != "/" }
    if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
    let (name, rest) = authority.hostAndRest
    let host = name.lowercased()
    let port = rest.dropFirst()
    if host == "localhost" || host == "::1" || host.hasPrefix("127.") { return true }
    for entry in list.split(whereSeparator: { $0 == "," || $0 == " " }).map({ $0.lowercased() }) {
      if entry == "*" || entry == host || entry == "\(host):\(port)" { return true }
      if contains(entry, host) { return true }
      let domain = entry.drop { $0 == "*" }.drop { $0 == "." }
      if !domain.isEmpty, !domain.contains("/"), host == domain || host.hasSuffix(".\(domain)") { return true }
    }
    return false
  }

  /// Whether a range of IPv4 addresses holds a host.
  private static func contains(_ range: String, _ host: String) -> Bool {
    let parts = range.split(separator: "/")
    guard parts.count == 2, let bits = Int(parts[1]), (0...32).contains(bits), let network = number(parts[0]),
      let address = number(host[...])
    else { return false }
    let mask: UInt32 = bits == 0 ? 0 : ~0 << UInt32(32 - bits)
    return network & mask == address & mask
  }

  private static func number(_ address: Substring) -> UInt32? {
    let parts = address.split(separator: ".", omittingEmptySubsequences: false).compactMap { UInt8($0) }
    return parts.count == 4 ? parts.reduce(0) { $0 << 8 | UInt32($1) } : nil
  }
}
