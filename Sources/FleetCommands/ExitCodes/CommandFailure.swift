internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// What a verb ends with when it did not do what was asked: an exit code, and what to tell the person who must act.
struct CommandFailure: Error {
  /// How the process ends.
  var exitCode: ExitCode
  /// What happened; empty when everything has been said already.
  var message: String
  /// What to do next; empty when the message says it all.
  var hint: String
  /// Whether the message is a list of findings, which stand for themselves.
  var isFindings = false

  init(_ exitCode: ExitCode, _ message: String = "", hint: String = "") {
    self.exitCode = exitCode
    self.message = message
    self.hint = hint
  }

  /// A command line that cannot be followed.
  static func usage(_ message: String, hint: String = "") -> CommandFailure {
    CommandFailure(.invalid, message, hint: hint)
  }

  /// The failure for an error of the client.
  init(_ error: ClientError) {
    switch error {
    case .refused(let envelope): self = CommandFailure(envelope)
    case .unreachable:
      self = CommandFailure(
        .unreachable, error.description,
        hint: "is it running? name another one with --server URL or FLOTILLA_SERVER")
    case .unexpected: self = CommandFailure(.unreachable, error.description, hint: "does --server name a controller?")
    case .configuration(let message): self = .usage(message)
    }
  }

  private init(_ envelope: ErrorEnvelope) {
    exitCode = ExitCode(envelope.code)
    guard envelope.diagnostics.isEmpty else {
      message = renderedFindings(envelope.diagnostics) + "\n" + findingsSummary(envelope.diagnostics)
      hint = ""
      isFindings = true
      return
    }
    message = envelope.field.isEmpty ? envelope.message : "\(envelope.field): \(envelope.message)"
    hint = envelope.hint
    switch envelope.code {
    case .unauthenticated where hint.isEmpty:
      hint = "give a token with --token-file FILE, FLOTILLA_TOKEN_FILE or FLOTILLA_TOKEN"
    case .internal, .unavailable:
      if !envelope.requestID.isEmpty { message += " (request \(envelope.requestID))" }
    default: break
    }
  }
}

/// Findings one after the other, as `lint` and `apply` show them.
func renderedFindings(_ diagnostics: [Diagnostic]) -> String {
  diagnostics.map(\.text).joined(separator: "\n")
}

/// `2 errors, nothing was changed`, `1 warning`.
func findingsSummary(_ diagnostics: [Diagnostic], changesNothing: Bool = true) -> String {
  let errors = diagnostics.count { $0.severity == .error }
  let warnings = diagnostics.count - errors
  var parts: [String] = []
  if errors > 0 { parts.append(counted(errors, "error")) }
  if warnings > 0 { parts.append(counted(warnings, "warning")) }
  if errors > 0, changesNothing { parts.append("nothing was changed") }
  return parts.joined(separator: ", ")
}

/// `1 cluster`, `2 clusters`.
func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  count == 1 ? "1 \(noun)" : "\(grouped(count)) \(plural ?? noun + "s")"
}

/// A number with commas between groups of three digits.
func grouped(_ number: Int) -> String {
  let digits = Array(String(abs(number)))
  var result = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
    result.append(digit)
  }
  return number < 0 ? "-" + result : result
}
