public import FleetModel

/// What an expansion that worked looked at: a change of anything else does not concern the set, and does not wake it.
public struct SetReads: Hashable, Sendable {
  /// The repositories, of generators and of the template.
  public var repositories: [RepositoryName]
  /// Whether other programs are asked, for which any ConfigMap may matter.
  public var asksOthers: Bool
  /// What the clusters that generators look at have in common: any of these; nil for every cluster. Clusters that the set
  /// has targets on concern it besides.
  public var clusters: [LabelSelector]?

  /// Makes a value.
  public init(repositories: [RepositoryName], asksOthers: Bool, clusters: [LabelSelector]?) {
    self.repositories = repositories
    self.asksOthers = asksOthers
    self.clusters = clusters
  }
}
