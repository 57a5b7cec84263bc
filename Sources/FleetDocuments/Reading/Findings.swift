internal import FleetModel
internal import Manifest

/// Collects what is wrong with one input, so that one pass finds everything.
final class Findings {
  private let file: String
  private var diagnostics: [Diagnostic] = []
  /// What an unknown field is: an error, except in documents of others, who ignore it as well.
  var unknownField = Diagnostic.Severity.error

  /// The time zones that there are; nil when nobody knows.
  var zones: ZoneCatalogue?

  init(file: String) { self.file = file }

  /// The findings in order of place; those without one come first.
  var sorted: [Diagnostic] {
    diagnostics.enumerated()
      .sorted { ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset) }
      .map(\.element)
  }

  var errorCount: Int { diagnostics.count { $0.severity == .error } }

  func add(
    _ severity: Diagnostic.Severity = .error, at position: Position?, field: String, _ message: String,
    hint: String = ""
  ) {
    diagnostics.append(
      Diagnostic(
        severity: severity, file: file, line: Int(position?.line ?? 0), column: Int(position?.column ?? 0),
        field: field, message: message, hint: hint))
  }

  func add(_ others: [Diagnostic]) { diagnostics.append(contentsOf: others) }
}
