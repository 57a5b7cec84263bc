/// Paths inside a repository.
enum RepositoryPath {
  /// The path without `.`, empty parts and `..` that stay inside; nil for an absolute path, one that leads out of the
  /// repository, and one with characters that no path has.
  static func normalized(_ path: String) -> String? {
    guard !path.hasPrefix("/"), !path.utf8.contains(0), !path.contains("\\") else { return nil }
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." {
        guard parts.popLast() != nil else { return nil }
      } else {
        parts.append(part)
      }
    }
    return parts.joined(separator: "/")
  }
}
