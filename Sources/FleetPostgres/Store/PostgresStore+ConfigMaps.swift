public import FleetModel
public import FleetPorts

extension PostgresStore {
  /// ConfigMaps in order of name.
  public func configMaps(
    in project: ProjectName, after: String?, limit: Int
  ) async throws(StoreError) -> Page<ConfigMapRecord> {
    try await read { session in
      let found = try session.rows(
        ConfigMapQueries.all, .name(project), .text(after), .int(limit + 1), read: { try $0.configMapRecord() })
      return Page(found, limit: limit) { $0.configMap.name }
    }
  }

  /// One ConfigMap by name.
  public func configMap(_ name: String, in project: ProjectName) async throws(StoreError) -> ConfigMapRecord? {
    try await read { session in
      try session.first(ConfigMapQueries.one, .name(project), .text(name), read: { try $0.configMapRecord() })
    }
  }

  /// Removes a ConfigMap.
  public func removeConfigMap(
    _ name: String, in project: ProjectName, cause: ChangeCause
  ) async throws(StoreError) {
    try await change { session in
      guard try session.first(ConfigMapQueries.remove, .name(project), .text(name), read: { try $0.text() }) != nil
      else {
        throw StoreError(.notFound, "there is no ConfigMap '\(name)' in project '\(project)'")
      }
      try session.record(
        Event("configmap.removed", project: project, cause: cause, message: "ConfigMap \(name) was removed"))
      var change = InventoryChange()
      change.hasConfigMaps = true
      try session.wakeExpansions(of: project, because: change)
    }
  }
}

extension Row {
  fileprivate mutating func configMapRecord() throws -> ConfigMapRecord {
    ConfigMapRecord(
      configMap: ConfigMap(project: try name(), name: try text(), data: try json()), generation: try int())
  }
}

extension Session {
  /// Stores a ConfigMap; see ``PostgresStore/apply(_:cause:dryRun:)``.
  func apply(_ draft: DocumentDraft, configMap: ConfigMap) throws -> (AppliedDocument.Result, generation: Int64) {
    let document = String(decoding: draft.canonicalJSON, as: UTF8.self)
    let stored = try first(
      ConfigMapQueries.stored, .name(draft.project), .text(draft.name),
      read: { row in (document: try row.text(), generation: try row.int()) })
    guard let stored else {
      try execute(
        ConfigMapQueries.insert, .name(draft.project), .text(draft.name), .json(configMap.data), .text(document))
      return (.created, 1)
    }
    if stored.document == document { return (.unchanged, stored.generation) }
    try execute(
      ConfigMapQueries.update, .name(draft.project), .text(draft.name), .json(configMap.data), .text(document))
    return (.configured, stored.generation + 1)
  }
}
