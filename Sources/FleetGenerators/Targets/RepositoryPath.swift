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

  /// What is wrong with the name of a chart in a repository; nil for nothing. Registries have names of several parts.
  static func complaint(ofChart name: String) -> String? {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    func isPart(_ part: Substring) -> Bool {
      guard let first = part.unicodeScalars.first, first != "-", first != "." else { return false }
      return part.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "-._".utf8.contains($0)
      }
    }
    return parts.allSatisfy(isPart)
      ? nil : "\"\(name)\" is no name of a chart: expected letters, digits, \"-\", \"_\" and \".\""
  }
}
