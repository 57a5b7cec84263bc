/// A finding about a user's document, complete enough to act on: where, what, what was expected, what to do.
public struct Diagnostic: Hashable, Sendable, Codable {
  /// How bad it is.
  public enum Severity: String, Sendable, Codable {
    /// The document is refused.
    case error
    /// The document is accepted; somebody should know.
    case warning
  }

  /// How bad it is.
  public var severity: Severity
  /// The file as the user named it; empty for a document that came without one.
  public var file: String
  /// The line from 1; 0 when unknown.
  public var line: Int
  /// The column from 1; 0 when unknown.
  public var column: Int
  /// The path of the field, for example `spec.rollout.stages[1].maxConcurrent`; empty for the whole document.
  public var field: String
  /// What is wrong, with the offending value in it.
  public var message: String
  /// What would be right, and what to do next; empty when the message says it all.
  public var hint: String

  /// Makes a finding.
  public init(
    severity: Severity = .error, file: String = "", line: Int = 0, column: Int = 0, field: String = "",
    message: String, hint: String = ""
  ) {
    self.severity = severity
    self.file = file
    self.line = line
    self.column = column
    self.field = field
    self.message = message
    self.hint = hint
  }

  /// `file:line:column  field: message`, and the hint on a line of its own.
  public var text: String {
    let place = line > 0 ? "\(file.isEmpty ? "-" : file):\(line):\(column)" : file
    let mark = severity == .warning ? "warning: " : ""
    let subject = field.isEmpty ? "" : "\(field): "
    let indent = String(repeating: " ", count: place.count + 2)
    let first = (place.isEmpty ? "" : place + "  ") + mark + subject + message
    return hint.isEmpty ? first : first + "\n" + indent + hint
  }
}

/// One or more findings that stop what was asked for; nothing was changed.
public struct DiagnosticsError: Error, Sendable, CustomStringConvertible {
  /// The findings, in order of place.
  public let diagnostics: [Diagnostic]

  /// Wraps findings.
  public init(_ diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }

  /// The findings, one after the other.
  public var description: String { diagnostics.map(\.text).joined(separator: "\n") }
}
