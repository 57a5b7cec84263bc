/// Why the controller's own PostgreSQL server is not there, with what to do.
public struct EmbeddedPostgresError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What happened and what to do.
  public var description: String

  init(_ description: String) { self.description = description }
}
