public import FleetAPI
public import FleetModel

/// Whether and how far a list is read.
public struct PageRequest: Sendable, Hashable {
  /// How many items at most, 1 to 1000; nil for the controller's usual number.
  public var limit: Int?
  /// The `next` of the part before; nil for the first part.
  public var after: String?
  /// Whether to count what comes behind the part.
  public var count: Bool

  /// Makes a request for a part of a list.
  public init(limit: Int? = nil, after: String? = nil, count: Bool = false) {
    self.limit = limit
    self.after = after
    self.count = count
  }

  var query: [(name: String, value: String?)] {
    [("limit", limit.map(String.init)), ("after", after), ("count", count ? "true" : nil)]
  }
}

extension ControllerClient {
  /// Stores the documents of all files, or none.
  public func apply(_ request: ApplyRequest, in project: String) async throws -> ApplyResponse {
    try await call(Routes.applyDocuments, project, body: request)
  }

  /// Repositories in order of name.
  public func repositories(in project: String, page: PageRequest) async throws -> ListPage<RepositoryResource> {
    try await call(Routes.listRepositories, project, query: page.query)
  }

  /// One repository.
  public func repository(_ name: String, in project: String) async throws -> RepositoryResource {
    try await call(Routes.getRepository, project, name)
  }

  /// Removes a repository that no FleetSet uses.
  public func removeRepository(
    _ name: String, in project: String, reason: String?, dryRun: Bool
  ) async throws -> Acknowledgement {
    try await call(Routes.removeRepository, project, name, query: removal(reason: reason, dryRun: dryRun))
  }

  /// ConfigMaps in order of name.
  public func configMaps(in project: String, page: PageRequest) async throws -> ListPage<ConfigMapResource> {
    try await call(Routes.listConfigMaps, project, query: page.query)
  }

  /// A ConfigMap.
  public func configMap(_ name: String, in project: String) async throws -> ConfigMapResource {
    try await call(Routes.getConfigMap, project, name)
  }

  /// Removes a ConfigMap.
  public func removeConfigMap(
    _ name: String, in project: String, reason: String?, dryRun: Bool
  ) async throws -> Acknowledgement {
    try await call(Routes.removeConfigMap, project, name, query: removal(reason: reason, dryRun: dryRun))
  }

  /// Windows in order of name.
  public func windows(in project: String, page: PageRequest) async throws -> ListPage<WindowResource> {
    try await call(Routes.listWindows, project, query: page.query)
  }

  /// One window.
  public func window(_ name: String, in project: String) async throws -> WindowResource {
    try await call(Routes.getWindow, project, name)
  }

  /// Removes a window that nobody names.
  public func removeWindow(
    _ name: String, in project: String, reason: String?, dryRun: Bool
  ) async throws -> Acknowledgement {
    try await call(Routes.removeWindow, project, name, query: removal(reason: reason, dryRun: dryRun))
  }

  /// Freezes in order of name.
  public func freezes(in project: String, page: PageRequest) async throws -> ListPage<FreezeResource> {
    try await call(Routes.listFreezes, project, query: page.query)
  }

  /// One freeze.
  public func freeze(_ name: String, in project: String) async throws -> FreezeResource {
    try await call(Routes.getFreeze, project, name)
  }

  /// Lifts a freeze.
  public func removeFreeze(
    _ name: String, in project: String, reason: String?, dryRun: Bool
  ) async throws -> Acknowledgement {
    try await call(Routes.removeFreeze, project, name, query: removal(reason: reason, dryRun: dryRun))
  }

  /// Analyses in order of name.
  public func analyses(in project: String, page: PageRequest) async throws -> ListPage<AnalysisResource> {
    try await call(Routes.listAnalyses, project, query: page.query)
  }

  /// One analysis.
  public func analysis(_ name: String, in project: String) async throws -> AnalysisResource {
    try await call(Routes.getAnalysis, project, name)
  }

  /// Removes an analysis that nobody names.
  public func removeAnalysis(
    _ name: String, in project: String, reason: String?, dryRun: Bool
  ) async throws -> Acknowledgement {
    try await call(Routes.removeAnalysis, project, name, query: removal(reason: reason, dryRun: dryRun))
  }

