public import Manifest

/// How a patch is written.
public enum PatchType: String, Sendable {
  /// RFC 6902.
  case json = "application/json-patch+json"
  /// RFC 7386.
  case merge = "application/merge-patch+json"
  /// Lists by their merge keys.
  case strategic = "application/strategic-merge-patch+json"
}

extension KubeClient {
  /// Server-side apply with our field manager.
  ///
  /// - Parameters:
  ///   - force: whether fields of other managers are taken over; otherwise they are a 409 that names them.
  ///   - dryRun: whether the server only tells what it would store.
  /// - Returns: the object as stored, the server's warnings, and whether there was none before.
  public func apply(
    _ document: Node, as identity: ObjectIdentity, force: Bool = true, dryRun: Bool = false
  ) async throws(KubeError) -> (object: Node, warnings: [String], isCreated: Bool) {
    let resource = try await resource(of: identity)
    var query = [(name: "fieldManager", value: fieldManager), (name: "force", value: force ? "true" : "false")]
    if dryRun { query.append(("dryRun", "All")) }
    let request = KubeRequest(
      .patch, resource.path(namespace: identity.namespace, name: identity.name), query: query,
      contentType: "application/apply-patch+yaml", body: JSON.bytes(document))
    let (answer, response) = try await write(request)
    return (answer, response.warnings, response.status == 201)
  }

  /// Creates an object; a 409 with reason AlreadyExists when it is there.
  public func create(_ document: Node, as identity: ObjectIdentity) async throws(KubeError) -> Node {
    let resource = try await resource(of: identity)
    let request = KubeRequest(
      .post, resource.path(namespace: identity.namespace), query: [("fieldManager", fieldManager)],
      contentType: "application/json", body: JSON.bytes(document))
    return try await write(request).answer
  }

  /// Replaces an object; a 409 with reason Conflict when its `metadata.resourceVersion` is no longer the newest.
  public func replace(_ document: Node, as identity: ObjectIdentity) async throws(KubeError) -> Node {
    let resource = try await resource(of: identity)
    let request = KubeRequest(
      .put, resource.path(namespace: identity.namespace, name: identity.name), query: [("fieldManager", fieldManager)],
      contentType: "application/json", body: JSON.bytes(document))
    return try await write(request).answer
  }

  /// Changes an object.
  public func patch(
    _ identity: ObjectIdentity, type: PatchType, _ patch: Node
  ) async throws(KubeError) -> Node {
    let resource = try await resource(of: identity)
    let request = KubeRequest(
      .patch, resource.path(namespace: identity.namespace, name: identity.name),
      query: [("fieldManager", fieldManager)],
      contentType: type.rawValue, body: JSON.bytes(patch))
    return try await write(request).answer
  }

  /// Deletes an object and, in the background, what it owns. No error when it is not there.
  ///
  /// - Parameter uid: the object meant: one that was created again under its name stays, with a 409.
  public func delete(_ identity: ObjectIdentity, uid: String?) async throws(KubeError) {
    let resource = try await resource(of: identity)
    var options: Node = ["apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"]
    if let uid { options["preconditions"] = ["uid": Node(.string(uid))] }
    let request = KubeRequest(
      .delete, resource.path(namespace: identity.namespace, name: identity.name), contentType: "application/json",
      body: JSON.bytes(options))
    do { _ = try await write(request) } catch {
      guard error.status == 404 else { throw error }
    }
  }
}
