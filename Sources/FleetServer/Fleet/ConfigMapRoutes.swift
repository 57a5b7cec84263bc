import FleetAPI
import FleetModel
import FleetPorts

/// ConfigMaps: lists and removal; they are made by applying documents.
struct ConfigMapRoutes: Sendable {
  let store: any ControlStore

  var handlers: [String: Handler] {
    [
      Routes.listConfigMaps.id: list,
      Routes.getConfigMap.id: get,
      Routes.removeConfigMap.id: remove,
    ]
  }

  @Sendable private func list(_ call: Call) async throws -> Reply {
    try await call.list({ try await store.configMaps(in: call.project, after: $0, limit: $1) }) {
      ConfigMapResource($0)
    }
  }

  @Sendable private func get(_ call: Call) async throws -> Reply {
    let record = try await configMap(call)
    return try .json(ConfigMapResource(record), generation: record.generation)
  }

  @Sendable private func remove(_ call: Call) async throws -> Reply {
    let record = try await configMap(call)
    try call.checkGeneration(record.generation)
    let name = record.configMap.name
    if try call.flag("dryRun") { return try .json(Acknowledgement(message: "ConfigMap \(name) would be removed")) }
    try await store.removeConfigMap(name, in: call.project, cause: call.cause(nil))
    return try .json(Acknowledgement(message: "ConfigMap \(name) was removed"))
  }

  private func configMap(_ call: Call) async throws -> ConfigMapRecord {
    let name = call.parameter("name")
    guard let record = try await store.configMap(name, in: call.project) else {
      throw ErrorEnvelope(
        code: .notFound, message: "there is no ConfigMap \(name) in project \(call.project)",
        hint: "flotilla get configmaps lists them")
    }
    return record
  }
}

extension ConfigMapResource {
  /// A ConfigMap on the wire.
  init(_ record: ConfigMapRecord) {
    self.init(
      project: record.configMap.project, name: record.configMap.name, data: record.configMap.data,
      generation: record.generation)
  }
}
