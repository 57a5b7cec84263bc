public import FleetAPI

extension ControllerClient {
  /// Clusters in order of name; `selector` in the syntax of `kubectl -l`.
  public func clusters(
    in project: String, selector: String? = nil, page: PageRequest
  ) async throws -> ListPage<ClusterResource> {
    try await call(Routes.listClusters, project, query: [("selector", selector)] + page.query)
  }

  /// One cluster.
  public func cluster(_ name: String, in project: String) async throws -> ClusterResource {
    try await call(Routes.getCluster, project, name)
  }

  /// Takes a cluster out of the inventory; its workloads stay.
  public func removeCluster(
    _ name: String, in project: String, reason: String?, dryRun: Bool
  ) async throws -> Acknowledgement {
    try await call(Routes.removeCluster, project, name, query: removal(reason: reason, dryRun: dryRun))
  }

  /// Sets and removes labels.
  public func label(_ cluster: String, _ request: LabelRequest, in project: String) async throws -> ClusterResource {
    try await call(Routes.labelCluster, project, cluster, body: request)
  }

  /// Sends no forward orders to a cluster any more; a reason is required.
  public func cordon(_ cluster: String, _ request: ReasonRequest, in project: String) async throws -> ClusterResource {
    try await call(Routes.cordonCluster, project, cluster, body: request)
  }

  /// Sends orders to a cluster again.
  public func uncordon(
    _ cluster: String, _ request: ReasonRequest, in project: String
  ) async throws -> ClusterResource {
    try await call(Routes.uncordonCluster, project, cluster, body: request)
  }

  /// Refuses the identity of a cluster's agent; a reason is required.
  public func revokeAgent(
    of cluster: String, _ request: ReasonRequest, in project: String
  ) async throws -> ClusterResource {
    try await call(Routes.revokeAgent, project, cluster, body: request)
  }

  /// Makes a one-time token for a cluster's agent.
  public func joinToken(
    for cluster: String, _ request: JoinTokenRequest, in project: String
  ) async throws -> JoinTokenCreated {
    try await call(Routes.createJoinToken, project, cluster, body: request)
  }
}
