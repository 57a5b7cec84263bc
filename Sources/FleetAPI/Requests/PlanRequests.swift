public import FleetModel

/// `POST …/fleetsets/NAME/plan`: what starting a run would do.
public struct PlanRolloutRequest: WireValue {
  /// The release to move to, by number or by the first digits of its commit; null for the newest.
  public var revision: String?

  /// Makes a value.
  public init(revision: String? = nil) { self.revision = revision }

  /// An example.
  public static var example: Self { Self(revision: "77ad012") }
}

/// A run as it would be started now.
public struct PlanRolloutResponse: WireValue {
  /// A stage with its clusters.
  public struct Stage: WireValue {
    /// The stage's name.
    public var name: String
    /// The clusters that change, in order, at most 1000.
    public var clusters: [ClusterName]

    /// Makes a value.
    public init(name: String, clusters: [ClusterName]) {
      self.name = name
      self.clusters = clusters
    }

    /// An example.
    public static var example: Self { Self(name: "canary", clusters: ["canary-eu", "canary-us"]) }
  }

  /// The hash that names exactly this plan, for `plan` of a start; null when there is nothing to run.
  public var hash: Digest?
  /// The run as it would be, with its stages, absolute numbers and warnings; null when there is nothing to run.
  public var rollout: RolloutResource?
  /// The stages' clusters.
  public var stages: [Stage]
  /// What targets would get, equal changes together, the largest group first.
  public var groups: [DiffResponse.Group]
  /// Targets without a change.
  public var unchanged: Int
  /// How long it would take by what earlier clusters took, if nobody fails and people approve at once; null when unknown.
  public var predictedMilliseconds: Int64?
  /// One sentence for people.
  public var message: String

  /// Makes a value.
  public init(
    hash: Digest? = nil, rollout: RolloutResource? = nil, stages: [Stage] = [], groups: [DiffResponse.Group] = [],
    unchanged: Int = 0, predictedMilliseconds: Int64? = nil, message: String
  ) {
    self.hash = hash
    self.rollout = rollout
    self.stages = stages
    self.groups = groups
    self.unchanged = unchanged
    self.predictedMilliseconds = predictedMilliseconds
    self.message = message
  }

  /// An example.
  public static var example: Self {
    Self(
      hash: Example.bundle, rollout: .example, stages: [.example], groups: [.example], unchanged: 3,
      predictedMilliseconds: 900_000, message: "storefront/43 would go to 77ad012")
  }
}
