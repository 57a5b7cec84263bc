/// How a kind is addressed.
public struct KubeResource: Hashable, Sendable {
  /// The API group; empty for the core.
  public var group: String
  /// The version of the API.
  public var version: String
  /// The kind.
  public var kind: String
  /// The resource's plural name, as in paths.
  public var plural: String
  /// Whether its objects live in namespaces.
  public var isNamespaced: Bool

  /// Makes a resource.
  public init(group: String, version: String, kind: String, plural: String, isNamespaced: Bool) {
    self.group = group
    self.version = version
    self.kind = kind
    self.plural = plural
    self.isNamespaced = isNamespaced
  }

  /// The path of an object, or of all objects of a namespace or the cluster.
  ///
  /// - Parameters:
  ///   - namespace: empty for all of them.
  ///   - name: nil for the list.
  public func path(namespace: String = "", name: String? = nil) -> String {
    var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
    if isNamespaced, !namespace.isEmpty { path += "/namespaces/\(PercentEncoding.encode(namespace))" }
    path += "/\(plural)"
    if let name { path += "/\(PercentEncoding.encode(name))" }
    return path
  }
}
