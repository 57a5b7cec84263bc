import Manifest

/// `/simulator/…`: counters and the scenario, for whoever runs the simulation.
struct SimulatorAdmin: Sendable {
  let fleet: SimulatedFleet
  let token: String

  func respond(method: String, path: [String], token given: String?, body: [UInt8]) async -> KubeResponse {
    guard given == token else { return KubeResponse(401, APIFailure(401, "Unauthorized", "Unauthorized").document) }
    switch (method, path.joined(separator: "/")) {
    case ("GET", "clusters"):
      return KubeResponse(200, ["clusters": .list(fleet.names.map { .text($0) })])
    case ("GET", "counters"): return KubeResponse(200, await counters())
    case ("PUT", "scenario"):
      do throws(ScenarioError) {
        await fleet.setScenario(try Scenario(yaml: body))
        return KubeResponse(200, ["status": "ok"])
      } catch {
        return KubeResponse(422, ["errors": .list(error.problems.map { .text($0) })])
      }
    default: return KubeResponse(404, APIFailure.unknownPath.document)
    }
  }

  private func counters() async -> Node {
    var clusters = Object()
    var missing = 0
    for name in fleet.names {
      guard let cluster = fleet.clusters[name] else { continue }
      let counters = await cluster.counters
      missing += counters.byCode[501] ?? 0
      var verbs = Object()
      for (verb, count) in counters.byVerb.sorted(by: { $0.key < $1.key }) { verbs[verb] = .number(count) }
      var codes = Object()
      for (code, count) in counters.byCode.sorted(by: { $0.key < $1.key }) { codes[String(code)] = .number(count) }
      clusters[name] = [
        "verbs": Node(.object(verbs)), "codes": Node(.object(codes)),
        "notImplemented": .list(counters.notImplemented.map { .text($0) }),
        "openWatches": .number(await cluster.openWatches),
      ]
    }
    return ["notImplemented": .number(missing), "clusters": Node(.object(clusters))]
  }
}
