public import FleetModel

/// One order to a target, and how long it was what the target ran.
public struct PeriodRecord: Hashable, Sendable {
  /// The FleetSet.
  public var fleetSet: FleetSetName
  /// The target.
  public var target: TargetName
  /// The cluster.
  public var cluster: ClusterName
  /// What was ordered.
  public var action: Order.Action
  /// Whether it was a rollback.
  public var isRollback: Bool
  /// The short name of the release that it came from; empty for a removal.
  public var release: String
  /// The bundle; nil for a removal.
  public var bundle: Digest?
  /// `SET/NUMBER` of the rollout that ordered it; empty when no rollout did.
  public var rollout: String
  /// When it was ordered.
  public var orderedAt: Instant
  /// When the cluster first said that it was done; nil when it never did, so that it ran perhaps, or in part.
  public var confirmedAt: Instant?
  /// When a later order was first done; nil while this one is what runs.
  public var endedAt: Instant?

  /// Makes a record.
  public init(
    fleetSet: FleetSetName, target: TargetName, cluster: ClusterName, action: Order.Action, isRollback: Bool,
    release: String, bundle: Digest?, rollout: String, orderedAt: Instant, confirmedAt: Instant?, endedAt: Instant?
  ) {
    self.fleetSet = fleetSet
    self.target = target
    self.cluster = cluster
    self.action = action
    self.isRollback = isRollback
    self.release = release
    self.bundle = bundle
    self.rollout = rollout
    self.orderedAt = orderedAt
    self.confirmedAt = confirmedAt
    self.endedAt = endedAt
  }
}

/// What a target was to run, and ran, at a moment.
public struct PastTargetRecord: Hashable, Sendable {
  /// The FleetSet.
  public var fleetSet: FleetSetName
  /// The target.
  public var target: TargetName
  /// The cluster.
  public var cluster: ClusterName
  /// What it was ordered to run; nil when it was to be removed.
  public var wanted: TargetRecord.PlacedBundleRecord?
  /// What it had confirmed; nil for nothing.
  public var applied: TargetRecord.PlacedBundleRecord?
  /// When it had confirmed that.
  public var since: Instant?

  /// Makes a record.
  public init(
    fleetSet: FleetSetName, target: TargetName, cluster: ClusterName, wanted: TargetRecord.PlacedBundleRecord?,
    applied: TargetRecord.PlacedBundleRecord?, since: Instant?
  ) {
    self.fleetSet = fleetSet
    self.target = target
    self.cluster = cluster
    self.wanted = wanted
    self.applied = applied
    self.since = since
  }
}

/// A stretch of time, the end exclusive; nil is open.
public struct TimeSpan: Hashable, Sendable {
  /// Where it begins.
  public var from: Instant?
  /// Where it ends.
  public var until: Instant?

  /// Makes a span.
  public init(from: Instant? = nil, until: Instant? = nil) {
    self.from = from
    self.until = until
  }
}
