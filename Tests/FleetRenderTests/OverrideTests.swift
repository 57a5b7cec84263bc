import FleetModel
import FleetRender
import Manifest
import Testing

/// Kustomizations over what a directory renders to.
@Suite struct OverrideTests {
  static let manifests = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 1
      template: {spec: {containers: [{name: web, image: "shop:1", env: [{name: SIZE, value: small}]}]}}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings}
    data: {region: "${REGION}"}

    """

  struct Outcome {
    var objects: [String: Node] = [:]
    var problems: [String] = []
    var isRendered = false
  }

  static func rendered(
    _ overlays: [RenderOverlay], files: [String: String] = ["app/all.yaml": manifests],
    substitute: [String: String] = ["REGION": "eu"]
  ) throws -> Outcome {
    var outcome = Outcome()
    let rendering = render(
      tree: FakeTree(files), path: "app", namespace: "shop",
      options: RenderOptions(substitute: substitute, overlays: overlays), engine: .automatic)
    switch rendering {
    case .manifests(let bundle, let problems):
      outcome.isRendered = true
      outcome.problems = problems.map(\.text)
      for object in bundle.objects {
        let node = try JSON.parse(object.canonicalJSON)
        outcome.objects[node["kind"]?.string ?? ""] = node
      }
    case .failed(let problems): outcome.problems = problems.map(\.text)
    case .needs: Issue.record("asks for a program")
    }
    return outcome
  }

  static func overlay(_ kustomization: String, name: String = "big") -> RenderOverlay {
    RenderOverlay(name: name, kustomization: kustomization)
  }

  private static func web(_ outcome: Outcome) -> String {
    outcome.objects["Deployment"]?["spec"].map { JSON.text($0, sortedKeys: true) } ?? ""
  }

  @Test func imagesReplicasAndBothKindsOfPatches() throws {
    let outcome = try Self.rendered([
      Self.overlay(#"{"images":[{"name":"shop","newTag":"2"}],"replicas":[{"name":"web","count":5}]}"#),
      Self.overlay(
        #"{"patches":[{"patch":"[{\"op\":\"replace\",\"path\":\"/data/region\",\"value\":\"${REGION}-1\"}]","#
          + #""target":{"kind":"ConfigMap"}}]}"#, name: "operations"),
      Self.overlay(
        #"{"patches":[{"patch":"{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},"#
          + #"\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\",\"env\":[{\"name\":\"ZONE\","#
          + #"\"value\":\"a\"}]}]}}}}"}]}"#, name: "merge"),
    ])
    #expect(outcome.problems.isEmpty)
    #expect(
      Self.web(outcome)
        == #"{"replicas":5,"template":{"spec":{"containers":[{"env":[{"name":"ZONE","value":"a"},"#
        + #"{"name":"SIZE","value":"small"}],"image":"shop:2","name":"web"}]}}}"#)
    // Values are put in afterwards, so that patches may use them.
    #expect(outcome.objects["ConfigMap"]?["data", "region"]?.string == "eu-1")
  }

  /// A kustomization is built first: what lies over it does not see its parts.
  @Test func theyLieOverKustomizationsToo() throws {
    let outcome = try Self.rendered(
      [Self.overlay(#"{"replicas":[{"name":"eu-web","count":3}]}"#)],
      files: ["app/all.yaml": Self.manifests, "app/kustomization.yaml": "namePrefix: eu-\nresources: [all.yaml]\n"])
    #expect(outcome.problems.isEmpty)
    #expect(outcome.objects["Deployment"]?["spec", "replicas"]?.integer == 3)
  }

  @Test func oneThatChangesNothingIsWarnedOf() throws {
    let outcome = try Self.rendered([Self.overlay(#"{"images":[{"name":"shopp","newTag":"2"}]}"#)])
    #expect(outcome.isRendered)
    #expect(outcome.problems.count == 1)
    #expect(outcome.problems.first?.contains("override big: changes nothing") == true)
  }

  @Test(arguments: [
    (#"{"replicas":[{"name":"nobody","count":3}]}"#, "override big: replicas"),
    (
      #"{"patches":[{"patch":"{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"nobody\"}}"}]}"#,
      "override big: there is no ConfigMap nobody"
    ),
    (
      #"{"patches":[{"patch":"[{\"op\":\"remove\",\"path\":\"/data/none\"}]","target":{"kind":"ConfigMap"}}]}"#,
      "override big: patches[0]"
    ),
  ])
  func whatCannotBeDoneSaysWhichOverride(kustomization: String, expected: String) throws {
    let outcome = try Self.rendered([Self.overlay(kustomization)])
    #expect(!outcome.isRendered)
    #expect(outcome.problems.contains { $0.contains(expected) }, "\(outcome.problems)")
  }
}
