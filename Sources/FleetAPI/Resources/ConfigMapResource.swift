public import FleetModel

/// Settings that generators refer to by name: `GET …/configmaps`.
public struct ConfigMapResource: WireValue {
  /// The owner.
  public var project: ProjectName
  /// The name.
  public var name: String
  /// The texts by key.
  public var data: [String: String]
  /// Raised by every change; also the `ETag`.
  public var generation: Int64

  /// Makes a resource.
  public init(project: ProjectName, name: String, data: [String: String], generation: Int64 = 1) {
    self.project = project
    self.name = name
    self.data = data
    self.generation = generation
  }

  /// An example.
  public static var example: Self {
    Self(
      project: "default", name: "teams",
      data: ["baseUrl": "https://teams.example.com", "token": "$plugin.token", "requestTimeout": "30"])
  }
}
