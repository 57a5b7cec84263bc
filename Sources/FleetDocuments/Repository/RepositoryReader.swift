internal import FleetModel
internal import Manifest

/// The `spec` of a Repository document.
struct RepositorySpecification {
  var kind = Repository.Kind.git
  var url = ""
  var credential: String?
  var pollInterval: Duration = .seconds(60)
}

extension FieldReader {
  func repositorySpecification() -> RepositorySpecification? {
    MapReader.read(self) { map in
      var specification = RepositorySpecification()
      map.renamed("repoURL", to: "url")
      map.notAvailable("enableOCI", hint: "a registry is told by its URL: oci://HOST/PATH")
      let kind = map.optional("type")?.choice(Repository.Kind.self)
      let url = map.required("url", hint: kind == .helm ? Self.chartHint : Self.urlHint)
      let isRegistry = url?.node.string?.lowercased().hasPrefix(Repository.registryScheme) == true
      specification.kind = kind ?? (isRegistry ? .helm : .git)
      specification.url = url?.repositoryURL(specification.kind) ?? ""
      specification.credential = map.optional("credential")?.name()
      specification.pollInterval =
        map.optional("pollInterval")?.duration(atLeast: .seconds(1), atMost: .seconds(86_400)) ?? .seconds(60)
      return specification
    }
  }

  private static let urlHint =
    "give a URL with https://, http://, ssh:// or file://, or user@host:path"

  private static let chartHint = "give a URL with https:// or http://, or oci:// for a registry"

  private func repositoryURL(_ kind: Repository.Kind) -> String? {
    let urlHint = kind == .git ? Self.urlHint : Self.chartHint
    guard let url = nonEmptyText() else { return nil }
    guard url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
      error("a URL has no spaces or control characters", hint: urlHint)
      return nil
    }
    guard let scheme = url.range(ofFirst: "://") else {
      if kind == .git { return checkedShortForm(url) }
      error("\(found) is not a URL of charts", hint: "write oci://\(url) for a registry, else https://\(url)")
      return nil
    }
    let rest = url[scheme.upperBound...]
    let schemes = kind == .git ? ["https", "http", "ssh", "file"] : ["https", "http", "oci"]
    guard schemes.contains(url[..<scheme.lowerBound].lowercased()) else {
      error("\"\(url[..<scheme.lowerBound])://\" is not supported", hint: urlHint)
      return nil
    }
    let authority = rest.prefix { $0 != "/" }
    // The URL is shown in lists and logs, so it must not carry a secret; it is not repeated in the message either.
    if let user = authority.lastIndex(of: "@"), authority[..<user].contains(":") {
      error(
        "the URL contains a password", hint: "store it with: flotilla credential set NAME, and name it in credential")
      return nil
    }
    let isFile = url.lowercased().hasPrefix("file:")
    guard isFile ? rest.hasPrefix("/") : !authority.isEmpty else {
      error("\(found) names no \(isFile ? "absolute path" : "host")", hint: urlHint)
      return nil
    }
    return url
  }

  /// `user@host:path`, as ssh and Git write it.
  private func checkedShortForm(_ url: String) -> String? {
    let parts = url.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, parts[0].contains("@"), !parts[0].hasPrefix("@"), !parts[0].hasSuffix("@"),
      !parts[0].contains("/"), !parts[1].isEmpty, !url.hasPrefix("-")
    {
      return url
    }
    error(
      "\(found) is not a Git URL", hint: url.hasPrefix("/") ? "write file://\(url) for a folder" : Self.urlHint)
    return nil
  }
}

extension String {
  /// Where a text stands first.
  fileprivate func range(ofFirst text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
