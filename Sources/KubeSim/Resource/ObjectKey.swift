import Manifest

/// Where an object is stored.
public struct ObjectKey: Hashable, Sendable, Comparable {
  /// `group/plural`.
  var storage: String
  /// The namespace; empty for a cluster-wide object.
  public var namespace: String
  /// The name.
  public var name: String

  init(_ type: ResourceType, _ namespace: String, _ name: String) {
    storage = type.storage
    self.namespace = type.isNamespaced ? namespace : ""
    self.name = name
  }

  init(storage: String, namespace: String, name: String) {
    self.storage = storage
    self.namespace = namespace
    self.name = name
  }

  /// By collection, namespace and name.
  public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
    (left.storage, left.namespace, left.name) < (right.storage, right.namespace, right.name)
  }
}

extension Node {
  var objectName: String { self["metadata", "name"]?.string ?? "" }
  var objectNamespace: String { self["metadata", "namespace"]?.string ?? "" }
  var uid: String { self["metadata", "uid"]?.string ?? "" }
  var resourceVersion: String { self["metadata", "resourceVersion"]?.string ?? "" }
  var generation: Int { Int(self["metadata", "generation"]?.integer ?? 0) }
  var isDeleting: Bool { self["metadata", "deletionTimestamp"] != nil }
  var finalizers: [String] { (self["metadata", "finalizers"]?.array ?? []).compactMap(\.string) }

  func label(_ name: String) -> String? { self["metadata", "labels", name]?.string }

  /// The uids of all owners.
  var ownerUIDs: [String] { (self["metadata", "ownerReferences"]?.array ?? []).compactMap { $0["uid"]?.string } }

  /// The owner with `controller: true`.
  var controllerOwner: Node? {
    self["metadata", "ownerReferences"]?.array?.first { $0["controller"]?.boolean == true }
  }

  /// Sets or removes a value at a path of keys, making maps on the way.
  mutating func set(_ path: [String], _ value: Node?) {
    guard let first = path.first else { return }
    if path.count == 1 {
      self[first] = value
      return
    }
    var child = self[first] ?? Node(.object(Object()))
    if value == nil, self[first] == nil { return }
    child.set(Array(path.dropFirst()), value)
    self[first] = child
  }

  /// Sets a value where there is none (or null).
  mutating func setDefault(_ path: [String], _ value: Node) {
    var current: Node? = self
    for key in path { current = current?[key] }
    if current == nil || current?.isNull == true { set(path, value) }
  }

  func at(_ path: [String]) -> Node? {
    var current: Node? = self
    for key in path { current = current?[key] }
    return current
  }

  static func text(_ value: String) -> Node { Node(.string(value)) }
  static func number(_ value: Int) -> Node { Node(.integer(Int64(value))) }
  static func list(_ values: [Node]) -> Node { Node(.array(values)) }
}
