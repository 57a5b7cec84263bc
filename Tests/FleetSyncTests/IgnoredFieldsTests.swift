import FleetModel
import FleetSync
import Manifest
import Testing

@Suite("Ignored fields")
struct IgnoredFieldsTests {
  static func document(_ rules: String) throws -> Node {
    var node = try yaml(
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: shop, annotations: {note: mine}}
      spec:
        replicas: 3
        template:
          spec:
            containers:
            - {name: side, image: 'side:1'}
            - {name: web, image: 'web:1'}
      """)
    node["metadata"]?["annotations"]?[IgnoredDifference.annotation] = Node(.string(rules))
    return node
  }

  func ignored(_ rules: String) throws -> IgnoredFields { try SyncOptions(of: try Self.document(rules)).ignored }

  func lines(_ rules: String, _ live: Node) throws -> [String] {
    let owned = try #require(
      OwnedFields(applied: try DriftTests.stored(), manager: "flotilla", ignoring: try ignored(rules)))
    return owned.differences(in: live, manager: "flotilla").map(\.field)
  }

  static let image =
    #"[{"jqPathExpressions": [".spec.template.spec.containers[] | select(.name == \"web\") | .image"]}]"#

  @Test(
    "what a rule names is no drift, whatever its form",
    arguments: [
      #"[{"jsonPointers": ["/spec/template/spec/containers/1/image"]}]"#, image,
      #"[{"jqPathExpressions": [".spec.template.spec.containers[].image"]}]"#,
      #"[{"jqPathExpressions": [".spec.template.spec.containers[]?|select(.image|startswith(\"web\")).image"]}]"#,
      #"[{"jqPathExpressions": [".spec.template"]}]"#, #"[{"managedFieldsManagers": ["updater"]}]"#,
    ])
  func forms(_ rules: String) throws {
    let live = try DriftTests.stored(
      replicas: 5, image: "web:2",
      managers: [
        DriftTests.manager(
          "updater",
          ["f:spec": ["f:template": ["f:spec": ["f:containers": ["k:{\"name\":\"web\"}": ["f:image": [:]]]]]]])
      ])
    #expect(try lines("[]", live) == ["spec.replicas", "spec.template.spec.containers[name=web].image"])
    #expect(try lines(rules, live) == ["spec.replicas"])
  }

  @Test("a rule about another container, field or manager changes nothing")
  func others() throws {
    let live = try DriftTests.stored(image: "web:2")
    for rules in [
      Self.image.replacing("web", with: "side"), #"[{"jqPathExpressions": [".metadata.annotations[\"x\"]"]}]"#,
      #"[{"managedFieldsManagers": ["updater"]}]"#, #"[{"jsonPointers": ["/spec/replicas"]}]"#,
    ] { #expect(try lines(rules, live) == ["spec.template.spec.containers[name=web].image"], "\(rules)") }
  }

  @Test("an apply that respects them keeps what the cluster has, in the element of the same name")
  func respect() throws {
    let live = try yaml(
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        managedFields: [{manager: tuner, operation: Update, fieldsV1: {'f:spec': {'f:replicas': {}}}}]
      spec:
        replicas: 7
        template: {spec: {containers: [{name: new, image: 'n:1'}, {name: web, image: 'web:9'}, {name: side, image: 'side:9'}]}}
      """)
    let document = try Self.document("[]")
    let images = try ignored(Self.image).keeping(live, in: document)["spec", "template", "spec", "containers"]
    #expect(images?[0]?["image"] == "side:1")
    #expect(images?[1]?["image"] == "web:9")
    let tuned = try ignored(#"[{"managedFieldsManagers": ["tuner"]}]"#).keeping(live, in: document)
    #expect(tuned["spec", "replicas"] == 7)
    let without = try ignored(#"[{"jsonPointers": ["/metadata/annotations/note"]}]"#).keeping(live, in: document)
    #expect(without["metadata", "annotations", "note"] == nil)
    #expect(without["spec"] == document["spec"])
  }

  @Test(
    "what is not understood is refused with the place and a hint",
    arguments: [
      (#"[{"jqPathExpressions": [".spec | to_entries"]}]"#, "\"to_entries\" at character 9 is not understood"),
      (#"[{"jqPathExpressions": [".a, .b"]}]"#, "write one expression for each path"),
      (#"[{"jqPathExpressions": [".spec.replicas == 3"]}]"#, "put conditions into select(…)"),
      (#"[{"jqPathExpressions": ["."]}]"#, "names the whole object"),
      (#"[{"jsonPointers": ["spec/replicas"]}]"#, "is no JSON pointer"),
      (#"[{"jsonPointer": ["/spec"]}]"#, "unknown field \"jsonPointer\""), ("{}", "is no JSON list"),
    ])
  func refusals(_ rules: String, _ message: String) throws {
    let document = try Self.document(rules)
    let failure = #expect(throws: WriteFailure.self) { try SyncOptions(of: document) }
    #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
    #expect(failure?.message.hasPrefix("Deployment shop/web: annotation flotilla.dev/ignore-differences: ") == true)
  }
}

@Suite("Field expressions")
struct FieldExpressionTests {
  static let object = """
    spec: {replicas: 3, names: [a, b]}
    status:
      ready: 2
      phase: Running
      conditions:
      - {type: Ready, status: "False", message: "waits"}
      - {type: Synced, status: "True"}
    """

  @Test(
    "conditions hold as in jq",
    arguments: [
      (".status.ready < .spec.replicas", true), (".status.ready >= .spec.replicas", false),
      (".status.phase == \"Running\" and .status.ready == 2", true), (".status.missing == null", true),
      (".status.missing < 1", true), (".status.phase == \"Failed\" or .spec.replicas != 3", false),
      (".status.conditions[] | select(.type == \"Ready\") | .status == \"False\"", true),
      (".status.conditions[] | select(.type == \"Gone\") | .status == \"False\"", false),
      ("(.status.phase | startswith(\"Run\")) and (.spec | has(\"names\"))", true),
      (".status.phase | endswith(\"ing\") | not", false), (".spec.names | contains(\"b\")", true),
      (".spec.names[-1] == \"b\"", true), (".[\"spec\"][\"replicas\"] > 2.5", true), (".status.phase.x", false),
      ("not", false), ("true", true), (".spec.replicas == \"3\"", false),
    ])
  func conditions(_ text: String, _ holds: Bool) throws {
    let node = try yaml(Self.object)
    #expect(try FieldExpression(text).holds(in: node) == holds)
  }

  @Test("nesting is bounded")
  func nesting() {
    #expect(throws: FieldExpressionError.self) {
      try FieldExpression(String(repeating: "(", count: 10_000) + "." + String(repeating: ")", count: 10_000))
    }
  }
}
