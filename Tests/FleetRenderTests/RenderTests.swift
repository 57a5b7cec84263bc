import FleetModel
import FleetRender
import Manifest
import Testing

@Suite struct RenderTests {
  static func bundle(
    _ texts: [String: String], path: String = "app", namespace: String = "shop",
    answers: [RenderRequest: RenderAnswer] = [:]
  ) throws -> Bundle {
    switch render(tree: FakeTree(texts), path: path, namespace: namespace, answers: answers) {
    case .manifests(let bundle, _): return bundle
    case .failed(let problems): throw DiagnosticsError(problems)
    case .needs: throw DiagnosticsError([Diagnostic(message: "asks")])
    }
  }

  static func problems(_ texts: [String: String], path: String = "app") -> [Diagnostic] {
    guard case .failed(let problems) = render(tree: FakeTree(texts), path: path, namespace: "shop") else { return [] }
    return problems
  }

  static func object(_ kind: String, _ name: String, _ more: String = "", apiVersion: String = "v1") -> String {
    "apiVersion: \(apiVersion)\nkind: \(kind)\nmetadata:\n  name: \(name)\n\(more)"
  }

  @Test func directoriesBelowAreReadOnlyWhenAskedFor() throws {
    let tree = FakeTree([
      "app/a.yaml": Self.object("ConfigMap", "a"), "app/sub/b.yaml": Self.object("ConfigMap", "b"),
      "app/sub/kustomization.yaml": "resources: []\n",
    ])
    guard case .manifests(let bundle, _) = render(tree: tree, path: "app", namespace: "shop", isRecursive: false) else {
      Issue.record("did not render")
      return
    }
    #expect(bundle.objects.map(\.identity.display) == ["ConfigMap shop/a"])
    guard
      case .manifests(let root, _) = render(
        tree: FakeTree(["a.yaml": Self.object("ConfigMap", "a"), "b/c.yaml": Self.object("ConfigMap", "c")]), path: "",
        namespace: "shop", isRecursive: false)
    else { return }
    #expect(root.objects.count == 1)
  }

  /// A directory may serve Rancher Fleet too; a manifest of that name is one.
  @Test func optionsOfRancherFleetAreNoManifests() throws {
    let bundle = try Self.bundle([
      "app/web.yaml": Self.object("ConfigMap", "web"), "app/fleet.yaml": "namespace: shop\nhelm: {releaseName: web}\n",
      "app/sub/fleet.yml": "", "app/more/fleet.yaml": Self.object("ConfigMap", "fleet"),
    ])
    #expect(bundle.objects.map(\.identity.display) == ["ConfigMap shop/fleet", "ConfigMap shop/web"])
    let broken = Self.problems(["app/web.yaml": Self.object("ConfigMap", "web"), "app/fleet.yaml": "a: [\n"])
    #expect(broken.first?.file == "app/fleet.yaml")
  }

