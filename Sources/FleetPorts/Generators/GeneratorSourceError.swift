/// A generator's question could not be answered. Texts never contain secrets.
public struct GeneratorSourceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of failure it is.
  public enum Code: String, Hashable, Sendable, CaseIterable {
    /// Nobody answered, or the answer was cut short, or was one of the server's own failures.
    case unreachable
    /// The time limit passed.
    case timedOut
    /// The other side does not know who asks.
    case unauthorized
    /// The other side knows who asks, and does not allow it.
    case forbidden
    /// What was asked for is not there, or not shown to who asks.
    case notFound
    /// There were too many requests.
    case rateLimited
    /// The answer is not what it should be.
    case unreadable
    /// The answer is larger than what is read.
    case tooLarge
    /// A rule of this installation forbids it.
    case notAllowed
    /// What was asked cannot be understood.
    case invalid
    /// A secret that is referred to is missing, or cannot be used.
    case credential
    /// The caller gave up.
    case cancelled
  }

  /// What kind of failure it is.
  public var code: Code
  /// What happened: who was asked, the URL, the status.
  public var message: String
  /// What the person who reads it can do.
  public var hint: String
  /// How soon trying again is worth it; nil when the other side says nothing of it.
  public var retryAfter: Duration?

  /// Makes an error.
  public init(_ code: Code, _ message: String, hint: String = "", retryAfter: Duration? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
    self.retryAfter = retryAfter
  }

  /// Whether the same question can be answered later without anybody changing a document or credential.
  public var canRetry: Bool {
    switch code {
    case .unreachable, .timedOut, .rateLimited, .cancelled: true
    case .unauthorized, .forbidden, .notFound, .unreadable, .tooLarge, .notAllowed, .invalid, .credential: false
    }
  }

  /// The message and the hint.
  public var description: String { hint.isEmpty ? message : "\(message) (\(hint))" }
}
