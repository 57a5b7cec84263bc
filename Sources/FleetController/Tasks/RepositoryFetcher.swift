internal import FleetModel
internal import FleetPorts
internal import Metrics

/// Fetches a repository and records how it went; wakes what depends on it when its refs moved.
struct RepositoryFetcher: Sendable {
  let store: any ControlStore
  let sources: any SourceReader
  let credentials: any CredentialReader

  /// A fetch that failed, as it was recorded.
  struct Failure: Error {
    /// The condition's reason.
    var reason: String
    /// What went wrong.
    var error: SourceError

    init(_ error: SourceError, reason: String? = nil) {
      self.error = error
      self.reason = reason ?? Self.reason(error.code)
    }

    private static func reason(_ code: SourceError.Code) -> String {
      switch code {
      case .unreachable: "RepositoryUnreachable"
      case .authentication: "AuthenticationFailed"
      case .repositoryNotFound: "RepositoryNotFound"
      case .refNotFound: "RefNotFound"
      case .commitNotFound: "CommitNotFound"
      case .timedOut: "TimedOut"
      case .notAllowed: "NotAllowed"
      case .invalid: "Invalid"
      case .corrupt: "MirrorDamaged"
      case .cancelled: "Cancelled"
      }
    }
  }

  /// Fetches once.
  ///
  /// - Returns: why it failed, which is then a condition of the repository; nil when it did not.
  /// - Throws: `CancellationError`, or `StoreError`: `notFound` when the repository was removed meanwhile.
  func fetch(_ repository: Repository) async throws -> Failure? {
    let now = try await store.now()
    do {
      let credential = try await credentials.credential(of: repository)
      let snapshot: RefSnapshot
      do {
        snapshot = try await sources.fetch(repository, credential: credential)
      } catch {
        throw Failure(error)
      }
      let ready = Condition(isReady: true, reason: "Fetched", message: "", since: now)
      try await store.recordFetch(of: repository.id, refsDigest: snapshot.digest.hexadecimal, condition: ready)
      return nil
    } catch let failure as Failure {
      guard failure.error.code != .cancelled else { throw CancellationError() }
      Counter(label: "flotilla_fetch_failures_total", dimensions: [("reason", failure.reason)]).increment()
      let condition = Condition(
        isReady: false, reason: failure.reason, message: failure.error.description, since: now)
      try await store.recordFetch(of: repository.id, refsDigest: nil, condition: condition)
      return failure
    }
  }
}

extension CredentialReader {
  /// What a repository is fetched with; nil when it names no credential.
  ///
  /// - Throws: `RepositoryFetcher.Failure` when there is none of the name, or it cannot be used; `StoreError`.
  func credential(of repository: Repository) async throws -> SourceCredential? {
    guard let name = repository.credential else { return nil }
    do {
      if let credential = try await sourceCredential(named: name, in: repository.project) {
        return credential
      }
    } catch let error as SecretError {
      throw RepositoryFetcher.Failure(
        SourceError(.authentication, error.message, hint: "set it again with `flotilla credential set \(name)`"),
        reason: "CredentialUnusable")
    }
    throw RepositoryFetcher.Failure(
      SourceError(
        .authentication, "there is no credential \"\(name)\"; store it with `flotilla credential set \(name)`"),
      reason: "CredentialMissing")
  }
}
