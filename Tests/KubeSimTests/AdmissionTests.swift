import FleetModel
import Foundation
import KubeSim
import Manifest
import Testing

/// What stands between a request and the store, and what scales and crashes behind it.
@Suite struct AdmissionTests {
  private let clock = TestClock()
  private let path = "/apis/apps/v1/namespaces/default/deployments/web"

  private func cluster(_ scenario: String = "{}") throws -> SimulatedCluster {
    let clock = clock
    return SimulatedCluster(
      name: "one", token: "secret", scenario: try Scenario(yaml: Array(scenario.utf8)), clock: { clock.now })
  }

  @discardableResult
  private func apply(_ cluster: SimulatedCluster, _ path: String, _ yaml: String) async throws -> KubeResponse {
    let document = try #require(try YAML.documents(Array(yaml.utf8)).first)
    return await cluster.handle(
      KubeRequest(
        "PATCH", path, query: ["fieldManager": "test"], contentType: "application/apply-patch+yaml",
        body: JSON.bytes(document)))
  }

  private func get(_ cluster: SimulatedCluster, _ path: String) async throws -> Node {
    try JSON.parse(await cluster.handle(KubeRequest("GET", path)).bytes)
  }

  private func pass(_ cluster: SimulatedCluster, milliseconds: Int64) async {
    for _ in 0..<20 {
      clock.advance(milliseconds: milliseconds / 20)
      await cluster.advance()
    }
  }

  private func deployment(replicas: Int?, image: String = "r/web:1", resources: String = "{}") -> String {
    """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      \(replicas.map { "replicas: \($0)" } ?? "minReadySeconds: 0")
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, image: "\(image)", resources: \(resources)}]}
    """
  }

  private func quota(_ hard: String) -> String {
    "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {\(hard)}}}"
  }

  private func condition(_ object: Node, _ type: String) -> Node? {
    object["status", "conditions"]?.array?.first { $0["type"]?.string == type }
  }

  private func message(_ answer: KubeResponse) throws -> String {
    try #require(try JSON.parse(answer.bytes)["message"]?.string)
  }

