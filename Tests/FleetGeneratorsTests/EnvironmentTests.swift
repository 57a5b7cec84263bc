import FleetDocuments
import FleetModel
import Manifest
import Testing

@testable import FleetGenerators

/// Time and chance in templates (decision 24).
@Suite struct EnvironmentTests {
  static let request = GeneratorRequest.tree(repository: "config", revision: .named("main"))

  static func set(_ template: TargetTemplate) -> FleetSetDefinition {
    FleetSetDefinition(
      generators: [GeneratorEntry(generator: .clusters(ClustersGenerator()))],
      language: .goTemplate(options: ["missingkey=error"]), template: template)
  }

  static func template(
    name: String = "web-{{ .name }}", labels: TargetTemplate.Texts = [:], revision: Revision = .named("main"),
    path: String = "web"
  ) -> TargetTemplate {
    TargetTemplate(
      name: name, labels: labels, repository: "config", revision: revision, path: path, cluster: "{{ .name }}")
  }

  static let clusters = [Cluster(name: "east"), Cluster(name: "west")]

  static func tree(_ committedAt: Instant?) -> FakeTree {
    var tree = FakeTree()
    tree.committedAt = committedAt
    return tree
  }

  static func errors(_ expansion: Expansion) -> [String] {
    guard case .failed(let problems) = expansion else { return [] }
    return problems.map { "\($0.field): \($0.message)" }
  }

  @Test func nowIsWhenTheTargetsCommitWasMade() throws {
    let set = Self.set(Self.template(labels: ["day": "{{ now | date \"2006-01-02\" }}"]))
    guard case .needs([Self.request]) = expand(set, inventory: Self.clusters, time: .ofCommits) else {
      Issue.record("did not ask for the commit")
      return
    }
    let tree = Self.tree(Instant(millisecondsSinceEpoch: 1_700_000_000_000))
    guard
      case .targets(let targets, _, _) = expand(
        set, inventory: Self.clusters, answers: [Self.request: .tree(tree)], time: .ofCommits)
    else {
      Issue.record("no targets")
      return
    }
    #expect(targets.map(\.labels) == [["day": "2023-11-14"], ["day": "2023-11-14"]])
    let failed = expand(
      set, inventory: Self.clusters, answers: [Self.request: .failure("it does not answer")], time: .ofCommits)
    #expect(Self.errors(failed).first?.hasSuffix("need the time of the commit: it does not answer") == true)
  }

  @Test func withoutTimeOrWithOneThatIsGivenNothingIsAskedFor() {
    let set = Self.set(Self.template(labels: ["day": "{{ now | date \"2006-01-02\" }}"]))
    #expect(Self.errors(expand(set, inventory: Self.clusters)).first?.contains("there is no time here") == true)
    let time = TemplateTime.fixed(Instant(millisecondsSinceEpoch: 0))
    guard case .targets(let targets, _, _) = expand(set, inventory: Self.clusters, time: time) else {
      Issue.record("no targets")
      return
    }
    #expect(targets.map(\.labels) == [["day": "1970-01-01"], ["day": "1970-01-01"]])
  }

  @Test func chanceIsDrawnOnceForEveryTarget() {
    let set = Self.set(Self.template(labels: ["id": "{{ uuidv4 }}"]))
    func drawn(_ name: FleetSetName) -> [String] {
      guard case .targets(let targets, _, _) = expand(set, named: name, inventory: Self.clusters) else { return [] }
      return targets.compactMap { $0.labels["id"] }
    }
    let ids = drawn("shop")
    #expect(ids.count == 2 && ids[0] != ids[1])
    #expect(drawn("shop") == ids)
    #expect(drawn("other") != ids)
  }

  @Test func whatTimeAndChanceComeFromSeesNeither() {
    let byChance = Self.errors(expand(Self.set(Self.template(name: "w-{{ uuidv4 }}")), inventory: Self.clusters))
    #expect(byChance.first?.contains("spec.template.metadata.name: ") == true)
    #expect(byChance.first?.contains("there is no chance here") == true)
    let byTime = Self.errors(
      expand(
        Self.set(Self.template(revision: .named("{{ now | date \"2006\" }}"))), inventory: Self.clusters,
        time: .ofCommits))
    #expect(byTime.first?.contains("there is no time here") == true)
  }

  @Test func applicationsSeeTheSame() throws {
    let set = try ApplicationTests.set(
      """
      {metadata: {name: 'web-{{.name}}', annotations: {id: '{{ uuidv4 }}'}}, spec: {project: p, source: \
      {repoURL: config, path: web, targetRevision: main}, destination: {name: '{{.name}}'}}}
      """, extra: "templatePatch: \"{metadata: {labels: {year: '{{ now | date \\\"2006\\\" }}'}}}\"")
    let tree = Self.tree(Instant(millisecondsSinceEpoch: 1_700_000_000_000))
    guard
      case .needs([Self.request]) = applications(
        of: set, inventory: ApplicationTests.inventory, time: .ofCommits)
    else {
      Issue.record("did not ask for the commit")
      return
    }
    func annotations() -> [String] {
      guard
        case .applications(let made, _) = applications(
          of: set, inventory: ApplicationTests.inventory, answers: [Self.request: .tree(tree)], time: .ofCommits)
      else { return [] }
      #expect(made.map { $0.document["metadata", "labels", "year"]?.string } == ["2023", "2023"])
      return made.compactMap { $0.document["metadata", "annotations", "id"]?.string }
    }
    let drawn = annotations()
    #expect(Set(drawn).count == 2)
    #expect(annotations() == drawn)
    guard
      case .targets(let targets, _, _) = expand(
        set, named: "shop", inventory: ApplicationTests.inventory, answers: [Self.request: .tree(tree)],
        time: .ofCommits)
    else {
      Issue.record("no targets")
      return
    }
    #expect(targets.compactMap { $0.annotations["id"] } == drawn)
  }

  @Test func templatesThatAreNoneHaveTheirPlaceInTheDocument() throws {
    let text = """
      apiVersion: flotilla.dev/v1
      kind: FleetSet
      metadata: {name: shop}
      spec:
        goTemplate: true
        generators:
          - clusters:
              values:
                a.b: "{{ .name"
              template:
                spec: {source: {path: "{{ end }}"}}
        template:
          metadata:
            name: "{{ .name }}"
            labels:
              example.com/tier: "{{ nosuch }}"
          spec:
            source: {repository: config, path: web}
            destination: {cluster: "{{ .name }}"}
      """
    let (documents, findings) = Documents.read(Array(text.utf8), file: "set.yaml")
    #expect(findings.isEmpty)
    let problems = templateProblems(in: documents)
    #expect(
      problems.map { "\($0.file):\($0.line):\($0.column) \($0.field)" } == [
        "set.yaml:9:16 spec.generators[0].clusters.values[\"a.b\"]",
        "set.yaml:16:27 spec.template.metadata.labels[\"example.com/tier\"]",
        "set.yaml:11:33 spec.generators[0].clusters.template.spec.source.path",
      ])
    #expect(problems.allSatisfy { $0.message.contains("line 1, column") })
  }
}
