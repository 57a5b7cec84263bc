import FleetDocuments
import FleetGenerators
import FleetModel
import Manifest
import Testing

@Suite struct ExpandTests {
  static let inventory = [
    Cluster(name: "west-1", labels: ["environment": "prod", "region": "us"]),
    Cluster(name: "east-1", labels: ["environment": "prod", "region": "eu"], annotations: ["note": "first"]),
    Cluster(name: "dev-1", labels: ["environment": "dev"]),
  ]

  static let template = TargetTemplate(
    name: "web-{{name}}", labels: ["app": "web", "region": "{{metadata.labels.region}}"],
    annotations: ["cluster": "{{ name }}"], repository: "config", revision: .branch("main"),
    path: "./apps/web/overlays/../base/", cluster: "{{name}}", namespace: "shop")

  static let prod = GeneratorEntry(
    generator: .clusters(ClustersGenerator(selector: LabelSelector(matchLabels: ["environment": "prod"]))))

  @Test func clustersBecomeTargetsInOrderOfTheirNames() throws {
    let definition = FleetSetDefinition(generators: [Self.prod], template: Self.template)
    guard case .targets(let targets, _, let problems) = expand(definition, inventory: Self.inventory) else {
      Issue.record("no targets")
      return
    }
    #expect(problems.isEmpty)
    #expect(targets.map(\.name) == ["web-east-1", "web-west-1"])
    let east = try #require(targets.first)
    #expect(east.labels == ["app": "web", "region": "eu", "environment": "prod"])
    #expect(east.annotations == ["cluster": "east-1"])
    #expect(east.path == "apps/web/base")
    #expect(east.revision == .branch("main"))
    #expect(east.origin.description == "spec.generators[0].clusters, cluster \"east-1\"")
  }

  @Test func chartsAndValuesAreFilledInPerCluster() throws {
    var template = Self.template
    template.helm = ["values": ["region": "{{metadata.labels.region}}", "count": 2], "skipCrds": true]
    template.substitute = ["REGION": "{{metadata.labels.region}}"]
    let definition = FleetSetDefinition(generators: [Self.prod], template: template)
    guard case .targets(let targets, _, _) = expand(definition, inventory: Self.inventory) else {
      Issue.record("no targets")
      return
    }
    #expect(targets.map(\.options.helm?.values) == [#"{"count":2,"region":"eu"}"#, #"{"count":2,"region":"us"}"#])
    #expect(targets.map(\.options.substitute) == [["REGION": "eu"], ["REGION": "us"]])
    #expect(targets.first?.options.helm?.skipCrds == true)
    template.helm = ["releaseName": "{{nobody}}"]
    let failing = FleetSetDefinition(
      generators: [Self.prod], language: .goTemplate(options: ["missingkey=error"]), template: template)
    guard case .failed(let problems) = expand(failing, inventory: Self.inventory) else {
      Issue.record("did not fail")
      return
    }
    #expect(problems.contains { $0.field == "spec.template.spec.source.helm.releaseName" })
  }

  @Test func goTemplatesSeeNestedParameters() {
    let template = TargetTemplate(
      name: "{{ .metadata.labels.region }}-{{ .values.short }}", repository: "config",
      path: "{{ if eq .metadata.labels.region \"eu\" }}eu{{ else }}other{{ end }}", cluster: "{{ .name }}")
    let entry = GeneratorEntry(
      generator: .clusters(
        ClustersGenerator(
          selector: LabelSelector(matchLabels: ["environment": "prod"]),
          values: ["short": "{{ .name | trunc 2 }}"])))
    let definition = FleetSetDefinition(
      generators: [entry], language: .goTemplate(options: ["missingkey=error"]), template: template)
    guard case .targets(let targets, _, _) = expand(definition, inventory: Self.inventory) else {
      Issue.record("no targets")
      return
    }
    #expect(targets.map(\.name) == ["eu-ea", "us-we"])
    #expect(targets.map(\.path) == ["eu", "other"])
  }