  @Test func podsBeyondAQuotaShowAtTheirDeploymentUntilThereIsRoom() async throws {
    let cluster = try cluster()
    let place = "/api/v1/namespaces/default/resourcequotas/q"
    try await apply(cluster, place, quota("pods: 1"))
    try await apply(cluster, path, deployment(replicas: 3))
    await pass(cluster, milliseconds: 3_000)
    let live = try await get(cluster, path)
    #expect(live["status", "replicas"]?.integer == 1)
    let failure = try #require(condition(live, "ReplicaFailure"))
    #expect(failure["reason"]?.string == "FailedCreate")
    #expect(
      failure["message"]?.string?.hasSuffix("exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1")
        == true)
    #expect(try await get(cluster, place)["status", "used", "pods"]?.string == "1")
    try await apply(cluster, place, quota("pods: 5"))
    await pass(cluster, milliseconds: 4_000)
    let grown = try await get(cluster, path)
    #expect(grown["status", "readyReplicas"]?.integer == 3)
    #expect(condition(grown, "ReplicaFailure") == nil)
    #expect(try await get(cluster, place)["status", "used", "pods"]?.string == "3")
  }

  @Test(arguments: [
    ("{}", "failed quota: q: must specify requests.cpu for: web; requests.memory for: web"),
    ("{requests: {cpu: 500m, memory: 64Mi}}", nil),
    (
      "{requests: {cpu: 1500m, memory: 2Gi}}",
      "exceeded quota: q, requested: requests.cpu=1500m,requests.memory=2Gi, used: requests.cpu=0,requests.memory=0, "
        + "limited: requests.cpu=1,requests.memory=1Gi"
    ),
  ])
  func quotasCountWhatPodsAskFor(resources: String, denial: String?) async throws {
    let cluster = try cluster()
    try await apply(
      cluster, "/api/v1/namespaces/default/resourcequotas/q", quota("requests.cpu: 1, requests.memory: 1Gi"))
    let pod = """
      {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: web, image: a, resources: \(resources)}]}}
      """
    let answer = try await apply(cluster, "/api/v1/namespaces/default/pods/p", pod)
    #expect(answer.status == (denial == nil ? 201 : 403))
    if let denial { #expect(try message(answer) == "pods \"p\" is forbidden: \(denial)") }
  }

  @Test(arguments: [
    ("clientConfig: {service: {name: gate, namespace: default, path: /check}}", "service \"gate\" not found"),
    ("clientConfig: {service: {name: kept, namespace: default, path: /check}}", "context deadline exceeded"),
    ("clientConfig: {url: \"https://127.0.0.1:9/check\"}", "dial tcp 127.0.0.1:9: connect: connection refused"),
    ("failurePolicy: Ignore, clientConfig: {url: \"https://127.0.0.1:9/check\"}", nil),
    ("namespaceSelector: {matchLabels: {team: shop}}, clientConfig: {url: \"https://127.0.0.1:9/check\"}", nil),
  ])
  func aWebhookThatCannotBeAskedFailsWhatItIsAskedAbout(webhook: String, failure: String?) async throws {
    let cluster = try cluster()
    try await apply(
      cluster, "/api/v1/namespaces/default/services/kept",
      "{apiVersion: v1, kind: Service, metadata: {name: kept}, spec: {ports: [{port: 443}]}}")
    let configured = try await apply(
      cluster, "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/gate",
      """
      apiVersion: admissionregistration.k8s.io/v1
      kind: ValidatingWebhookConfiguration
      metadata: {name: gate}
      webhooks:
      - {name: gate.example.com, sideEffects: None, admissionReviewVersions: [v1], rules: [{operations: [CREATE], apiGroups: [""], apiVersions: [v1], resources: [configmaps]}], \(webhook)}
      """)
    #expect(configured.status == 201)
    let answer = try await apply(
      cluster, "/api/v1/namespaces/default/configmaps/a", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}")
    #expect(answer.status == (failure == nil ? 201 : 500))
    if let failure {
      let words = try message(answer)
      #expect(
        words.hasPrefix(
          "Internal error occurred: failed calling webhook \"gate.example.com\": failed to call webhook: "))
      #expect(words.hasSuffix(failure))
    }
    let other = try await apply(
      cluster, "/api/v1/namespaces/default/secrets/a", "{apiVersion: v1, kind: Secret, metadata: {name: a}}")
    #expect(other.status == 201, "nobody is asked about other kinds")
  }

  @Test func anAutoscalerOwnsTheCountAndKeepsItsBounds() async throws {
    let cluster = try cluster("rules: [{images: [\"r/web:*\"], replicas: 7}]")
    try await apply(cluster, path, deployment(replicas: nil))
    try await apply(
      cluster, "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/web",
      """
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: web}
      spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, minReplicas: 2, maxReplicas: 5}
      """)
    await pass(cluster, milliseconds: 3_000)
    let live = try await get(cluster, path)
    #expect(live["spec", "replicas"]?.integer == 5)
    #expect(live["status", "readyReplicas"]?.integer == 5)
    let owner = live["metadata", "managedFields"]?.array?.first { $0["subresource"]?.string == "scale" }
    #expect(owner?["manager"]?.string == "kube-controller-manager")
    let scaler = try await get(cluster, "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/web")
    #expect(condition(scaler, "ScalingLimited")?["reason"]?.string == "TooManyReplicas")
    await cluster.setScenario(try Scenario(yaml: Array("rules: [{replicas: 1}]".utf8)))
    await pass(cluster, milliseconds: 3_000)
    #expect(try await get(cluster, path)["spec", "replicas"]?.integer == 2)
  }

  @Test func aCrashedContainerTellsHowItEnded() async throws {
    let cluster = try cluster("rules: [{crashAfter: 1s, exitCode: 137}]")
    try await apply(cluster, path, deployment(replicas: 1))
    await pass(cluster, milliseconds: 4_000)
    let pods = try await get(cluster, "/api/v1/namespaces/default/pods")
    let status = pods["items"]?.array?.first?["status", "containerStatuses"]?.array?.first
    #expect(status?["state", "waiting", "reason"]?.string == "CrashLoopBackOff")
    #expect(status?["lastState", "terminated", "exitCode"]?.integer == 137)
    #expect(status?["lastState", "terminated", "reason"]?.string == "OOMKilled")
  }

  @Test func connectionsBreakAndClocksDiffer() async throws {
    let cluster = try cluster("rules: [{errors: {percent: 100, reset: true}, clock: -10m}]")
    var request = KubeRequest("GET", "/version")
    request.token = "secret"
    let asked = request
    await #expect(throws: SimulatedCluster.Unreachable.self) { _ = try await cluster.respond(to: asked) }
    let behind = try await creationTime(clock: "-10m")
    let ahead = try await creationTime(clock: "10m")
    #expect(ahead - behind == 1_200)
  }

  /// When a cluster whose clock differs says that an object was made, in seconds.
  private func creationTime(clock text: String) async throws -> Int64 {
    let cluster = try cluster("rules: [{clock: \(text)}]")
    let made = try await apply(
      cluster, "/api/v1/namespaces/default/configmaps/a", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}")
    let time = try #require(try JSON.parse(made.bytes)["metadata", "creationTimestamp"]?.string)
    return try Int64(Date(time, strategy: .iso8601).timeIntervalSince1970)
  }
}
