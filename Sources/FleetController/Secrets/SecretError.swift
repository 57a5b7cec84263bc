/// A secret could not be sealed, opened or kept. Texts never contain one.
public struct SecretError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, with the file it is about, and what to do.
  public var message: String

  /// Makes an error.
  public init(_ message: String) { self.message = message }

  /// What is wrong.
  public var description: String { message }
}
