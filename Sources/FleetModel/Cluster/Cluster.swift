/// A member of the fleet, as its owner described it.
public struct Cluster: Hashable, Sendable, Codable {
  /// How the controller's orders reach the cluster.
  public enum Connection: Hashable, Sendable, Codable {
    /// An agent in the cluster pulls.
    case agent
    /// The controller runs the agent's code itself, with the kubeconfig stored as this credential.
    case kubeconfig(credential: String)
  }

  /// The row's number.
  public var id: ClusterID
  /// The owner.
  public var project: ProjectName
  /// The name, unique in its project.
  public var name: ClusterName
  /// Labels, for selectors and templates.
  public var labels: [String: String]
  /// Annotations, for templates.
  public var annotations: [String: String]
  /// How orders reach it.
  public var connection: Connection
  /// Why it takes no forward orders (R31); nil when it does.
  public var cordonReason: String?
  /// The version of Kubernetes that its agent reported last; nil before it has.
  public var kubernetesVersion: KubernetesVersion?
  /// The API versions that it serves besides Kubernetes' own, as its agent reported them last; nil before it has.
  public var apiVersions: [String]?

  /// Makes a cluster.
  public init(
    id: ClusterID = 0, project: ProjectName = .defaultProject, name: ClusterName, labels: [String: String] = [:],
    annotations: [String: String] = [:], connection: Connection = .agent, cordonReason: String? = nil
  ) {
    self.id = id
    self.project = project
    self.name = name
    self.labels = labels
    self.annotations = annotations
    self.connection = connection
    self.cordonReason = cordonReason
  }
}
