public import FleetModel

/// The one shape of every error answer: what happened, where, what to do, and the request to name when asking.
public struct ErrorEnvelope: Codable, Sendable, Hashable, Error {
  /// What the CLI's exit code and a client's retry are decided by.
  public enum Code: String, Codable, Sendable, CaseIterable {
    /// The request or a document in it is not valid (400).
    case invalid
    /// No or no valid credentials (401).
    case unauthenticated
    /// The credentials do not allow it (403).
    case forbidden
    /// There is no such thing (404).
    case notFound
    /// The thing is in a state that does not allow it, or changed meanwhile (409).
    case conflict
    /// A gate, policy or window is in the way (412).
    case blocked
    /// Too large (413).
    case tooLarge
    /// Too many requests (429).
    case rateLimited
    /// The controller's fault (500).
    case `internal`
    /// Not now: the database is away, or the controller is starting or stopping (503).
    case unavailable
  }

  /// The code.
  public var code: Code
  /// What happened, for people.
  public var message: String
  /// The field it is about; empty for none.
  public var field: String
  /// What to do next; empty when the message says it all.
  public var hint: String
  /// Findings about documents; empty for other errors.
  public var diagnostics: [Diagnostic]
  /// The request, as in the answer's `X-Request-Id`.
  public var requestID: String

  /// Makes an envelope.
  public init(
    code: Code, message: String, field: String = "", hint: String = "", diagnostics: [Diagnostic] = [],
    requestID: String = ""
  ) {
    self.code = code
    self.message = message
    self.field = field
    self.hint = hint
    self.diagnostics = diagnostics
    self.requestID = requestID
  }
}
