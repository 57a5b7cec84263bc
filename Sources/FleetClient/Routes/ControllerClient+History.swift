public import FleetAPI
public import FleetModel

// What ran where, and when.
extension ControllerClient {
  /// The orders to a cluster's targets, newest first; nil leaves a bound open.
  public func timeline(
    of cluster: String, in project: String, fleetSet: String? = nil, from: Instant? = nil, until: Instant? = nil,
    page: PageRequest
  ) async throws -> ListPage<PeriodResource> {
    try await call(
      Routes.clusterTimeline, project, cluster,
      query: [("fleetSet", fleetSet), ("from", from?.rfc3339), ("until", until?.rfc3339)] + page.query)
  }

  /// What targets were to run, and ran, at a moment.
  public func targets(
    at moment: Instant, in project: String, fleetSet: String? = nil, cluster: String? = nil, page: PageRequest
  ) async throws -> ListPage<PastTargetResource> {
    try await call(
      Routes.pastTargets, project,
      query: [("at", moment.rfc3339), ("fleetSet", fleetSet), ("cluster", cluster)] + page.query)
  }

  /// Where a bundle, or what a commit gives, had a part.
  public func whereabouts(
    of digits: String, in project: String, from: Instant? = nil, until: Instant? = nil, page: PageRequest
  ) async throws -> ListPage<PeriodResource> {
    try await call(
      Routes.whereabouts, project,
      query: [("of", digits), ("from", from?.rfc3339), ("until", until?.rfc3339)] + page.query)
  }
}
