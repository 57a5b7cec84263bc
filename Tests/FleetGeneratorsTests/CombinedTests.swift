import FleetDocuments
import FleetModel
import Manifest
import Testing

@testable import FleetGenerators

/// Matrix, merge, files and what else a FleetSet can do beyond an ApplicationSet.
@Suite struct CombinedTests {
  /// A FleetSet with these generators, read from its document.
  static func set(
    _ generators: String, name: String = "{{.name}}", extra: String = "", options: String = "goTemplate: true"
  ) throws -> FleetSetDefinition {
    let text = """
      apiVersion: flotilla.dev/v1
      kind: FleetSet
      metadata: {name: shop}
      spec:
        \(options)
        generators: \(generators)
        template:
          metadata: {name: '\(name)'}
          spec:
            source: {repository: shop, path: base}
            destination: {cluster: c}
            \(extra)
      """
    let (documents, findings) = Documents.read(Array(text.utf8), file: "set.yaml")
    let document = try #require(documents.first, "\(findings.map(\.text))")
    guard case .fleetSet(let definition) = document.content else { throw CancellationError() }
    return definition
  }

  static let inventory = [Cluster(name: "c", labels: ["env": "prod"]), Cluster(name: "d", labels: ["env": "dev"])]

  static func names(
    _ definition: FleetSetDefinition, answers: [GeneratorRequest: GeneratorAnswer] = [:]
  ) -> [String] {
    switch expand(definition, inventory: inventory, answers: answers) {
    case .targets(let targets, _, _): targets.map(\.name.rawValue)
    case .failed(let problems): problems.map { "\($0.field): \($0.message)" }
    case .empty: []
    case .needs(let requests): ["needs \(requests.count)"]
    }
  }

  @Test func aMatrixCombinesAnyNumberInOrder() throws {
    let set = try Self.set(
      """
      [{matrix: {generators: [
          {list: {elements: [{a: u}, {a: v}]}},
          {list: {elements: [{b: '{{.a}}1'}, {b: '{{.a}}2'}]}},
          {list: {elements: [{id: '{{.a}}-{{.b}}'}]}}]}}]
      """, name: "{{.id}}")
    #expect(Self.names(set) == ["u-u1", "u-u2", "v-v1", "v-v2"])
  }

  @Test func parametersAreVisibleAllTheWayDown() throws {
    let set = try Self.set(
      """
      [{matrix: {generators: [
          {list: {elements: [{env: prod}, {env: dev}]}},
          {matrix: {generators: [
              {clusters: {selector: {matchLabels: {env: '{{.env}}'}}}},
              {merge: {mergeKeys: [k], generators: [
                  {list: {elements: [{k: '{{.env}}', v: '{{.name}}'}]}},
                  {list: {elements: [{k: prod, v: special}]}}]}}]}}]}}]
      """, name: "{{.env}}-{{.name}}-{{.v}}")
    #expect(Self.names(set) == ["prod-c-special", "dev-d-d"])
  }

  /// Where Argo CD knows either the outer parameters or the generator's own.
  @Test func valuesSeeTheParametersAboveAndTheirOwn() throws {
    let generators = """
      [{matrix: {generators: [
          {list: {elements: [{tier: gold, name: outer}, {tier: iron, name: outer}]}},
          {matrix: {generators: [
              {list: {elements: [{zone: a}]}},
              {clusters: {values: {both: '{{.tier}}-{{.zone}}-{{.metadata.labels.env}}', own: '{{.nameNormalized}}'}}}]}}]}}]
      """
    let set = try Self.set(generators, name: "{{.values.both}}-{{.values.own}}")
    #expect(Self.names(set) == ["gold-a-prod-c", "gold-a-dev-d", "iron-a-prod-c", "iron-a-dev-d"])
  }

  @Test func aChildIsRunOnceForEverythingItSeesTheSame() throws {
    let set = try Self.set(
      """
      [{matrix: {generators: [
          {list: {elements: [{r: one, i: '1'}, {r: one, i: '2'}, {r: two, i: '3'}]}},
          {git: {repository: '{{.r}}', directories: [{path: '*'}]}}]}}]
      """, name: "{{.path.basename}}-{{.i}}")
    guard case .needs(let requests) = expand(set, inventory: Self.inventory) else {
      Issue.record("asked for nothing")
      return
    }
    #expect(requests == ["one", "two"].map { .tree(repository: $0, revision: .head) })
    var answers: [GeneratorRequest: GeneratorAnswer] = [:]
    for request in requests { answers[request] = .tree(FakeTree(directoryPaths: ["a"])) }
    #expect(Self.names(set, answers: answers) == ["a-1", "a-2", "a-3"])
  }

