import Manifest

/// What kinds a cluster serves, asked group by group when needed and remembered; asked again for a kind that is not
/// among them, since a definition may have brought it.
actor Discovery {
  private var resources: [String: [KubeResource]] = [:]
  private var preferred: [String: String] = [:]
  private let fetch: @Sendable (String) async throws(KubeError) -> Node

  init(fetch: @escaping @Sendable (String) async throws(KubeError) -> Node) { self.fetch = fetch }

  /// The resource of a kind.
  ///
  /// - Parameter version: empty for the one that the server prefers.
  /// - Throws: a `KubeError` of kind `noMatch` when the cluster does not serve it.
  func resource(group: String, version: String, kind: String) async throws(KubeError) -> KubeResource {
    let version = version.isEmpty ? try await preferredVersion(of: group) : version
    let key = group.isEmpty ? version : "\(group)/\(version)"
    if let known = resources[key]?.first(where: { $0.kind == kind }) { return known }
    let fresh = try await list(group: group, version: version, key: key)
    resources[key] = fresh
    guard let found = fresh.first(where: { $0.kind == kind }) else { throw Self.noMatch(kind, key) }
    return found
  }

  private func list(group: String, version: String, key: String) async throws(KubeError) -> [KubeResource] {
    let path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
    let answer: Node
    do { answer = try await fetch(path) } catch {
      guard error.status == 404 else { throw error }
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
    let answer: Node
    do { answer = try await fetch("/apis/\(group)") } catch {
      if error.status == 404 { throw Self.noMatch("any kind", group) }
      throw error
    }
    guard let version = answer["preferredVersion", "version"]?.string else { throw Self.noMatch("any kind", group) }
    preferred[group] = version
    return version
  }

  private static func noMatch(_ kind: String, _ group: String) -> KubeError {
    KubeError(.noMatch, message: "the cluster serves no kind \(kind) in \(group)")
  }
}
