import FleetPorts

/// A repository's URL that was checked and may be given to git.
struct RemoteURL: Hashable, Sendable {
  enum Scheme: String, Sendable {
    case https, http, ssh, file
  }

  var scheme: Scheme
  /// The server; empty for files. IPv6 addresses are without brackets.
  var host: String
  /// The URL or `user@host:path` for git. It holds no password and does not begin with `-`.
  var text: String
  /// `host` or `host:port` as git writes it when it asks for a password.
  var authority: String

  /// Reads and checks a URL.
  ///
  /// - Parameters:
  ///   - fileFolders: the folders below which `file://` may lead, without symbolic links.
  ///   - allowsLoopback: whether servers on this machine may be named.
  /// - Throws: ``SourceError`` with code `invalid` or `notAllowed`; texts do not repeat a password in the URL.
  init(_ url: String, fileFolders: [String], allowsLoopback: Bool) throws(SourceError) {
    guard !url.isEmpty, !url.hasPrefix("-"), url.utf8.allSatisfy({ $0 > 32 && $0 != 127 }), url.utf8.count <= 2_048
    else { throw Self.notUnderstood() }
    if let range = url.separatorRange {
      guard let scheme = Scheme(rawValue: url[..<range.lowerBound].lowercased()) else {
        throw SourceError(
          .notAllowed, "the repository's URL has a scheme that is not allowed",
          hint: "use https://, http://, ssh://, user@host:path or file://")
      }
      let rest = url[range.upperBound...]
      if scheme == .file {
        let path = try Self.filePath(rest, below: fileFolders)
        self.init(scheme: scheme, host: "", text: "file://" + Self.percentEncoded(path), authority: "")
        return
      }
      let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
      guard authority.count < rest.count else { throw Self.notUnderstood() }
      try self.init(scheme: scheme, authority: authority, text: url)
    } else {
      // `::` would name a remote helper (`ext::sh -c …`); scp's form has one colon after the host.
      guard let colon = url.firstIndex(of: ":"), !url[..<colon].contains("/"),
        url[url.index(after: colon)...].first != ":", url.index(after: colon) < url.endIndex
      else { throw Self.notUnderstood() }
      try self.init(scheme: .ssh, authority: url[..<colon], text: url)
    }
    if !allowsLoopback, HostAddress.isLoopback(host) {
      throw SourceError(
        .notAllowed, "the repository's URL leads to this machine itself, which is not allowed",
        hint: "name the Git server by an address that is not loopback")
    }
    if HostAddress.isLinkLocal(host) {
      throw SourceError(
        .notAllowed, "the repository's URL leads to a link-local address, which is not allowed",
        hint: "link-local addresses serve the machine's own metadata; name the Git server by another address")
    }
  }

  private init(scheme: Scheme, host: String, text: String, authority: String) {
    self.scheme = scheme
    self.host = host
    self.text = text
    self.authority = authority
  }

  private init(scheme: Scheme, authority: Substring, text: String) throws(SourceError) {
    var hostAndPort = authority
    if let at = authority.lastIndex(of: "@") {
      let user = authority[..<at]
      guard !user.contains(":") else {
        throw SourceError(
          .invalid, "the repository's URL holds a password",
          hint: "store it with 'flotilla credential set' and name it in the repository's 'credential'")
      }
      guard !user.hasPrefix("-"), !user.isEmpty else { throw Self.notUnderstood() }
      hostAndPort = authority[authority.index(after: at)...]
    }
    let host: Substring
    let port: Substring
    if hostAndPort.hasPrefix("[") {
      guard let end = hostAndPort.firstIndex(of: "]") else { throw Self.notUnderstood() }
      host = hostAndPort[hostAndPort.index(after: hostAndPort.startIndex)..<end]
      port = hostAndPort[hostAndPort.index(after: end)...]
    } else {
      let end = hostAndPort.firstIndex(of: ":") ?? hostAndPort.endIndex
      host = hostAndPort[..<end]
      port = hostAndPort[end...]
    }
    guard !host.isEmpty, !host.hasPrefix("-"), host.utf8.allSatisfy(Self.isHostCharacter),
      port.isEmpty || (port.hasPrefix(":") && UInt16(port.dropFirst()) != nil)
    else { throw Self.notUnderstood() }
    self.init(scheme: scheme, host: host.lowercased(), text: text, authority: String(hostAndPort))
  }

  private static func notUnderstood() -> SourceError {
    SourceError(
      .invalid, "the repository's URL is not understood",
      hint: "write https://host/path, http://host/path, ssh://user@host/path, user@host:path or file:///path")
  }

  private static func isHostCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: ":"):
      true
    default: false
    }
  }

  /// The path that a `file://` URL leads to when all symbolic links are followed, if it is below an allowed folder.
  private static func filePath(_ rest: Substring, below folders: [String]) throws(SourceError) -> String {
    let path = rest.hasPrefix("localhost/") ? rest.dropFirst(9) : rest
    guard path.hasPrefix("/"), let decoded = percentDecoded(path), !decoded.contains("\0") else {
      throw notUnderstood()
    }
    let refused = SourceError(
      .notAllowed, "the repository's file:// URL does not lead below a folder that is allowed",
      hint: folders.isEmpty
        ? "no folder is allowed; the controller's --file-repositories names them"
        : "the controller's --file-repositories allows \(folders.joined(separator: ", "))")
    let allowed = folders.compactMap(Files.canonical)
    guard let resolved = Files.canonical(decoded) else {
      // What does not exist below an allowed folder may be said; elsewhere it would tell what exists.
      let isBelow = folders.contains { decoded.hasPrefix($0 + "/") } && !decoded.contains("..")
      guard isBelow else { throw refused }
      throw SourceError(
        .repositoryNotFound, "there is no repository at \(decoded)", hint: "correct the repository's URL or create it")
    }
    guard allowed.contains(where: { resolved.hasPrefix($0 == "/" ? "/" : $0 + "/") }) else { throw refused }
    return resolved
  }

  private static func percentDecoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst(), let low = rest.popFirst(),
        let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16), high != UInt8(ascii: "+")
      else { return nil }
      bytes.append(value)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func percentEncoded(_ path: String) -> String {
    let alphabet = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in path.utf8 {
      if isHostCharacter(byte) || byte == UInt8(ascii: "/") {
        bytes.append(byte)
      } else {
        bytes += [UInt8(ascii: "%"), alphabet[Int(byte >> 4)], alphabet[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension String {
  /// Where `://` stands.
  fileprivate var separatorRange: Range<Index>? {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix("://") { return index..<self.index(index, offsetBy: 3) }
      index = self.index(after: index)
    }
    return nil
  }
}
