import FleetModel
public import FleetPorts

extension PostgresStore {
  /// Stores documents, all or none.
  public func apply(
    _ documents: [DocumentDraft], cause: ChangeCause, dryRun: Bool
  ) async throws(StoreError) -> [AppliedDocument] {
    try await pool.run(dryRun ? .rehearsal : .change) { session in
      // In one order whatever the files' order, so that two that apply at once wait instead of locking each other out.
      let projects = Set(documents.filter { $0.policy != nil }.map(\.project))
      for project in projects.sorted() { try session.lockCalendar(of: project) }
      let order = documents.indices.sorted { left, right in
        documents[left].lockOrder < documents[right].lockOrder
      }
      var applied: [Int: AppliedDocument] = [:]
      var changes = try session.inventoryChanges(of: documents)
      for index in order { applied[index] = try session.apply(documents[index], cause: cause) }
      let changed = documents.indices.filter { applied[$0]?.result != .unchanged }.map { documents[$0] }
      try session.noteDocumentsChanged(changed, &changes)
      return documents.indices.compactMap { applied[$0] }
    }
  }
}

extension DocumentDraft {
  fileprivate var kind: String {
    switch content {
    case .cluster: "Cluster"
    case .repository: "Repository"
    case .window: PolicyKind.window.rawValue
    case .freeze: PolicyKind.freeze.rawValue
    case .analysis: PolicyKind.analysis.rawValue
    case .limit: PolicyKind.limit.rawValue
    case .fleetSet: "FleetSet"
    case .configMap: "ConfigMap"
    }
  }

  /// The kind and definition of what rollouts heed; nil for other documents.
  fileprivate var policy: (kind: PolicyKind, definition: any Encodable & Sendable)? {
    switch content {
    case .window(let window): (.window, window)
    case .freeze(let freeze): (.freeze, freeze)
    case .analysis(let analysis): (.analysis, analysis)
    case .limit(let limit): (.limit, limit)
    case .cluster, .repository, .configMap, .fleetSet: nil
    }
  }

  fileprivate var lockOrder: (String, String, String) { (kind, project.rawValue, name) }
  fileprivate var text: String { String(decoding: canonicalJSON, as: UTF8.self) }

  fileprivate func applied(_ result: AppliedDocument.Result, generation: Int64) -> AppliedDocument {
    AppliedDocument(kind: kind, project: project, name: name, result: result, generation: generation)
  }
}

extension Session {
  fileprivate func apply(_ draft: DocumentDraft, cause: ChangeCause) throws -> AppliedDocument {
    try execute(DocumentQueries.ensureProject, .name(draft.project))
    let applied: AppliedDocument
    do {
      switch draft.content {
      case .cluster(let cluster): applied = try apply(draft, cluster: cluster)
      case .repository(let repository): applied = try apply(draft, repository: repository)
      case .window, .freeze, .analysis, .limit: applied = try applyPolicy(draft)
      case .fleetSet: applied = try applyFleetSet(draft, cause: cause)
      case .configMap(let configMap):
        let (result, generation) = try apply(draft, configMap: configMap)
        applied = draft.applied(result, generation: generation)
      }
    } catch let error as DatabaseError where error.isDuplicate {
      throw StoreError(.lostRace, "\(draft.kind) '\(draft.name)' was made by somebody else at the same time")
    }
    guard applied.result != .unchanged else { return applied }
    var event = Event(
      "\(draft.kind.lowercased()).\(applied.result.rawValue)", project: draft.project, cause: cause,
      message: "\(draft.kind) \(draft.name) was \(applied.result.rawValue), generation \(applied.generation)")
    if case .cluster = draft.content { event.cluster = draft.name }
    if case .fleetSet = draft.content { event.fleetSet = draft.name }
    try record(event)
    return applied
  }

  private func apply(_ draft: DocumentDraft, cluster: Cluster) throws -> AppliedDocument {
    let (connection, credential): (String, String?) =
      switch cluster.connection {
      case .agent: ("agent", nil)
      case .kubeconfig(let credential): ("kubeconfig", credential)
      }
    let stored = try first(DocumentQueries.storedCluster, .name(draft.project), .text(draft.name)) { row in
      (
        id: try row.int(), document: try row.text(), labels: try row.json([String: String].self),
        annotations: try row.json([String: String].self), generation: try row.int(), connection: try row.text()
      )
    }
    guard let stored else {
      try execute(
        DocumentQueries.insertCluster, .name(draft.project), .text(draft.name), .json(cluster.labels),
        .json(cluster.annotations), .text(connection), .text(credential), .text(cluster.cordonReason),
        .text(draft.text))
      return draft.applied(.created, generation: 1)
    }
    // Labels can be changed without the document; applying it again brings its own back.
    if stored.document == draft.text, stored.labels == cluster.labels, stored.annotations == cluster.annotations {
      return draft.applied(.unchanged, generation: stored.generation)
    }
    try execute(
      DocumentQueries.updateCluster, .int(stored.id), .json(cluster.labels), .json(cluster.annotations),
      .text(connection), .text(credential), .text(cluster.cordonReason), .text(draft.text))
    // Whoever was its agent before must not go on beside the other one.
    if stored.connection != connection { try dismissAgent(of: stored.id) }
    try noteClusterChanged([stored.id])
    return draft.applied(.configured, generation: stored.generation + 1)
  }

