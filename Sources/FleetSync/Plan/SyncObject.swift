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
  /// What its annotations ask.
  public var options: SyncOptions
  /// Of a hook: the point of the order that it is run for.
  public var phase: Hook.Phase?
  /// Of a hook that is run: which run it is, as its annotation says.
  public var run: String?
  /// Whether somebody else may have applied it before, so that it has to be looked at first.
  public var isNew = false
  /// Whether a dry run has just said that it is not there.
  public var isAbsent = false
  /// Whether it was decrypted here: nothing of its content may leave the agent.
  public var isDecrypted = false

  /// Makes an object.
  public init(
    identity: ObjectIdentity, document: Node, isOwned: Bool = true, options: SyncOptions = SyncOptions()
  ) {
    self.identity = identity
    self.document = document
    self.isOwned = isOwned
    self.options = options
  }

  /// Whether it is run instead of being kept.
  public var isHook: Bool { options.hook != nil }

  /// The hook as one order runs it.
  func running(in generation: Generation) -> SyncObject {
    guard let phase else { return self }
    var copy = self
    let name = "\(generation)/\(phase.rawValue)"
    copy.run = name
    if document["metadata", "annotations"]?.object == nil { copy.document["metadata"]?["annotations"] = [:] }
    copy.document["metadata"]?["annotations"]?[Hook.runAnnotation] = Node(.string(name))
    return copy
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
/// Objects that are to be left out (`hook: Skip`) are; kept ones get the label of the target's ApplySet.
///
/// - Parameters:
///   - applySet: the target's; nil for no label.
///   - decrypted: the places of the documents that were decrypted.
///   - scopeOf: what the cluster says about a group and kind; nil when it does not know it. A kind that a definition
///     in the same bundle brings is read from there.
/// - Throws: a terminal `WriteFailure` naming the document for one without apiVersion, kind or name, and for one
///   object twice; a `noMatch` one for a kind nobody knows.
public func syncObjects(
  _ documents: [Node], order: Order, applySet: ApplySet? = nil, decrypted: Set<Int> = [],
  scopeOf: (_ group: String, _ kind: String) -> KindScope?
) throws(WriteFailure) -> [SyncObject] {
  let brought = scopesOfDefinitions(documents)
  let bundle = order.bundle.map { " in bundle \($0.short)" } ?? ""
  var objects: [SyncObject] = []
  var seen: Set<ObjectIdentity> = []
  var wrong: [String] = []
  for (index, document) in documents.enumerated() {
    guard var identity = ObjectIdentity(of: document) else {
      throw WriteFailure(
        .content,
        "object \(index + 1)\(bundle) is no Kubernetes object: apiVersion, kind and "
          + "metadata.name are needed")
    }
    let options: SyncOptions
    do { options = try SyncOptions(of: document) } catch {
      wrong.append(error.message)
      continue
    }
    if options.isSkipped { continue }
    let key = "\(identity.group)/\(identity.kind)"
    // A kind that may be missing is taken for a namespaced one, as most are.
    let guess = options.maySkipDryRun ? KindScope.namespaced : nil
    guard let scope = scopeOf(identity.group, identity.kind) ?? brought[key] ?? guess else {
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
      throw WriteFailure(.content, "\(identity.display) is twice there\(bundle)")
    }
    if let applySet, options.hook == nil { placed = applySet.marking(placed) }
    var object = SyncObject(identity: identity, document: placed, options: options)
    object.isDecrypted = decrypted.contains(index)
    if object.isDecrypted, options.hook?.phases.contains(where: \.isOfDeletion) == true {
      // It would be kept in plain sight until then.
      wrong.append("\(identity.display) is encrypted with SOPS, and so it cannot be a hook of the removal")
    }
    objects.append(object)
  }
  guard wrong.isEmpty else { throw WriteFailure(.content, wrong.joined(separator: "; ")) }
  if order.createNamespace, let namespace = namespaceToCreate(order.namespace), seen.insert(namespace.identity).inserted
  {
    objects.append(namespace)
  }
  return objects.sorted { isAppliedBefore($0.identity, $1.identity) }
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
