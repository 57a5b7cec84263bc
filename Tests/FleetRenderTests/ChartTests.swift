import FleetModel
import FleetRender
import Manifest
import Testing

/// Charts: what the program is asked, and what is made of its answer.
@Suite struct ChartTests {
  static let files = [
    "charts/web/Chart.yaml": "name: web\n", "charts/web/templates/config.yaml": "{{ .Values.a }}\n",
    "charts/web/values-eu.yaml": "a: 1\n", "env/eu.yaml": "a: 2\n",
  ]
  static let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n"

  static func helm(_ valueFiles: [String] = [], ignoresMissing: Bool = false) -> RenderOptions {
    var helm = HelmOptions()
    helm.valueFiles = valueFiles
    helm.ignoreMissingValueFiles = ignoresMissing
    return RenderOptions(helm: helm)
  }

  static func request(
    _ options: RenderOptions, _ files: [String: String] = files
  ) throws(DiagnosticsError) -> HelmRequest {
    let rendering = render(
      tree: FakeTree(files), path: "charts/web", namespace: "shop", options: options, target: "shop-east")
    switch rendering {
    case .needs(let requests):
      guard case .helm(let request)? = requests.first else { throw DiagnosticsError([]) }
      return request
    case .failed(let problems): throw DiagnosticsError(problems)
    case .manifests: throw DiagnosticsError([])
    }
  }

  @Test func theProgramGetsTheChartAndTheFilesOfValues() throws {
    let plain = try Self.request(RenderOptions())
    #expect(plain.files.map(\.path) == Self.files.keys.filter { $0.hasPrefix("charts") }.sorted())
    #expect(plain.releaseName == "shop-east" && plain.namespace == "shop")
    let filled = try Self.request(Self.helm(["values-eu.yaml", "../../env/eu.yaml", "/env/eu.yaml"]))
    #expect(filled.valueFiles == ["charts/web/values-eu.yaml", "env/eu.yaml", "env/eu.yaml"])
    #expect(filled.files.map(\.path) == Self.files.keys.sorted())
    #expect(try Self.request(Self.helm(["none.yaml"], ignoresMissing: true)).valueFiles.isEmpty)
  }

  @Test(arguments: [
    ("none.yaml", "there is no file charts/web/none.yaml"), ("../../../a.yaml", "leads out of the repository"),
    ("https://example.com/a.yaml", "is not in the repository"), ("$values/a.yaml", "is not in the repository"),
  ])
  func filesOfValuesThatAreNotInTheCommitAreRefused(file: String, message: String) throws {
    do throws(DiagnosticsError) {
      _ = try Self.request(Self.helm([file]))
      Issue.record("was asked")
    } catch {
      #expect(error.diagnostics.first?.message.contains(message) == true, "\(error)")
      #expect(error.diagnostics.first?.field == "spec.template.spec.source.helm.valueFiles[0]")
    }
  }

  @Test func optionsForAChartNeedOne() {
    let rendering = render(
      tree: FakeTree(["web/a.yaml": Self.object]), path: "web", namespace: "shop", options: Self.helm())
    guard case .failed(let problems) = rendering else {
      Issue.record("\(rendering)")
      return
    }
    #expect(problems.first?.message == "the directory is no chart: it has no Chart.yaml")
  }

  @Test func hooksOfOtherEventsAreLeftOut() throws {
    let tree = FakeTree(Self.files)
    func hook(_ name: String, _ events: String) -> String {
      "---\napiVersion: v1\nkind: Pod\nmetadata: {name: \(name), annotations: {helm.sh/hook: '\(events)'}}\n"
    }
    let output =
      Self.object + hook("a", "test") + hook("b", "pre-delete, post-delete") + hook("c", "pre-install,pre-rollback")
    guard case .needs(let requests) = render(tree: tree, path: "charts/web", namespace: "shop"),
      let request = requests.first,
      case .manifests(let bundle, _) = render(
        tree: tree, path: "charts/web", namespace: "shop", answers: [request: .output(Array(output.utf8))])
    else {
      Issue.record("did not render")
      return
    }
    #expect(bundle.objects.map(\.identity.display).sorted() == ["ConfigMap shop/web", "Pod shop/c"])
  }

  @Test func whatDiffersFromRunToRunIsSaid() throws {
    var files = Self.files
    files["charts/web/templates/secret.yaml"] = "a: b\nb: {{- randAlphaNum 8 | quote }}\n{{/* lookup */}}\nc: lookup\n"
    let tree = FakeTree(files)
    guard case .needs(let requests) = render(tree: tree, path: "charts/web", namespace: "shop"),
      let request = requests.first,
      case .manifests(_, let problems) = render(
        tree: tree, path: "charts/web", namespace: "shop", answers: [request: .output(Array(Self.object.utf8))])
    else {
      Issue.record("did not render")
      return
    }
    #expect(problems.map(\.line) == [2])
    #expect(problems.first?.message.hasPrefix("calls randAlphaNum") == true)
  }
}
