import FleetDocuments
import FleetModel
import Testing

@testable import FleetGenerators

/// Templates that yield numbers, lists and maps where a chart needs them.
@Suite struct TypedTemplateTests {
  /// A FleetSet of one target whose chart is filled in like this.
  private static func set(helm: String) throws -> FleetSetDefinition {
    let text = """
      apiVersion: flotilla.dev/v1
      kind: FleetSet
      metadata: {name: shop}
      spec:
        goTemplate: true
        generators: [{list: {elements: [{count: 3, version: '1.10', zones: [x, z], flag: true, deep: {ring: {size: 2}}}]}}]
        template:
          metadata: {name: web}
          spec:
            source: {repository: shop, path: chart, helm: \(helm)}
            destination: {cluster: c}
      """
    let (documents, findings) = Documents.read(Array(text.utf8), file: "set.yaml")
    let document = try #require(documents.first, "\(findings.map(\.text))")
    guard case .fleetSet(let definition) = document.content else { throw CancellationError() }
    return definition
  }

  private static func options(_ helm: String) throws -> HelmOptions? {
    let expansion = expand(try set(helm: helm), inventory: CombinedTests.inventory)
    guard case .targets(let targets, _, _) = expansion else {
      Issue.record("\(expansion)")
      return nil
    }
    return targets.first?.options.helm
  }

  @Test func aParameterKeepsItsTypeInValues() throws {
    let values = """
      {values: {replicas: '{{.count}}', tag: '{{ .version }}', zones: '{{.zones}}', ring: '{{.deep.ring}}', text: '{{.count | quote}}',
        many: ['{{.flag}}', 'x{{.count}}']}}
      """
    #expect(
      try Self.options(values)?.values
        == #"{"many":[true,"x3"],"replicas":3,"ring":{"size":2},"tag":"1.10","text":"\"3\"","zones":["x","z"]}"#
    )
    #expect(try Self.options("{valuesObject: '{{.deep}}'}")?.values == #"{"ring":{"size":2}}"#)
    #expect(try Self.options("{values: '{{.deep | toJson}}'}")?.values == #"{"ring":{"size":2}}"#)
  }

  @Test func sourcesOfValuesHaveTextsThatAreTemplates() throws {
    let sources = try Self.options(
      "{valuesFrom: [{file: 'maps/{{.version}}.yaml', name: '{{.version}}', valuesKey: a, targetPath: b.c}, "
        + "{file: f.yaml, kind: Secret, optional: true}]}")?.valuesFrom
    #expect(sources?.map(\.file) == ["maps/1.10.yaml", "f.yaml"])
    #expect(sources?.map(\.name) == ["1.10", nil])
    #expect(sources?.map(\.kind) == [.configMap, .secret])
    #expect(sources?.map(\.isOptional) == [false, true])
    #expect(sources?.first?.valuesKey == "a" && sources?.first?.targetPath == "b.c")
  }

  @Test func listsAndTruthValuesMayBeYielded() throws {
    let helm = """
      {valueFiles: '{{.zones}}', apiVersions: '{{toJson .zones}}', skipCrds: '{{gt .count 2}}',
       parameters: '[{{range .zones}}{name: {{.}}, value: "1"}, {{end}}]'}
      """
    let options = try #require(try Self.options(helm))
    #expect(options.valueFiles == ["x", "z"])
    #expect(options.apiVersions == ["x", "z"])
    #expect(options.skipCrds)
    #expect(options.parameters == ["x", "z"].map { HelmOptions.Parameter(name: $0, value: "1") })
  }

  @Test(arguments: [
    ("{valueFiles: '{{.version}}'}", "helm.valueFiles", "expected a list, found 1.1"),
    ("{valueFiles: '{{.deep}}'}", "helm.valueFiles", "expected a list, found a map"),
    ("{skipCrds: '{{.zones}}'}", "helm.skipCrds", "expected true or false, found a list"),
  ])
  func whatIsOfAnotherTypeIsRefused(_ helm: String, _ field: String, _ message: String) throws {
    guard case .failed(let problems) = expand(try Self.set(helm: helm), inventory: CombinedTests.inventory) else {
      Issue.record("did not fail")
      return
    }
    #expect(problems.map(\.field) == ["spec.template.spec.source.\(field)"])
    #expect(problems.first?.message.contains(message) == true, "\(problems.map(\.message))")
  }
}
