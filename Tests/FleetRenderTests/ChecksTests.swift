import FleetDocuments
import FleetModel
import FleetRender
import Testing

/// What clusters would refuse, found before a wave.
@Suite struct ChecksTests {
  private static func findings(
    _ text: String, on version: String? = "1.31", checks: SetChecks = SetChecks()
  ) throws -> [String] {
    try RenderTests.bundle(["app/a.yaml": text]).contents
      .findings(on: version.flatMap { KubernetesVersion($0) }, checks: checks)
      .map { "\($0.severity) \($0.line) \($0.field): \($0.message)\($0.hint.isEmpty ? "" : "; \($0.hint)")" }
  }

  private static let budget = RenderTests.object("PodDisruptionBudget", "web", apiVersion: "policy/v1beta1")

  @Test(
    arguments: [
      (
        "1.24",
        "warning 1 apiVersion: PodDisruptionBudget shop/web: from Kubernetes 1.25 on there is no "
          + "policy/v1beta1 PodDisruptionBudget; the cluster has 1.24; write apiVersion: policy/v1"
      ),
      (
        "1.25",
        "error 1 apiVersion: PodDisruptionBudget shop/web: Kubernetes 1.25, which the cluster has, has no "
          + "policy/v1beta1 PodDisruptionBudget any more; write apiVersion: policy/v1"
      ),
      (
        nil,
        "warning 1 apiVersion: PodDisruptionBudget shop/web: Kubernetes 1.25 and later have no "
          + "policy/v1beta1 PodDisruptionBudget; write apiVersion: policy/v1"
      ),
    ] as [(String?, String)])
  func apiVersionsThatWent(version: String?, finding: String) throws {
    #expect(try Self.findings(Self.budget, on: version) == [finding])
  }

  @Test func apiVersionsThatAreNotThereYet() throws {
    let autoscaler = RenderTests.object("HorizontalPodAutoscaler", "web", apiVersion: "autoscaling/v2")
    #expect(
      try Self.findings(autoscaler, on: "1.22") == [
        "error 1 apiVersion: HorizontalPodAutoscaler shop/web: Kubernetes 1.22, which the cluster has, has no "
          + "autoscaling/v2 HorizontalPodAutoscaler yet; 1.23 has"
      ])
    #expect(try Self.findings(autoscaler, on: "1.23") == [])
    let flow = RenderTests.object("FlowSchema", "web", apiVersion: "flowcontrol.apiserver.k8s.io/v1beta3")
    let beginnings = try ["1.25", "1.26", "1.32"].map {
      try Self.findings(flow, on: $0).first?.split(separator: " ").first
    }
    #expect(beginnings == ["error", "warning", "error"])
    #expect(try Self.findings(flow, on: "1.25").first?.hasSuffix("FlowSchema yet; 1.26 has") == true)
    // Every kind of a group is meant where the group went as a whole.
    let role = RenderTests.object("Role", "web", apiVersion: "rbac.authorization.k8s.io/v1beta1")
    #expect(try Self.findings(role, on: "1.22").first?.hasPrefix("error") == true)
    #expect(try Self.findings(RenderTests.object("Other", "a", apiVersion: "example.com/v1beta1"), on: "1.40") == [])
  }

  private static let deployment = """
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
      creationTimestamp: null
      labels: {tier: 3}
    spec:
      replicas: "3"
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          container: []
          containers:
            - name: web
              ports: {containerPort: 80}
              resources: {limits: {cpu: 1, memory: 64Mi}}
              livenessProbe: {httpGet: {port: 80}, initialDelaySecond: 3}
              env: [{name: A, value: true}]

    """

  @Test func fieldsThatNoServerTakes() throws {
    #expect(
      try Self.findings(Self.deployment) == [
        "error 6 metadata.labels.tier: Deployment shop/web: expected a text, not an integer; write it in quotes",
        "error 8 spec.replicas: Deployment shop/web: expected a whole number, not a string",
        "error 13 spec.template.spec.container: Deployment shop/web: PodSpec has no such field; "
          + "did you mean \"containers\"?",
        "error 16 spec.template.spec.containers[0].ports: Deployment shop/web: expected a list, not a map",
        "error 18 spec.template.spec.containers[0].livenessProbe.initialDelaySecond: Deployment shop/web: "
          + "Probe has no such field; did you mean \"initialDelaySeconds\"?",
        "error 19 spec.template.spec.containers[0].env[0].value: Deployment shop/web: expected a text, not a boolean; "
          + "write it in quotes",
      ])
    // A newer Kubernetes may have them, and so may one that nobody knows yet.
    for version in ["1.99", nil] {
      let findings = try Self.findings(Self.deployment, on: version)
      #expect(findings.count == 6 && findings.allSatisfy { $0.hasPrefix("warning") })
    }
  }

  @Test func secretsInPlainText() throws {
    let plain = RenderTests.object("Secret", "login", "stringData: {password: hidden-word}\n")
    let told = try Self.findings(plain)
    #expect(told.count == 1 && told.first?.hasPrefix("warning 1 : Secret shop/login stands in plain text") == true)
    #expect(!told.joined().contains("hidden-word"))
    let encoded = RenderTests.object("Secret", "login", "data: {password: aGlkZGVu}\n")
    #expect(try Self.findings(encoded).count == 1)
    for nothing in ["", "data: {}\n", "stringData: {empty: ''}\n"] {
      #expect(try Self.findings(RenderTests.object("Secret", "login", nothing)) == [])
    }
  }

  @Test func aSetSaysWhatBecomesOfFindings() throws {
    let secret = RenderTests.object("Secret", "login", "stringData: {password: x}\n")
    let all = Self.budget + "---\n" + Self.deployment + "---\n" + secret
    var checks = SetChecks()
    checks.plainSecrets = .refuse
    #expect(try Self.findings(all, checks: checks).allSatisfy { $0.hasPrefix("error") })
    checks = SetChecks()
    (checks.fields, checks.apiVersions) = (.warn, .warn)
    let warned = try Self.findings(all, checks: checks)
    #expect(warned.count == 8 && warned.allSatisfy { $0.hasPrefix("warning") })
    (checks.fields, checks.apiVersions, checks.plainSecrets) = (.allow, .allow, .allow)
    for version in ["1.31", "1.99", nil] { #expect(try Self.findings(all, on: version, checks: checks) == []) }
  }

  /// What is right by the examples is right here: nothing is refused that a cluster would take.
  @Test func theExamplesHaveNothingToRefuse() throws {
    let examples = try CorpusCase.examples()
    #expect(examples.count > 5)
    var checked = 0
    for example in examples {
      guard
        case .manifests(let bundle, _) = render(
          tree: FakeTree(example.files), path: example.path, namespace: "shop", engine: .automatic)
      else { continue }
      checked += 1
      let errors = bundle.contents.findings(on: KubernetesVersion(major: 1, minor: 31), checks: SetChecks())
        .filter { $0.severity == .error }
      #expect(errors.map(\.text) == [], "\(example.name)")
    }
    #expect(checked > 5)
  }
}
