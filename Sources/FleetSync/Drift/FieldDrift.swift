public import Manifest

/// A field of ours that has another value in the cluster.
public struct FieldDrift: Hashable, Sendable {
  /// The place, for example `spec.template.spec.containers[name=web].image`.
  public var field: String
  /// The value as we applied it; nil when it is a whole map or list.
  public var old: Node?
  /// The value found; nil when the field is gone.
  public var new: Node?
  /// Who owns the field now, as far as the cluster tells; empty when it does not.
  public var changedBy: String
  /// When its owner changed it last, as the cluster writes times; empty when it does not tell.
  public var changedAt: String
  /// All who own it beside us.
  var owners: Set<String>
  /// Whether a program sets it through the scale subresource, as autoscalers do: their business, no drift.
  var isScaledByProgram: Bool

  init(path: [String], old: Node?, new: Node?, others: [Node]) {
    let text = path.compactMap(FieldStep.init).map(\.text).joined()
    field = text.hasPrefix(".") ? String(text.dropFirst()) : text
    self.old = old
    self.new = new
    let owning = others.filter { Self.owns($0["fieldsV1"], path) }
    owners = Set(owning.compactMap { $0["manager"]?.string })
    let owner = owning.last
    changedBy = owner?["manager"]?.string ?? ""
    changedAt = owner?["time"]?.string ?? ""
    // `kubectl scale` uses the same subresource, and a person's hand is drift.
    isScaledByProgram = owner?["subresource"]?.string == "scale" && !changedBy.hasPrefix("kubectl")
  }

  private static func owns(_ fields: Node?, _ path: [String]) -> Bool {
    var current = fields
    for key in path { current = current?[key] }
    return current != nil
  }

  /// `Deployment shop/web spec.replicas: 3 → 5 by kubectl-edit`; the values of Secrets are never shown.
  ///
  /// - Parameter isHidden: whether no value at all may be shown, as the object was decrypted here.
  public func line(of identity: ObjectIdentity, isHidden: Bool = false) -> String {
    let isSecret = identity.group.isEmpty && identity.kind == "Secret"
    let isShown = !isHidden && (!isSecret || field.hasPrefix("metadata."))
    let isRemoved = new == nil && (old == nil || !isShown)
    let change =
      if isRemoved { "removed" } else if !isShown { "changed (value hidden)" } else {
        "\(Self.text(old)) → \(Self.text(new))"
      }
    let author = changedBy.isEmpty ? "" : " by \(changedBy)" + (changedAt.isEmpty ? "" : " at \(changedAt)")
    return "\(identity.display) \(field): \(change)\(author)"
  }

  private static func text(_ node: Node?) -> String {
    guard let node else { return "(nothing)" }
    let text = JSON.plainText(node)
    return text.count <= 120 ? text : text.prefix(117) + "…"
  }
}
