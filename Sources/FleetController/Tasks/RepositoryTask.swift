public import FleetModel
public import FleetPorts
public import Logging

/// Gives the credential of a repository in the clear, to fetch with and nothing else.
public protocol CredentialReader: Sendable {
  /// The credential stored under a name; nil when there is none.
  ///
  /// - Throws: ``SecretError`` when it cannot be decrypted or is not one for Git, `StoreError` when it cannot be read.
  func sourceCredential(named name: String, in project: ProjectName) async throws -> SourceCredential?
}

/// Fetches a repository and wakes what depends on it when its refs moved. The timer is the truth; a webhook wakes it.
public struct RepositoryTask: ControllerTask {
  /// Repositories.
  public let kind = WorkKind.repository
  let store: any ControlStore
  let fetcher: RepositoryFetcher
  let logger: Logger

  /// Makes the task.
  public init(
    store: any ControlStore, sources: any SourceReader, credentials: any CredentialReader, logger: Logger
  ) {
    self.store = store
    fetcher = RepositoryFetcher(store: store, sources: sources, credentials: credentials)
    self.logger = logger
  }

  /// Fetches once and records how it went; a failure is a condition on the repository, and what ran before goes on.
  public func run(row: Int64) async throws -> Instant? {
    guard let repository = try await store.repository(RepositoryID(row))?.repository else { return nil }
    do {
      if let failure = try await fetcher.fetch(repository) {
        logger.warning(
          "fetch failed",
          metadata: ["repository": "\(repository.name)", "reason": "\(failure.reason)", "error": "\(failure.error)"])
      }
    } catch let error as StoreError where error.code == .notFound {
      // It was removed meanwhile.
      return nil
    }
    return try await store.now() + repository.pollInterval
  }
}
