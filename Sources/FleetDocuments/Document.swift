public import FleetModel
public import Manifest

/// A document of `flotilla.dev/v1`, an ApplicationSet or a ConfigMap, read and found right.
public struct Document: Hashable, Sendable {
  /// What it describes.
  public enum Content: Hashable, Sendable {
    /// A member of the fleet.
    case cluster(Cluster)
    /// A Git source.
    case repository(Repository)
    /// Generators, template, sync and rollout: a FleetSet, or an ApplicationSet read as one.
    case fleetSet(FleetSetDefinition)
    /// Settings that generators refer to.
    case configMap(ConfigMap)
    /// When releases may be sent.
    case window(Window)
    /// A time in which none is sent.
    case freeze(Freeze)
    /// A metric that gates refer to.
    case analysis(Analysis)
    /// A limit that FleetSets share.
    case limit(SharedLimit)
  }

  /// The owner.
  public var project: ProjectName
  /// The document's name, unique for its kind in the project.
  public var name: String
  /// Labels of the document; a cluster's are its own.
  public var labels: [String: String]
  /// Annotations of the document.
  public var annotations: [String: String]
  /// What it describes.
  public var content: Content
  /// The document as it was read, for storing and for `-o yaml`.
  public var source: Node
  /// The file it was read from, for messages; empty for a document that came without one.
  public var file: String

  /// Makes a document.
  public init(
    project: ProjectName = .defaultProject, name: String, labels: [String: String] = [:],
    annotations: [String: String] = [:], content: Content, source: Node, file: String = ""
  ) {
    self.project = project
    self.name = name
    self.labels = labels
    self.annotations = annotations
    self.content = content
    self.source = source
    self.file = file
  }

  /// The kind as documents write it.
  public var kind: String {
    switch content {
    case .cluster: "Cluster"
    case .repository: "Repository"
    case .window: "Window"
    case .freeze: "Freeze"
    case .analysis: "Analysis"
    case .limit: "Limit"
    case .fleetSet(let definition): definition.dialect == .fleetSet ? "FleetSet" : "ApplicationSet"
    case .configMap: ConfigMaps.kind
    }
  }
}
