import FleetAPI
import FleetController
import FleetModel
import FleetPorts
import Hummingbird
import NIOCore

/// The one table of what every error becomes on the wire.
enum Problem {
  /// The status of an envelope.
  static func status(of code: ErrorEnvelope.Code) -> Int {
    switch code {
    case .invalid: 400
    case .unauthenticated: 401
    case .forbidden: 403
    case .notFound: 404
    case .conflict: 409
    case .blocked: 412
    case .tooLarge: 413
    case .rateLimited: 429
    case .internal: 500
    case .unavailable: 503
    }
  }

  /// The envelope of an error; what nobody outside should see is left out, and `cause` is for the log.
  static func envelope(for error: any Error) -> (envelope: ErrorEnvelope, cause: String?) {
    switch error {
    case let error as ErrorEnvelope: (error, nil)
    case let error as ActionRefusal:
      (ErrorEnvelope(code: error.code, message: error.message, hint: error.hint), nil)
    case let error as DiagnosticsError: (invalid(error.diagnostics), nil)
    case let error as StoreError: store(error)
    case let error as SecretError: (internalError, error.message)
    case is NIOTooManyBytesError: (tooLarge, nil)
    case let error as HTTPError where error.status.code == 413: (tooLarge, nil)
    case is CancellationError:
      (ErrorEnvelope(code: .unavailable, message: "the controller is stopping", hint: "try again"), nil)
    default: (internalError, String(reflecting: type(of: error)) + ": " + String(describing: error))
    }
  }

  /// The envelope of findings about documents.
  static func invalid(_ diagnostics: [Diagnostic]) -> ErrorEnvelope {
    let count = diagnostics.count { $0.severity == .error }
    return ErrorEnvelope(
      code: .invalid, message: "\(count) \(count == 1 ? "error" : "errors"), nothing was changed",
      diagnostics: diagnostics)
  }

  /// A body beyond the limit.
  static let tooLarge = ErrorEnvelope(
    code: .tooLarge, message: "the body of the request is too large",
    hint: "documents may have 8 MiB in one call, everything else 1 MiB")

  private static let internalError = ErrorEnvelope(
    code: .internal, message: "the controller could not do this, and it is not your fault",
    hint: "its log says why, under the request id")

  private static func store(_ error: StoreError) -> (ErrorEnvelope, String?) {
    switch error.code {
    case .lostRace:
      (
        ErrorEnvelope(
          code: .conflict, message: "it was changed meanwhile: \(error.message)",
          hint: "look at it again, then repeat the change"), nil
      )
    case .notFound: (ErrorEnvelope(code: .notFound, message: error.message), nil)
    case .conflict: (ErrorEnvelope(code: .conflict, message: error.message), nil)
    case .invalid: (ErrorEnvelope(code: .invalid, message: error.message), nil)
    case .unavailable:
      (
        ErrorEnvelope(code: .unavailable, message: "the database does not answer", hint: "try again in a moment"),
        error.message
      )
    case .internal: (internalError, error.message)
    }
  }
}
