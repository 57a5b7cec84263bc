public import FleetDocuments
public import FleetModel

/// What came of an expansion.
public enum Expansion: Sendable {
  /// These answers are needed first; expand again with them and those given before.
  case needs([GeneratorRequest])
  /// The targets, at least one, in the order of the generators; problems are warnings. What the isolated entries of
  /// `spec.generators` made before stays as it is (AMENDMENTS 38).
  case targets([ExpandedTarget], isolated: [Int], problems: [Diagnostic])
  /// Every generator worked and together they yield nothing. Absence never deletes: where there was something before,
  /// that is kept (R24).
  case empty(problems: [Diagnostic])
  /// At least one problem is an error: nothing of the set changes, and the last good expansion is kept (R24).
  case failed([Diagnostic])
}

/// One workload of a set on one cluster.
public struct ExpandedTarget: Hashable, Sendable {
  /// The name, unique in the set.
  public var name: TargetName
  /// The template's labels over the cluster's.
  public var labels: [String: String]
  /// The template's annotations.
  public var annotations: [String: String]
  /// The cluster.
  public var cluster: ClusterName
  /// The repository's name, or its URL.
  public var repository: String
  /// What to take of it.
  public var revision: Revision
  /// The directory to render, without `.` and `..`; empty for the repository's root. Of a repository of charts the name of
  /// the chart.
  public var path: String
  /// Whether a chart of a repository of charts is meant.
  public var isChart = false
  /// Whether manifests are read from the directories below as well.
  public var isRecursive: Bool
  /// What charts are filled in with, and values for `${NAME}`.
  public var options = RenderOptions()
  /// The namespace of objects that name none.
  public var namespace: String
  /// How it is kept in its cluster.
  public var sync: SyncPolicy
  /// What made it.
  public var origin: TargetOrigin

  /// Makes a target.
  public init(
    name: TargetName, labels: [String: String] = [:], annotations: [String: String] = [:], cluster: ClusterName,
    repository: String, revision: Revision = .head, path: String, isRecursive: Bool = true,
    namespace: String = "default", sync: SyncPolicy = SyncPolicy(), origin: TargetOrigin
  ) {
    self.name = name
    self.labels = labels
    self.annotations = annotations
    self.cluster = cluster
    self.repository = repository
    self.revision = revision
    self.path = path
    self.isRecursive = isRecursive
    self.namespace = namespace
    self.sync = sync
    self.origin = origin
  }
}
