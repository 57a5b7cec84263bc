/// A Git repository could not be fetched or read. Texts never contain credentials.
public struct SourceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of failure it is; decides retry, HTTP status and exit code.
  public enum Code: String, Hashable, Sendable, Codable, CaseIterable {
    /// The server did not answer, or its answer was cut short.
    case unreachable
    /// The server refused the credential or wants one, or its host key is not the pinned one.
    case authentication
    /// The server knows no such repository, or does not show it to this credential.
    case repositoryNotFound
    /// The repository has no such branch or tag, or no version in the range.
    case refNotFound
    /// The commit is not in the repository.
    case commitNotFound
    /// The time limit passed.
    case timedOut
    /// A rule of this installation forbids it.
    case notAllowed
    /// The URL, the revision, the credential or the repository cannot be understood.
    case invalid
    /// What is stored here is damaged; the next fetch brings it anew.
    case corrupt
    /// The caller gave up.
    case cancelled
  }

  /// What kind of failure it is.
  public var code: Code
  /// What happened, naming the repository.
  public var message: String
  /// What the person who reads it can do; nil when the message says it.
  public var hint: String?

  /// Makes an error.
  public init(_ code: Code, _ message: String, hint: String? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
  }

  /// Whether the same call can succeed later without anybody changing a document or credential.
  public var canRetry: Bool {
    switch code {
    case .unreachable, .timedOut, .corrupt, .cancelled: true
    case .authentication, .repositoryNotFound, .refNotFound, .commitNotFound, .notAllowed, .invalid: false
    }
  }

  /// The message and the hint.
  public var description: String { hint.map { "\(message) (\($0))" } ?? message }
}
