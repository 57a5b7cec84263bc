public import Manifest

/// The objects of a list at one moment.
public struct KubeList: Sendable {
  /// The objects, each with its apiVersion and kind.
  public var items: [Node]
  /// The moment, from which a watch can go on.
  public var resourceVersion: String
}

extension KubeClient {
  /// Reads an object; nil when it is not there.
  public func get(_ identity: ObjectIdentity) async throws(KubeError) -> Node? {
    try await get(try await resource(of: identity), namespace: identity.namespace, name: identity.name)
  }

  /// Reads an object of a resource that is known by its plural; nil when it is not there.
  public func get(_ resource: KubeResource, namespace: String, name: String) async throws(KubeError) -> Node? {
    do {
      return try await read(KubeRequest(.get, resource.path(namespace: namespace, name: name)))
    } catch {
      guard error.status == 404 else { throw error }
      return nil
    }
  }

  /// Lists all objects, page by page. When the server forgets the list on the way (410) it starts again, and when that
  /// happens twice everything is asked for in one answer, which needs no memory.
  ///
  /// - Parameters:
  ///   - namespace: empty for all of them.
  ///   - labelSelector: empty for no restriction.
  ///   - name: the only object that matters; empty for all.
  public func list(
    _ resource: KubeResource, namespace: String = "", labelSelector: String = "", name: String = "", pageSize: Int = 500
  ) async throws(KubeError) -> KubeList {
    var items: [Node] = []
    var token = ""
    var restarts = 0
    while true {
      var query: [(name: String, value: String)] = restarts > 1 ? [] : [("limit", String(pageSize))]
      if !labelSelector.isEmpty { query.append(("labelSelector", labelSelector)) }
      if !name.isEmpty { query.append(("fieldSelector", "metadata.name=\(name)")) }
      if !token.isEmpty { query.append(("continue", token)) }
      let page: Node
      do { page = try await read(KubeRequest(.get, resource.path(namespace: namespace), query: query)) } catch {
        guard error.status == 410, !token.isEmpty else { throw error }
        restarts += 1
        items = []
        token = ""
        continue
      }
      items += (page["items"]?.array ?? []).map { Self.complete($0, of: resource) }
      token = page["metadata", "continue"]?.string ?? ""
      guard !token.isEmpty else {
        return KubeList(items: items, resourceVersion: page["metadata", "resourceVersion"]?.string ?? "")
      }
    }
  }

  /// Items of a list do not repeat their apiVersion and kind.
  private static func complete(_ item: Node, of resource: KubeResource) -> Node {
    guard item["kind"] == nil else { return item }
    var item = item
    item["apiVersion"] = Node(
      .string(resource.group.isEmpty ? resource.version : "\(resource.group)/\(resource.version)"))
    item["kind"] = Node(.string(resource.kind))
    return item
  }
}
