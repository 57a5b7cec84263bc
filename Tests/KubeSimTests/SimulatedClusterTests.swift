import FleetModel
import KubeSim
import Manifest
import Testing

/// The core of a simulated cluster, in process, with a clock that the tests turn.
@Suite struct SimulatedClusterTests {
  private let clock = TestClock()

  private func cluster(_ scenario: Scenario = Scenario()) -> SimulatedCluster {
    let clock = clock
    return SimulatedCluster(name: "one", token: "secret", scenario: scenario, clock: { clock.now })
  }

  private func apply(
    _ cluster: SimulatedCluster, _ path: String, _ document: Node, query: [String: String] = ["fieldManager": "test"]
  ) async -> KubeResponse {
    await cluster.handle(
      KubeRequest(
        "PATCH", path, query: query, contentType: "application/apply-patch+yaml", body: JSON.bytes(document)))
  }

  private func get(_ cluster: SimulatedCluster, _ path: String, _ query: [String: String] = [:]) async throws -> Node {
    try JSON.parse(await cluster.handle(KubeRequest("GET", path, query: query)).bytes)
  }

  private func pass(_ cluster: SimulatedCluster, milliseconds: Int64) async {
    // In small steps, as a scheduler would.
    for _ in 0..<20 {
      clock.advance(milliseconds: milliseconds / 20)
      await cluster.advance()
    }
  }

