import FleetModel
import Manifest
import Testing

@testable import FleetRender

/// What gave each field of rendered manifests its value.
@Suite struct OriginTests {
  private static let web = """
    # The shop.
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
      labels: {app: web}
    spec:
      replicas: 1
      template:
        spec:
          containers:
          - name: web
            image: shop:1
            args: [--port, "80"]
            env:
            - name: SIZE
              value: ${SIZE:=small}
            - name: REGION
              value: in ${REGION}
          - name: side
            image: proxy:1
    """
  private static let base = [
    "base/kustomization.yaml": """
    resources: [web.yaml]
    configMapGenerator:
    - name: settings
      literals: [color=blue]
      files: [shop.ini]
      envs: [some.env]
    """,
    "base/web.yaml": web, "base/shop.ini": "[shop]\n", "base/some.env": "# none\nSPEED=fast\n",
  ]
  private static let eu = [
    "eu/kustomization.yaml": """
    resources:
    - ../base
    namespace: shop
    namePrefix: eu-
    images:
    - name: shop
      newTag: "2"
    patches:
    - path: size.yaml
    - target: {kind: Deployment}
      patch: |-
        - op: add
          path: /spec/template/spec/containers/0/args/0
          value: --verbose
    - patch: |-
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          paused: true
    replicas:
    - name: web
      count: 4
    labels:
    - pairs:
        team: shop
        tier: front
      includeSelectors: false
    """,
    "eu/size.yaml": """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 3
      template:
        spec:
          containers:
          - name: web
            env: [{name: ZONE, value: a}]
    """,
  ]
  private static let files = base.merging(eu) { own, _ in own }

  /// The origins by field, the last first, of the objects of a kind.
  private static func origins(
    _ kind: String = "Deployment", files: [String: String] = files, path: String = "eu",
    options: RenderOptions = RenderOptions(), valueSources: [String: String] = [:],
    answer: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) -> [String: [String]] {
    var answers: [RenderRequest: RenderAnswer] = [:]
    for _ in 0..<2 {
      let rendering = renderOrigins(
        tree: FakeTree(files), path: path, namespace: "home", options: options, target: "web",
        valueSources: valueSources,
        answers: answers)
      switch rendering {
      case .objects(let objects, let bundle):
        // It is the bundle that clusters get, and every field of it has an origin.
        let plain = render(
          tree: FakeTree(files), path: path, namespace: "home", options: options, target: "web", engine: .automatic,
          answers: answers)
        guard case .manifests(let other, _) = plain, other == bundle else {
          Issue.record("another bundle", sourceLocation: sourceLocation)
          return [:]
        }
        #expect(objects.map { JSON.bytes($0.manifest, sortedKeys: true) } == bundle.objects.map(\.canonicalJSON))
        var found: [String: [String]] = [:]
        for object in objects where object.manifest["kind"]?.string == kind {
          for field in object.fields {
            #expect(!field.origins.isEmpty, "\(field.path)")
            found[field.path] = field.origins.reversed().map(\.text)
          }
        }
        return found
      case .failed(let problems):
        Issue.record("\(problems.map(\.text))", sourceLocation: sourceLocation)
        return [:]
      case .needs(let requests): for request in requests { answers[request] = .output(Array((answer ?? "").utf8)) }
      }
    }
    Issue.record("asks for ever", sourceLocation: sourceLocation)
    return [:]
  }

  private static let containers = "spec.template.spec.containers"

