import FleetSync
import KubeClient

extension WriteFailure {
  /// What an error of the API server means for a write of an object.
  ///
  /// Servers and webhooks quote what they refuse: of an object that was decrypted here their words are not passed on.
  init(_ error: KubeError, of object: SyncObject) {
    self.init(error)
    guard object.isDecrypted, case .status(let code) = error.kind else { return }
    let fields = error.causes.map(\.field).filter { !$0.isEmpty }.joined(separator: ", ")
    message =
      "\(code) \(error.reason)\(fields.isEmpty ? "" : " (\(fields))"); the API server's words are kept back, as the object "
      + "is encrypted in Git"
    if error.message.contains("does not support dry run") { message = "a webhook does not support dry run" }
  }

  /// What an error of the API server means for a write.
  init(_ error: KubeError) {
    let isTerminating = error.causes.contains { $0.reason == "NamespaceTerminating" }
    let cause: Cause =
      switch error.kind {
      case .connection, .unreadable, .credentials: .connection
      case .noMatch: .noMatch
      case .configuration: .content
      case .status(404) where error.subjectKind == "namespaces": .namespaceAbsent
      case .status(403) where isTerminating: .namespaceAbsent
      case .status(409) where error.causes.contains { $0.reason == "FieldManagerConflict" }: .fieldManagerConflict
      case .status(let code): .status(code, reason: error.reason)
      }
    // What the failure itself has advice for is not told twice.
    let hasAdvice = error.problem == .fieldsOfOthers || error.problem == .immutable
    self.init(cause, hasAdvice ? error.description : error.explanation, retryAfter: error.retryAfter)
    if cause == .fieldManagerConflict {
      conflicts = error.causes.filter { $0.reason == "FieldManagerConflict" }
        .map { FieldConflict(field: $0.field, message: $0.message) }
    }
    if error.status == 422 {
      // A message may be cut, or a dump of the whole value; then only the words of the error tell.
      immutableFields = error.causes.filter { FieldConflict.isImmutable(cause: $0.message) }.map(\.field)
    }
  }
}
