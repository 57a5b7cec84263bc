public import Manifest

/// Objects that are watched together: one kind in one namespace.
public struct WatchScope: Hashable, Sendable, Comparable {
  /// The API group; empty for the core.
  public var group: String
  /// The kind.
  public var kind: String
  /// The namespace; empty for kinds beside namespaces.
  public var namespace: String

  /// Makes a scope.
  public init(group: String, kind: String, namespace: String) {
    self.group = group
    self.kind = kind
    self.namespace = namespace
  }

  /// The scope of an object.
  public init(of identity: ObjectIdentity) {
    self.init(group: identity.group, kind: identity.kind, namespace: identity.namespace)
  }

  /// Whether its objects are Pods, which are looked at for their owners' sake.
  public var isPods: Bool { group.isEmpty && kind == "Pod" }

  /// Group, kind, namespace.
  public static func < (left: WatchScope, right: WatchScope) -> Bool {
    (left.group, left.kind, left.namespace) < (right.group, right.kind, right.namespace)
  }

  /// The scopes that judging these objects needs: their own, and the Pods beside workloads.
  static func needed(for identities: some Sequence<ObjectIdentity>) -> Set<WatchScope> {
    var scopes: Set<WatchScope> = []
    for identity in identities {
      scopes.insert(WatchScope(of: identity))
      if runsPods(identity) { scopes.insert(WatchScope(group: "", kind: "Pod", namespace: identity.namespace)) }
    }
    return scopes
  }

  private static func runsPods(_ identity: ObjectIdentity) -> Bool {
    switch (identity.group, identity.kind) {
    case ("apps", _), ("batch", "Job"), ("", "ReplicationController"): true
    default: false
    }
  }
}
