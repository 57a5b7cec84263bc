import FleetDocuments
import FleetModel
import FleetRender
import Manifest
import Testing

/// `source.kustomize`: every change is what the same words in the kustomization would do.
@Suite struct KustomizeOptionsTests {
  static let manifests = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 1
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, image: "shop:1"}, {name: side, image: "registry.example.com:5000/side:1"}]}

    """
  static let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -x\n"

  static func rendered(
    _ kustomization: String, _ options: KustomizeOptions?
  ) throws(DiagnosticsError) -> [String] {
    let files = [
      "app/kustomization.yaml": kustomization + "resources: [web.yaml]\n", "app/web.yaml": manifests,
      "app/extra/kustomization.yaml": component,
    ]
    var render = RenderOptions()
    render.kustomize = options
    switch FleetRender.render(
      tree: FakeTree(files), path: "app", namespace: "shop", options: render, engine: .automatic)
    {
    case .manifests(let bundle, _): return bundle.objects.map { String(decoding: $0.canonicalJSON, as: UTF8.self) }
    case .failed(let problems): throw DiagnosticsError(problems)
    case .needs: throw DiagnosticsError([Diagnostic(message: "asks for a program")])
    }
  }

  static func options(_ text: String) throws -> KustomizeOptions {
    try KustomizeOptions.read(try #require(try YAML.documents(Array(text.utf8)).first), field: "kustomize")
  }

  struct Case: CustomTestStringConvertible {
    var options: String
    var before = ""
    var after: String
    var testDescription: String { options }
  }

  @Test(arguments: [
    Case(
      options: "{namePrefix: eu-, nameSuffix: '-1'}", before: "namePrefix: us-\n",
      after: "namePrefix: eu-\nnameSuffix: '-1'\n"),
    Case(options: "{namespace: other}", after: "namespace: other\n"),
    Case(
      options: "{images: ['shop=mirror/shop:2']}", after: "images: [{name: shop, newName: mirror/shop, newTag: '2'}]\n"),
    Case(
      options: "{images: ['shop:2']}", before: "images: [{name: shop, newTag: '9'}]\n",
      after: "images: [{name: shop, newTag: '2'}]\n"),
    Case(
      options: "{images: ['shop=*:2']}", before: "images: [{name: shop, newName: mirror/shop}]\n",
      after: "images: [{name: shop, newName: mirror/shop, newTag: '2'}]\n"),
    Case(
      options: "{images: ['registry.example.com:5000/side=side@sha256:abc']}",
      after: "images: [{name: 'registry.example.com:5000/side', newName: side, digest: 'sha256:abc'}]\n"),
    Case(options: "{replicas: [{name: web, count: '4'}]}", after: "replicas: [{name: web, count: 4}]\n"),
    Case(options: "{commonLabels: {team: a}}", after: "commonLabels: {team: a}\n"),
    Case(
      options: "{commonLabels: {team: a}, forceCommonLabels: true}", before: "commonLabels: {team: b}\n",
      after: "commonLabels: {team: a}\n"),
    Case(
      options: "{commonLabels: {team: a}, labelWithoutSelector: true, labelIncludeTemplates: true}",
      after: "labels: [{pairs: {team: a}, includeTemplates: true}]\n"),
    Case(options: "{commonAnnotations: {team: a}}", after: "commonAnnotations: {team: a}\n"),
    Case(
      options:
        "{patches: [{target: {kind: Deployment}, patch: '[{\"op\": \"remove\", \"path\": \"/spec/replicas\"}]'}]}",
      after: "patches: [{target: {kind: Deployment}, patch: '[{\"op\": \"remove\", \"path\": \"/spec/replicas\"}]'}]\n"),
    Case(options: "{components: [extra]}", after: "components: [extra]\n"),
    Case(options: "{components: [none, extra], ignoreMissingComponents: true}", after: "components: [extra]\n"),
  ])
  func isWhatTheKustomizationCouldSay(_ test: Case) throws {
    let changed = try Self.rendered(test.before, try Self.options(test.options))
    #expect(changed == (try Self.rendered(test.after, nil)))
    #expect(changed != (try Self.rendered(test.before, nil)))
  }

  @Test(arguments: [
    ("{commonLabels: {team: a}}", "commonLabels: {team: b}\n", "team is in the kustomization already"),
    ("{images: [shop]}", "", "\"shop\" says no new image"),
    ("{components: [none]}", "", "none"),
  ])
  func whatCannotBeChangedIsSaid(options: String, before: String, expected: String) throws {
    let read = try Self.options(options)
    let error = #expect(throws: DiagnosticsError.self) { try Self.rendered(before, read) }
    #expect(error?.diagnostics.contains { $0.text.contains(expected) } == true, "\(String(describing: error))")
  }

  @Test func aDirectoryOfManifestsIsNoKustomization() throws {
    var options = RenderOptions()
    options.kustomize = KustomizeOptions()
    guard
      case .failed(let problems) = FleetRender.render(
        tree: FakeTree(["app/web.yaml": Self.manifests]), path: "app", namespace: "shop", options: options)
    else {
      Issue.record("did not fail")
      return
    }
    #expect(problems.first?.field == "spec.template.spec.source.kustomize")
  }
}
