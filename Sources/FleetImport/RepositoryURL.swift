/// What stands in the URL of a repository.
struct RepositoryURL {
  /// The URL without a user's password.
  var url: String
  /// Whether there was one.
  var hadPassword: Bool

  init(_ text: String) {
    url = text
    hadPassword = false
    guard let scheme = text.end(ofFirst: "://") else { return }
    let rest = text[scheme...]
    let authority = rest.prefix { $0 != "/" }
    guard let at = authority.lastIndex(of: "@"), authority[..<at].contains(":") else { return }
    url = String(text[..<scheme] + rest[rest.index(after: at)...])
    hadPassword = true
  }
}

extension String {
  /// The place behind the first occurrence of a text.
  func end(ofFirst text: String) -> Index? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
