public import FleetModel

/// What the clusters of a selector get differently: a kustomization over what the source's directory renders to, values
/// over those of its chart, or both.
public struct ClusterOverride: Hashable, Sendable {
  /// The name, unique in its FleetSet; messages say it.
  public var name: String
  /// The labels of the clusters that it is for.
  public var clusters: LabelSelector
  /// The kustomization's fields, as JSON; nil for none.
  public var kustomization: String?
  /// Values of the chart, as JSON; nil for none.
  public var values: String?

  /// Makes an override.
  public init(name: String, clusters: LabelSelector, kustomization: String? = nil, values: String? = nil) {
    self.name = name
    self.clusters = clusters
    self.kustomization = kustomization
    self.values = values
  }
}
