#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What kind of address a host in a URL is. Names are judged as written: what a name server answers for them is not
/// looked at here.
public enum HostAddress {
  /// Whether the host is this machine, in any of the spellings that programs accept.
  public static func isLoopback(_ host: String) -> Bool {
    let name = trimmed(host)
    if name == "localhost" || name.hasSuffix(".localhost") || name == "ip6-localhost" { return true }
    guard let bytes = bytes(name) else { return false }
    if let four = version4(bytes) { return four[0] == 127 || four[0] == 0 }
    // `::` and `::1`.
    return bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] <= 1
  }

  /// Whether the host is a link-local address or the name by which clouds serve a machine's own metadata.
  public static func isLinkLocal(_ host: String) -> Bool {
    let name = trimmed(host)
    if name == "metadata.google.internal" || name == "metadata" { return true }
    guard let bytes = bytes(name) else { return false }
    if let four = version4(bytes) { return four[0] == 169 && four[1] == 254 }
    return bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80 || bytes[0] == 0xfd && bytes[1] == 0 && bytes[2] == 0xec
  }

  private static func trimmed(_ host: String) -> String {
    var name = host.lowercased()
    while name.hasSuffix(".") { name.removeLast() }
    return name
  }

  /// The IPv4 address, also inside the IPv6 forms that lead to it (mapped, compatible, NAT64).
  private static func version4(_ bytes: [UInt8]) -> [UInt8]? {
    if bytes.count == 4 { return bytes }
    let prefix = Array(bytes[..<12])
    let zeros = [UInt8](repeating: 0, count: 10)
    if prefix == zeros + [0xff, 0xff] || prefix == [0, 0x64, 0xff, 0x9b] + zeros.dropLast(2) {
      return Array(bytes[12...])
    }
    if prefix == zeros + [0, 0], bytes[12] != 0 { return Array(bytes[12...]) }
    return nil
  }

  private static func bytes(_ text: String) -> [UInt8]? {
    var six = in6_addr()
    if inet_pton(AF_INET6, text, &six) == 1 { return withUnsafeBytes(of: six) { Array($0) } }
    // `inet_aton` reads what programs read: 127.1, 0x7f000001 and 2130706433 are 127.0.0.1.
    var four = in_addr()
    if inet_aton(text, &four) != 0 { return withUnsafeBytes(of: four) { Array($0) } }
    return nil
  }
}
