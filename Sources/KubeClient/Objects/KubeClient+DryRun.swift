public import Manifest

extension KubeClient {
  /// Has the server try out a creation, under a name of its own making: no name has to be free.
  ///
  /// - Returns: what it would store.
  public func tryOut(_ document: Node, as identity: ObjectIdentity) async throws(KubeError) -> Node {
    var document = document
    document["metadata"]?["generateName"] = Node(.string("\(identity.name.prefix(50))-"))
    document["metadata"]?["name"] = nil
    let resource = try await resource(of: identity)
    let request = KubeRequest(
      .post, resource.path(namespace: identity.namespace), query: [("fieldManager", fieldManager), ("dryRun", "All")],
      contentType: "application/json", body: JSON.bytes(document))
    return try await write(request).answer
  }

  /// Has the server try out a replacement; see `replace`.
  ///
  /// - Returns: what it would store.
  public func tryOutReplacement(_ document: Node, as identity: ObjectIdentity) async throws(KubeError) -> Node {
    let resource = try await resource(of: identity)
    let request = KubeRequest(
      .put, resource.path(namespace: identity.namespace, name: identity.name),
      query: [("fieldManager", fieldManager), ("dryRun", "All")], contentType: "application/json",
      body: JSON.bytes(document))
    return try await write(request).answer
  }
}