  private func deployment(image: String, replicas: Int = 3) -> Node {
    [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web"],
      "spec": [
        "replicas": Node(.integer(Int64(replicas))), "progressDeadlineSeconds": 60,
        "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]],
          "spec": ["containers": [["name": "web", "image": Node(.string(image))]]],
        ],
      ],
    ]
  }

  private let path = "/apis/apps/v1/namespaces/default/deployments/web"

  private func condition(_ object: Node, _ type: String) -> Node? {
    object["status", "conditions"]?.array?.first { $0["type"]?.string == type }
  }

  @Test func aDeploymentRollsOutAndABrokenOneStopsHalfway() async throws {
    let cluster = cluster()
    #expect(await apply(cluster, path, deployment(image: "r/web:1")).status == 201)
    #expect(try await get(cluster, path)["status"]?.object?.isEmpty == true)
    await pass(cluster, milliseconds: 2000)
    var live = try await get(cluster, path)
    #expect(live["status", "readyReplicas"]?.integer == 3)
    #expect(live["status", "observedGeneration"]?.integer == 1)
    #expect(condition(live, "Progressing")?["reason"]?.string == "NewReplicaSetAvailable")

    #expect(await apply(cluster, path, deployment(image: "r/web:broken")).status == 200)
    await pass(cluster, milliseconds: 5000)
    live = try await get(cluster, path)
    #expect(live["status", "updatedReplicas"]?.integer == 1)
    #expect(live["status", "availableReplicas"]?.integer == 3)
    await pass(cluster, milliseconds: 70_000)
    live = try await get(cluster, path)
    #expect(condition(live, "Progressing")?["reason"]?.string == "ProgressDeadlineExceeded")
    #expect(condition(live, "Available")?["status"]?.string == "True")

    #expect(await apply(cluster, path, deployment(image: "r/web:1")).status == 200)
    await pass(cluster, milliseconds: 3000)
    live = try await get(cluster, path)
    #expect(live["status", "replicas"]?.integer == 3)
    #expect(condition(live, "Progressing")?["reason"]?.string == "NewReplicaSetAvailable")
    #expect(live["metadata", "annotations", "deployment.kubernetes.io/revision"]?.string == "3")
  }

  @Test func deletingADeploymentRemovesItsReplicaSetsAndPods() async throws {
    let cluster = cluster()
    _ = await apply(cluster, path, deployment(image: "r/web:1"))
    await pass(cluster, milliseconds: 2000)
    #expect(await cluster.handle(KubeRequest("DELETE", path)).status == 200)
    await pass(cluster, milliseconds: 2000)
    #expect(try await get(cluster, "/api/v1/pods")["items"]?.array?.isEmpty == true)
    #expect(try await get(cluster, "/apis/apps/v1/replicasets")["items"]?.array?.isEmpty == true)
  }

  @Test func aWatchTellsEveryChangeOnceAndEndsInTime() async throws {
    let cluster = cluster()
    let query = ["watch": "true", "timeoutSeconds": "5", "fieldSelector": "metadata.name=c"]
    let answer = await cluster.handle(
      KubeRequest("GET", "/api/v1/namespaces/default/configmaps", query: query))
    let map: Node = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "c"], "data": ["a": "1"]]
    let place = "/api/v1/namespaces/default/configmaps/c"
    for _ in 0..<2 { _ = await apply(cluster, place, map) }
    _ = await cluster.handle(KubeRequest("DELETE", place))
    await pass(cluster, milliseconds: 6000)
    var kinds: [String] = []
    if case .stream(let lines) = answer.body {
      for await line in lines { kinds.append(try JSON.parse(line)["type"]?.string ?? "") }
    }
    #expect(kinds == ["ADDED", "DELETED"])
    #expect(await cluster.openWatches == 0)
  }

  @Test func requestsNeedTheToken() async throws {
    let cluster = cluster()
    for (token, status) in [(nil, 401), ("wrong", 401), ("secret", 200)] as [(String?, Int)] {
      let answer = try await cluster.respond(to: KubeRequest("GET", "/api/v1/namespaces", token: token))
      #expect(answer.status == status)
    }
  }

  @Test func whatIsNotSimulatedIsSaidAndCounted() async throws {
    let cluster = cluster()
    let answer = await cluster.handle(
      KubeRequest("POST", "/api/v1/namespaces/default/pods/p/eviction", body: Array("{}".utf8)))
    #expect(answer.status == 501)
    #expect(await cluster.counters.notImplemented == ["POST /api/v1/namespaces/default/pods/p/eviction"])
  }

  @Test func aPolicyRefusesAlsoInADryRun() async throws {
    let text = """
      rules:
      - kinds: [Deployment]
        images: ["*:latest"]
        reject: {code: 403, message: images need a version}
      """
    let cluster = cluster(try Scenario(yaml: Array(text.utf8)))
    for query in [["fieldManager": "test"], ["fieldManager": "test", "dryRun": "All"]] {
      let answer = await apply(cluster, path, deployment(image: "r/web:latest"), query: query)
      #expect(answer.status == 403)
    }
    #expect(await apply(cluster, path, deployment(image: "r/web:1")).status == 201)
  }

  @Test func aVanishedClusterAnswersAgainLater() async throws {
    let cluster = cluster(try Scenario(yaml: Array("rules: [{unreachable: {from: 1s, until: 2s}}]".utf8)))
    let request = KubeRequest("GET", "/version", token: "secret")
    #expect(try await cluster.respond(to: request).status == 200)
    clock.advance(milliseconds: 1500)
    await #expect(throws: SimulatedCluster.Unreachable.self) { try await cluster.respond(to: request) }
    clock.advance(milliseconds: 1000)
    #expect(try await cluster.respond(to: request).status == 200)
  }

  @Test func scenarioMistakesAreAllTold() {
    let text = "podStrat: 1s\nrules:\n- start: soon\n  errors: {percent: 200}\n"
    do {
      _ = try Scenario(yaml: Array(text.utf8), file: "s.yaml")
      Issue.record("the scenario was accepted")
    } catch {
      #expect(error.problems.count == 3)
      #expect(error.description.contains("s.yaml:1:"))
      #expect(error.description.contains("rules[0].start"))
    }
  }

  @Test func jobsCompleteAndClaimsBindAndNamespacesGo() async throws {
    let cluster = cluster()
    _ = await apply(
      cluster, "/api/v1/namespaces/tmp", ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "tmp"]])
    let job = "/apis/batch/v1/namespaces/tmp/jobs/j"
    _ = await apply(
      cluster, job,
      [
        "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "j"],
        "spec": [
          "template": ["spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "r/j:1"]]]]
        ],
      ])
    let claim = "/api/v1/namespaces/tmp/persistentvolumeclaims/data"
    _ = await apply(
      cluster, claim,
      [
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": "data"],
        "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]],
      ])
    await pass(cluster, milliseconds: 3000)
    #expect(condition(try await get(cluster, job), "Complete")?["status"]?.string == "True")
    #expect(try await get(cluster, claim)["status", "phase"]?.string == "Bound")
    #expect(await cluster.handle(KubeRequest("DELETE", "/api/v1/namespaces/tmp")).status == 200)
    await pass(cluster, milliseconds: 3000)
    #expect(await cluster.handle(KubeRequest("GET", "/api/v1/namespaces/tmp")).status == 404)
    #expect(await cluster.handle(KubeRequest("GET", job)).status == 404)
  }
}
