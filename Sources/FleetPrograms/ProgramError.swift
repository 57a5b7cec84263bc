/// A child process could not be run, or was stopped before its end. A program that ran to its end and exits with a
/// code other than 0 is no error here: look at ``ProgramResult/exitCode``.
///
/// Texts hold the program and never its arguments or environment, which may be secret.
public enum ProgramError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no such program in the folders that were searched.
  case notFound(program: String, searched: [String])
  /// The program is there and could not be started.
  case startFailed(program: String, reason: String)
  /// The time limit passed; the whole process group was killed.
  case timedOut(program: String, limit: Duration)
  /// The program wrote more than allowed; the whole process group was killed.
  case outputTooLarge(program: String, limitBytes: Int)
  /// The calling task was cancelled; the whole process group was killed.
  case cancelled(program: String)

  /// The program, as the caller named it.
  public var program: String {
    switch self {
    case .notFound(let program, _), .startFailed(let program, _), .timedOut(let program, _),
      .outputTooLarge(let program, _), .cancelled(let program):
      program
    }
  }

  /// What happened and what to do about it.
  public var description: String {
    switch self {
    case .notFound(let program, let searched):
      searched.isEmpty
        ? "\(program): no such program; PATH is empty, so no folder was searched"
        : "\(program): no such program in \(searched.joined(separator: ", ")); install it or add its folder to PATH"
    case .startFailed(let program, let reason):
      "\(program): could not be started: \(reason)"
    case .timedOut(let program, let limit):
      "\(program): killed after its time limit of \(limit)"
    case .outputTooLarge(let program, let limitBytes):
      "\(program): killed because it wrote more than \(limitBytes) bytes"
    case .cancelled(let program):
      "\(program): killed because the work was cancelled"
    }
  }
}
