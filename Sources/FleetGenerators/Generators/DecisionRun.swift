import FleetDocuments
import FleetModel
import FleetTemplate
import Manifest

// GENERATORS 2.9.
extension GeneratorRun {
  mutating func decisions(_ generator: ClusterDecisionGenerator, _ place: String) -> [ParameterSet] {
    guard generator.name.isEmpty != (generator.labelSelector == nil) else {
      fail(place, "give exactly one of name and labelSelector")
      return []
    }
    guard let data = configMap(generator.configMap, place) else { return [] }
    let kind = data["kind"] ?? ""
    let version = data["apiVersion"] ?? ""
    guard !kind.isEmpty, let slash = version.firstIndex(of: "/"), slash != version.startIndex else {
      fail(
        place, "ConfigMap \"\(generator.configMap)\" names no resource",
        hint: "it needs apiVersion with group and version, and kind with the resource's plural")
      return []
    }
    // Argo CD looks into its own cluster and namespace; here the ConfigMap says where.
    let namespace = data["namespace"] ?? ""
    let request = DecisionRequest(
      apiVersion: version, resource: kind, name: generator.name, labelSelector: generator.labelSelector,
      cluster: data["cluster"] ?? "", namespace: namespace.isEmpty ? "argocd" : namespace)
    let resources: [Node]
    switch answer(.decisions(request)) {
    case nil: return []
    case .resources(let found)?: resources = found
    case .failure(let message)?:
      fail(place, message)
      return []
    case .some:
      fail(place, "the answer is of another kind")
      return []
    }
    guard !resources.isEmpty else {
      fail(place, "there is no \(kind) in \(version) that fits", hint: "check name, labelSelector and the ConfigMap")
      return []
    }
    guard let matchKey = data["matchKey"], !matchKey.isEmpty else {
      warn(place, "ConfigMap \"\(generator.configMap)\" has no matchKey, so that no cluster fits")
      return []
    }
    let key = data["statusListKey"].flatMap { $0.isEmpty ? nil : $0 } ?? "clusters"
    let decisions = resources.flatMap { $0["status", key]?.array ?? [] }
    if decisions.isEmpty { warn(place, "status.\(key) names no cluster") }
    return decisions.compactMap { set(of: $0, matchKey: matchKey, generator.values) }
  }

  /// The parameters of a decision; nil for a cluster that is not known.
  private func set(of decision: Node, matchKey: String, _ values: [String: String]) -> ParameterSet? {
    guard let object = decision.object, let match = object[matchKey].map({ ParameterValue($0).text }),
      let cluster = context.inventory.cluster(named: match)
    else { return nil }
    var parameters: [String: ParameterValue] = ["name": .string(cluster.name), "server": .string(cluster.server)]
    for entry in object.entries { parameters[entry.key] = .string(ParameterValue(entry.value).text) }
    if !values.isEmpty {
      parameters.addValues(values.mapValues { .string($0) }, isNested: language.isNested)
    }
    return ParameterSet(parameters: parameters, source: .decision(cluster: ClusterName(cluster.name)))
  }

  /// The data of a ConfigMap; nil when it is not there yet, or at all.
  mutating func configMap(_ name: String, _ place: String) -> [String: String]? {
    switch answer(.configMap(name: name)) {
    case nil: break
    case .configMap(let data)?: return data
    case .failure(let message)?: fail("\(place).configMapRef", message)
    case .some: fail("\(place).configMapRef", "the answer is of another kind")
    }
    return nil
  }
}
