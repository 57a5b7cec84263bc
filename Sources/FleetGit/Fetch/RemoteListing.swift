/// What `git ls-remote --symref` says of a server's branches and tags.
struct RemoteListing: Equatable, Sendable {
  /// The branch that HEAD names; nil when there is no HEAD or it names no branch.
  var headBranch: String?
  /// The commit that HEAD leads to; nil when it leads nowhere yet.
  var head: String?
  /// `refs/heads/…` and `refs/tags/…` with the id that they hold, annotated tags not followed.
  var refs: [String: String] = [:]

  /// Reads git's output; lines that are something else (pull requests, notes, peeled tags) are passed over.
  init(_ output: [UInt8]) {
    for line in output.split(separator: UInt8(ascii: "\n")) {
      guard let tab = line.firstIndex(of: UInt8(ascii: "\t")),
        let name = String(validating: line[line.index(after: tab)...], as: UTF8.self)
      else { continue }
      let value = String(decoding: line[..<tab], as: UTF8.self)
      if name == "HEAD" {
        if value.hasPrefix("ref: refs/heads/") {
          headBranch = String(value.dropFirst(16))
        } else if !value.hasPrefix("ref: ") {
          head = value
        }
      } else if (name.hasPrefix("refs/heads/") || name.hasPrefix("refs/tags/")) && !name.hasSuffix("^{}") {
        refs[name] = value
      }
    }
    // Servers that do not tell what HEAD names leave the guess that git itself makes.
    if headBranch == nil, let head {
      let candidates = refs.filter { $0.key.hasPrefix("refs/heads/") && $0.value == head }.keys
        .map { String($0.dropFirst(11)) }
      headBranch = ["main", "master"].first(where: candidates.contains) ?? candidates.min()
    }
  }

  /// Whether the server names objects by SHA-256.
  var usesSHA256: Bool { refs.values.contains { $0.utf8.count == 64 } }
}
