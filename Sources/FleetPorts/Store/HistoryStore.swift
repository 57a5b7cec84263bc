public import FleetModel

/// What ran where, and when.
public protocol HistoryStore: Sendable {
  /// The orders to a cluster's targets that had a part in a span, newest first. Clusters of that name that are removed
  /// from the inventory are among them.
  func timeline(
    of cluster: ClusterName, fleetSet: FleetSetName?, during span: TimeSpan, in project: ProjectName, after: String?,
    limit: Int
  ) async throws(StoreError) -> Page<PeriodRecord>
  /// What targets were to run, and ran, at a moment, in order of FleetSet and name. Targets without an order by then are
  /// left out.
  func targets(
    at moment: Instant, fleetSet: FleetSetName?, cluster: ClusterName?, in project: ProjectName, after: String?,
    limit: Int
  ) async throws(StoreError) -> Page<PastTargetRecord>
  /// Where a bundle, or what a commit gives, had a part in a span, in order of FleetSet and target.
  ///
  /// - Parameter digits: the first hexadecimal digits, at least four, of a bundle's SHA-256 or of a commit.
  func whereabouts(
    of digits: String, during span: TimeSpan, in project: ProjectName, after: String?, limit: Int
  ) async throws(StoreError) -> Page<PeriodRecord>
}