  @Test(arguments: [
    ("apiVersion", ["base/web.yaml:2"]), ("metadata.labels.app", ["base/web.yaml:6"]),
    ("metadata.name", ["eu/kustomization.yaml:4 namePrefix", "base/web.yaml:5"]),
    ("metadata.namespace", ["eu/kustomization.yaml:3 namespace"]),
    ("metadata.labels.team", ["eu/kustomization.yaml:26 labels[0]"]),
    ("metadata.labels.tier", ["eu/kustomization.yaml:27 labels[0]"]),
    (
      "spec.replicas",
      [
        "eu/kustomization.yaml:22 replicas[0]", "eu/size.yaml:5 (patches[0] of eu/kustomization.yaml)",
        "base/web.yaml:8",
      ]
    ),
    ("spec.paused", ["eu/kustomization.yaml:20 patches[2]"]),
    ("\(containers)[0].name", ["base/web.yaml:12"]),
    ("\(containers)[0].image", ["eu/kustomization.yaml:6 images[0]", "base/web.yaml:13"]),
    // A list without names keeps the origins of what was only moved.
    ("\(containers)[0].args[0]", ["eu/kustomization.yaml:10 patches[1]"]),
    ("\(containers)[0].args[1]", ["base/web.yaml:14"]), ("\(containers)[0].args[2]", ["base/web.yaml:14"]),
    ("\(containers)[0].env[0].value", ["eu/size.yaml:10 (patches[0] of eu/kustomization.yaml)"]),
    ("\(containers)[0].env[1].name", ["base/web.yaml:16"]), ("\(containers)[1].image", ["base/web.yaml:21"]),
  ])
  func ofAKustomization(field: String, expected: [String]) {
    #expect(Self.origins()[field] == expected)
  }

