import FleetModel
import Manifest

extension ClusterState {
  /// Version, health, discovery and what kubectl needs of OpenAPI; nil for every other path (exchanges 001-008).
  func discovery(_ request: KubeRequest, _ path: [String]) throws(APIFailure) -> KubeResponse? {
    guard request.method == "GET" else { return nil }
    switch (path.first, path.count) {
    case ("version", 1):
      return KubeResponse(
        200,
        [
          "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
          "minCompatibilityMinor": "35", "gitVersion": .text(Self.kubernetesVersion), "gitCommit": "simulated",
          "gitTreeState": "clean", "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none", "compiler": "swiftc",
          "platform": "linux/amd64",
        ])
    case ("healthz", 1), ("livez", 1), ("readyz", 1): return KubeResponse(status: 200, text: "ok")
    case ("healthz", 2), ("livez", 2), ("readyz", 2):
      return path[1] == "ping" ? KubeResponse(status: 200, text: "ok") : nil
    case (nil, _):
      return KubeResponse(200, ["paths": ["/api", "/api/v1", "/apis", "/healthz", "/livez", "/readyz", "/version"]])
    case ("api", 1), ("apis", 1):
      if request.accept.contains("as=APIGroupDiscoveryList"), request.accept.contains("v=v2") {
        var response = KubeResponse(
          200, aggregated(isCore: path[0] == "api"),
          contentType: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
        let version = "\"\(String(stableHash(response.bytes), radix: 16, uppercase: true))\""
        if request.knownVersion == version {
          response.status = 304
          response.body = .bytes([])
        }
        response.version = version
        return response
      }
      if path[0] == "api" {
        return KubeResponse(
          200,
          [
            "kind": "APIVersions", "versions": ["v1"],
            "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"]],
          ])
      }
      return KubeResponse(
        200, ["kind": "APIGroupList", "apiVersion": "v1", "groups": .list(groups().map { groupDocument($0) })])
    case ("apis", 2):
      guard let group = groups().first(where: { $0 == path[1] }) else { return nil }
      var document = groupDocument(group)
      document["kind"] = "APIGroup"
      document["apiVersion"] = "v1"
      return KubeResponse(200, document)
    case ("api", 2): return resourceList("", path[1])
    case ("apis", 3): return resourceList(path[1], path[2])
    case ("openapi", _): return openAPI(path)
    default: return nil
    }
  }

  private var served: [ResourceType] {
    types.values.flatMap { $0 }.sorted { ($0.group, $0.version, $0.plural) < ($1.group, $1.version, $1.plural) }
  }

  private func groups() -> [String] {
    var seen: Set<String> = [""]
    return served.map(\.group).filter { seen.insert($0).inserted }
  }

  private func versions(_ group: String) -> [String] {
    var seen: Set<String> = []
    return types.filter { $0.value.first?.group == group }.sorted { $0.key < $1.key }
      .flatMap { $0.value.map(\.version) }.filter { seen.insert($0).inserted }
  }

  private func groupDocument(_ group: String) -> Node {
    let versions = versions(group).map { version -> Node in
      ["groupVersion": .text("\(group)/\(version)"), "version": .text(version)]
    }
    return ["name": .text(group), "versions": .list(versions), "preferredVersion": versions.first ?? [:]]
  }

  private func resourceList(_ group: String, _ version: String) -> KubeResponse? {
    let members = served.filter { $0.group == group && $0.version == version }
    guard !members.isEmpty else { return nil }
    var resources: [Node] = []
    for type in members {
      var resource: Node = [
        "name": .text(type.plural), "singularName": .text(type.singular),
        "namespaced": Node(.boolean(type.isNamespaced)), "kind": .text(type.kind),
        "verbs": .list(type.verbs.map { .text($0) }),
      ]
      if !type.shortNames.isEmpty { resource["shortNames"] = .list(type.shortNames.map { .text($0) }) }
      if !type.categories.isEmpty { resource["categories"] = .list(type.categories.map { .text($0) }) }
      resources.append(resource)
      for (name, isServed) in [("scale", type.hasScale), ("status", type.hasStatus)] where isServed {
        var subresource: Node = [
          "name": .text("\(type.plural)/\(name)"), "singularName": "",
          "namespaced": Node(.boolean(type.isNamespaced)),
        ]
        if name == "scale" {
          subresource["group"] = "autoscaling"
          subresource["version"] = "v1"
        }
        subresource["kind"] = .text(name == "scale" ? "Scale" : type.kind)
        subresource["verbs"] = ["get", "patch", "update"]
        resources.append(subresource)
      }
    }
    return KubeResponse(
      200,
      [
        "kind": "APIResourceList", "apiVersion": "v1",
        "groupVersion": .text(group.isEmpty ? version : "\(group)/\(version)"), "resources": .list(resources),
      ])
  }

  private func aggregated(isCore: Bool) -> Node {
    let names = isCore ? [""] : groups()
    let items = names.map { group -> Node in
      let versions = versions(group).map { version -> Node in
        let resources = served.filter { $0.group == group && $0.version == version }.map(aggregatedResource)
        return ["version": .text(version), "resources": .list(resources), "freshness": "Current"]
      }
      return [
        "metadata": group.isEmpty ? [:] : ["name": .text(group)], "versions": .list(versions),
      ]
    }
    return [
      "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:], "items": .list(items),
    ]
  }

  private func aggregatedResource(_ type: ResourceType) -> Node {
    var resource: Node = [
      "resource": .text(type.plural),
      "responseKind": ["group": .text(type.group), "version": .text(type.version), "kind": .text(type.kind)],
      "scope": .text(type.isNamespaced ? "Namespaced" : "Cluster"), "singularResource": .text(type.singular),
      "verbs": .list(type.verbs.map { .text($0) }),
    ]
    if !type.shortNames.isEmpty { resource["shortNames"] = .list(type.shortNames.map { .text($0) }) }
    if !type.categories.isEmpty { resource["categories"] = .list(type.categories.map { .text($0) }) }
    var subresources: [Node] = []
    for (name, isServed) in [("scale", type.hasScale), ("status", type.hasStatus)] where isServed {
      let kind: Node =
        name == "scale"
        ? ["group": "autoscaling", "version": "v1", "kind": "Scale"]
        : ["group": .text(type.group), "version": .text(type.version), "kind": .text(type.kind)]
      subresources.append(["subresource": .text(name), "responseKind": kind, "verbs": ["get", "patch", "update"]])
    }
    if !subresources.isEmpty { resource["subresources"] = .list(subresources) }
    return resource
  }

  /// Just enough of OpenAPI v3 that kubectl finds out that `fieldValidation` is understood, and leaves validation to
  /// the server. There are no schemas; OpenAPI v2 is not served.
  private func openAPI(_ path: [String]) -> KubeResponse? {
    guard path.count >= 2, path[1] == "v3" else { return nil }
    var roots: [(path: String, group: String, version: String)] = []
    for type in served where !roots.contains(where: { $0.group == type.group && $0.version == type.version }) {
      let root = type.group.isEmpty ? "api/\(type.version)" : "apis/\(type.group)/\(type.version)"
      roots.append((root, type.group, type.version))
    }
    if path.count == 2 {
      var paths = Object()
      for root in roots {
        paths[root.path] = ["serverRelativeURL": .text("/openapi/v3/\(root.path)?hash=\(version)")]
      }
      return KubeResponse(200, ["paths": Node(.object(paths))])
    }
    let wanted = path[2...].joined(separator: "/")
    guard let root = roots.first(where: { $0.path == wanted }) else { return nil }
    var paths = Object()
    for type in served where type.group == root.group && type.version == root.version {
      let place = type.isNamespaced ? "namespaces/{namespace}/\(type.plural)" : type.plural
      let operation: Node = [
        "parameters": [["name": "fieldValidation", "in": "query", "schema": ["type": "string"]]],
        "x-kubernetes-group-version-kind": [
          "group": .text(type.group), "version": .text(type.version), "kind": .text(type.kind),
        ],
      ]
      paths["/\(root.path)/\(place)/{name}"] = ["patch": operation]
      paths["/\(root.path)/\(place)"] = ["post": operation]
    }
    return KubeResponse(
      200,
      [
        "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": .text(Self.kubernetesVersion)],
        "paths": Node(.object(paths)), "components": ["schemas": [:]],
      ])
  }
}
