import FleetPorts

/// What git's own words mean. git has one exit code for everything, so its text has to be read; with `LC_ALL=C` it is
/// English. Words that are not known count as an unreachable server: they are shown, and tried again.
enum FetchFailure {
  private static let authenticationWords = [
    "Host key verification failed", "HOST IDENTIFICATION HAS CHANGED", "Permission denied (", "Authentication failed",
    "could not read Username", "could not read Password", "error: 401", "error: 403",
    "Too many authentication failures", "invalid format", "error in libcrypto", "Access denied",
  ]
  private static let notFoundWords = [
    "' not found", "Repository not found", "does not appear to be a git repository", "error: 404",
    "not a git repository", "could not be found",
  ]

  /// What git says about objects and refs that cannot be read, here or on the server.
  private static let damageWords = [
    "bad object", "did not send all necessary objects", "is corrupt", "loose object", "unable to read", "bad config",
    "broken ref", "inflate: ", "object file", "packfile", "bad ref", "index-pack failed",
  ]

  /// The error for a failed fetch.
  ///
  /// - Parameters:
  ///   - text: what git wrote to its standard error.
  ///   - secrets: texts that must not be repeated.
  static func error(_ text: String, repository: String, secrets: [String]) -> SourceError {
    var shown = lastWords(text)
    for secret in secrets where !secret.isEmpty {
      shown = shown.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "•••")
    }
    let code = code(of: text)
    switch code {
    case .authentication where isHostKey(text):
      return SourceError(
        .authentication, "repository '\(repository)': the server's host key is not the one that is pinned",
        hint: "if the server's key was changed on purpose, put the new one into the credential's known hosts")
    case .authentication:
      return SourceError(
        .authentication, "repository '\(repository)': the server refused access: \(shown)",
        hint: "check the repository's credential with 'flotilla credential set'")
    case .repositoryNotFound:
      return SourceError(
        .repositoryNotFound, "repository '\(repository)' is not on the server: \(shown)",
        hint: "check its URL, and whether its credential may see it")
    case .notAllowed:
      return SourceError(.notAllowed, "repository '\(repository)': \(shown)", hint: "check its URL")
    case .corrupt:
      return SourceError(
        .corrupt, "repository '\(repository)' could not be fetched: \(shown)",
        hint: "if this stays, its copy on the server is damaged: run 'git fsck' there")
    default:
      return SourceError(
        .unreachable, "repository '\(repository)' could not be fetched: \(shown)", hint: "the next poll tries again")
    }
  }

  private static func code(of text: String) -> SourceError.Code {
    if text.contains("transport '"), text.contains("not allowed") { return .notAllowed }
    if authenticationWords.contains(where: { text.contains($0) }) { return .authentication }
    if notFoundWords.contains(where: { text.contains($0) }) { return .repositoryNotFound }
    if damageWords.contains(where: { text.contains($0) }) { return .corrupt }
    return .unreachable
  }

  private static func isHostKey(_ text: String) -> Bool {
    text.contains("Host key verification failed") || text.contains("HOST IDENTIFICATION HAS CHANGED")
  }

  /// The lines that carry the reason, on one line of at most 500 characters and without control characters, which a
  /// server could use to write to a terminal.
  private static func lastWords(_ text: String) -> String {
    let noise = [
      "Please make sure you have the correct access rights", "and the repository exists.", "warning: ", "hint: ",
    ]
    let lines = text.split { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
      .filter { line in !noise.contains { line.hasPrefix($0) } }
      .suffix(3)
    let joined = lines.joined(separator: "; ")
    let printable = String(String.UnicodeScalarView(joined.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }))
    return printable.isEmpty ? "git gave no reason" : String(printable.prefix(500))
  }
}