  private func apply(_ draft: DocumentDraft, repository: Repository) throws -> AppliedDocument {
    let stored = try first(
      DocumentQueries.storedRepository, .name(draft.project), .text(draft.name),
      read: { row in (id: try row.int(), document: try row.text(), generation: try row.int()) })
    guard let stored else {
      let id = try first(
        DocumentQueries.insertRepository, .name(draft.project), .text(draft.name), .text(repository.url),
        .text(repository.credential), .milliseconds(repository.pollInterval), .text(draft.text),
        read: { try $0.int() })
      try wake(.repository, [id ?? 0])
      return draft.applied(.created, generation: 1)
    }
    if stored.document == draft.text { return draft.applied(.unchanged, generation: stored.generation) }
    try execute(
      DocumentQueries.updateRepository, .int(stored.id), .text(repository.url), .text(repository.credential),
      .milliseconds(repository.pollInterval), .text(draft.text))
    try wake(.repository, [stored.id])
    return draft.applied(.configured, generation: stored.generation + 1)
  }

  private func applyPolicy(_ draft: DocumentDraft) throws -> AppliedDocument {
    guard let (kind, definition) = draft.policy else { throw StoreError(.internal, "\(draft.kind) is no policy") }
    let stored = try first(
      PolicyQueries.stored, .name(draft.project), .text(kind.rawValue), .text(draft.name),
      read: { row in (id: try row.int(), document: try row.text(), generation: try row.int()) })
    if let stored, stored.document == draft.text {
      return draft.applied(.unchanged, generation: stored.generation)
    }
    if let stored {
      try execute(PolicyQueries.update, .int(stored.id), .json(definition), .text(draft.text))
    } else {
      try execute(
        PolicyQueries.insert, .name(draft.project), .text(kind.rawValue), .text(draft.name), .json(definition),
        .text(draft.text))
    }
    try noteCalendarChanged(in: draft.project)
    return draft.applied(stored == nil ? .created : .configured, generation: (stored?.generation ?? 0) + 1)
  }

  private func applyFleetSet(_ draft: DocumentDraft, cause: ChangeCause) throws -> AppliedDocument {
    let stored = try first(
      DocumentQueries.storedFleetSet, .name(draft.project), .text(draft.name),
      read: { row in
        (id: try row.int(), document: try row.text(), generation: try row.int(), isDeleting: try row.bool())
      })
    if stored?.isDeleting == true {
      throw StoreError(
        .conflict, "FleetSet \(draft.name) is being deleted with its workloads; apply it when that has ended")
    }
    if let stored, stored.document == draft.text {
      return draft.applied(.unchanged, generation: stored.generation)
    }
    let id: Int64
    let generation: Int64
    if let stored {
      (id, generation) = (stored.id, stored.generation + 1)
      try execute(DocumentQueries.updateFleetSet, .int(id), .text(draft.text))
    } else {
      id =
        try first(
          DocumentQueries.insertFleetSet, .name(draft.project), .text(draft.name), .text(draft.text),
          read: { try $0.int() }) ?? 0
      generation = 1
    }
    try execute(
      DocumentQueries.insertGeneration, .int(id), .int(generation), .text(draft.text), .text(cause.principal),
      .text(cause.reason))
    try wake(.expansion, [id])
    return draft.applied(stored == nil ? .created : .configured, generation: generation)
  }

  /// What documents are about to change, as it is before: a set that looked at a cluster by labels that it loses is
  /// concerned as well.
  fileprivate func inventoryChanges(of documents: [DocumentDraft]) throws -> [ProjectName: InventoryChange] {
    var changes: [ProjectName: InventoryChange] = [:]
    for (project, own) in Dictionary(grouping: documents, by: \.project) {
      try note(own.clusterNames, of: project, in: &changes[project, default: InventoryChange()])
      for case .repository(let repository) in own.map(\.content) {
        let stored = try first(DocumentQueries.repository, .name(project), .name(repository.name)) {
          try $0.repositoryRecord().repository.url
        }
        changes[project]?.urls += stored.map { [$0] } ?? []
      }
    }
    return changes
  }

  /// Clusters, repositories and ConfigMaps change what the FleetSets of their project expand to that look at them.
  fileprivate func noteDocumentsChanged(
    _ changed: [DocumentDraft], _ changes: inout [ProjectName: InventoryChange]
  ) throws {
    for (project, own) in Dictionary(grouping: changed, by: \.project).sorted(by: { $0.key < $1.key }) {
      // What was noted of documents that turned out to be the same wakes a few too many, and nobody too few.
      var change = changes[project] ?? InventoryChange()
      try note(own.clusterNames, of: project, in: &change)
      if own.clusterNames.isEmpty { (change.clusters, change.labels) = ([], []) }
      var isConcerned = !own.clusterNames.isEmpty
      for draft in own {
        switch draft.content {
        case .repository(let repository):
          change.repositories.append(draft.name)
          change.urls.append(repository.url)
          isConcerned = true
        case .configMap:
          change.hasConfigMaps = true
          isConcerned = true
        default: break
        }
      }
      if isConcerned { try wakeExpansions(of: project, because: change) }
    }
  }
}

extension [DocumentDraft] {
  fileprivate var clusterNames: [String] {
    compactMap { if case .cluster = $0.content { $0.name } else { nil } }
  }
}