  @Test func plainManifestsComeInCanonicalOrder() throws {
    let bundle = try Self.bundle([
      "app/z.yaml": Self.object("Namespace", "shop") + "---\n# nothing\n---\n" + Self.object("Service", "web"),
      "app/sub/a.yml": Self.object("Deployment", "web", apiVersion: "apps/v1"),
      "app/b.json": #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b","namespace":"other"}}"#,
      "app/list.yaml":
        "apiVersion: v1\nkind: List\nitems:\n- \(Self.object("ConfigMap", "a").replacing("\n", with: "\n  "))\n",
      "app/notes.txt": "no manifest", "app/.hidden.yaml": "no: manifest", "app/.git/x.yaml": "no: manifest",
      "other/x.yaml": "no: manifest",
    ])
    #expect(
      bundle.objects.map(\.identity.display) == [
        "Namespace shop", "ConfigMap other/b", "ConfigMap shop/a", "Service shop/web", "Deployment shop/web",
      ])
    #expect(
      String(decoding: bundle.objects[2].canonicalJSON, as: UTF8.self)
        == #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"shop"}}"#)
    let lines = bundle.objects.map { $0.digest.hexadecimal + "\n" }.joined()
    #expect(bundle.digest == .sha256(Array(lines.utf8)))
  }

  @Test func theDigestDependsOnContentAlone() throws {
    let one = try Self.bundle(["app/a.yaml": Self.object("ConfigMap", "a") + "---\n" + Self.object("ConfigMap", "b")])
    let two = try Self.bundle([
      "app/y.json": #"{"kind": "ConfigMap", "metadata": {"name": "a"}, "apiVersion": "v1"}"#,
      "app/x.yaml": "kind: ConfigMap\napiVersion: v1\nmetadata: {name: b}",
    ])
    let three = try Self.bundle(["app/a.yaml": Self.object("ConfigMap", "a") + "---\n" + Self.object("ConfigMap", "c")])
    #expect(one.digest == two.digest)
    #expect(one.digest != three.digest)
  }

  @Test func clusterScopedObjectsGetNoNamespace() throws {
    let definition = Self.object(
      "CustomResourceDefinition", "widgets.example.com",
      "spec: {group: example.com, scope: Cluster, names: {kind: Widget}}\n", apiVersion: "apiextensions.k8s.io/v1")
    let texts = [
      "app/a.yaml": [
        definition, Self.object("Widget", "w", apiVersion: "example.com/v1"),
        Self.object("Gadget", "g", apiVersion: "example.com/v1"),
        Self.object("ClusterRole", "r", "  namespace: wrong\n", apiVersion: "rbac.authorization.k8s.io/v1"),
      ].joined(separator: "---\n")
    ]
    #expect(
      try Self.bundle(texts).objects.map(\.identity.display) == [
        "CustomResourceDefinition widgets.example.com", "ClusterRole r", "Gadget shop/g", "Widget w",
      ])
    guard case .manifests(_, let problems) = render(tree: FakeTree(texts), path: "app", namespace: "shop") else {
      return
    }
    #expect(problems.map(\.severity) == [.warning])
    #expect(problems.first?.message == "ClusterRole r stands outside namespaces; its namespace wrong is ignored")
  }

  @Test func problemsNameFileAndLine() {
    let incomplete = Self.problems([
      "app/a.yaml": Self.object("ConfigMap", "a") + "---\nkind: ConfigMap\nmetadata: {generateName: x}\n",
      "app/b.yaml": "- 1\n- 2\n",
    ])
    #expect(incomplete.map(\.field) == ["apiVersion", "metadata.name", "", ""])
    #expect(incomplete.first?.file == "app/a.yaml")
    #expect(incomplete.first?.line == 6)
    #expect(incomplete[1].hint == "generateName makes a new object at every apply; give it a name")
    let twice = Self.problems([
      "app/a.yaml": Self.object("ConfigMap", "a"),
      "app/b.yaml": "# first line\n" + Self.object("ConfigMap", "a", "  namespace: shop\n"),
    ])
    #expect(twice.map(\.message) == ["ConfigMap shop/a is there twice: in app/a.yaml:1 and in app/b.yaml:2"])
    let broken = Self.problems(["app/a.yaml": "a: [", "app/b.yaml": "{"])
    #expect(Set(broken.map(\.file)) == ["app/a.yaml", "app/b.yaml"])
  }

  @Test func nothingIsAnErrorOfItsOwn() {
    #expect(Self.problems(["app/readme.md": "text"]).map(\.message) == ["renders to no object at all"])
    #expect(Self.problems(["app/a.yaml": "# nothing\n"]).map(\.message) == ["renders to no object at all"])
    let missing = Self.problems(["app/a.yaml": ""], path: "nowhere")
    #expect(missing.map(\.message) == ["there is no such directory at commit b2b2b2b"])
    #expect(
      Self.problems(["app/a.yaml": ""], path: "app/a.yaml").map(\.message) == ["this is a file; expected a directory"])
  }

  @Test func tooLargeIsRefused() {
    let large = Self.object("ConfigMap", "a", "data: {x: \(String(repeating: "x", count: Bundle.limitBytes))}\n")
    #expect(Self.problems(["app/a.yaml": large]).first?.message.contains("at most 33554432 are allowed") == true)
  }

  static let kustomization = [
    "clusters/east/kustomization.yaml": "resources: [../../base]\npatches: [{path: patch.yaml}]\n",
    "clusters/east/patch.yaml": "x: 1\n", "base/kustomization.yaml": "resources: [a.yaml]\n", "base/a.yaml": "a: 1\n",
    "unrelated/b.yaml": "b: 1\n",
  ]

  @Test func aKustomizationIsAskedForWithExactlyItsFiles() throws {
    let tree = FakeTree(Self.kustomization)
    guard case .needs(let requests) = render(tree: tree, path: "clusters/east", namespace: "shop") else {
      Issue.record("did not ask")
      return
    }
    let request = try #require(requests.first)
    guard case .kustomize(let path, let files) = request else { return }
    #expect(path == "clusters/east")
    #expect(
      files.map(\.path) == [
        "base/a.yaml", "base/kustomization.yaml", "clusters/east/kustomization.yaml", "clusters/east/patch.yaml",
      ])
    let bundle = try Self.bundle(
      Self.kustomization, path: "clusters/east", answers: [request: .output(Array(Self.object("ConfigMap", "a").utf8))])
    #expect(bundle.objects.map(\.identity.display) == ["ConfigMap shop/a"])
    let failed = render(tree: tree, path: "clusters/east", namespace: "", answers: [request: .failure("bad patch")])
    guard case .failed(let problems) = failed else {
      Issue.record("did not fail")
      return
    }
    #expect(problems.map(\.message) == ["kustomize failed: bad patch"])
  }

  @Test(
    arguments: [
      ("resources: [https://example.com/x.yaml]", "resources[0]"),
      ("resources: ['github.com/a/b?ref=v1']", "resources[0]"),
      ("resources: ['git@github.com:a/b']", "resources[0]"), ("bases: ['example.com/a//b']", "bases[0]"),
      ("resources: [missing]", "resources[0]"), ("components: [../../../out]", "components[0]"),
      ("resources: [/etc]", "resources[0]"), ("helmCharts: [{name: x}]", "helmCharts"),
      ("patches: [{path: 'https://example.com/p.yaml'}]", "patches[0].path"),
      ("configMapGenerator: [{name: x, files: ['a=http://example.com/x']}]", "configMapGenerator[0].files[0]"),
      ("openapi: {path: 'http://example.com/s.json'}", "openapi.path"),
    ])
  func whatLiesOutsideIsRefusedBeforeAnythingRuns(text: String, field: String) {
    let problems = Self.problems(["app/kustomization.yaml": "# a\n\(text)\n"])
    #expect(problems.map(\.field) == [field])
    #expect(problems.first?.line == 2)
    let inside = Self.problems([
      "app/kustomization.yaml": "resources: [../base]\n", "base/kustomization.yaml": "# a\n\(text)\n",
    ])
    #expect(inside.map(\.file) == ["base/kustomization.yaml"])
  }

  @Test func inlinePatchesAreNoReferences() {
    let text =
      "patchesStrategicMerge:\n- |-\n  apiVersion: v1\n  kind: X\npatches:\n- patch: '[{\"op\": \"add\"}]'\n  target: {kind: X}\n"
    guard case .needs = render(tree: FakeTree(["app/kustomization.yaml": text]), path: "app", namespace: "") else {
      Issue.record("did not ask")
      return
    }
  }

  @Test func circlesEnd() {
    let texts = ["a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n"]
    guard case .needs = render(tree: FakeTree(texts), path: "a", namespace: "") else {
      Issue.record("did not ask")
      return
    }
  }

  @Test func aKustomizationBelowPlainManifestsIsRefused() {
    let problems = Self.problems([
      "app/a.yaml": Self.object("ConfigMap", "a"), "app/sub/kustomization.yaml": "resources: []\n",
    ])
    #expect(problems.map(\.file) == ["app/sub/kustomization.yaml"])
  }
}
