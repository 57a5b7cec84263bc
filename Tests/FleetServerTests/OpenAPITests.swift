import FleetAPI
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Foundation
import NIOHTTP1
import Testing

@testable import FleetServer

/// The served OpenAPI document against real answers: every field that is sent is described, with its type.
@Suite struct OpenAPITests {
  /// What of an answer its schema does not say.
  private struct Checker {
    let schemas: JSONValue

    func problems(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
      if case .string(let reference)? = schema["$ref"] {
        let name = reference.split(separator: "/").last.map(String.init) ?? ""
        guard let found = schemas[name] else { return ["\(place): there is no schema \(name)"] }
        return problems(value, found, at: place)
      }
      if let types = schema["type"], !names(types).contains(where: { fits(value, $0) }) {
        return ["\(place): \(value) is not \(names(types).joined(separator: " or "))"]
      }
      if case .array(let allowed)? = schema["enum"], !allowed.contains(value) { return ["\(place): \(value)"] }
      switch value {
      case .array(let items):
        return items.enumerated().flatMap { problems($1, schema["items"] ?? .object([:]), at: "\(place)[\($0)]") }
      case .object(let entries): return fieldProblems(entries, schema, at: place)
      default: return []
      }
    }

    private func fieldProblems(_ entries: [String: JSONValue], _ schema: JSONValue, at place: String) -> [String] {
      var found: [String] = []
      for (key, value) in entries {
        if let property = schema["properties"]?[key] ?? schema["additionalProperties"] {
          found += problems(value, property, at: "\(place).\(key)")
        } else if schema["properties"] != nil {
          found.append("\(place).\(key) is not described")
        }
      }
      if case .array(let required)? = schema["required"] {
        for case .string(let key) in required where entries[key] == nil { found.append("\(place).\(key) is missing") }
      }
      return found
    }

    private func names(_ types: JSONValue) -> [String] {
      switch types {
      case .string(let name): [name]
      case .array(let many): many.flatMap(names)
      default: []
      }
    }

    private func fits(_ value: JSONValue, _ type: String) -> Bool {
      switch (value, type) {
      case (.null, "null"), (.boolean, "boolean"), (.integer, "integer"), (.integer, "number"), (.decimal, "number"),
        (.string, "string"), (.array, "array"), (.object, "object"):
        true
      default: false
      }
    }
  }

  @Test func realAnswersAreAsDescribed() async throws {
    try await ServerFixture.with { server in
      let fixture = try await StoreFixture.make(in: server.store, clusters: 3)
      _ = try await fixture.release(1)
      let run = try await fixture.start(StoreFixture.strategy(maxConcurrent: .count(1)))
      try await fixture.pass(run)
      try await fixture.confirm(
        [fixture.clusters[0]], phase: .failed, health: .degraded, message: "Deployment shop/web: no image")
      try await fixture.pass(run)
      _ = try await server.store.assignEventPositions()

      let document: JSONValue = try await server.call(Routes.openAPI, Routes.openAPI.path(), right: .read).decode()
      let checker = Checker(schemas: try #require(document["components"]?["schemas"]))
      func check(_ route: Route, _ path: String, _ body: (any Encodable & Sendable)? = nil) async throws {
        let answer = try await server.call(route, path, body)
        let described = try #require(
          document["paths"]?[route.path]?[route.method.rawValue.lowercased()]?["responses"])
        let response = try #require(described[String(answer.status)] ?? described["default"])
        let type = answer.headers.first(name: "Content-Type")?.split(separator: ";").first.map(String.init) ?? ""
        let schema = try #require(response["content"]?[type]?["schema"], "\(route.id) answers \(type)")
        guard type == "application/json" else { return }
        let found = checker.problems(try answer.decode(), schema, at: route.id)
        #expect(found.isEmpty, "\(answer.status) \(found.joined(separator: "\n"))")
      }
      let (name, number) = ("storefront", "1")
      for route in [
        Routes.listClusters, Routes.listRepositories, Routes.listFleetSets, Routes.listTargets, Routes.listReleases,
        Routes.listRollouts, Routes.listEvents,
      ] {
        try await check(route, route.path("default"))
      }
      for route in [Routes.getFleetSet, Routes.listFleetSetReleases] {
        try await check(route, route.path("default", name))
        try await check(route, route.path("default", "nothing"))
      }
      try await check(Routes.getCluster, Routes.getCluster.path("default", "c0000"))
      try await check(Routes.getRepository, Routes.getRepository.path("default", "fleet"))
      for route in [Routes.getRollout, Routes.listSteps, Routes.explainRollout] {
        try await check(route, route.path("default", name, number))
      }
      for route in [
        Routes.approveRollout, Routes.pauseRollout, Routes.resumeRollout, Routes.abortRollout, Routes.undoRollout,
        Routes.retryRollout, Routes.waiveRollout,
      ] {
        try await check(
          route, route.path("default", name, number), RolloutActionRequest(reason: "a try", dryRun: true))
      }
      try await check(
        Routes.labelCluster, Routes.labelCluster.path("default", "c0000"),
        LabelRequest(labels: ["a": "b", "c": nil], dryRun: true))
      try await check(
        Routes.applyDocuments, Routes.applyDocuments.path("default"),
        ApplyRequest(files: [.init(name: "f.yaml", content: "kind: Pod\n")]))
      try await check(
        Routes.createToken, Routes.createToken.path(), TokenRequest(name: "kim", right: .read, dryRun: true))
      try await check(
        Routes.createJoinToken, Routes.createJoinToken.path("default", "c0000"), JoinTokenRequest(dryRun: true))
      for route in [
        Routes.listTokens, Routes.whoAmI, Routes.version, Routes.openAPI, Routes.live, Routes.ready, Routes.metrics,
      ] {
        try await check(route, route.path())
      }
    }
  }

  @Test func whatCannotBeUsedIsTheCallersMistake() async throws {
    try await ServerFixture.with { server in
      try await server.apply(ServerFixture.cluster("eu-1"))
      for path in [
        Routes.listRollouts.path("default") + "?after=zzz", Routes.listTargets.path("default") + "?after=zzz",
        Routes.listEvents.path("default") + "?after=zzz",
      ] {
        #expect(try await server.send("GET", path, right: .read).status == 400, "\(path)")
      }
      let answer = try await server.call(
        Routes.cordonCluster, Routes.cordonCluster.path("default", "eu-1"), ReasonRequest(reason: "a\0b"))
      #expect(answer.status == 400, "\(answer.text)")
    }
  }
}
