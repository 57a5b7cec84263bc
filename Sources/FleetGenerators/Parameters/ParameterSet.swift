import FleetModel
import FleetTemplate
import Manifest

/// What one run through the template gets.
struct ParameterSet: Hashable, Sendable {
  /// By name; names are flat (`metadata.labels.x`) in fasttemplate and nested in Go templates.
  var parameters: [String: ParameterValue]
  var origin: TargetOrigin
}

/// A cluster as generators see it.
struct ClusterEntry: Hashable, Sendable {
  var name: String
  /// The API server's URL; empty for agents, whose cluster nobody else reaches.
  var server: String
  /// Empty for the default project.
  var project: String
  var labels: [String: String]
  var annotations: [String: String]

  init(
    name: String, server: String = "", project: String = "", labels: [String: String] = [:],
    annotations: [String: String] = [:]
  ) {
    self.name = name
    self.server = server
    self.project = project
    self.labels = labels
    self.annotations = annotations
  }

  init(_ cluster: Cluster) {
    self.init(
      name: cluster.name.rawValue, project: cluster.project == .defaultProject ? "" : cluster.project.rawValue,
      labels: cluster.labels, annotations: cluster.annotations)
  }

  /// The parameters of GENERATORS 2.2.
  func parameters(isNested: Bool) -> [String: ParameterValue] {
    var result: [String: ParameterValue] = [
      "name": .string(name), "nameNormalized": .string(normalizedName(name)), "server": .string(server),
      "project": .string(project),
    ]
    let maps = [("labels", labels), ("annotations", annotations)].filter { !$0.1.isEmpty }
    if isNested {
      var metadata: [String: ParameterValue] = [:]
      for (key, values) in maps { metadata[key] = .map(values.mapValues { .string($0) }) }
      if !metadata.isEmpty { result["metadata"] = .map(metadata) }
    } else {
      for (map, values) in maps {
        for (key, value) in values { result["metadata.\(map).\(key)"] = .string(value) }
      }
    }
    return result
  }
}

/// The parameters of a directory (GENERATORS 2.3).
func pathParameters(of path: String, prefix: String, isNested: Bool) -> [String: ParameterValue] {
  let segments = path.split(separator: "/").map(String.init)
  let basename = segments.last ?? ""
  guard isNested else {
    let key = prefix.isEmpty ? "path" : prefix + ".path"
    var result: [String: ParameterValue] = [
      key: .string(path), key + ".basename": .string(basename),
      key + ".basenameNormalized": .string(normalizedName(basename)),
    ]
    for (index, segment) in segments.enumerated() { result["\(key)[\(index)]"] = .string(segment) }
    return result
  }
  let values: ParameterValue = .map([
    "path": .string(path), "basename": .string(basename), "basenameNormalized": .string(normalizedName(basename)),
    "segments": .list(segments.map { .string($0) }),
  ])
  return prefix.isEmpty ? ["path": values] : [prefix: .map(["path": values])]
}

extension ParameterValue {
  /// A document's value as a parameter.
  init(_ node: Node) {
    switch node.value {
    case .null: self = .null
    case .boolean(let flag): self = .boolean(flag)
    case .integer(let number): self = .integer(number)
    case .decimal(let number): self = .decimal(number)
    case .string(let text): self = .string(text)
    case .array(let elements): self = .list(elements.map { ParameterValue($0) })
    case .object(let object):
      self = .map(
        Dictionary(object.entries.map { ($0.key, ParameterValue($0.value)) }, uniquingKeysWith: { $1 }))
    }
  }
}
