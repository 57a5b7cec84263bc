/// Settings that generators refer to by name: where a plugin is, which resource holds decisions, which certificate
/// authorities to trust. A Kubernetes ConfigMap, of which only the texts matter.
public struct ConfigMap: Hashable, Sendable {
  /// The owner.
  public var project: ProjectName
  /// The name, unique in its project.
  public var name: String
  /// The texts by key.
  public var data: [String: String]

  /// Makes a ConfigMap.
  public init(project: ProjectName = .defaultProject, name: String, data: [String: String]) {
    self.project = project
    self.name = name
    self.data = data
  }
}