  @Test func ofGeneratedObjects() {
    let found = Self.origins("ConfigMap")
    let by = "(configMapGenerator[0] of base/kustomization.yaml)"
    #expect(found["data.color"] == ["base/kustomization.yaml:4 configMapGenerator[0]"])
    #expect(found["data[\"shop.ini\"]"] == ["base/shop.ini \(by)"])
    #expect(found["data.SPEED"] == ["base/some.env:2 \(by)"])
    #expect(
      found["metadata.name"] == [
        "the hash of the content", "eu/kustomization.yaml:4 namePrefix",
        "base/kustomization.yaml:3 configMapGenerator[0]",
      ])
  }

  @Test func namesOfWhatIsReferredTo() {
    var files = Self.files
    files["base/web.yaml"] = Self.web + "\n      volumes: [{name: s, configMap: {name: settings}}]\n"
    #expect(
      Self.origins(files: files)["spec.template.spec.volumes[0].configMap.name"] == [
        "the name of what it refers to", "base/web.yaml:22",
      ])
  }

  @Test func ofOverridesAndValues() {
    var options = RenderOptions(
      substitute: ["REGION": "eu"],
      overlays: [
        RenderOverlay(name: "big", kustomization: #"{"replicas":[{"name":"eu-web","count":9}]}"#),
        RenderOverlay(name: "new", kustomization: #"{"images":[{"name":"shop","newTag":"3"}]}"#),
      ], syncOptions: ["Prune=false"])
    options.health = [
      HealthRules(objects: ObjectPattern(group: "apps", kind: "Deployment"), lines: [], otherwise: .healthy)
    ]
    let found = Self.origins(options: options, valueSources: ["REGION": "{{metadata.labels.region}}"])
    #expect(found["spec.replicas"]?.prefix(2) == ["override big: replicas[0]", "eu/kustomization.yaml:22 replicas[0]"])
    #expect(found["\(Self.containers)[0].image"]?.first == "override new: images[0]")
    #expect(
      found["\(Self.containers)[0].env[2].value"] == [
        "${REGION} from source.substitute: {{metadata.labels.region}}", "base/web.yaml:19",
      ])
    #expect(found["\(Self.containers)[0].env[1].value"] == ["${SIZE} by its default", "base/web.yaml:17"])
    #expect(found["metadata.annotations[\"flotilla.dev/set-sync-options\"]"] == ["sync.options"])
    #expect(found["metadata.annotations[\"flotilla.dev/set-health\"]"] == ["health"], "\(found.keys.sorted())")
  }

  @Test func ofWhatTheFleetSetChangesInAKustomization() {
    var options = RenderOptions()
    var kustomize = KustomizeOptions()
    kustomize.nameSuffix = "-x"
    kustomize.images = ["proxy:5"]
    kustomize.replicas = [.init(name: "web", count: 7)]
    kustomize.patches =
      #"[{"target":{"kind":"Deployment"},"patch":"- {op: add, path: /spec/minReadySeconds, value: 5}"}]"#
    options.kustomize = kustomize
    let found = Self.origins(options: options)
    #expect(found["metadata.name"]?.first == "source.kustomize.nameSuffix")
    #expect(found["metadata.namespace"] == ["eu/kustomization.yaml:3 namespace"])
    #expect(found["spec.replicas"]?.first == "source.kustomize.replicas")
    #expect(found["spec.minReadySeconds"] == ["source.kustomize.patches[0]"])
    // What the FleetSet says nothing of is where the commit has it, whatever place it has now.
    #expect(found["\(Self.containers)[0].image"]?.first == "eu/kustomization.yaml:6 images[0]")
    #expect(found["\(Self.containers)[1].image"] == ["source.kustomize.images", "base/web.yaml:21"])
    #expect(found["spec.paused"] == ["eu/kustomization.yaml:15 patches[2]"])
  }

  @Test func ofPlainManifests() {
    let found = Self.origins(files: ["app/web.yaml": Self.web], path: "app")
    #expect(found["spec.replicas"] == ["app/web.yaml:8"])
    #expect(found["metadata.namespace"] == ["destination.namespace"])
  }

  @Test func chartsAndTheProgramSayWhatIsKnown() {
    let output = """
      ---
      # Source: shop/templates/web.yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      ---
      # Source: shop/charts/db/templates/db.yaml
      apiVersion: v1
      kind: Service
      metadata: {name: db}

      """
    let chart = ["c/Chart.yaml": "name: shop\nversion: 1.0.0\napiVersion: v2\n", "c/templates/web.yaml": ""]
    #expect(
      Self.origins(files: chart, path: "c", answer: output)["metadata.name"] == ["c/templates/web.yaml (helm)"])
    #expect(
      Self.origins("Service", files: chart, path: "c", answer: output)["kind"] == [
        "shop/charts/db/templates/db.yaml (helm)"
      ])
    let program = [
      "p/kustomization.yaml": "resources: [web.yaml]\ncrds: [x.json]\n", "p/x.json": "{}", "p/web.yaml": Self.web,
    ]
    let found = Self.origins(files: program, path: "p", answer: Self.web)
    #expect(found["spec.replicas"] == ["p/kustomization.yaml (kustomize program)"])
  }

  /// Elements are told apart by name, else by what is equal, else by what identifies them.
  @Test(
    arguments: [
      ("[{name: a, x: 1}, {name: b}]", "[{name: b, y: 2}, {name: a}]", [1, 0]),
      ("[a, b, c]", "[x, a, c]", [nil, 0, 2]), ("[a, b]", "[a, c]", [0, 1]),
      ("[{containerPort: 80}, {containerPort: 90}]", "[{containerPort: 90, name: m}]", [1]),
      ("[]", "[a]", [nil]), ("[a, a]", "[a, a, a]", [0, 1, nil]),
    ] as [(String, String, [Int?])])
  func elementsOfListsAreFoundAgain(old: String, new: String, expected: [Int?]) throws {
    func elements(_ text: String) throws -> [Node] { try YAML.documents(Array(text.utf8)).first?.array ?? [] }
    #expect(ListAlignment(from: try elements(old), to: try elements(new)).partners == expected)
  }

  /// Nothing of the corpus comes out otherwise when it is followed, and no field is without an origin.
  @Test func theCorpusIsFollowedWhole() throws {
    var count = 0
    for tree in try CorpusCase.all() + CorpusCase.examples() {
      let source = FakeTree(tree.files)
      guard case .objects(let plain) = kustomize(tree: source, path: tree.path) else { continue }
      let found = try #require(kustomizeOrigins(tree: source, path: tree.path))
      #expect(found.map(\.manifest) == plain, "\(tree.name)")
      for field in found.flatMap(\.fields) {
        #expect(
          !field.origins.isEmpty && field.origins.last?.part != "kustomize's output",
          "\(tree.name): \(field.path) \(field.origins)")
      }
      count += 1
    }
    #expect(count > 100)
  }
}
