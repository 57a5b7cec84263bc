import FleetAPI
import FleetModel
import FleetPorts

/// Repositories: lists and removal; they are made by applying documents.
struct RepositoryRoutes: Sendable {
  let store: any ControlStore

  var handlers: [String: Handler] {
    [
      Routes.listRepositories.id: list,
      Routes.getRepository.id: get,
      Routes.removeRepository.id: remove,
    ]
  }

  @Sendable private func list(_ call: Call) async throws -> Reply {
    try await call.list({ try await store.repositories(in: call.project, after: $0, limit: $1) }) {
      try RepositoryResource($0, withDocument: false)
    }
  }

  @Sendable private func get(_ call: Call) async throws -> Reply {
    let record = try await repository(call)
    return try .json(RepositoryResource(record, withDocument: true), generation: record.generation)
  }

  @Sendable private func remove(_ call: Call) async throws -> Reply {
    let record = try await repository(call)
    try call.checkGeneration(record.generation)
    let name = record.repository.name
    if try call.flag("dryRun") {
      return try .json(Acknowledgement(message: "repository \(name) would be removed unless a FleetSet uses it"))
    }
    try await store.removeRepository(name, in: call.project, cause: call.cause(nil))
    return try .json(Acknowledgement(message: "repository \(name) was removed"))
  }

  private func repository(_ call: Call) async throws -> RepositoryRecord {
    let name = RepositoryName(call.parameter("name"))
    guard let record = try await store.repository(name, in: call.project) else {
      throw ErrorEnvelope(
        code: .notFound, message: "there is no repository \(name) in project \(call.project)",
        hint: "flotilla get repositories lists them")
    }
    return record
  }
}
