internal import FleetModel
internal import FleetPorts
internal import Manifest

/// A difference in one object between two bundles; Secret data is masked.
public struct ObjectChange: Hashable, Sendable {
  /// What would happen to the object.
  public enum Action: String, Sendable {
    /// It is new.
    case added
    /// It differs.
    case changed
    /// It would be deleted.
    case removed
  }

  /// The object as `Kind namespace/name`.
  public var object: String
  /// What would happen to it.
  public var action: Action
  /// The fields that differ, one line each: `path: old → new`.
  public var fields: [String]
}

/// Compares the objects of two bundles, given as canonical JSON texts.
enum BundleDifference {
  static func changes(from old: [[UInt8]], to new: [[UInt8]]) -> [ObjectChange] {
    let before = objects(old)
    let after = objects(new)
    var changes: [ObjectChange] = []
    for identity in Set(before.keys).union(after.keys).sorted() {
      switch (before[identity], after[identity]) {
      case (nil, .some): changes.append(ObjectChange(object: identity.display, action: .added, fields: []))
      case (.some, nil): changes.append(ObjectChange(object: identity.display, action: .removed, fields: []))
      case (let left?, let right?) where left != right:
        changes.append(ObjectChange(object: identity.display, action: .changed, fields: fields(identity, left, right)))
      default: break
      }
    }
    return changes
  }

  /// An object as it may be shown: of a Secret the keys, not the values.
  static func withoutSecrets(_ text: [UInt8]) -> [UInt8] {
    guard var node = try? JSON.parse(text), let identity = ObjectIdentity(of: node),
      identity.group.isEmpty, identity.kind == "Secret"
    else { return text }
    for field in ["data", "stringData"] {
      guard let values = node[field]?.object else { continue }
      for key in values.keys { node[field]?[key] = "(hidden)" }
    }
    return JSON.bytes(node)
  }

  private static func objects(_ texts: [[UInt8]]) -> [ObjectIdentity: Node] {
    var result: [ObjectIdentity: Node] = [:]
    for text in texts {
      if let node = try? JSON.parse(text), let identity = ObjectIdentity(of: node) { result[identity] = node }
    }
    return result
  }

  private static func fields(_ identity: ObjectIdentity, _ left: Node, _ right: Node) -> [String] {
    let isSecret = identity.group.isEmpty && identity.kind == "Secret"
    return difference(from: left, to: right).map { change in
      let isMasked = isSecret && (change.path.hasPrefix("data") || change.path.hasPrefix("stringData"))
      let old = isMasked ? "(hidden)" : text(change.old)
      let new = isMasked ? "(hidden)" : text(change.new)
      return "\(change.path): \(old) → \(new)"
    }
  }

  private static func text(_ node: Node?) -> String {
    guard let node else { return "nothing" }
    let text = node.string ?? JSON.text(node, sortedKeys: true)
    return text.count > 200 ? text.prefix(200) + "…" : text
  }
}
