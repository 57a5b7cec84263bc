public import Manifest

/// An object that is in the cluster already when a target gets it: who applied it, and what changes.
public struct Adoption: Hashable, Sendable {
  /// The program that keeps it, for example `Argo CD application shop`; nil when only `kubectl` or nobody did.
  public var keeper: String?
  /// Managers whose fields become ours.
  public var managers: [String]
  /// What changes, one field a line.
  public var changes: [String]

  /// Reads a live object that we have not applied yet; nil when our manager owns fields of it already.
  ///
  /// - Parameters:
  ///   - answer: what a dry apply made of it.
  ///   - fresh: what a dry creation would make of our document; nil when the server did not tell.
  ///   - applySet: ours.
  public init?(of live: Node, answer: Node, fresh: Node?, manager: String, applySet: ApplySet) {
    keeper = Self.keeper(of: live, except: applySet)
    let isOurs = Self.entries(live).contains { Self.isOwn($0, manager) }
    guard !isOurs || keeper != nil else { return nil }
    managers = Self.entries(live).filter(Self.isApplier).compactMap { $0["manager"]?.string }.uniqueInOrder
    changes =
      Self.changes(from: live, to: answer) + Self.removals(from: live, answer: answer, fresh: fresh, to: manager)
  }

  /// What differs between two states of an object, one field a line, without what the server writes. Of a Secret it is
  /// only told that something does.
  public static func changes(from live: Node, to answer: Node) -> [String] {
    let changes = difference(from: content(live), to: content(answer))
    if isSecret(live), !changes.isEmpty { return ["values that are not shown"] }
    return changes.map { "\($0.path): \(text($0.old)) → \(text($0.new))" }
  }

  /// For people: `from Argo CD application shop, changes spec.replicas: 2 → 3`.
  public var text: String {
    let origin = keeper ?? (managers.isEmpty ? "nobody that is known" : managers.joined(separator: ", "))
    return "from \(origin), \(Self.summary(changes))"
  }

  /// `changes spec.replicas: 2 → 3 and 4 more`, or that nothing does.
  public static func summary(_ changes: [String]) -> String {
    let more = changes.count > 3 ? " and \(changes.count - 3) more" : ""
    return changes.isEmpty ? "nothing changes" : "changes " + changes.prefix(3).joined(separator: "; ") + more
  }

  static func isSecret(_ node: Node) -> Bool { node["kind"]?.string == "Secret" }

  static func text(_ node: Node?) -> String {
    node.map { String(JSON.plainText($0).prefix(60)) } ?? "(nothing)"
  }

  /// The object without what the server writes.
  private static func content(_ node: Node) -> Node {
    var node = node
    node["status"] = nil
    for field in ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"] {
      node["metadata"]?[field] = nil
    }
    node["metadata"]?["labels"]?[ApplySet.memberLabel] = nil
    if node["metadata", "labels"]?.object?.isEmpty == true { node["metadata"]?["labels"] = nil }
    return node
  }

  /// The program whose tracking marks the object bears.
  static func keeper(of live: Node, except applySet: ApplySet) -> String? {
    let labels = live["metadata", "labels"]
    let annotations = live["metadata", "annotations"]
    if let id = annotations?["argocd.argoproj.io/tracking-id"]?.string {
      return "Argo CD application \(id.prefix { $0 != ":" })"
    }
    if let name = labels?["argocd.argoproj.io/instance"]?.string { return "Argo CD application \(name)" }
    for (prefix, kind) in [("kustomize", "Kustomization"), ("helm", "HelmRelease")] {
      if let name = labels?["\(prefix).toolkit.fluxcd.io/name"]?.string {
        let namespace = labels?["\(prefix).toolkit.fluxcd.io/namespace"]?.string ?? ""
        return "Flux \(kind) \(namespace.isEmpty ? name : "\(namespace)/\(name)")"
      }
    }
    if let name = annotations?["meta.helm.sh/release-name"]?.string {
      let namespace = annotations?["meta.helm.sh/release-namespace"]?.string ?? ""
      return "Helm release \(namespace.isEmpty ? name : "\(namespace)/\(name)")"
    }
    if let set = labels?[ApplySet.memberLabel]?.string, set != applySet.id { return "ApplySet \(set)" }
    return nil
  }
}

extension [String] {
  /// Each once, where it is first.
  var uniqueInOrder: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
