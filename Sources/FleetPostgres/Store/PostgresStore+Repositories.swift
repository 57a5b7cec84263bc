public import FleetModel
public import FleetPorts

extension PostgresStore {
  /// Repositories in order of name.
  public func repositories(
    in project: ProjectName, after: String?, limit: Int
  ) async throws(StoreError) -> Page<RepositoryRecord> {
    try await read { session in
      let found = try session.rows(
        DocumentQueries.repositories, .name(project), .text(after), .int(limit + 1),
        read: { try $0.repositoryRecord() })
      return Page(found, limit: limit) { $0.repository.name.rawValue }
    }
  }

  /// One repository by name.
  public func repository(
    _ name: RepositoryName, in project: ProjectName
  ) async throws(StoreError) -> RepositoryRecord? {
    try await read { session in
      try session.first(DocumentQueries.repository, .name(project), .name(name), read: { try $0.repositoryRecord() })
    }
  }

  /// One repository by its row.
  public func repository(_ id: RepositoryID) async throws(StoreError) -> RepositoryRecord? {
    try await read { session in
      try session.first(DocumentQueries.repositoryByID, .id(id), read: { try $0.repositoryRecord() })
    }
  }

  /// Removes a repository that no FleetSet uses.
  public func removeRepository(
    _ name: RepositoryName, in project: ProjectName, cause: ChangeCause
  ) async throws(StoreError) {
    try await change { session in
      let stored = try session.first(
        DocumentQueries.repository, .name(project), .name(name), read: { try $0.repositoryRecord() })
      guard let stored else {
        throw StoreError(.notFound, "there is no repository '\(name)' in project '\(project)'")
      }
      let users = try session.rows(
        DocumentQueries.repositoryUsers, .name(project), .name(name), .text(stored.repository.url),
        read: { try $0.text() })
      guard users.isEmpty else {
        throw StoreError(
          .conflict, "repository '\(name)' is used by \(users.joined(separator: ", ")); change or delete them first")
      }
      try session.execute(DocumentQueries.removeRepository, .id(stored.repository.id))
      try session.execute(WorkQueries.forget, .text(WorkKind.repository.rawValue), .id(stored.repository.id))
      try session.record(
        Event("repository.removed", project: project, cause: cause, message: "repository \(name) was removed"))
    }
  }

  /// Repositories with this URL in any project.
  public func repositories(withURL url: String) async throws(StoreError) -> [RepositoryRecord] {
    try await read { session in
      try session.rows(DocumentQueries.repositoriesByURL, .text(url), read: { try $0.repositoryRecord() })
    }
  }

  /// Records a fetch.
  public func recordFetch(
    of repository: RepositoryID, refsDigest: String?, condition: Condition
  ) async throws(StoreError) {
    try await change { session in
      let changed = try session.first(
        DocumentQueries.recordFetch, .id(repository), .text(refsDigest), .bool(condition.isReady),
        .text(condition.reason), .text(condition.message), .instant(condition.since)
      ) { row in
        (
          project: try row.name() as ProjectName, name: try row.text(), hasNewRefs: try row.bool(),
          isNewCondition: try row.bool()
        )
      }
      guard let changed else { throw StoreError(.notFound, "there is no repository \(repository)") }
      if changed.isNewCondition {
        try session.record(
          Event(
            condition.isReady ? "repository.ready" : "repository.failed", project: changed.project,
            cause: ChangeCause(principal: Principal.flotilla.name),
            message: "repository \(changed.name): \(condition.message.isEmpty ? condition.reason : condition.message)"))
      }
      if changed.hasNewRefs {
        var change = InventoryChange()
        change.repositories = [changed.name]
        try session.wakeExpansions(of: changed.project, because: change)
      }
    }
  }
}
