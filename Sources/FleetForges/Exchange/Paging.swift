import FleetPorts

/// How providers say what follows a page.
enum Paging {
  /// RFC 8288: the target of `Link: <…>; rel="next"`; nil when there is none.
  static func next(inLink header: String?) -> String? {
    guard var rest = header.map({ $0[...] }) else { return nil }
    while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
      let target = rest[rest.index(after: open)..<close]
      rest = rest[rest.index(after: close)...]
      // A comma inside of quotes belongs to a parameter; targets begin with the next bracket anyway.
      let parameters = rest.prefix { $0 != "<" }
      for parameter in parameters.split(separator: ";") {
        let pair = parameter.split(separator: "=", maxSplits: 1)
        guard pair.count == 2, pair[0].trimmed.lowercased() == "rel" else { continue }
        let relations = pair[1].filter { $0 != "\"" && $0 != "," }.split(separator: " ")
        if relations.contains(where: { $0.lowercased() == "next" }) { return String(target) }
      }
    }
    return nil
  }

  /// The next request by the `Link` header: the URL as it is given, with everything that it says.
  static func next(after request: ForgeRequest, _ reply: ForgeReply) throws(GeneratorSourceError) -> ForgeRequest? {
    guard let link = next(inLink: reply.headers["link"]) else { return nil }
    return request.at(try request.url.resolving(link))
  }
}

extension ForgeURL {
  /// This URL with one parameter set anew.
  func setting(_ name: String, _ value: String) -> ForgeURL {
    var result = self
    let encoded = PercentEncoding.encode(name, alsoKeeping: "$")
    var parts = query.split(separator: "&").map(String.init).filter { !$0.hasPrefix("\(encoded)=") }
    parts.append("\(encoded)=\(PercentEncoding.encode(value))")
    result.query = parts.joined(separator: "&")
    return result
  }
}

extension Substring {
  /// Without spaces around it.
  var trimmed: Substring {
    var text = drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }
}
