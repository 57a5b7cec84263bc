public import FleetModel
public import FleetPorts
public import Logging
internal import Metrics

/// Gives the credential of a repository in the clear, to fetch with and nothing else.
public protocol CredentialReader: Sendable {
  /// The credential stored under a name; nil when there is none.
  ///
  /// - Throws: when it cannot be decrypted or is not one for Git.
  func sourceCredential(named name: String, in project: ProjectName) async throws -> SourceCredential?
}

/// Fetches a repository and wakes what depends on it when its refs moved. The timer is the truth; a webhook wakes it.
public struct RepositoryTask: ControllerTask {
  /// Repositories.
  public let kind = WorkKind.repository
  let store: any ControlStore
  let sources: any SourceReader
  let credentials: any CredentialReader
  let logger: Logger

  /// Makes the task.
  public init(
    store: any ControlStore, sources: any SourceReader, credentials: any CredentialReader, logger: Logger
  ) {
    self.store = store
    self.sources = sources
    self.credentials = credentials
    self.logger = logger
  }

  /// Fetches once and records how it went; a failure is a condition on the repository, and what ran before goes on.
  public func run(row: Int64) async throws -> Instant? {
    guard let record = try await store.repository(RepositoryID(row)) else { return nil }
    let repository = record.repository
    let now = try await store.now()
    do {
      let credential = try await credential(of: repository)
      let snapshot = try await sources.fetch(repository, credential: credential)
      let ready = Condition(isReady: true, reason: "Fetched", message: "", since: now)
      try await store.recordFetch(of: repository.id, refsDigest: snapshot.digest.hexadecimal, condition: ready)
    } catch let error as SourceError {
      guard error.code != .cancelled else { throw CancellationError() }
      try await recordFailure(
        of: repository, reason: Self.conditionReason(error.code), message: error.description, at: now)
    } catch let error as CredentialMissing {
      try await recordFailure(of: repository, reason: "CredentialMissing", message: error.description, at: now)
    }
    return try await store.now() + repository.pollInterval
  }

  private func credential(of repository: Repository) async throws -> SourceCredential? {
    guard let name = repository.credential else { return nil }
    guard let credential = try await credentials.sourceCredential(named: name, in: repository.project) else {
      throw CredentialMissing(name: name)
    }
    return credential
  }

  private func recordFailure(of repository: Repository, reason: String, message: String, at now: Instant) async throws {
    logger.warning("fetch failed", metadata: ["repository": "\(repository.name)", "error": "\(message)"])
    Counter(label: "flotilla_fetch_failures_total", dimensions: [("reason", reason)]).increment()
    let condition = Condition(isReady: false, reason: reason, message: message, since: now)
    try await store.recordFetch(of: repository.id, refsDigest: nil, condition: condition)
  }

  private static func conditionReason(_ code: SourceError.Code) -> String {
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

private struct CredentialMissing: Error, CustomStringConvertible {
  var name: String
  var description: String { "there is no credential \"\(name)\"; store it with `flotilla credential set \(name)`" }
}
