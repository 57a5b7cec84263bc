extension Substring {
  /// The host of an authority without its user, `HOST[:PORT]`, and what stands behind it: `:PORT`, or nothing. An IPv6
  /// address loses its brackets (RFC 3986, 3.2.2). Neither is checked.
  public var hostAndRest: (host: Substring, rest: Substring) {
    if hasPrefix("["), let end = firstIndex(of: "]") {
      return (self[index(after: startIndex)..<end], self[index(after: end)...])
    }
    let host = prefix { $0 != ":" }
    return (host, self[host.endIndex...])
  }
}