  @Test func gitDirectoriesAreAskedForAndThenRead() throws {
    let generator = GitGenerator(
      repository: "config", revision: .branch("main"),
      directories: [.init(path: "apps/*"), .init(path: "apps/old", exclude: true)])
    let template = TargetTemplate(
      name: "{{path.basenameNormalized}}", repository: "config", path: "{{path}}", cluster: "dev-1",
      namespace: "{{path[1]}}")
    let definition = FleetSetDefinition(
      generators: [GeneratorEntry(generator: .git(generator))], template: template)
    let request = GeneratorRequest.tree(repository: "config", revision: .branch("main"))
    guard case .needs([request]) = expand(definition, inventory: Self.inventory) else {
      Issue.record("did not ask")
      return
    }
    let tree = FakeTree(directoryPaths: [
      "apps", "apps/web", "apps/api", "apps/old", "apps/.hidden", "apps/web/base", ".x",
    ])
    guard
      case .targets(let targets, _, _) = expand(definition, inventory: Self.inventory, answers: [request: .tree(tree)])
    else {
      Issue.record("no targets")
      return
    }
    #expect(targets.map(\.name) == ["api", "web"])
    #expect(targets.map(\.namespace) == ["api", "web"])
    #expect(targets[0].origin.source == .directory(path: "apps/api", repository: "config", commit: tree.commit))
    guard
      case .failed(let problems) = expand(
        definition, inventory: Self.inventory, answers: [request: .failure("it does not answer")])
    else {
      Issue.record("did not fail")
      return
    }
    #expect(problems.map(\.field) == ["spec.generators[0].git"])
    #expect(problems[0].message.contains("it does not answer"))
  }

  @Test func nothingAtAllIsNoError() {
    let entry = GeneratorEntry(
      generator: .clusters(ClustersGenerator(selector: LabelSelector(matchLabels: ["environment": "none"]))))
    let definition = FleetSetDefinition(generators: [entry], template: Self.template)
    guard case .empty(let problems) = expand(definition, inventory: Self.inventory) else {
      Issue.record("not empty")
      return
    }
    #expect(problems.map(\.severity) == [.warning])
    #expect(problems.map(\.message) == ["the selector \"environment=none\" matches none of the 3 clusters"])
  }

  @Test func oneGeneratorOfSeveralThatYieldsNothingIsAWarning() {
    let git = GitGenerator(repository: "config", directories: [.init(path: "none/*")])
    let filtered = GeneratorEntry(
      generator: .clusters(ClustersGenerator()),
      selector: LabelSelector(matchLabels: ["name": "nobody"]))
    let definition = FleetSetDefinition(
      generators: [Self.prod, GeneratorEntry(generator: .git(git)), filtered], template: Self.template)
    let answers: [GeneratorRequest: GeneratorAnswer] = [
      .tree(repository: "config", revision: .head): .tree(FakeTree(directoryPaths: ["apps"]))
    ]
    guard case .targets(let targets, _, let problems) = expand(definition, inventory: Self.inventory, answers: answers)
    else {
      Issue.record("no targets")
      return
    }
    #expect(targets.count == 2)
    #expect(problems.map(\.field) == ["spec.generators[1].git.directories", "spec.generators[2].selector"])
  }

