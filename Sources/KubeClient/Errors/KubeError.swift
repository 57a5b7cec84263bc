/// Why a request to a Kubernetes API server did not succeed. Never holds credentials.
public struct KubeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of thing failed.
  public enum Kind: Hashable, Sendable {
    /// The server answered with this HTTP status.
    case status(Int)
    /// There was no answer: refused, reset, timed out, TLS.
    case connection
    /// The server serves no such kind.
    case noMatch
    /// The answer is not what Kubernetes answers.
    case unreadable
    /// The kubeconfig cannot be used.
    case configuration
    /// The kubeconfig's token file or program yields no credentials now.
    case credentials
  }

  /// One entry of `details.causes`.
  public struct Cause: Hashable, Sendable {
    /// The kind of problem, for example `FieldManagerConflict` or `NamespaceTerminating`.
    public var reason: String
    /// The words.
    public var message: String
    /// The field; empty when it is about none.
    public var field: String

    /// Makes a cause.
    public init(reason: String, message: String, field: String) {
      self.reason = reason
      self.message = message
      self.field = field
    }
  }

  /// What kind of thing failed.
  public var kind: Kind
  /// The Status' reason, for example `Conflict`; empty without one.
  public var reason: String
  /// The words, for people.
  public var message: String
  /// What exactly was wrong, as far as the server tells.
  public var causes: [Cause]
  /// The resource that the Status is about, for example `namespaces`; empty when it names none.
  public var subjectKind: String
  /// How long the server asks to wait, five minutes at most.
  public var retryAfter: Duration?

  /// Makes an error.
  public init(
    _ kind: Kind, reason: String = "", message: String, causes: [Cause] = [], subjectKind: String = "",
    retryAfter: Duration? = nil
  ) {
    self.kind = kind
    self.reason = reason
    self.message = message
    self.causes = causes
    self.subjectKind = subjectKind
    self.retryAfter = retryAfter
  }

  /// The HTTP status; nil when there was no answer.
  public var status: Int? { if case .status(let code) = kind { code } else { nil } }

  /// The message, with the reason before it where it says more.
  public var description: String {
    switch kind {
    case .status(let code): "\(code) \(reason.isEmpty ? "" : reason + ": ")\(message)"
    default: message
    }
  }
}
