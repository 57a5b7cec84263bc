import FleetDocuments
import FleetImport
import FleetModel
import Manifest
import Testing

/// What Argo CD's documents become.
@Suite struct ArgoCDTests {
  static func result(_ documents: String, options: ImportOptions = ImportOptions()) throws -> ImportResult {
    try importArgoCD([ImportFile(name: "argo.yaml", content: Array(documents.utf8))], options: options)
  }

  static func documents(_ kind: String, _ result: ImportResult) -> [Node] {
    result.documents.filter { $0["kind"]?.string == kind }
  }

  static func set(_ name: String, project: String = "shop", more: String = "") -> String {
    """
    apiVersion: argoproj.io/v1alpha1
    kind: ApplicationSet
    metadata: {name: \(name), annotations: {flotilla.dev/windows: "mine"}}
    spec:
      generators: [{list: {elements: [{cluster: a}]}}]
      template:
        metadata: {name: "\(name)-{{cluster}}"}
        spec:
          project: "\(project)"
          source: {repoURL: "https://git.example.com/shop.git", path: web}
          destination: {name: "{{cluster}}"}
    \(more)
    ---

    """
  }

  @Test func repositoriesOfChartsAreRepositoriesOfCharts() throws {
    let secret = """
      apiVersion: v1
      kind: Secret
      metadata: {name: ghcr, labels: {argocd.argoproj.io/secret-type: repository}}
      stringData: {url: ghcr.io/shop/charts, type: helm, enableOCI: "true", username: kim, password: s3cret}
      ---

      """
    func set(_ name: String, _ source: String) -> String {
      Self.set(name).replacing(#"{repoURL: "https://git.example.com/shop.git", path: web}"#, with: source)
    }
    let result = try Self.result(
      secret + set("a", "{repoURL: ghcr.io/shop/charts, chart: web, targetRevision: ^1.0}")
        + set("b", "{repoURL: 'https://charts.example.com/stable', chart: web, targetRevision: 1.0.0}"))
    #expect(
      Self.documents("Repository", result).map { $0["spec"] } == [
        ["type": "helm", "url": "https://charts.example.com/stable"],
        ["type": "helm", "url": "oci://ghcr.io/shop/charts", "credential": "ghcr"],
      ])
    #expect(!result.documents.contains { JSON.text($0).contains("s3cret") })
  }

  static func project(_ windows: String) -> String {
    """
    apiVersion: argoproj.io/v1alpha1
    kind: AppProject
    metadata: {name: shop}
    spec: {sourceRepos: ["*"], syncWindows: \(windows)}
    """
  }

  @Test func syncWindowsAreWindowsThatTheirSetsName() throws {
    let windows = """
      [{kind: allow, schedule: "0 8 * * *", duration: 1h, applications: ["*"]},
       {kind: deny, schedule: "0 8 * * 5", duration: 90m, timeZone: Asia/Tokyo, namespaces: [a], clusters: ["*"]}]
      """
    let result = try Self.result(Self.set("web") + Self.set("other", project: "else") + Self.project(windows))
    #expect(
      Self.documents("Window", result).map { $0["spec"] } == [
        ["effect": "allow", "cron": "0 8 * * *", "duration": "1h", "timeZone": "UTC"],
        ["effect": "deny", "cron": "0 8 * * 5", "duration": "90m", "timeZone": "Asia/Tokyo"],
      ])
    let sets = Documents.read(Array(result.documents.map { YAML.text($0) }.joined(separator: "---\n").utf8), file: "")
    #expect(sets.diagnostics == [])
    let named = sets.documents.compactMap { document -> [String]? in
      guard case .fleetSet(let definition) = document.content else { return nil }
      return definition.rollout.windows
    }
    #expect(named == [["mine", "shop-allow-1", "shop-deny-2"], ["mine"]])
  }

  @Test(arguments: [
    ("{kind: allow, schedule: \"0 8 * * *\", duration: 1h, applications: [web-*]}", "is about some Applications only"),
    (
      "{kind: allow, schedule: \"0 8 * * *\", duration: 1h, andOperator: true, applications: [\"*\"], clusters: [eu]}",
      "is about some Applications only"
    ), ("{kind: allow, schedule: \"0 8 * *\", duration: 1h, applications: [\"*\"]}", "cron has five fields"),
    ("{kind: allow, schedule: \"0 8 * * *\", applications: [\"*\"]}", "duration"),
    ("{kind: both, schedule: \"0 8 * * *\", duration: 1h, applications: [\"*\"]}", "both"),
  ])
  func windowsThatAreNotAsTheyWere(window: String, message: String) throws {
    let result = try Self.result(Self.set("web") + Self.project("[\(window)]"))
    #expect(result.findings.contains { $0.outcome == .leftOut && $0.line == 17 && $0.message.contains(message) })
    #expect(Self.documents("ApplicationSet", result)[0]["metadata", "annotations", "flotilla.dev/windows"] == "mine")
    #expect(Self.documents("Window", result).count == (message.hasPrefix("is about") ? 1 : 0))
  }

  @Test func aSetWhoseProjectIsATemplateNamesNoWindows() throws {
    let window = "[{kind: deny, schedule: \"@daily\", duration: 1h, applications: [\"*\"]}]"
    let result = try Self.result(Self.set("web", project: "{{cluster}}") + Self.project(window))
    #expect(result.findings.contains { $0.field == "spec.template.spec.project" && $0.outcome == .leftOut })
  }

  @Test func policiesThatAreKeptNeedNoWord() throws {
    let result = try Self.result(Self.set("web", more: "  syncPolicy: {applicationsSync: create-only}"))
    #expect(result.findings.map(\.field) == ["spec.template.spec.project"])
    #expect(result.findings.first?.line == 9)
  }

  @Test func aTokenInAConfigMapStaysThere() throws {
    let set = Self.set("web").replacing("list: {elements: [{cluster: a}]}", with: "plugin: {configMapRef: {name: p}}")
    let map = """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: p, labels: {a: argo}}
      data: {baseUrl: "https://p.example.com", token: s3cret}
      """
    let result = try Self.result(set + map)
    #expect(Self.documents("ConfigMap", result)[0]["data"] == ["baseUrl": "https://p.example.com"])
    #expect(result.findings.contains { $0.field == "data.token" && $0.outcome == .leftOut })
    let missing = try Self.result(set)
    #expect(missing.findings.contains { $0.message == "ConfigMap \"p\" is not among the files" })
  }

  @Test func twoSetsOfOneNameAreRefused() throws {
    let error = #expect(throws: DiagnosticsError.self) { try Self.result(Self.set("web") + Self.set("web")) }
    #expect(error?.diagnostics.map(\.line) == [16])
  }

  @Test func theNameOfAClusterStaysForItsSets() throws {
    let secret = """
      apiVersion: v1
      kind: Secret
      metadata: {name: one, namespace: argocd, labels: {argocd.argoproj.io/secret-type: cluster}}
      stringData: {name: "Edge 1", server: "https://10.0.0.1"}
      """
    let cluster = try #require(Self.documents("Cluster", try Self.result(secret)).first)
    #expect(cluster["metadata", "name"] == "edge-1")
    #expect(cluster["metadata", "annotations", "flotilla.dev/name"] == "Edge 1")
  }
}
