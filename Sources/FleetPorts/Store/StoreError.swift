/// What a store could not do, by what the caller should do about it.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What the caller should do.
  public enum Code: String, Sendable {
    /// The row changed since it was read, or somebody else holds it: load again, losing a race is normal.
    case lostRace
    /// There is no such row.
    case notFound
    /// A row with this name or in this state does not allow it: tell the user.
    case conflict
    /// What was given cannot be stored or used, for example a cursor that was never handed out: tell the user.
    case invalid
    /// The database is away, or the connection broke: try again later.
    case unavailable
    /// The store's fault: a bug, or a database that was changed by hand.
    case `internal`
  }

  /// What the caller should do.
  public var code: Code
  /// What happened, without secrets.
  public var message: String

  /// Makes an error.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The code and what happened.
  public var description: String { "\(code.rawValue): \(message)" }
}
