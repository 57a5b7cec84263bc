/// Why a write, or a read that precedes it, did not succeed.
public struct WriteFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of thing failed.
  public enum Cause: Hashable, Sendable {
    /// The API server answered with this HTTP status and `reason`.
    case status(Int, reason: String)
    /// An apply met fields of other managers, and the order does not take them over.
    case fieldManagerConflict
    /// The namespace is not there, or is being deleted.
    case namespaceAbsent
    /// The cluster serves no such kind (yet).
    case noMatch
    /// No answer: refused, reset, timed out.
    case connection
    /// What was fetched is not what its digest says, or cannot be read as Kubernetes objects.
    case content
    /// The object is still there after its deletion was accepted.
    case stillThere
  }

  /// What kind of thing failed.
  public var cause: Cause
  /// The answer's message, for people.
  public var message: String
  /// How long the server asked to wait.
  public var retryAfter: Duration?

  /// The fields that an apply met, of `fieldManagerConflict`.
  public var conflicts: [FieldConflict] = []
  /// The fields that would have to change and cannot, of a 422.
  public var immutableFields: [String] = []

  /// Makes a failure.
  public init(_ cause: Cause, _ message: String, retryAfter: Duration? = nil) {
    self.cause = cause
    self.message = message
    self.retryAfter = retryAfter
  }

  /// The message, and what can be done about it where an option of the object helps.
  public var advice: String {
    if !conflicts.isEmpty {
      let owners = conflicts.map { "\($0.field) (\($0.manager))" }.joined(separator: ", ")
      return "set by others: \(owners); Conflicts=takeOver in flotilla.dev/sync-options takes the fields over, "
        + "Conflicts=leave leaves them"
    }
    guard !immutableFields.isEmpty else { return message }
    return message
      + "; Force=true in flotilla.dev/sync-options deletes the object and creates it again"
  }

  /// The same as `advice`.
  public var description: String { advice }

  /// Whether another writer was faster.
  public var isConflict: Bool { if case .status(409, _) = cause { true } else { false } }

  /// Whether trying again can help.
  public enum Verdict: Hashable, Sendable {
    /// Nothing changes by itself: the step fails now (R10).
    case terminal
    /// It may pass: tried again until the controller's deadline.
    case retried
  }

  /// How long an absent namespace is waited for.
  public static let namespacePatience: Duration = .seconds(60)

  /// R10's table (AMENDMENTS 50).
  ///
  /// - Parameter elapsed: the time since this object was first refused for any cause.
  public func verdict(elapsed: Duration) -> Verdict {
    switch cause {
    case .fieldManagerConflict, .content: .terminal
    case .noMatch, .connection, .stillThere: .retried
    case .namespaceAbsent: elapsed < Self.namespacePatience ? .retried : .terminal
    case .status(let code, _):
      switch code {
      case 404: elapsed < Self.namespacePatience ? .retried : .terminal
      case 408, 409, 410, 425, 429: .retried
      case 400..<500: .terminal
      default: .retried
      }
    }
  }
}

/// How long to wait before an attempt, spread so that a thousand agents do not come back together.
///
/// The spread is a hash of `key` and the attempt: no randomness, the same wait for the same input.
///
/// - Parameter attempt: 1 for the first repetition.
/// - Returns: between half and all of 0.5 s doubled with every attempt, at most 30 s; the server's wish when longer.
public func retryDelay(attempt: Int, key: String, retryAfter: Duration? = nil) -> Duration {
  let full = min(Int64(500) << Int64(min(max(attempt, 1) - 1, 10)), 30_000)
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in "\(key)#\(attempt)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  let delay = Duration.milliseconds(full / 2 + Int64(hash >> 33) % (full / 2 + 1))
  return max(delay, retryAfter ?? .zero)
}
