public import Manifest

/// What we applied to an object as the server stored it: the fields that our manager owned then, and their values.
///
/// Comparing against the stored form makes defaults and canonical quantities (`1024Mi` → `1Gi`) no difference, and
/// looking only at our own fields makes those of autoscalers and other managers none.
public struct OwnedFields: Hashable, Sendable {
  /// The field set of our manager, in the form of `managedFields[].fieldsV1`.
  private var fields: Node
  /// The object's content under those fields.
  private var stored: Node
  /// The fields whose differences do not count.
  private var ignored: IgnoredFields

  /// Reads what the server answered to an apply, dry or real; nil when our manager owns nothing in it.
  public init?(applied answer: Node, manager: String, ignoring ignored: IgnoredFields = IgnoredFields()) {
    guard let fields = Self.fields(of: manager, in: answer), fields.object?.isEmpty == false else { return nil }
    self.fields = fields
    self.ignored = ignored
    stored = Self.projection(of: ignored.removed(from: answer), on: fields) ?? .init(.null)
  }

  private static func fields(of manager: String, in node: Node) -> Node? {
    let entries = node["metadata", "managedFields"]?.array ?? []
    let own = entries.first { entry in
      entry["manager"]?.string == manager && entry["operation"]?.string == "Apply"
        && (entry["subresource"]?.string ?? "").isEmpty
    }
    return own?["fieldsV1"]
  }

  /// Whether our manager still owns exactly these fields.
  func areOwned(in live: Node, by manager: String) -> Bool { Self.fields(of: manager, in: live) == fields }

  /// The fields whose values differ in the live object, in the order of the field set; empty when there are none.
  public func differences(in live: Node, manager: String) -> [FieldDrift] {
    let live = ignored.removed(from: live)
    guard Self.projection(of: live, on: fields) != stored else { return [] }
    let others = (live["metadata", "managedFields"]?.array ?? []).filter {
      !($0["manager"]?.string == manager && $0["operation"]?.string == "Apply")
    }
    var found: [FieldDrift] = []
    Self.compare(fields, stored, live, path: [], others: others, into: &found)
    return found.filter { !$0.isScaledByProgram && $0.owners.isDisjoint(with: ignored.managers) }
  }

  /// The part of an object that a field set names; nil when none of it is there.
  static func projection(of node: Node, on fields: Node) -> Node? {
    guard let entries = fields.object?.entries, !entries.isEmpty else { return node }
    var object = Object()  // stays empty for a set of only ".": we own that it is there, others what is in it
    for entry in entries where entry.key != "." {
      if let part = FieldStep(entry.key)?.value(in: node).flatMap({ projection(of: $0, on: entry.value) }) {
        object[entry.key] = part
      }
    }
    return Node(.object(object))
  }

  private static func compare(
    _ fields: Node, _ stored: Node?, _ live: Node?, path: [String], others: [Node], into found: inout [FieldDrift]
  ) {
    let isWhole = fields.object?.isEmpty ?? true
    guard let live, !isWhole else {
      let before = isWhole ? stored : nil
      if live == nil || before != live { found.append(FieldDrift(path: path, old: before, new: live, others: others)) }
      return
    }
    for entry in fields.object?.entries ?? [] where entry.key != "." {
      // `stored` is a projection: it is keyed by the field set's own keys.
      let before = stored?[entry.key]
      let now = FieldStep(entry.key)?.value(in: live)
      if before == nil && now == nil { continue }
      compare(entry.value, before, now, path: path + [entry.key], others: others, into: &found)
    }
  }
}

/// One key of a field set: `f:name`, `k:{"name":"web"}`, `v:"value"` or `i:3`.
enum FieldStep {
  case field(String)
  case item(Node)
  case member(Node)
  case index(Int)

  init?(_ key: String) {
    let rest = String(key.dropFirst(2))
    switch key.prefix(2) {
    case "f:": self = .field(rest)
    case "k:":
      guard let keys = try? JSON.parse(Array(rest.utf8)) else { return nil }
      self = .item(keys)
    case "v:":
      guard let value = try? JSON.parse(Array(rest.utf8)) else { return nil }
      self = .member(value)
    case "i:":
      guard let index = Int(rest) else { return nil }
      self = .index(index)
    default: return nil
    }
  }

  func value(in node: Node) -> Node? {
    switch self {
    case .field(let name): node[name]
    case .item(let keys):
      node.array?.first { item in (keys.object?.entries ?? []).allSatisfy { item[$0.key] == $0.value } }
    case .member(let value): node.array?.first { $0 == value }
    case .index(let index): node[index]
    }
  }

  /// `.name`, `[name=web]` or `[3]`, to be put behind the path so far.
  var text: String {
    switch self {
    case .field(let name): "." + name
    case .item(let keys):
      "[" + (keys.object?.entries ?? []).map { "\($0.key)=\(JSON.plainText($0.value))" }.joined(separator: ",") + "]"
    case .member(let value): "[\(JSON.plainText(value))]"
    case .index(let index): "[\(index)]"
    }
  }
}

extension JSON {
  /// A text as it is, anything else as JSON.
  static func plainText(_ node: Node) -> String { node.string ?? text(node, sortedKeys: true) }
}
