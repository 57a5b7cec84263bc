public import Manifest

extension Adoption {
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

  /// What goes with the hand-over, because only the earlier appliers set it. A dry run does not show it: the fields are
  /// not ours yet.
  ///
  /// - Parameter fresh: the object as it would be created from our document. Earlier appliers also own the server's
  ///   defaults, and those come back.
  static func removals(from live: Node, answer: Node, fresh: Node?, to manager: String) -> [String] {
    guard let fresh, handedOver(of: live, to: manager) != nil else { return [] }
    var theirs = Node(.object(Object()))
    for entry in entries(live).filter(isApplier) { theirs = union(theirs, entry["fieldsV1"] ?? [:]) }
    var kept = Node(.object(Object()))
    for entry in entries(answer) where !isApplier(entry) { kept = union(kept, entry["fieldsV1"] ?? [:]) }
    var lines: [String] = []
    collect(theirs, kept, live, fresh, "", into: &lines)
    return isSecret(live) && !lines.isEmpty ? ["fields that are not shown"] : lines
  }

  private static func collect(
    _ theirs: Node, _ kept: Node?, _ live: Node, _ fresh: Node?, _ path: String, into lines: inout [String]
  ) {
    for entry in theirs.object?.entries ?? [] where entry.key != "." {
      guard let step = FieldStep(entry.key), let value = step.value(in: live) else { continue }
      let place = path.isEmpty && step.text.hasPrefix(".") ? String(step.text.dropFirst()) : path + step.text
      let rest = kept?[entry.key]
      let again = fresh.flatMap { step.value(in: $0) }
      let isLeaf = entry.value.object?.keys.allSatisfy { $0 == "." } ?? true
      if isLeaf || (!entry.key.hasPrefix("f:") && rest == nil && again == nil) {
        if rest == nil, again == nil { lines.append("\(place): \(text(value)) → (nothing)") }
      } else {
        collect(entry.value, rest, value, again, place, into: &lines)
      }
    }
  }

  private static func union(_ left: Node, _ right: Node) -> Node {
    var result = left
    for entry in right.object?.entries ?? [] {
      result[entry.key] = union(left[entry.key] ?? [:], entry.value)
    }
    return result
  }

  static func entries(_ node: Node) -> [Node] { node["metadata", "managedFields"]?.array ?? [] }

  static func isOwn(_ entry: Node, _ manager: String) -> Bool {
    entry["manager"]?.string == manager && entry["operation"]?.string == "Apply"
      && (entry["subresource"]?.string ?? "").isEmpty
  }

  /// Whether an entry is that of a program that applies whole documents. What people and controllers set by other
  /// means (`kubectl-edit`, `kube-controller-manager`) stays theirs.
  static func isApplier(_ entry: Node) -> Bool {
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
