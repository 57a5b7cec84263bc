/// The ConfigMaps of Kubernetes that ApplicationSets refer to, read as they are.
public enum ConfigMaps {
  /// The API version.
  public static let apiVersion = "v1"
  /// The kind.
  public static let kind = "ConfigMap"
}

/// Kinds that are read as a server gives them: the namespace is the project, and what a server adds is left aside.
extension Document {
  /// Whether `metadata.namespace` says whose it is, not `metadata.project`.
  public var isOfKubernetes: Bool { kind == ApplicationSets.kind || kind == ConfigMaps.kind }
}
