/// How many clusters with one value of a label may have an order in flight at once, over the rollouts of several FleetSets
/// (R29). What a FleetSet's own `limits` say holds besides; the smallest counts.
public struct SharedLimit: Hashable, Sendable, Codable {
  /// The owner.
  public var project: ProjectName
  /// The name, unique in its project.
  public var name: String
  /// The label of clusters; those without it are not limited.
  public var label: String
  /// The most clusters of one value with an order in flight, counted once for every rollout that has one.
  public var maxInFlight: Int
  /// The labels of the FleetSets that share it; nil for all of the project.
  public var sets: LabelSelector?

  /// Makes a limit.
  public init(
    project: ProjectName = .defaultProject, name: String, label: String, maxInFlight: Int, sets: LabelSelector? = nil
  ) {
    self.project = project
    self.name = name
    self.label = label
    self.maxInFlight = maxInFlight
    self.sets = sets
  }
}
