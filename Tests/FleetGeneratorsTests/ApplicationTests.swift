import FleetDocuments
import FleetModel
import Manifest
import Testing

@testable import FleetGenerators

/// Applications, and the targets that they become.
@Suite struct ApplicationTests {
  static func set(_ template: String, generators: String = "[{clusters: {}}]", extra: String = "") throws
    -> FleetSetDefinition
  {
    let text = """
      apiVersion: argoproj.io/v1alpha1
      kind: ApplicationSet
      metadata: {name: shop, namespace: default}
      spec:
        goTemplate: true
        generators: \(generators)
        template: \(template)
        \(extra)
      """
    let (documents, findings) = Documents.read(Array(text.utf8), file: "set.yaml")
    let document = try #require(documents.first, "\(findings.map(\.text))")
    guard case .fleetSet(let definition) = document.content else { throw CancellationError() }
    return definition
  }

  static let inventory = Inventory([
    InventoryCluster(Cluster(name: "east", labels: ["env": "prod"])),
    InventoryCluster(
      Cluster(name: "west", annotations: [InventoryCluster.serverAnnotation: "https://10.0.0.1"])),
  ])

  static let template = """
    {metadata: {name: 'web-{{.name}}', labels: {app: web}}, spec: {project: p, source: {repoURL: shop, path: base, \
    targetRevision: 'v{{.number}}'}, destination: {server: '{{.server}}', namespace: web}, syncPolicy: {automated: {prune: true}, \
    syncOptions: [CreateNamespace=true, PruneLast=true, Validate=false]}}}
    """

  @Test func applicationsBecomeTargets() throws {
    let set = try Self.set(
      Self.template, generators: "[{matrix: {generators: [{clusters: {}}, {list: {elements: [{number: 1}]}}]}}]")
    guard case .targets(let targets, _, let problems) = expand(set, inventory: Self.inventory) else {
      Issue.record("no targets: \(expand(set, inventory: Self.inventory))")
      return
    }
    #expect(problems.isEmpty)
    #expect(targets.map(\.name) == ["web-east", "web-west"])
    #expect(targets.map(\.cluster) == ["east", "west"])
    #expect(targets[0].labels == ["app": "web", "env": "prod"])
    #expect(targets[0].revision == .named("v1"))
    #expect(targets[0].sync == SyncPolicy(prune: true, selfHeal: false, createNamespace: true))
    #expect(targets[0].options.syncOptions == ["PruneLast=true"])
    #expect(!targets[0].isRecursive)
  }

  @Test func chartsAreFilledInPerCluster() throws {
    let set = try Self.set(
      """
      {metadata: {name: 'web-{{.name}}'}, spec: {project: p, source: {repoURL: shop, path: chart, helm: {releaseName: web, \
      valueFiles: ['values-{{.name}}.yaml'], valuesObject: {region: '{{.name}}', size: 2}, skipTests: true, \
      parameters: [{name: tag, value: 'v{{.name}}', forceString: true}]}}, destination: {name: '{{.name}}'}}}
      """)
    guard case .targets(let targets, _, _) = expand(set, inventory: Self.inventory) else {
      Issue.record("no targets: \(expand(set, inventory: Self.inventory))")
      return
    }
    let helm = try #require(targets.first?.options.helm)
    #expect(helm.releaseName == "web" && helm.valueFiles == ["values-east.yaml"])
    #expect(helm.values == #"{"region":"east","size":2}"#)
    #expect(helm.parameters == [.init(name: "tag", value: "veast", forceString: true)])
  }

