import FleetDocuments
import FleetModel
import Manifest
import Testing

struct DocumentTests {
  /// As a server gives it: what it added is left aside, and is no part of the generation.
  @Test func configMapsAreReadAsTheyAre() throws {
    let written = """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: teams, namespace: argocd, labels: {app: x}}
      data: {baseUrl: 'https://teams.example.com', token: $teams.token}
      """
    let served = """
      apiVersion: v1
      kind: ConfigMap
      immutable: false
      metadata:
        name: teams
        namespace: argocd
        uid: 0b5f
        resourceVersion: "7"
        creationTimestamp: "2024-01-01T00:00:00Z"
        labels: {app: x}
        annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}
      data: {baseUrl: 'https://teams.example.com', token: $teams.token}
      """
    let documents = try [written, served].map { text in
      let (documents, findings) = Documents.read(Array(text.utf8), file: "a.yaml")
      #expect(findings == [])
      return try #require(documents.first)
    }
    #expect(documents[0].project == "argocd")
    #expect(documents[0].kind == "ConfigMap")
    #expect(
      documents[0].content
        == .configMap(
          ConfigMap(
            project: "argocd", name: "teams", data: ["baseUrl": "https://teams.example.com", "token": "$teams.token"])))
    #expect(documents[0].canonicalJSON == documents[1].canonicalJSON)
    let again = try Document(
      kind: "ConfigMap", project: "argocd", name: "teams", canonicalJSON: documents[0].canonicalJSON)
    #expect(again.content == documents[0].content)
  }

  @Test(arguments: [
    ("kind: Secret", "of Kubernetes' documents Flotilla reads ConfigMaps"), ("kind: ConfigMap\ndata: {a: 1}", "data.a"),
    ("kind: ConfigMap\ndata: []", "data"),
  ])
  func configMapsThatAreNone(rest: String, words: String) {
    let text = "apiVersion: v1\nmetadata: {name: teams}\n\(rest)\n"
    let (documents, findings) = Documents.read(Array(text.utf8), file: "a.yaml")
    #expect(documents == [])
    #expect(findings.contains { $0.text.contains(words) }, "\(findings.map(\.text))")
  }

  /// The strategy that ROLLOUTS shows, without what this version does not have, in a whole FleetSet.
  static let storefront = """
    apiVersion: flotilla.dev/v1
    kind: FleetSet
    metadata: {name: storefront, project: web, labels: {team: shop}, annotations: {flotilla.dev/note: "any text"}}
    spec:
      goTemplate: true
      goTemplateOptions: [missingkey=error]
      generators:
      - clusters:
          selector: {matchLabels: {env: prod}, matchExpressions: [{key: region, operator: In, values: [eu, us]}]}
          values: {tier: '{{ index .metadata.labels "tier" }}'}
        selector: {matchExpressions: [{key: name, operator: Exists}]}
      - list:
          elements: [{name: edge-1, replicas: 3}]
      - git:
          repository: storefront
          revision: {semver: ^1.4}
          directories: [{path: apps/*}, {path: apps/old, exclude: true}]
          pathParamPrefix: app
      template:
        metadata: {name: 'web-{{ .name }}', labels: {flotilla.dev/part: 'x-{{ .name }}'}}
        spec:
          source: {repository: storefront, revision: main, path: 'overlays/{{ .values.tier }}'}
          destination: {cluster: '{{ .name }}', namespace: shop}
      sync: {prune: true, selfHeal: false, createNamespace: true, options: [PruneLast=true]}
      rollout:
        order: {label: flotilla.dev/order, shuffleSeed: spring}
        membership: afterRun
        onNewRevision: supersede
        budgets: {failures: 5, unreachable: 5%, removals: 10}
        limits: [{label: region, maxInFlight: 3}]
        onFailure: {action: rollback, scope: stage, inFlight: finish, maxConcurrent: 50%}
        firstAlone: false
        onboard: {maxConcurrent: 4}
        stages:
        - name: canary
          clusters: {matchLabels: {canary: "true"}}
          maxConcurrent: 1
          minReady: 30s
          failFast: 2m
          progressDeadline: 10m
          unreachableAfter: 5m
          soak: 15m
          unreachable: hold
          holdFor: 1h
          minSucceeded: 50%
          whenUnchanged: pause
          gateWhenEmpty: true
          before: [{approval: {groups: [sre], count: 2, notAuthor: true, expiresAfter: 24h}}]
          after: [{approval: {}}]
        - {name: two, clusters: [eu-1, eu-2]}
        - {name: part, targets: {matchLabels: {flotilla.dev/part: x}}}
        - {name: five, count: 5}
        - {name: share, percent: 5%}
        - {name: rest, rest: true, maxConcurrent: 25%, budgets: {failures: 5%, unreachable: 0}}
    """

  private func one(_ text: String) throws -> Document {
    let (documents, diagnostics) = Documents.read(Array(text.utf8), file: "f.yaml")
    // What has no effect yet is read all the same.
    #expect(diagnostics.filter { !$0.message.hasPrefix("has no effect in this version") }.map(\.text) == [])
    return try #require(documents.first)
  }

  @Test func readsEveryFieldOfAFleetSet() throws {
    let document = try one(Self.storefront)
    #expect(document.kind == "FleetSet")
    #expect(document.project == "web")
    #expect(document.name == "storefront")
    #expect(document.labels == ["team": "shop"])
    #expect(document.annotations == ["flotilla.dev/note": "any text"])
    guard case .fleetSet(let set) = document.content else {
      Issue.record("not a FleetSet")
      return
    }
    #expect(set.language == .goTemplate(options: ["missingkey=error"]))
    #expect(set.sync == SyncPolicy(prune: true, selfHeal: false, createNamespace: true, options: ["PruneLast=true"]))
    #expect(
      set.generators.map(\.generator) == [
        .clusters(
          ClustersGenerator(
            selector: LabelSelector(
              matchLabels: ["env": "prod"],
              matchExpressions: [LabelRequirement(key: "region", operator: .isIn, values: ["eu", "us"])]),
            values: ["tier": #"{{ index .metadata.labels "tier" }}"#])),
        .list(ListGenerator(elements: [["name": "edge-1", "replicas": 3]])),
        .git(
          GitGenerator(
            repository: "storefront", revision: .semanticVersion("^1.4"),
            directories: [.init(path: "apps/*"), .init(path: "apps/old", exclude: true)], pathParameterPrefix: "app")),
      ])
    #expect(set.generators[0].selector?.text == "name")
    #expect(set.generators[1].position?.line == 12)
    #expect(
      set.template
        == .target(
          TargetTemplate(
            name: "web-{{ .name }}", labels: ["flotilla.dev/part": "x-{{ .name }}"], repository: "storefront",
            revision: .named("main"), path: "overlays/{{ .values.tier }}", cluster: "{{ .name }}", namespace: "shop")))
  }

  @Test func readsEveryFieldOfAStrategy() throws {
    guard case .fleetSet(let set) = try one(Self.storefront).content else { return }
    var expected = RolloutStrategy(stages: set.rollout.stages)
    expected.order = OrderRule(label: "flotilla.dev/order", shuffleSeed: "spring")
    expected.membership = .afterRun
    expected.onNewRevision = .supersede
    expected.budgets = RunBudgets(failures: .count(5), unreachable: .percent(5), removals: .count(10))
    expected.limits = [LabelLimit(label: "region", maxInFlight: 3)]
    expected.onFailure = FailurePolicy(
      action: .rollback, scope: .stage, inFlight: .finish, maxConcurrent: .percent(50))
    expected.firstAlone = false
    expected.onboardMaxConcurrent = 4
    #expect(set.rollout == expected)

    var canary = StageStrategy(name: "canary", selection: .clusters(LabelSelector(matchLabels: ["canary": "true"])))
    canary.minReady = .seconds(30)
    canary.soak = .seconds(900)
    canary.unreachable = .hold
    canary.holdFor = .seconds(3_600)
    canary.minSucceeded = .percent(50)
    canary.whenUnchanged = .pause
    canary.gateWhenEmpty = true
    canary.before = [
      .approval(ApprovalRule(groups: ["sre"], count: 2, notAuthor: true, expiresAfter: .seconds(86_400)))
    ]
    canary.after = [.approval(ApprovalRule())]
    #expect(set.rollout.stages.first == canary)
    #expect(
      set.rollout.stages.dropFirst().map(\.selection) == [
        .names(["eu-1", "eu-2"]), .targets(LabelSelector(matchLabels: ["flotilla.dev/part": "x"])), .count(5),
        .percent(5), .rest,
      ])
    let rest = try #require(set.rollout.stages.last)
    #expect(rest.maxConcurrent == .percent(25))
    #expect(rest.failureBudget == .percent(5))
    #expect(rest.unreachableBudget == .count(0))
  }

  @Test func whatIsLeftOutHasTheDefaultsOfTheModel() throws {
    guard case .fleetSet(let set) = try one(fleetSet()).content else { return }
    #expect(set.language == .fields)
    #expect(set.sync == SyncPolicy())
    #expect(set.rollout == RolloutStrategy())
    guard case .target(let template) = set.template else { return }
    #expect(template.revision == .head)
    #expect(template.namespace == "default")
    guard case .fleetSet(let staged) = try one(stages("    - {name: a, rest: true}\n")).content else { return }
    #expect(staged.rollout.stages == [StageStrategy(name: "a", selection: .rest)])
  }

  @Test func nullIsTheSameAsNothing() throws {
    let written = try one(fleetSet(rollout: "  rollout:\n    stages:\n", extra: "  sync:\n  goTemplate: null\n"))
    #expect(written.content == (try one(fleetSet())).content)
  }

  @Test(arguments: [
    ("main", Revision.named("main")), ("HEAD", .head), ("\"\"", .head), ("{branch: main}", .branch("main")),
    ("{tag: v1}", .tag("v1")), ("{semver: '>=1.0 <2'}", .semanticVersion(">=1.0 <2")), ("\"1.0\"", .named("1.0")),
  ])
  func readsRevisions(_ text: String, _ expected: Revision) throws {
    let generators = """
        generators:
        - git: {repoURL: "https://example.com/a.git", revision: \(text), directories: [{path: a}]}

      """
    guard case .fleetSet(let set) = try one(fleetSet(generators: generators)).content,
      case .git(let git)? = set.generators.first?.generator
    else {
      Issue.record("no git generator")
      return
    }
    #expect(git.revision == expected)
    #expect(git.repository == "https://example.com/a.git")
  }

  @Test func readsClustersAndRepositories() throws {
    let text =
      cluster("metadata: {name: eu-1, labels: {region: eu, canary: \"true\"}}\n") + "---\n"
      + cluster("metadata: {name: eu-2}\nspec: {connection: {kubeconfig: {credential: eu-2-admin}}}\n") + "---\n"
      + cluster("metadata: {name: eu-3}\nspec: {connection: agent}\n") + "---\n---\n"
      + repository("url: \"git@example.com:shop.git\", credential: deploy-key, pollInterval: 5m")
    let (documents, diagnostics) = Documents.read(Array(text.utf8), file: "f.yaml")
    #expect(diagnostics.isEmpty)
    #expect(
      documents.map(\.content) == [
        .cluster(Cluster(name: "eu-1", labels: ["region": "eu", "canary": "true"])),
        .cluster(Cluster(name: "eu-2", connection: .kubeconfig(credential: "eu-2-admin"))),
        .cluster(Cluster(name: "eu-3")),
        .repository(
          Repository(
            name: "shop", url: "git@example.com:shop.git", credential: "deploy-key", pollInterval: .seconds(300))),
      ])
  }

  @Test(arguments: [
    "https://example.com/a.git", "http://127.0.0.1:8080/a", "ssh://git@example.com:22/a", "file:///srv/a.git",
    "git@example.com:team/a.git", "https://kim@example.com/a.git",
  ])
  func acceptsGitURLs(_ url: String) throws {
    guard case .repository(let repository) = try one(repository("url: \"\(url)\"")).content else { return }
    #expect(repository.url == url)
  }

  @Test func readsJSONAndLists() {
    let item = #"{"apiVersion":"flotilla.dev/v1","kind":"Cluster","metadata":{"name":"NAME"}}"#
    let list =
      #"{"apiVersion":"v1","kind":"List","items":["#
      + [item.replacing("NAME", with: "a"), item.replacing("NAME", with: "b")].joined(separator: ",") + "]}"
    let (documents, diagnostics) = Documents.read(Array(list.utf8), file: "f.json")
    #expect(diagnostics.isEmpty)
    #expect(documents.map(\.name) == ["a", "b"])
  }

  @Test func aDocumentMustNotBeDescribedInTwoFiles() {
    let bytes = Array(cluster("metadata: {name: a}\n").utf8)
    let other = Array(cluster("metadata: {name: a, project: other}\n").utf8)
    let (documents, diagnostics) = Documents.read([("a.yaml", bytes), ("b.yaml", bytes), ("c.yaml", other)])
    #expect(documents.count == 2)
    #expect(
      diagnostics.map(\.text) == [
        """
        b.yaml:3:18  metadata.name: Cluster "a" is already described at a.yaml:1
                     remove one of them, or give it another name
        """
      ])
  }

  @Test func whatIsRightIsReturnedBesideWhatIsWrong() {
    let text = cluster("metadata: {name: a}\n---\n") + cluster("metadata: {name: B}\n")
    let (documents, diagnostics) = Documents.read(Array(text.utf8), file: "f.yaml")
    #expect(documents.map(\.name) == ["a"])
    #expect(diagnostics.count == 1)
  }

  @Test func anErrorDoesNotRepeatASecret() {
    let text = repository("url: \"https://kim:hunter2@example.com/a.git\"")
    let (_, diagnostics) = Documents.read(Array(text.utf8), file: "f.yaml")
    #expect(diagnostics.count == 1)
    #expect(!diagnostics.map(\.text).joined().contains("hunter2"))
  }
}
