import Manifest

/// All groups of a root in one answer (`APIGroupDiscoveryList`).
struct AggregatedDiscovery: Sendable {
  /// Asks for it, and for what older servers have instead.
  static let accept =
    ["v2", "v2beta1"].map { "\(KubeRequest.json);g=apidiscovery.k8s.io;v=\($0);as=APIGroupDiscoveryList" }
    .joined(separator: ",") + ",\(KubeRequest.json)"

  private struct Version: Sendable {
    var name: String
    var isStale: Bool
    var resources: [KubeResource]
  }

  /// The versions by group, the preferred one first.
  private let groups: [String: [Version]]
  /// The answer's version, which lets the server leave out what we know.
  let etag: String?

  /// Nil for another kind of answer.
  init?(_ answer: Node, etag: String?) {
    guard answer["kind"]?.string == "APIGroupDiscoveryList" else { return nil }
    self.etag = etag
    var groups: [String: [Version]] = [:]
    for item in answer["items"]?.array ?? [] {
      let group = item["metadata", "name"]?.string ?? ""
      groups[group] = (item["versions"]?.array ?? []).compactMap { Self.version($0, group: group) }
    }
    self.groups = groups
  }

  private static func version(_ node: Node, group: String) -> Version? {
    guard let name = node["version"]?.string else { return nil }
    let resources = (node["resources"]?.array ?? []).compactMap { entry -> KubeResource? in
      // Without a kind it is only the place of its subresources.
      guard let plural = entry["resource"]?.string, let kind = entry["responseKind", "kind"]?.string, !kind.isEmpty
      else { return nil }
      return KubeResource(
        group: group, version: name, kind: kind, plural: plural, isNamespaced: entry["scope"]?.string == "Namespaced")
    }
    return Version(name: name, isStale: node["freshness"]?.string == "Stale", resources: resources)
  }

  /// The resource of a kind; `version` empty for the first that has it, as the server prefers them.
  func resource(group: String, version: String, kind: String) -> KubeResource? {
    for known in groups[group] ?? [] where version.isEmpty || known.name == version {
      if let found = known.resources.first(where: { $0.kind == kind }) { return found }
    }
    return nil
  }

  /// The versions and kinds of groups that are not Kubernetes' own, `group/version` and `group/version/Kind`, in order.
  var extensions: [String] {
    groups.filter { !Self.isOwn($0.key) }.flatMap { group, versions in
      versions.flatMap { version in
        ["\(group)/\(version.name)"] + Set(version.resources.map { "\(group)/\(version.name)/\($0.kind)" })
      }
    }.sorted()
  }

  /// Whether a group is one of Kubernetes' own, which its version tells.
  static func isOwn(_ group: String) -> Bool { !group.contains(".") || own.contains(group) }

  private static let own: Set<String> = Set(
    [
      "admissionregistration", "apiextensions", "apiregistration", "authentication", "authorization", "certificates",
      "coordination", "discovery", "events", "flowcontrol.apiserver", "internal.apiserver", "networking", "node",
      "rbac.authorization", "resource", "scheduling", "storage", "storagemigration",
    ].map { $0 + ".k8s.io" })

  /// Whether the group may have more than what stands here.
  func isStale(group: String, version: String) -> Bool {
    (groups[group] ?? []).contains { $0.isStale && (version.isEmpty || $0.name == version) }
  }
}