  @Test func templatesAreCheckedWithoutAnyCluster() {
    let git = GitGenerator(repository: "config", directories: [.init(path: "a[")], values: ["b": "{{ .c"])
    let definition = FleetSetDefinition(
      generators: [GeneratorEntry(generator: .git(git))], language: .goTemplate(options: []),
      template: TargetTemplate(name: "{{ .name | nosuch }}", repository: "r", path: "{{ if }}", cluster: "c"))
    #expect(
      templateProblems(in: definition, file: "set.yaml").map(\.field) == [
        "spec.generators[0].git.directories[0].path", "spec.generators[0].git.values.b",
        "spec.template.metadata.name", "spec.template.spec.source.path",
      ])
  }

  @Test func everyProblemNamesItsFieldAndOrigin() throws {
    func problems(
      _ change: (inout TargetTemplate) -> Void, elements: [Node] = [["name": "dev-1"]]
    ) -> [Diagnostic] {
      var template = TargetTemplate(name: "{{name}}", repository: "config", path: "apps", cluster: "{{name}}")
      change(&template)
      let definition = FleetSetDefinition(
        generators: [
          GeneratorEntry(generator: .list(ListGenerator(elements: elements)), position: Position(line: 7, column: 5))
        ],
        template: template)
      guard case .failed(let problems) = expand(definition, inventory: Self.inventory, file: "set.yaml") else {
        return []
      }
      return problems
    }
    let unknown = problems({ $0.cluster = "dev1" })
    #expect(unknown.map(\.field) == ["spec.template.spec.destination.cluster"])
    #expect(unknown.first?.hint == "did you mean \"dev-1\"?")
    #expect(unknown.first?.file == "set.yaml")
    #expect(unknown.first?.message == "spec.generators[0].list.elements[0]: there is no cluster \"dev1\"")
    let outside = problems({ $0.path = "apps/../../etc" })
    #expect(outside.map(\.field) == ["spec.template.spec.source.path"])
    #expect(problems({ $0.path = "/etc" }).count == 1)
    let invalid = problems({ $0.name = "Web_{{name}}" })
    #expect(invalid.map(\.field) == ["spec.template.metadata.name"])
    #expect(invalid.first?.hint.contains("\"web-dev-1\"") == true)
    let missing = problems({ $0.path = "{{nmae}}" })
    #expect(missing.map(\.field) == ["spec.template.spec.source.path"])
    #expect(missing.first?.hint == "did you mean {{name}}? there are: name")
    #expect(problems({ $0.namespace = "a.b" }).map(\.field) == ["spec.template.spec.destination.namespace"])
    #expect(problems({ $0.labels = ["a b": "c", "d": "e f"] }).count == 2)
    #expect(problems({ $0.name = "{{name" }).isEmpty == false)
    let twice = problems({ $0.name = "same" }, elements: [["name": "dev-1"], ["name": "east-1"]])
    #expect(twice.map(\.field) == ["spec.template.metadata.name"])
    #expect(
      twice.first?.message
        == "two targets are named \"same\": one of spec.generators[0].list.elements[0], one of spec.generators[0].list.elements[1]"
    )
    let number = problems({ _ in }, elements: [["name": "dev-1", "replicas": 3]])
    #expect(number.map(\.field) == ["spec.generators[0].list.elements[0].replicas"])
    #expect(number.first?.line == 7)
    #expect(problems({ _ in }, elements: ["text"]).map(\.field) == ["spec.generators[0].list.elements[0]"])
  }

  @Test func manyEqualProblemsAreCounted() {
    let clusters = (0..<500).map { Cluster(name: ClusterName("c-\($0)")) }
    let definition = FleetSetDefinition(
      generators: [GeneratorEntry(generator: .clusters(ClustersGenerator()))],
      template: TargetTemplate(name: "{{name}}", repository: "r", path: "{{none}}", cluster: "{{name}}"))
    guard case .failed(let problems) = expand(definition, inventory: clusters) else {
      Issue.record("did not fail")
      return
    }
    #expect(problems.count == 21)
    #expect(problems.last?.message == "480 more problems of this field are not shown")
  }

  @Test func goTemplateErrorsNameKeyAndScope() {
    let definition = FleetSetDefinition(
      generators: [Self.prod], language: .goTemplate(options: ["missingkey=error"]),
      template: TargetTemplate(
        name: "{{.name}}", repository: "r", path: "{{ .metadata.labels.tier }}", cluster: "{{.name}}"))
    guard case .failed(let problems) = expand(definition, inventory: Self.inventory) else {
      Issue.record("did not fail")
      return
    }
    #expect(problems.count == 2)
    #expect(problems.first?.field == "spec.template.spec.source.path")
    #expect(
      problems.first?.message
        == "spec.generators[0].clusters, cluster \"east-1\": line 1, column 20: no parameter \"tier\" (there are: environment, region)"
    )
  }
}

/// A commit that is written down.
struct FakeTree: SourceTree {
  var commit: CommitID
  var directoryPaths: [String]
  var texts: [String: String]
  var committedAt: Instant?

  init(directoryPaths: [String] = [], files: [String: String] = [:]) {
    commit = CommitID(hexadecimal: String(repeating: "a1", count: 20)) ?? { preconditionFailure("forty digits") }()
    self.directoryPaths = directoryPaths
    texts = files
  }

  func directories(under path: String) throws(SourceTreeError) -> [String] { directoryPaths }
  func files(under path: String) throws(SourceTreeError) -> [SourceFile] {
    texts.keys.sorted().map { SourceFile(path: $0, objectID: $0, sizeBytes: Int64(texts[$0]?.utf8.count ?? 0)) }
  }
  func contents(of path: String) throws(SourceTreeError) -> [UInt8]? { texts[path].map { Array($0.utf8) } }
  func objectID(of path: String) throws(SourceTreeError) -> String? { nil }
}
