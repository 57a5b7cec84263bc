import FleetPorts

/// What helm's own words mean. helm has one exit code for everything, so its text has to be read; words that are not
/// known count as an unreachable server: they are shown, and tried again.
enum HelmFailure {
  private static let authenticationWords = [
    "unauthorized", "forbidden", "authentication required", "denied", "no basic auth", "credential not found",
    "code 401", "code 403",
  ]
  private static let unreachableWords = [
    "connection refused", "no such host", "timeout", "i/o", "EOF", "connection reset", "network is unreachable",
    "code 50", " : 50",
    "x509", "tls:",
  ]
  private static let versionWords = [
    "could not locate a version", "unable to locate any tags", "no chart version found", "no chart name found",
    "manifest unknown", "name unknown", "repository name not known", ": not found", "not found: not found",
  ]
  private static let contentWords = [
    "no api version specified", "error unmarshaling", "cannot unmarshal", "gzip", "invalid chart", "error converting",
  ]

  /// The error for a call that failed.
  ///
  /// - Parameters:
  ///   - text: what helm wrote to its standard error.
  ///   - secrets: texts that must not be repeated.
  static func error(_ text: String, repository: String, secrets: [String]) -> SourceError {
    var shown = lastWords(text)
    for secret in secrets where !secret.isEmpty {
      shown = shown.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "•••")
    }
    let lower = text.lowercased()
    func has(_ words: [String]) -> Bool { words.contains { lower.contains($0.lowercased()) } }
    if has(authenticationWords) {
      return SourceError(
        .authentication, "repository '\(repository)': the server refused access: \(shown)",
        hint: "check the repository's credential with 'flotilla credential set'")
    }
    if has(versionWords) {
      return SourceError(
        .refNotFound, "repository '\(repository)' has no such chart or version: \(shown)",
        hint: "check the chart's name and its version")
    }
    if has([" : 404", "code 404"]) {
      return SourceError(
        .repositoryNotFound, "repository '\(repository)' is not on the server: \(shown)",
        hint: "a repository of charts has an index.yaml under its URL; check the URL")
    }
    if has(contentWords), !has(unreachableWords) {
      return SourceError(
        .invalid, "repository '\(repository)' gave something else than charts: \(shown)", hint: "check its URL")
    }
    return SourceError(
      .unreachable, "repository '\(repository)' could not be read: \(shown)", hint: "the next poll tries again")
  }

  /// The lines that carry the reason, on one line of at most 500 characters and without control characters, which a
  /// server could use to write to a terminal.
  private static func lastWords(_ text: String) -> String {
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("WARNING") && !$0.hasPrefix("level=") }
    let joined = lines.suffix(3).joined(separator: "; ")
    let printable = String(String.UnicodeScalarView(joined.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }))
    return printable.isEmpty ? "helm gave no reason" : String(printable.prefix(500))
  }
}
