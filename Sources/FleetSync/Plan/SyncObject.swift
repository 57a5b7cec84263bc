public import FleetModel
public import Manifest

/// One object to apply.
public struct SyncObject: Hashable, Sendable {
  /// Who it is, with the namespace it goes to.
  public var identity: ObjectIdentity
  /// The document to apply, its namespace filled in.
  public var document: Node
  /// Whether the target owns it: false for the namespace that the order asked to create, which is neither judged nor
  /// deleted.
  public var isOwned: Bool

  /// Makes an object.
  public init(identity: ObjectIdentity, document: Node, isOwned: Bool = true) {
    self.identity = identity
    self.document = document
    self.isOwned = isOwned
  }
}

/// What a cluster knows about a kind.
public enum KindScope: Hashable, Sendable {
  /// Objects live in namespaces.
  case namespaced
  /// Objects live beside namespaces.
  case cluster
}

/// Reads a bundle's documents as objects of a cluster: names the namespace where a namespaced object has none, takes
/// it away where a cluster-wide one has one, and adds the namespace to create.
///
/// - Parameters:
///   - scopeOf: what the cluster says about a group and kind; nil when it does not know it. A kind that a definition
///     in the same bundle brings is read from there.
/// - Throws: a terminal `WriteFailure` naming the document for one without apiVersion, kind or name, and for one
///   object twice; a `noMatch` one for a kind nobody knows.
public func syncObjects(
  _ documents: [Node], order: Order, scopeOf: (_ group: String, _ kind: String) -> KindScope?
) throws(WriteFailure) -> [SyncObject] {
  let brought = scopesOfDefinitions(documents)
  var objects: [SyncObject] = []
  var seen: Set<ObjectIdentity> = []
  for (index, document) in documents.enumerated() {
    guard var identity = ObjectIdentity(of: document) else {
      throw WriteFailure(
        .content,
        "object \(index + 1) of bundle \(order.bundle?.short ?? "") is no Kubernetes object: apiVersion, kind and "
          + "metadata.name are needed")
    }
    let key = "\(identity.group)/\(identity.kind)"
    guard let scope = scopeOf(identity.group, identity.kind) ?? brought[key] else {
      throw WriteFailure(
        .noMatch, "\(identity.display): the cluster serves no kind \(identity.kind) of group \"\(identity.group)\"")
    }
    var placed = document
    switch scope {
    case .namespaced:
      if identity.namespace.isEmpty { identity.namespace = order.namespace.isEmpty ? "default" : order.namespace }
      placed["metadata"]?["namespace"] = Node(.string(identity.namespace))
    case .cluster:
      identity.namespace = ""
      placed["metadata"]?["namespace"] = nil
    }
    guard seen.insert(identity).inserted else {
      throw WriteFailure(.content, "\(identity.display) is in bundle \(order.bundle?.short ?? "") twice")
    }
    objects.append(SyncObject(identity: identity, document: placed))
  }
  if order.createNamespace, let namespace = namespaceToCreate(order.namespace), seen.insert(namespace.identity).inserted
  {
    objects.append(namespace)
  }
  return objects.sorted { isAppliedBefore($0.identity, $1.identity) }
}

/// The objects in groups: each group is applied when the one before is done, and definitions also established.
public func applyWaves(_ objects: [SyncObject]) -> [[SyncObject]] {
  var waves: [[SyncObject]] = []
  for object in objects.sorted(by: { isAppliedBefore($0.identity, $1.identity) }) {
    if let last = waves.last?.last, last.identity.applyRank == object.identity.applyRank {
      waves[waves.count - 1].append(object)
    } else {
      waves.append([object])
    }
  }
  return waves
}

/// Rank, then kind, namespace and name.
public func isAppliedBefore(_ left: ObjectIdentity, _ right: ObjectIdentity) -> Bool {
  let ranks = (left.applyRank, right.applyRank)
  if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
  return (left.group, left.kind, left.namespace, left.name) < (right.group, right.kind, right.namespace, right.name)
}

private func namespaceToCreate(_ name: String) -> SyncObject? {
  guard !name.isEmpty else { return nil }
  let document: Node = [
    "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": Node(.string(name))],
  ]
  return ObjectIdentity(of: document).map { SyncObject(identity: $0, document: document, isOwned: false) }
}

private func scopesOfDefinitions(_ documents: [Node]) -> [String: KindScope] {
  var scopes: [String: KindScope] = [:]
  for document in documents where document["kind"]?.string == "CustomResourceDefinition" {
    guard let group = document["spec", "group"]?.string, let kind = document["spec", "names", "kind"]?.string else {
      continue
    }
    scopes["\(group)/\(kind)"] = document["spec", "scope"]?.string == "Cluster" ? .cluster : .namespaced
  }
  return scopes
}
