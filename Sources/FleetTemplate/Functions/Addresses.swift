// URLs.
extension TemplateFunctions {
  static func addAddresses(to table: inout FunctionTable) {
    table.add("urlParse", arity: 1) { (a) throws(FunctionError) in
      let address = try Address(parsing: try a.bytes(0))
      return a.rendering.map([
        "scheme": .text(address.scheme), "host": .text(address.host), "hostname": .text(address.hostname),
        "path": .text(address.path), "query": .text(address.query), "opaque": .text(address.opaque),
        "fragment": .text(address.fragment), "userinfo": .text(address.userinfo.map { Address.userText($0) } ?? []),
      ])
    }
    table.add("urlJoin", arity: 1) { (a) throws(FunctionError) in
      let map = try a.map(0)
      func part(_ key: String) throws(FunctionError) -> [UInt8] {
        guard let value = map[key] else { return [] }
        guard let bytes = value.textBytes else {
          throw FunctionError("unable to parse \(key) key, must be of type string, but \(value.kindName) found")
        }
        return bytes
      }
      var address = Address()
      address.scheme = try part("scheme")
      address.host = try part("host")
      address.path = try part("path")
      address.query = try part("query")
      address.opaque = try part("opaque")
      address.fragment = try part("fragment")
      let userinfo = try part("userinfo")
      if !userinfo.isEmpty {
        address.userinfo = try Address(parsing: "proto://".utf8 + userinfo + "@host".utf8).userinfo
      }
      return .text(address.text)
    }
  }
}

/// A URL's parts as Go's `net/url` takes it apart and puts it together.
struct Address {
  var scheme: [UInt8] = []
  var opaque: [UInt8] = []
  /// The name and, when there was a colon, the password.
  var userinfo: (name: [UInt8], password: [UInt8]?)?
  var host: [UInt8] = []
  var path: [UInt8] = []
  var query: [UInt8] = []
  var fragment: [UInt8] = []
  /// The path as it was written, when escaping it anew would give something else.
  private var rawPath: [UInt8] = []
  private var endsInQuestionMark = false

  init() {}

