import FleetModel
import FleetRender
import Manifest
import Testing

/// `${NAME}` in manifests, with Flux's meaning.
@Suite struct SubstitutionTests {
  static func rendered(_ spec: String, _ values: [String: String], metadata: String = "") throws -> Node {
    let text = "apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: a\n\(metadata)spec:\n\(spec)"
    let rendering = render(
      tree: FakeTree(["app/a.yaml": text]), path: "app", namespace: "shop",
      options: RenderOptions(substitute: values))
    switch rendering {
    case .manifests(let bundle, _):
      return try JSON.parse(bundle.objects[0].canonicalJSON)["spec"] ?? Node(.null)
    case .failed(let problems): throw DiagnosticsError(problems)
    case .needs: throw DiagnosticsError([])
    }
  }

  @Test(arguments: [
    ("${REGION}", #""eu""#), ("a-${REGION}-b", #""a-eu-b""#), ("${REGION}${COUNT}", #""eu3""#), ("${COUNT}", "3"),
    ("${COUNT}x", #""3x""#), ("${FLAG}", "true"), ("${NONE:=7}", "7"), ("${NONE:-seven}", #""seven""#),
    ("${EMPTY:=x}", #""x""#), ("${EMPTY}", #""""#), ("$${REGION}", #""${REGION}""#), ("$REGION", #""$REGION""#),
    ("${not-a-name}", #""${not-a-name}""#), ("${1}", #""${1}""#), ("cost: $5", #""cost: $5""#),
    ("${open", #""${open""#),
    ("{a: b}${EMPTY}", #""{a: b}""#), ("${MAP}", #""{a: b}""#),
  ])
  func textsAreFilledIn(text: String, expected: String) throws {
    let values = ["REGION": "eu", "COUNT": "3", "FLAG": "true", "EMPTY": "", "MAP": "{a: b}"]
    let spec = try Self.rendered("  field: '\(text)'\n", values)
    #expect(JSON.text(spec["field"] ?? Node(.null)) == expected)
  }

  @Test func hooksWithAGeneratedNameGetOneThatStays() throws {
    let hook =
      "apiVersion: v1\nkind: Pod\nmetadata: {generateName: run-, annotations: {argocd.argoproj.io/hook: Sync}}\n"
    let named = "apiVersion: v1\nkind: Pod\nmetadata: {name: run-2}\n"
    let rendering = render(
      tree: FakeTree(["app/a.yaml": "\(hook)---\n\(hook)---\n\(named)"]), path: "app", namespace: "shop")
    guard case .manifests(let bundle, _) = rendering else { throw DiagnosticsError([]) }
    #expect(bundle.objects.map(\.identity.name).sorted() == ["run", "run-2", "run-3"])
    let manifests = try bundle.objects.map { try JSON.parse($0.canonicalJSON) }
    #expect(manifests.allSatisfy { $0["metadata", "generateName"] == nil })
  }

  @Test func optionsOfASetReachItsObjects() throws {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {b: c}}\n"
    let rendering = render(
      tree: FakeTree(["app/a.yaml": text]), path: "app", namespace: "shop",
      options: RenderOptions(syncOptions: ["PruneLast=true", "Conflicts=fail"]))
    guard case .manifests(let bundle, _) = rendering else { throw DiagnosticsError([]) }
    let annotations = try JSON.parse(bundle.objects[0].canonicalJSON)["metadata", "annotations"]
    #expect(annotations == ["b": "c", "flotilla.dev/set-sync-options": "PruneLast=true,Conflicts=fail"])
  }

  @Test func rulesOfASetReachTheObjectsTheyAreAbout() throws {
    let text =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n"
    var options = RenderOptions()
    options.ignoreDifferences = [
      IgnoredDifference(objects: ObjectPattern(kind: "Config*", namespace: "shop", name: "a"), jsonPointers: ["/data"]),
      IgnoredDifference(objects: ObjectPattern(group: "apps", kind: "*"), jsonPointers: ["/spec"]),
    ]
    options.health = [
      HealthRules(
        objects: ObjectPattern(group: "*", kind: "ConfigMap", name: "b"),
        lines: [.init(when: ".data", health: .healthy)])
    ]
    let rendering = render(
      tree: FakeTree(["app/a.yaml": text]), path: "app", namespace: "shop", options: options)
    guard case .manifests(let bundle, _) = rendering else { throw DiagnosticsError([]) }
    let annotations = try bundle.objects.map { try JSON.parse($0.canonicalJSON)["metadata", "annotations"] }
    #expect(annotations[0] == ["flotilla.dev/set-ignore-differences": #"[{"jsonPointers":["/data"]}]"#])
    #expect(
      annotations[1] == [
        "flotilla.dev/set-health":
          #"{"lines":[{"health":"Healthy","message":"","when":".data"}],"otherwise":"Progressing"}"#
      ])
  }

  @Test func fieldsOfTextsStayTexts() throws {
    let spec = try Self.rendered(
      "  labels: {a: '${N}'}\n  env: [{name: A, value: '${N}'}]\n  args: ['${N}']\n  count: '${N}'\n", ["N": "1"])
    #expect(
      JSON.text(spec, sortedKeys: true)
        == #"{"args":["1"],"count":1,"env":[{"name":"A","value":"1"}],"labels":{"a":"1"}}"#)
  }

  @Test func objectsThatSaySoAreLeftAlone() throws {
    for key in ["kustomize.toolkit.fluxcd.io/substitute", "flotilla.dev/substitute"] {
      let metadata = "  annotations: {\(key): disabled}\n"
      #expect(try Self.rendered("  a: ${N}\n", ["N": "1"], metadata: metadata)["a"]?.string == "${N}")
    }
  }

  @Test func withoutValuesNothingIsLookedFor() throws {
    let tree = FakeTree(["app/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: '${N}'}\n"])
    guard case .manifests(let bundle, _) = render(tree: tree, path: "app", namespace: "shop") else {
      Issue.record("did not render")
      return
    }
    #expect(String(decoding: bundle.objects[0].canonicalJSON, as: UTF8.self).contains("${N}"))
  }

  @Test func whatHasNoValueIsAnErrorWithItsPlace() {
    let error = #expect(throws: DiagnosticsError.self) {
      try Self.rendered("  list: [{a: '${N}-${M}'}]\n", ["M": "1"])
    }
    let problem = error?.diagnostics.first
    #expect(problem?.file == "app/a.yaml" && problem?.field == "spec.list[0].a")
    #expect(problem?.message == "there is no value for ${N}")
  }
}
