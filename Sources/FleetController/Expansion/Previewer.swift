public import FleetDocuments
public import FleetModel
internal import FleetPlanner
public import FleetPorts

/// Expands and renders FleetSets, stored or only proposed, without storing anything.
public struct Previewer: Sendable {
  let store: any ControlStore
  let expander: Expander

  /// Makes a previewer.
  public init(store: any ControlStore, expander: Expander) {
    self.store = store
    self.expander = expander
  }

  /// One target's changes against what its cluster should run now.
  public struct TargetChange: Sendable {
    /// The target.
    public var target: TargetName
    /// What would happen to the target as a whole.
    public var action: ObjectChange.Action
    /// The objects that differ; empty for a target without a change.
    public var changes: [ObjectChange]
  }

  /// What a FleetSet expands to: documents as they would be, everything else from the store.
  ///
  /// - Throws: `DiagnosticsError` for what stops the expansion, ``CommandRefusal`` when there is no such FleetSet,
  ///   `StoreError`.
  public func expand(
    _ name: FleetSetName, documents: [Document], cluster: ClusterName?, in project: ProjectName,
    keep: (ReleaseTargetDraft, BundleDraft) async throws -> Void = { _, _ in }
  ) async throws -> (set: ExpandedSet, clusterNames: [ClusterID: ClusterName]) {
    let definition = try await definition(of: name, documents: documents, in: project)
    var inventory = try await store.inventory(of: project)
    var repositories = try await store.allRepositories(of: project)
    var configMaps: [String: [String: String]] = [:]
    for document in documents where document.project == project {
      switch document.content {
      case .cluster(var new):
        new.id = inventory.first { $0.name == new.name }?.id ?? ClusterID(-Int64(inventory.count) - 1)
        inventory.removeAll { $0.name == new.name }
        inventory.append(new)
      case .repository(let new):
        repositories.removeAll { $0.name == new.name }
        repositories.append(new)
      case .configMap(let new): configMaps[new.name] = new.data
      case .window, .freeze, .analysis, .limit, .fleetSet: break
      }
    }
    do {
      let set = try await expander.expand(
        definition, inventory: inventory, repositories: repositories,
        asker: GeneratorAsker(project: project, set: name.rawValue), configMaps: configMaps, file: "FleetSet \(name)",
        existing: definition.updatesTargets ? [:] : try await settings(of: name, in: project),
        onlyCluster: cluster, answersUpTo: .zero, keep: keep)
      return (set, Dictionary(inventory.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first }))
    } catch let failure as ExpansionFailure {
      throw DiagnosticsError(failure.diagnostics)
    }
  }

  /// What a release of it would change against what each target should run now.
  public func difference(
    _ name: FleetSetName, documents: [Document], cluster: ClusterName?, in project: ProjectName
  ) async throws -> (changes: [TargetChange], warnings: [Diagnostic]) {
    var current: [TargetName: TargetRecord] = [:]
    var after: String?
    repeat {
      let page = try await store.targets(of: name, cluster: cluster, in: project, after: after, limit: 500)
      for target in page.elements where !target.isAbandoned { current[target.name] = target }
      after = page.next
    } while after != nil
    var changes: [TargetChange] = []
    // Bundle by bundle, so that no more than two of them are in memory.
    let expanded = try await expand(name, documents: documents, cluster: cluster, in: project) { target, bundle in
      let wanted = current.removeValue(forKey: target.name)?.wanted?.bundle
      let differences =
        wanted == bundle.digest
        ? [] : BundleDifference.changes(from: try await objects(of: wanted), to: bundle.objects.map(\.canonicalJSON))
      changes.append(
        TargetChange(target: target.name, action: wanted == nil ? .added : .changed, changes: differences))
    }.set
    changes.sort { $0.target < $1.target }
    for gone in current.keys.sorted() { changes.append(TargetChange(target: gone, action: .removed, changes: [])) }
    return (changes, expanded.warnings)
  }

  /// How the set's targets are expanded now; empty when it is not stored.
  func settings(of name: FleetSetName, in project: ProjectName) async throws -> [TargetName: TargetSettings] {
    guard let record = try await store.fleetSet(name, in: project) else { return [:] }
    return try await store.targetSettings(of: record.id)
  }

  private func objects(of bundle: Digest?) async throws -> [[UInt8]] {
    guard let bundle, let digests = try await store.bundle(bundle) else { return [] }
    return try await store.objects(digests)
  }

  private func definition(
    of name: FleetSetName, documents: [Document], in project: ProjectName
  ) async throws -> FleetSetDefinition {
    for document in documents where document.project == project && document.name == name.rawValue {
      if case .fleetSet(let definition) = document.content { return definition }
    }
    guard let record = try await store.fleetSet(name, in: project) else {
      throw CommandRefusal(.notFound, "there is no FleetSet \(name)", hint: "give its document, or apply it first")
    }
    return try FleetSetReader.definition(of: record)
  }
}

extension DocumentStore {
  /// All repositories of a project.
  func allRepositories(of project: ProjectName) async throws(StoreError) -> [Repository] {
    var repositories: [Repository] = []
    var after: String?
    repeat {
      let page = try await self.repositories(in: project, after: after, limit: 500)
      repositories += page.elements.map(\.repository)
      after = page.next
    } while after != nil
    return repositories
  }
}
