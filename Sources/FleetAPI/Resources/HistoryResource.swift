public import FleetModel

/// One order to a target, and how long it was what the target ran: `GET …/clusters/{name}/timeline`.
public struct PeriodResource: WireValue {
  /// The FleetSet.
  public var fleetSet: FleetSetName
  /// The target.
  public var target: TargetName
  /// The cluster.
  public var cluster: ClusterName
  /// Whether it was told to remove what it ran.
  public var removal: Bool
  /// Whether it was a rollback.
  public var rollback: Bool
  /// The short name of the release that it came from; empty for a removal.
  public var release: String
  /// The bundle's SHA-256; null for a removal.
  public var bundle: Digest?
  /// `SET/NUMBER` of the rollout that ordered it; empty when no rollout did.
  public var rollout: String
  /// When it was ordered.
  public var orderedAt: Timestamp
  /// When the cluster first said that it was done; null when it never did, so that it ran perhaps, or in part.
  public var confirmedAt: Timestamp?
  /// When a later order was first done; null while this one is what runs.
  public var endedAt: Timestamp?

  /// Makes a value.
  public init(
    fleetSet: FleetSetName, target: TargetName, cluster: ClusterName, removal: Bool, rollback: Bool,
    release: String, bundle: Digest?, rollout: String, orderedAt: Timestamp, confirmedAt: Timestamp? = nil,
    endedAt: Timestamp? = nil
  ) {
    self.fleetSet = fleetSet
    self.target = target
    self.cluster = cluster
    self.removal = removal
    self.rollback = rollback
    self.release = release
    self.bundle = bundle
    self.rollout = rollout
    self.orderedAt = orderedAt
    self.confirmedAt = confirmedAt
    self.endedAt = endedAt
  }

  /// An example.
  public static var example: Self {
    Self(
      fleetSet: "storefront", target: "storefront-eu-1", cluster: "eu-1", removal: false, rollback: false,
      release: "77ad012", bundle: Example.bundle, rollout: "storefront/43", orderedAt: Example.time,
      confirmedAt: Example.time, endedAt: Example.time)
  }
}

/// What a target was to run, and ran, at a moment: `GET …/history/targets`.
public struct PastTargetResource: WireValue {
  /// The FleetSet.
  public var fleetSet: FleetSetName
  /// The target.
  public var target: TargetName
  /// The cluster.
  public var cluster: ClusterName
  /// What it was ordered to run; null when it was to be removed.
  public var wanted: TargetResource.PlacedBundle?
  /// What it had said it runs; null for nothing.
  public var applied: TargetResource.PlacedBundle?
  /// When it had said so.
  public var since: Timestamp?

  /// Makes a value.
  public init(
    fleetSet: FleetSetName, target: TargetName, cluster: ClusterName, wanted: TargetResource.PlacedBundle?,
    applied: TargetResource.PlacedBundle?, since: Timestamp? = nil
  ) {
    self.fleetSet = fleetSet
    self.target = target
    self.cluster = cluster
    self.wanted = wanted
    self.applied = applied
    self.since = since
  }

  /// An example.
  public static var example: Self {
    Self(
      fleetSet: "storefront", target: "storefront-eu-1", cluster: "eu-1", wanted: .example, applied: .example,
      since: Example.time)
  }
}