  init(parsing source: [UInt8]) throws(FunctionError) {
    func wrong(_ why: String) -> FunctionError {
      FunctionError("unable to parse url: parse \"\(source.text)\": \(why)")
    }
    guard source.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw wrong("invalid control character in URL") }
    var rest = source[...]
    if let mark = rest.firstIndex(of: UInt8(ascii: "#")) {
      guard let decoded = Self.decoded(rest[(mark + 1)...]) else { throw wrong("invalid URL escape") }
      fragment = decoded
      rest = rest[..<mark]
    }
    if let colon = try Self.schemeEnd(rest, wrong) {
      scheme = rest[..<colon].map { (65...90).contains($0) ? $0 + 32 : $0 }
      rest = rest[(colon + 1)...]
    }
    if rest.last == UInt8(ascii: "?"), rest.firstIndex(of: UInt8(ascii: "?")) == rest.count - 1 + rest.startIndex {
      endsInQuestionMark = true
      rest = rest.dropLast()
    } else if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
      query = Array(rest[(mark + 1)...])
      rest = rest[..<mark]
    }
    if rest.first != 47 {
      if !scheme.isEmpty {
        opaque = Array(rest)
        return
      }
      let segment = rest.prefix { $0 != 47 }
      if segment.contains(UInt8(ascii: ":")) { throw wrong("first path segment in URL cannot contain colon") }
    }
    if rest.starts(with: "//".utf8), !scheme.isEmpty || !rest.starts(with: "///".utf8) {
      let authority = rest.dropFirst(2).prefix { $0 != 47 }
      rest = rest.dropFirst(2 + authority.count)
      try setAuthority(authority, wrong)
    }
    guard let decoded = Self.decoded(rest) else { throw wrong("invalid URL escape") }
    path = decoded
    if Self.escaped(path, keeping: Self.pathBytes) != Array(rest) { rawPath = Array(rest) }
  }

  private static func schemeEnd(
    _ rest: ArraySlice<UInt8>, _ wrong: (String) -> FunctionError
  ) throws(FunctionError) -> Int? {
    for (index, byte) in zip(rest.indices, rest) {
      switch byte {
      case 65...90, 97...122: continue
      case 48...57, 43, 45, 46: if index == rest.startIndex { return nil }
      case UInt8(ascii: ":"):
        if index == rest.startIndex { throw wrong("missing protocol scheme") }
        return index
      default: return nil
      }
    }
    return nil
  }

  private mutating func setAuthority(
    _ authority: ArraySlice<UInt8>, _ wrong: (String) -> FunctionError
  ) throws(FunctionError) {
    var hostPart = authority
    if let at = authority.lastIndex(of: UInt8(ascii: "@")) {
      let user = authority[..<at]
      hostPart = authority[(at + 1)...]
      let name = user.prefix { $0 != UInt8(ascii: ":") }
      guard user.allSatisfy({ Self.isUnreserved($0) || Self.userinfoBytes.contains($0) }) else {
        throw wrong("net/url: invalid userinfo")
      }
      guard let decoded = Self.decoded(name) else { throw wrong("net/url: invalid userinfo") }
      var password: [UInt8]?
      if name.count < user.count {
        password = Self.decoded(user.dropFirst(name.count + 1))
        if password == nil { throw wrong("net/url: invalid userinfo") }
      }
      userinfo = (decoded, password)
    }
    var port = ArraySlice<UInt8>()
    if hostPart.first == UInt8(ascii: "[") {
      guard let close = hostPart.lastIndex(of: UInt8(ascii: "]")) else { throw wrong("missing ']' in host") }
      port = hostPart[(close + 1)...]
    } else if let colon = hostPart.lastIndex(of: UInt8(ascii: ":")) {
      port = hostPart[colon...]
    }
    guard port.isEmpty || (port.first == UInt8(ascii: ":") && port.dropFirst().allSatisfy { (48...57).contains($0) })
    else {
      throw wrong("invalid port \"\(Array(port).text)\" after host")
    }
    guard let decoded = Self.decoded(hostPart), !hostPart.contains(UInt8(ascii: " ")) else {
      throw wrong("invalid character in host name")
    }
    host = decoded
  }

  var hostname: [UInt8] {
    if host.first == UInt8(ascii: "["), let close = host.lastIndex(of: UInt8(ascii: "]")) {
      return Array(host[1..<close])
    }
    guard let colon = host.lastIndex(of: UInt8(ascii: ":")), host[(colon + 1)...].allSatisfy({ (48...57).contains($0) })
    else { return host }
    return Array(host[..<colon])
  }

  /// The URL put together.
  var text: [UInt8] {
    var result: [UInt8] = []
    if !scheme.isEmpty { result += scheme + [UInt8(ascii: ":")] }
    if !opaque.isEmpty {
      result += opaque
    } else {
      if !scheme.isEmpty || !host.isEmpty || userinfo != nil {
        if !host.isEmpty || !path.isEmpty || userinfo != nil { result += "//".utf8 }
        if let userinfo { result += Self.userText(userinfo) + [UInt8(ascii: "@")] }
        result += Self.escaped(host, keeping: Self.hostBytes)
      }
      let written = rawPath.isEmpty ? Self.escaped(path, keeping: Self.pathBytes) : rawPath
      if !written.isEmpty, written.first != 47, !host.isEmpty { result.append(47) }
      if result.isEmpty, written.prefix(while: { $0 != 47 }).contains(UInt8(ascii: ":")) { result += "./".utf8 }
      result += written
    }
    if endsInQuestionMark || !query.isEmpty { result += [UInt8(ascii: "?")] + query }
    if !fragment.isEmpty { result += [UInt8(ascii: "#")] + Self.escaped(fragment, keeping: Self.fragmentBytes) }
    return result
  }

  static func userText(_ userinfo: (name: [UInt8], password: [UInt8]?)) -> [UInt8] {
    var result = escaped(userinfo.name, keeping: userBytes)
    if let password = userinfo.password { result += [UInt8(ascii: ":")] + escaped(password, keeping: userBytes) }
    return result
  }

  // MARK: Escapes

  private static let pathBytes: Set<UInt8> = Set("$&+,/:;=@".utf8)
  private static let userBytes: Set<UInt8> = Set("$&+,;=".utf8)
  private static let userinfoBytes: Set<UInt8> = Set("!$&'()*+,;=:%@".utf8)
  private static let hostBytes: Set<UInt8> = Set("!$&'()*+,;=:[]<>\"".utf8)
  private static let fragmentBytes: Set<UInt8> = Set("$&+,/:;=?@!()*".utf8)

  static func isUnreserved(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "-_.~".utf8.contains(byte)
  }

  static func percent(_ byte: UInt8) -> [UInt8] {
    Array(("%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)).utf8)
  }

  private static func escaped(_ bytes: [UInt8], keeping kept: Set<UInt8>) -> [UInt8] {
    bytes.flatMap { isUnreserved($0) || kept.contains($0) ? [$0] : percent($0) }
  }

  /// nil for a `%` without two hexadecimal digits.
  private static func decoded(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    guard bytes.contains(UInt8(ascii: "%")) else { return Array(bytes) }
    var result: [UInt8] = []
    var index = bytes.startIndex
    while index < bytes.endIndex {
      guard bytes[index] == UInt8(ascii: "%") else {
        result.append(bytes[index])
        index += 1
        continue
      }
      guard index + 2 < bytes.endIndex, bytes[index + 1] != 43, bytes[index + 1] != 45,
        let value = UInt8(Array(bytes[(index + 1)...(index + 2)]).text, radix: 16)
      else { return nil }
      result.append(value)
      index += 3
    }
    return result
  }
}
