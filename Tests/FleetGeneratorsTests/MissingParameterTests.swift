import FleetDocuments
import FleetGenerators
import FleetModel
import Testing

/// A name that no parameter has never reaches a cluster, wherever in a template it is written.
@Suite struct MissingParameterTests {
  /// Every place of a template that is filled in, as lines in place of those of a template without mistakes.
  private static let places: [(place: String, field: String, text: String)] = [
    ("name", "metadata.name", "'NONE'"), ("labels", "metadata.labels.region", "{region: 'NONE'}"),
    ("labels", "metadata.labels", "{'NONE': x}"), ("labels", "metadata.labels", "'{a: \"NONE\"}'"),
    ("annotations", "metadata.annotations[\"a.b/c\"]", "{a.b/c: 'in NONE'}"),
    ("repository", "spec.source.repository", "'NONE'"), ("revision", "spec.source.revision", "'NONE'"),
    ("path", "spec.source.path", "'apps/NONE'"),
    ("substitute", "spec.source.substitute.REGION", "{OTHER: x, REGION: 'NONE'}"),
    ("helm", "spec.source.helm.releaseName", "{releaseName: 'NONE'}"),
    ("helm", "spec.source.helm.values.a[1].b", "{values: {a: [x, {b: 'to NONE'}], c: 2}}"),
    ("helm", "spec.source.helm.values[\"x{{nobody}}\"]", "{values: {'xNONE': 1}}"),
    ("helm", "spec.source.helm.parameters[0].value", "{parameters: [{name: a, value: 'NONE'}]}"),
    ("kustomize", "spec.source.kustomize.images[0]", "{images: ['web:NONE']}"),
    ("kustomize", "spec.source.kustomize.commonLabels.region", "{commonLabels: {region: 'NONE'}}"),
    ("cluster", "spec.destination.cluster", "'NONE'"), ("namespace", "spec.destination.namespace", "'NONE'"),
    ("sync", "spec.sync.prune", "{prune: 'NONE'}"),
  ]

  private static func problems(
    _ place: String, _ text: String, inGo: Bool, generator: String = "{clusters: {selector: {matchLabels: {env: dev}}}}"
  ) throws -> [Diagnostic] {
    var fields = [
      "name": inGo ? "'{{.name}}'" : "'{{name}}'", "labels": "{}", "annotations": "{}", "repository": "config",
      "revision": "main", "path": "base", "cluster": inGo ? "'{{.name}}'" : "'{{name}}'", "namespace": "shop",
    ]
    fields[place] = text
    func lines(_ names: String...) -> String {
      "{" + names.compactMap { name in fields[name].map { "\(name): \($0)" } }.joined(separator: ", ") + "}"
    }
    let document = """
      apiVersion: flotilla.dev/v1
      kind: FleetSet
      metadata: {name: shop}
      spec:
        goTemplate: \(inGo)
        generators: [\(generator)]
        template:
          metadata: \(lines("name", "labels", "annotations"))
          spec:
            source: \(lines("repository", "revision", "path", "substitute", "helm", "kustomize"))
            destination: \(lines("cluster", "namespace"))
            sync: \(fields["sync"] ?? "{}")
      """
    let (documents, findings) = Documents.read(Array(document.utf8), file: "set.yaml")
    guard case .fleetSet(let definition)? = documents.first?.content else { return findings }
    let inventory = [
      Cluster(name: "east", labels: ["env": "dev", "region": "eu"]), Cluster(name: "west", labels: ["env": "dev"]),
    ]
    guard case .failed(let problems) = expand(definition, inventory: inventory) else { return [] }
    return problems
  }

  @Test(arguments: places.indices) func aNameThatNoParameterHasIsAnErrorOfTheFieldAndTheCluster(_ index: Int) throws {
    let (place, field, text) = Self.places[index]
    let found = try Self.problems(place, text.replacing("NONE", with: "{{nobody}}"), inGo: false)
    let message = "there is no parameter \"nobody\""
    for cluster in ["east", "west"] {
      let problem = found.first {
        $0.message == "spec.generators[0].clusters, cluster \"\(cluster)\": \(message)"
      }
      #expect(problem?.field == "spec.template.\(field)", "\(found.map(\.text))")
      #expect(problem?.hint.contains("there are: metadata.labels.env, ") == true, "\(problem?.hint ?? "")")
    }
  }

  @Test(arguments: places.indices) func soIsWhatGoTemplatesCallNoValue(_ index: Int) throws {
    let (place, field, text) = Self.places[index]
    let found = try Self.problems(place, text.replacing("NONE", with: "{{.nobody}}"), inGo: true)
    let expected = "spec.template.\(field.replacing("{{nobody}}", with: "{{.nobody}}"))"
    let problem = found.first { $0.field == expected && $0.message.hasSuffix("lacks a parameter") }
    #expect(problem?.hint == "the option missingkey=error names it", "\(found.map(\.text))")
  }

  @Test func aLabelThatOneClusterLacksIsAnErrorOfThatCluster() throws {
    for place in ["labels", "annotations", "substitute"] {
      let found = try Self.problems(place, "{REGION: '{{ metadata.labels.region }}'}", inGo: false)
      #expect(
        found.map(\.message) == [
          "spec.generators[0].clusters, cluster \"west\": there is no parameter \"metadata.labels.region\""
        ])
    }
    let near = try Self.problems("substitute", "{REGION: '{{metadata.labels.regoin}}'}", inGo: false)
    let hint =
      "did you mean {{metadata.labels.region}}? give the cluster this label, or leave it out with the generator's selector; there are: "
    #expect(near.first?.hint.hasPrefix(hint) == true, "\(near.first?.hint ?? "")")
  }

  @Test func aParameterThatIsNoTextIsAnErrorToo() throws {
    let found = try Self.problems(
      "substitute", "{COUNT: '{{count}}'}", inGo: false,
      generator: "{list: {elements: [], elementsYaml: '[{name: east, count: 3}]'}}")
    #expect(
      found.map(\.message) == [
        "spec.generators[0].list.elements[0]: the parameter \"count\" is an integer, and only texts are filled in here"
      ])
    #expect(found.first?.hint == "put it in quotes where it is given, or say goTemplate: true and write {{.count}}")
  }

  @Test func bracesCanStillBeWritten() throws {
    let list = "{list: {elements: [{name: east, open: '{{'}]}}"
    #expect(try Self.problems("annotations", "{a: '{{open}} .Values.x }}'}", inGo: false, generator: list).isEmpty)
    #expect(try Self.problems("annotations", "{a: '{{ \"{{\" }} .Values.x }}'}", inGo: true, generator: list).isEmpty)
  }
}