  /// Limits in order of name.
  public func limits(in project: String, page: PageRequest) async throws -> ListPage<LimitResource> {
    try await call(Routes.listLimits, project, query: page.query)
  }

  /// One limit.
  public func limit(_ name: String, in project: String) async throws -> LimitResource {
    try await call(Routes.getLimit, project, name)
  }

  /// Removes a limit.
  public func removeLimit(
    _ name: String, in project: String, reason: String?, dryRun: Bool
  ) async throws -> Acknowledgement {
    try await call(Routes.removeLimit, project, name, query: removal(reason: reason, dryRun: dryRun))
  }

  /// FleetSets in order of name.
  public func fleetSets(in project: String, page: PageRequest) async throws -> ListPage<FleetSetResource> {
    try await call(Routes.listFleetSets, project, query: page.query)
  }

  /// One FleetSet.
  public func fleetSet(_ name: String, in project: String) async throws -> FleetSetResource {
    try await call(Routes.getFleetSet, project, name)
  }

  /// What differs between two releases of a FleetSet.
  public func comparison(
    of name: String, from: String, to: String?, in project: String
  ) async throws -> DiffResponse {
    try await call(Routes.compareReleases, project, name, query: [("from", from), ("to", to)])
  }

  /// The objects that a cluster gets from a FleetSet, with what gave their fields their values when `origins` is true.
  public func manifests(
    of name: String, on cluster: String, revision: String?, origins: Bool = false, in project: String
  ) async throws -> [ManifestsResource] {
    let page: ListPage<ManifestsResource> = try await call(
      Routes.releaseManifests, project, name,
      query: [("cluster", cluster), ("revision", revision), ("origins", origins ? "true" : nil)])
    return page.items
  }

  /// The releases of a FleetSet that no rollout is for yet.
  public func waitingReleases(of name: String, in project: String) async throws -> [WaitingReleaseResource] {
    let page: ListPage<WaitingReleaseResource> = try await call(Routes.listWaitingReleases, project, name)
    return page.items
  }

  /// Deletes a FleetSet, and keeps or removes its workloads.
  public func removeFleetSet(
    _ name: String, in project: String, workloads: RemovalPolicy, reason: String?, dryRun: Bool
  ) async throws -> Acknowledgement {
    try await call(
      Routes.removeFleetSet, project, name,
      query: removal(reason: reason, dryRun: dryRun) + [("workloads", workloads.rawValue)])
  }

  /// Lets targets leave a FleetSet.
  public func acceptShrink(
    of fleetSet: String, _ request: AcceptShrinkRequest, in project: String
  ) async throws -> FleetSetResource {
    try await call(Routes.acceptShrink, project, fleetSet, body: request)
  }

  /// The targets that documents would expand to; without files, those of the stored FleetSet.
  public func preview(
    _ request: PreviewRequest, of fleetSet: String, in project: String
  ) async throws -> PreviewResponse {
    try await call(Routes.previewFleetSet, project, fleetSet, body: request)
  }

  /// What a release of the documents would change.
  public func diff(_ request: PreviewRequest, of fleetSet: String, in project: String) async throws -> DiffResponse {
    try await call(Routes.diffFleetSet, project, fleetSet, body: request)
  }

  /// Targets in order of FleetSet and name; nil matches everything.
  public func targets(
    in project: String, fleetSet: String? = nil, cluster: String? = nil, selector: String? = nil,
    onlyDrifted: Bool = false, page: PageRequest
  ) async throws -> ListPage<TargetResource> {
    try await call(
      Routes.listTargets, project,
      query: [
        ("fleetSet", fleetSet), ("cluster", cluster), ("selector", selector), ("drifted", onlyDrifted ? "true" : nil),
      ] + page.query)
  }

  /// The releases of a set newest first; without one, the newest of every set.
  public func releases(
    in project: String, fleetSet: String? = nil, page: PageRequest
  ) async throws -> ListPage<ReleaseResource> {
    try await call(Routes.listReleases, project, query: [("fleetSet", fleetSet)] + page.query)
  }

  func removal(reason: String?, dryRun: Bool) -> [(name: String, value: String?)] {
    [("reason", reason), ("dryRun", dryRun ? "true" : nil)]
  }
}