  @Test func mergeKeysMayBePaths() throws {
    let generators = """
      [{merge: {mergeKeys: [m.id], generators: [
          {list: {elements: [{m: {id: 1}, v: a}, {m: {id: 2}, v: b}]}},
          {list: {elements: [{m: {id: 2}, v: c}, {m: {id: 3}, v: d}]}}]}}]
      """
    #expect(Self.names(try Self.set(generators, name: "{{.v}}")) == ["a", "c"])
    let twice = """
      [{merge: {mergeKeys: [k], generators: [
          {list: {elements: [{k: x}, {k: x}]}}, {list: {elements: []}}]}}]
      """
    #expect(
      Self.names(try Self.set(twice)) == [
        "spec.generators[0].merge.generators[0]: two parameter sets have the same merge key {\"k\":\"x\"}: one of element 0, one of element 1"
      ])
  }

  @Test func fieldsOfTwoChildrenMustAgree() throws {
    let set = try Self.set(
      "[{matrix: {generators: [{list: {elements: [{k: u}]}}, {list: {elements: [{k: v}]}}]}}]", name: "{{k}}",
      options: "goTemplate: false")
    #expect(
      Self.names(set) == [
        "spec.generators[0].matrix.generators[1]: element 0 × element 0: two generators give \"k\" different values: \"u\" and \"v\""
      ])
  }

  @Test func originsNameEveryChild() throws {
    let set = try Self.set("[{matrix: {generators: [{clusters: {}}, {list: {elements: [{a: b}]}}]}}]")
    guard case .targets(let targets, _, _) = expand(set, inventory: Self.inventory) else { return }
    #expect(
      targets.map(\.origin.description) == [
        "spec.generators[0].matrix, cluster \"c\" × element 0", "spec.generators[0].matrix, cluster \"d\" × element 0",
      ])
  }

  @Test func filesBecomeParameters() throws {
    let set = try Self.set(
      "[{git: {repository: config, globbing: doublestar, files: [{path: 'apps/**/app.{yaml,json}'}, {path: apps/old/*, exclude: true}], values: {d: '{{.path.basename}}'}}}]",
      name: "{{.values.d}}-{{.name}}")
    let tree = FakeTree(files: [
      "apps/web/app.yaml": "- {name: one}\n- {name: two}\n", "apps/api/v1/app.json": "{\"name\": \"three\"}",
      "apps/old/app.yaml": "name: four", "apps/readme.md": "no", "app.yaml": "name: five",
    ])
    let answers: [GeneratorRequest: GeneratorAnswer] = [.tree(repository: "config", revision: .head): .tree(tree)]
    #expect(Self.names(set, answers: answers) == ["v1-three", "web-one", "web-two"])
    guard case .targets(let targets, _, _) = expand(set, inventory: Self.inventory, answers: answers) else { return }
    #expect(
      targets[1].origin.description
        == "spec.generators[0].git, file \"apps/web/app.yaml\", element 0, of repository config at a1a1a1a")
    let broken: [GeneratorRequest: GeneratorAnswer] = [
      .tree(repository: "config", revision: .head): .tree(
        FakeTree(files: ["apps/web/app.yaml": "a: [", "apps/app.yaml": "3"]))
    ]
    let problems = Self.names(set, answers: broken)
    #expect(problems.count == 2)
    #expect(
      problems[0].contains("file \"apps/app.yaml\" of repository config: expected a map or a list, not an integer"))
    #expect(problems[1].contains("file \"apps/web/app.yaml\" of repository config:2:1: "))
  }

  @Test func anIsolatedEntryLeavesTheOthersAlone() throws {
    let set = try Self.set(
      "[{git: {repository: gone, directories: [{path: '*'}]}, onError: isolate}, {list: {elements: [{name: a}]}}]")
    let request = GeneratorRequest.tree(repository: "gone", revision: .head)
    let answers = [request: GeneratorAnswer.failure("it does not answer")]
    guard
      case .targets(let targets, let isolated, let problems) = expand(
        set, inventory: Self.inventory, answers: answers)
    else {
      Issue.record("did not go on")
      return
    }
    #expect(targets.map(\.name) == ["a"])
    #expect(isolated == [0])
    #expect(problems.map(\.severity) == [.warning])
    #expect(problems.map(\.message) == ["repository gone at HEAD: it does not answer"])
    let alone = try Self.set("[{git: {repository: gone, directories: [{path: '*'}]}, onError: isolate}]")
    guard case .failed = expand(alone, inventory: Self.inventory, answers: answers) else {
      Issue.record("nothing is left to go on")
      return
    }
  }

  @Test func templatesYieldMapsAndTruthValues() throws {
    let text = """
      apiVersion: flotilla.dev/v1
      kind: FleetSet
      metadata: {name: shop}
      spec:
        goTemplate: true
        generators: [{list: {elements: [{prune: false, labels: [a, b]}]}}]
        template:
          metadata: {name: web, labels: '{ {{range .labels}}{{.}}: "yes", {{end}} }'}
          spec:
            source: {repository: shop, path: base}
            destination: {cluster: c}
            sync: {prune: '{{.prune}}', selfHeal: false}
      """
    let (documents, _) = Documents.read(Array(text.utf8), file: "")
    guard case .fleetSet(let set)? = documents.first?.content,
      case .targets(let targets, _, _) = expand(set, inventory: Self.inventory)
    else {
      Issue.record("no targets")
      return
    }
    #expect(targets.first?.labels == ["a": "yes", "b": "yes", "env": "prod"])
    #expect(targets.first?.sync == SyncPolicy(prune: false, selfHeal: false, createNamespace: true))
    let wrong = try Self.set("[{list: {elements: [{x: maybe}]}}]", name: "a", extra: "sync: {prune: '{{.x}}'}")
    #expect(
      Self.names(wrong) == [
        "spec.template.spec.sync.prune: spec.generators[0].list.elements[0]: the template yields a string, not true or false"
      ])
  }

  @Test func aGeneratorMayHaveATemplateOfItsOwn() throws {
    let set = try Self.set(
      """
      [{list: {elements: [{name: a}], template: {metadata: {name: 'x-{{.name}}'}, spec: {source: {revision: {tag: v1}}}}}},
       {list: {elements: [{name: b}]}}]
      """)
    guard case .targets(let targets, _, _) = expand(set, inventory: Self.inventory) else {
      Issue.record("no targets")
      return
    }
    #expect(targets.map(\.name) == ["x-a", "b"])
    #expect(targets.map(\.revision) == [.tag("v1"), .head])
    #expect(targets.map(\.path) == ["base", "base"])
  }

  @Test func clustersMayComeAsOneList() throws {
    let set = try Self.set(
      "[{clusters: {flatList: true}}]", name: "{{range .clusters}}{{.name}}{{end}}")
    #expect(Self.names(set) == ["cd"])
  }

  @Test func pluginsAreAskedAndRead() throws {
    let set = try Self.set(
      "[{plugin: {configMapRef: {name: p}, input: {parameters: {k: v}}, values: {up: '{{.name}}-{{.generator.input.parameters.k}}'}}}]",
      name: "{{.values.up}}")
    let configMap = GeneratorRequest.configMap(name: "p")
    #expect(Self.names(set) == ["needs 1"])
    var answers: [GeneratorRequest: GeneratorAnswer] = [
      configMap: .configMap(["baseUrl": "http://p", "token": "$t", "requestTimeout": "5"])
    ]
    guard case .needs(let requests) = expand(set, inventory: Self.inventory, answers: answers) else { return }
    let call = PluginRequest(
      configMap: "p", baseURL: "http://p", tokenReference: "$t", timeout: .seconds(5), parameters: ["k": "v"])
    #expect(requests == [.plugin(call)])
    answers[.plugin(call)] = .body(Array(#"{"output": {"parameters": [{"name": "a"}, {"name": "b"}]}}"#.utf8))
    #expect(Self.names(set, answers: answers) == ["a-v", "b-v"])
    answers[.plugin(call)] = .body(Array("<html>".utf8))
    #expect(Self.names(set, answers: answers).first?.contains("answered no JSON") == true)
  }

  @Test func slugsAreCutAtWords() {
    #expect(slug("Feature/ABC_123 & more") == "feature-abc-123-and-more")
    #expect(slug("a@b's-ünïcode--x-") == "aatbs-unicode-x")
    #expect(slug(String(repeating: "ab-", count: 30)).utf8.count == 50)
    #expect(slug(String(repeating: "a", count: 60)).utf8.count == 50)
    #expect(slug("日本/x") == "x")
  }
}
