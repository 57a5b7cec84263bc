/// Which Kubernetes object a manifest is about. The version is how it is spoken of, not which one it is: it takes no part
/// in equality and order.
public struct ObjectIdentity: Sendable {
  /// The API group; empty for the core group.
  public var group: String
  /// The API version that the manifest is written in, for example `v1`.
  public var version: String
  /// The kind.
  public var kind: String
  /// The namespace; empty for none.
  public var namespace: String
  /// The name.
  public var name: String

  /// Makes an identity.
  public init(group: String, version: String, kind: String, namespace: String = "", name: String) {
    self.group = group
    self.version = version
    self.kind = kind
    self.namespace = namespace
    self.name = name
  }

  /// The identity of a manifest; nil unless it has texts as `apiVersion`, `kind` and `metadata.name`.
  public init?(of node: Node) {
    guard let apiVersion = node["apiVersion"]?.string, !apiVersion.isEmpty,
      let kind = node["kind"]?.string, !kind.isEmpty,
      let name = node["metadata", "name"]?.string, !name.isEmpty
    else { return nil }
    let parts = apiVersion.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    self.init(
      group: parts.count == 2 ? String(parts[0]) : "", version: String(parts[parts.count - 1]), kind: kind,
      namespace: node["metadata", "namespace"]?.string ?? "", name: name)
  }

  /// The `apiVersion` of the manifest.
  public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// `group/Kind/namespace/name`, as orders and inventories write it; group and namespace may be empty.
  public var text: String { "\(group)/\(kind)/\(namespace)/\(name)" }

  /// Reads what `text` wrote; nil for anything else. The version is unknown then, and empty.
  public init?(text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 4, !parts[1].isEmpty, !parts[3].isEmpty else { return nil }
    self.init(
      group: String(parts[0]), version: "", kind: String(parts[1]), namespace: String(parts[2]),
      name: String(parts[3]))
  }

  /// The object as people write it, for example `Deployment shop/web` or `Namespace shop`.
  public var display: String { namespace.isEmpty ? "\(kind) \(name)" : "\(kind) \(namespace)/\(name)" }
}

extension ObjectIdentity: Hashable, Comparable {
  /// Compares everything but the version.
  public static func == (left: Self, right: Self) -> Bool {
    left.group == right.group && left.kind == right.kind && left.namespace == right.namespace
      && left.name == right.name
  }

  /// Hashes everything but the version.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(group)
    hasher.combine(kind)
    hasher.combine(namespace)
    hasher.combine(name)
  }

  /// Orders by group, kind, namespace and name, bytewise.
  public static func < (left: Self, right: Self) -> Bool {
    if !sameBytes(left.group, right.group) { return precedesBytewise(left.group, right.group) }
    if !sameBytes(left.kind, right.kind) { return precedesBytewise(left.kind, right.kind) }
    if !sameBytes(left.namespace, right.namespace) { return precedesBytewise(left.namespace, right.namespace) }
    return precedesBytewise(left.name, right.name)
  }
}
