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
  ///   - applySet: ours.
  public init?(of live: Node, answer: Node, manager: String, applySet: ApplySet) {
    keeper = Self.keeper(of: live, except: applySet)
    let isOurs = Self.entries(live).contains { Self.isOwn($0, manager) }
    guard !isOurs || keeper != nil else { return nil }
    managers = Self.entries(live).filter(Self.isApplier).compactMap { $0["manager"]?.string }.uniqueInOrder
    changes = Self.changes(from: live, to: answer)
  }

  /// What differs between two states of an object, one field a line, without what the server writes. Of a Secret it is
  /// only told that something does.
  public static func changes(from live: Node, to answer: Node) -> [String] {
    let changes = difference(from: content(live), to: content(answer))
    if live["kind"]?.string == "Secret", !changes.isEmpty { return ["values that are not shown"] }
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

  private static func text(_ node: Node?) -> String {
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

  /// The managed fields of an object whose earlier appliers hand over to us: one entry of ours that owns what they
  /// owned, so that what they set and the bundle does not is removed by the next apply (kube-facts 048). Nil when there
  /// is nothing to hand over.
  public static func handedOver(of live: Node, to manager: String) -> Node? {
    let entries = entries(live)
    let appliers = entries.filter(isApplier)
    guard let first = appliers.first, !entries.contains(where: { isOwn($0, manager) }) else { return nil }
    var fields = Node(.object(Object()))
    for entry in appliers { fields = union(fields, entry["fieldsV1"] ?? [:]) }
    var own = first
    own["manager"] = Node(.string(manager))
    own["operation"] = "Apply"
    own["fieldsV1"] = fields
    return Node(.array([own] + entries.filter { !isApplier($0) }))
  }

  private static func union(_ left: Node, _ right: Node) -> Node {
    var result = left
    for entry in right.object?.entries ?? [] {
      result[entry.key] = union(left[entry.key] ?? [:], entry.value)
    }
    return result
  }

  private static func entries(_ node: Node) -> [Node] { node["metadata", "managedFields"]?.array ?? [] }

  private static func isOwn(_ entry: Node, _ manager: String) -> Bool {
    entry["manager"]?.string == manager && entry["operation"]?.string == "Apply"
      && (entry["subresource"]?.string ?? "").isEmpty
  }

  /// Whether an entry is that of a program that applies whole documents. What people and controllers set by other
  /// means (`kubectl-edit`, `kube-controller-manager`) stays theirs.
  private static func isApplier(_ entry: Node) -> Bool {
    guard (entry["subresource"]?.string ?? "").isEmpty, let manager = entry["manager"]?.string else { return false }
    let isApply = entry["operation"]?.string == "Apply"
    switch manager {
    case "kubectl-client-side-apply", "before-first-apply", "helm", "Helm", "helm-controller", "kustomize-controller",
      "argocd-controller", "argocd-application-controller":
      return true
    case "kubectl": return isApply
    default: return isApply && manager.hasPrefix("applyset")
    }
  }
}

extension [String] {
  /// Each once, where it is first.
  var uniqueInOrder: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
