import Manifest

/// What kinds a cluster serves, remembered, and asked for again for a kind that is not among them, since a definition
/// may have brought it.
///
/// A server since 1.26 tells everything in two answers (aggregated discovery), which are not sent again while they are
/// the same. An older one is asked group by group, and so is a newer one for a group whose own server does not answer.
actor Discovery {
  private let fetch: @Sendable (KubeRequest) async throws(KubeError) -> KubeResponse
  /// What `/api` and `/apis` said, by path.
  private var aggregated: [String: AggregatedDiscovery] = [:]
  private var isClassic = false
  private var resources: [String: [KubeResource]] = [:]
  private var preferred: [String: String] = [:]

  init(fetch: @escaping @Sendable (KubeRequest) async throws(KubeError) -> KubeResponse) { self.fetch = fetch }

  /// The resource of a kind.
  ///
  /// - Parameter version: empty for the one that the server prefers.
  /// - Throws: a `KubeError` of kind `noMatch` when the cluster does not serve it.
  func resource(group: String, version: String, kind: String) async throws(KubeError) -> KubeResource {
    let root = group.isEmpty ? "/api" : "/apis"
    if let found = aggregated[root]?.resource(group: group, version: version, kind: kind) { return found }
    if let known = try await aggregated(root) {
      if let found = known.resource(group: group, version: version, kind: kind) { return found }
      // A group whose server was away when it was asked may be incomplete here: its own answer counts, or its error.
      guard known.isStale(group: group, version: version) else { throw Self.noMatch(kind, group, version) }
    }
    return try await classic(group: group, version: version, kind: kind)
  }

  /// The API versions that definitions and other servers have brought, as ``KubeClient/extensions()`` says.
  func extensions() async throws(KubeError) -> [String] {
    if let known = try await aggregated("/apis") { return known.extensions }
    let groups = (try await read("/apis"))?["groups"]?.array ?? []
    return groups.filter { !AggregatedDiscovery.isOwn($0["name"]?.string ?? "") }
      .flatMap { $0["versions"]?.array ?? [] }.compactMap { $0["groupVersion"]?.string }.sorted()
  }

  /// Everything that a root says now; nil from a server that does not aggregate.
  private func aggregated(_ root: String) async throws(KubeError) -> AggregatedDiscovery? {
    guard !isClassic else { return nil }
    let known = aggregated[root]
    let request = KubeRequest(.get, root, accept: AggregatedDiscovery.accept, knownVersion: known?.etag)
    let response = try await fetch(request)
    if response.status == 304, let known { return known }
    if response.status == 404 || response.status == 406 {
      isClassic = true
      return nil
    }
    let answer = try KubeClient.tree(of: response, request)
    guard let fresh = AggregatedDiscovery(answer, etag: response.version) else {
      isClassic = true
      return nil
    }
    aggregated[root] = fresh
    return fresh
  }

  private func classic(group: String, version: String, kind: String) async throws(KubeError) -> KubeResource {
    let version = version.isEmpty ? try await preferredVersion(of: group) : version
    let key = group.isEmpty ? version : "\(group)/\(version)"
    if let known = resources[key]?.first(where: { $0.kind == kind }) { return known }
    let fresh = try await list(group: group, version: version, key: key)
    resources[key] = fresh
    guard let found = fresh.first(where: { $0.kind == kind }) else { throw Self.noMatch(kind, group, version) }
    return found
  }

  private func list(group: String, version: String, key: String) async throws(KubeError) -> [KubeResource] {
    guard let answer = try await read(group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)") else {
      return []
    }
    return (answer["resources"]?.array ?? []).compactMap { entry in
      // Names with a slash are subresources.
      guard let kind = entry["kind"]?.string, let plural = entry["name"]?.string, !plural.contains("/") else {
        return nil
      }
      return KubeResource(
        group: group, version: version, kind: kind, plural: plural,
        isNamespaced: entry["namespaced"]?.boolean ?? false)
    }
  }

  private func preferredVersion(of group: String) async throws(KubeError) -> String {
    if group.isEmpty { return "v1" }
    if let known = preferred[group] { return known }
    guard let version = try await read("/apis/\(group)")?["preferredVersion", "version"]?.string else {
      throw Self.noMatch("any kind", group, "")
    }
    preferred[group] = version
    return version
  }

  /// Nil where nothing is.
  private func read(_ path: String) async throws(KubeError) -> Node? {
    let request = KubeRequest(.get, path)
    let response = try await fetch(request)
    return response.status == 404 ? nil : try KubeClient.tree(of: response, request)
  }

  private static func noMatch(_ kind: String, _ group: String, _ version: String) -> KubeError {
    let place = [group, version].filter { !$0.isEmpty }.joined(separator: "/")
    return KubeError(.noMatch, message: "the cluster serves no kind \(kind) in \(place.isEmpty ? "v1" : place)")
  }
}