  @Test func optionsOfChartsThatAreNoneAreRefused() throws {
    let set = try Self.set(
      """
      {metadata: {name: a}, spec: {project: p, source: {repoURL: shop, path: chart, helm: {values: [], valueFils: [a], \
      fileParameters: [{name: a, path: b}]}}, destination: {name: east}}}
      """, generators: "[{list: {elements: [{n: 1}]}}]")
    guard case .failed(let problems) = expand(set, inventory: Self.inventory) else {
      Issue.record("did not fail")
      return
    }
    #expect(
      Set(problems.map(\.field)) == [
        "spec.template.spec.source.helm.values", "spec.template.spec.source.helm.valueFils",
        "spec.template.spec.source.helm.fileParameters",
      ])
  }

  @Test func whatIsNotRenderedIsRefused() throws {
    let set = try Self.set(
      """
      {metadata: {name: a}, spec: {project: p, source: {repoURL: shop, path: web, plugin: {name: x}}, \
      destination: {name: esat, namespace: web}}}
      """, generators: "[{list: {elements: [{n: 1}]}}]")
    guard case .failed(let problems) = expand(set, inventory: Self.inventory) else {
      Issue.record("did not fail")
      return
    }
    #expect(
      problems.map(\.field) == [
        "spec.template.spec.source.plugin", "spec.template.spec.destination.name",
      ])
    #expect(problems.last?.hint == "did you mean \"east\"?")
  }

  @Test func aChartOfARepositoryIsATargetOfIt() throws {
    func expanded(_ source: String) throws -> Expansion {
      let set = try Self.set(
        "{metadata: {name: a}, spec: {project: p, source: \(source), destination: {name: east}}}",
        generators: "[{list: {elements: [{n: 1}]}}]")
      return expand(set, inventory: Self.inventory)
    }
    let range = "{repoURL: ghcr.io/shop/charts, chart: web, targetRevision: ^1.2, helm: {releaseName: x}}"
    guard case .targets(let targets, _, _) = try expanded(range) else {
      Issue.record("no targets")
      return
    }
    #expect(targets.first?.isChart == true && targets.first?.path == "web")
    #expect(targets.first?.revision == .semanticVersion("^1.2") && targets.first?.repository == "ghcr.io/shop/charts")
    for (source, field) in [
      ("{repoURL: a, chart: web}", "targetRevision"), ("{repoURL: a, chart: ../web, targetRevision: 1.0.0}", "chart"),
      ("{repoURL: a, chart: web, path: b, targetRevision: 1.0.0}", "path"),
      ("{repoURL: a, chart: web, kustomize: {namePrefix: b}, targetRevision: 1.0.0}", "kustomize"),
    ] {
      guard case .failed(let problems) = try expanded(source) else {
        Issue.record("\(source) did not fail")
        continue
      }
      #expect(problems.map(\.field) == ["spec.template.spec.source.\(field)"])
    }
  }

  @Test func aTemplateThatFailsHasItsPlaceInTheDocument() throws {
    let set = try Self.set(
      "{metadata: {name: '{{.name}}', labels: {a: '{{.metadata.labels.tier}}'}}, spec: {project: p}}")
    var strict = set
    strict.language = .goTemplate(options: ["missingkey=error"])
    guard case .failed(let problems) = applications(of: strict, inventory: Self.inventory, file: "set.yaml") else {
      Issue.record("did not fail")
      return
    }
    let place = "set.yaml:7:56  spec.template.metadata.labels.a: spec.generators[0].clusters, cluster \"east\": line 1"
    #expect(problems.first?.text.hasPrefix(place) == true)
  }

  @Test func twoApplicationsWithOneNameAreBothNamed() throws {
    let set = try Self.set(
      "{metadata: {name: a}, spec: {project: p, source: {repoURL: shop, path: x}, destination: {name: east}}}",
      generators: "[{list: {elements: [{n: 1}]}}, {clusters: {selector: {matchLabels: {env: prod}}}}]")
    guard case .failed(let problems) = expand(set, inventory: Self.inventory) else { return }
    #expect(
      problems.map(\.message) == [
        "two targets are named \"a\": one of spec.generators[0].list.elements[0], one of spec.generators[1].clusters, cluster \"east\""
      ])
  }

  @Test func patchesAreMergedAndKeepTheProject() throws {
    let application: Node = [
      "metadata": ["name": "a", "finalizers": ["f"], "labels": ["x": "1", "y": "2"]],
      "spec": ["project": "p", "source": ["path": "a"], "syncPolicy": ["syncOptions": ["A", "B"]]],
    ]
    let patch = """
      metadata: {labels: {x: null, z: "3"}, finalizers: [f, g]}
      spec: {project: other, source: {$patch: replace, chart: c}, syncPolicy: {syncOptions: [C]}}
      """
    let patched = try patchedApplication(application, patch: patch)
    #expect(patched["metadata", "labels"] == ["y": "2", "z": "3"])
    #expect(patched["metadata", "finalizers"] == ["f", "g"])
    #expect(patched["spec"] == ["project": "p", "source": ["chart": "c"], "syncPolicy": ["syncOptions": ["C"]]])
    #expect(try patchedApplication(application, patch: "spec:")["spec"] == ["project": "p"])
    #expect(try patchedApplication(application, patch: "") == application)
    #expect(throws: DiagnosticsError.self) { try patchedApplication(application, patch: "metadata: {labels: {a: 1}}") }
    #expect(throws: DiagnosticsError.self) { try patchedApplication(application, patch: "[1]") }
  }

  @Test func aGeneratorsTemplateFillsInWhatItSays() {
    let own: Node = [
      "metadata": ["labels": ["a": "own"]],
      "spec": ["project": "", "source": ["path": "own", "helm": ["valuesObject": ["x": 1]]]],
    ]
    let base: Node = [
      "metadata": ["name": "n", "labels": ["a": "base", "b": "base"]],
      "spec": ["project": "p", "source": ["path": "base", "repoURL": "r", "helm": ["valuesObject": ["y": 2]]]],
    ]
    #expect(
      mergedTemplate(own, over: base) == [
        "metadata": ["name": "n", "labels": ["a": "own", "b": "base"]],
        "spec": [
          "project": "p", "source": ["path": "own", "repoURL": "r", "helm": ["valuesObject": ["x": 1]]],
        ],
      ])
  }

  @Test func everyKindOfProblemIsToldByName() {
    func application(_ name: String, _ destination: Node, project: String = "p") -> Node {
      [
        "metadata": ["name": Node(.string(name))],
        "spec": ["project": Node(.string(project)), "destination": destination],
      ]
    }
    let errors = applicationErrors(
      [
        application("a", ["name": "east"]), application("a", ["name": "east"]), application("", ["name": "east"]),
        application("b", ["name": "east", "server": "x"]), application("c", ["server": "https://10.0.0.1"]),
        application("d", ["server": "nowhere"]), application("e", [:]),
        application("f", ["name": "east"], project: "q"),
      ], setName: "s", projects: ["p"], inventory: Self.inventory)
    #expect(errors.keys.sorted() == ["", "a", "b", "d", "e", "f"])
  }

  @Test func thePipeOfSeveralGeneratorsInOneEntryRunsAll() throws {
    let set = try Self.set(
      "{metadata: {name: '{{.name}}'}, spec: {project: p}}",
      generators: "[{list: {elements: [{name: l}]}, clusters: {selector: {matchLabels: {env: prod}}}}]")
    guard case .applications(let made, _) = applications(of: set, inventory: Self.inventory) else { return }
    #expect(made.map { $0.document["metadata", "name"]?.string } == ["l", "east"])
    #expect(made.map { $0.document["metadata", "namespace"]?.string } == ["default", "default"])
  }
}

/// What sets know a cluster by when its Cluster document has another name.
@Suite struct ClusterNameTests {
  @Test func setsKnowAClusterByItsAnnotatedName() throws {
    let cluster = Cluster(
      name: "edge-1",
      annotations: [
        InventoryCluster.nameAnnotation: "Edge_1", InventoryCluster.serverAnnotation: "https://10.0.0.1", "owner": "me",
      ])
    let inventory = Inventory([cluster])
    let known = try #require(inventory.cluster(named: "Edge_1"))
    #expect(known.annotations == ["owner": "me"])
    #expect(known.clusterName == "edge-1")
    #expect(inventory.cluster(named: "edge-1") == known)
    #expect(inventory.cluster(at: "https://10.0.0.1") == known)
  }
}
