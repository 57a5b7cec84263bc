import ArgumentParser
import FleetDocuments
import FleetGenerators
import FleetModel

/// The sets that are measured beside the workloads.
enum BenchedSets {
  /// A `clusters` generator with a Go template of twelve strings.
  static func clusters() throws -> FleetSetDefinition {
    try definition(
      Array(template(generators: "- clusters: {selector: {matchLabels: {fleet: main}}}").utf8), file: "set")
  }

  /// Every directory on every cluster, with the same template.
  static func matrix() throws -> FleetSetDefinition {
    let generators = """
      - matrix:
              generators:
                - git: {repository: apps, revision: {branch: main}, directories: [{path: apps/*}]}
                - clusters: {selector: {matchLabels: {fleet: main}}}
      """
    return try definition(Array(template(generators: generators, prefix: "{{.path.basename}}-").utf8), file: "set")
  }

  /// The definition in a document with one set.
  static func definition(_ text: [UInt8], file: String) throws -> FleetSetDefinition {
    let (documents, findings) = Documents.read(text, file: file)
    let errors = findings.filter { $0.severity == .error }
    guard errors.isEmpty, case .fleetSet(let definition)? = documents.first?.content else {
      throw ValidationError((["\(file) describes no set"] + errors.map(\.text)).joined(separator: "\n"))
    }
    return definition
  }

  private static func template(generators: String, prefix: String = "") -> String {
    """
    apiVersion: flotilla.dev/v1
    kind: FleetSet
    metadata: {name: bench}
    spec:
      goTemplate: true
      goTemplateOptions: ["missingkey=error"]
      generators:
        \(generators)
      template:
        metadata:
          name: "\(prefix)shop-{{.nameNormalized}}"
          labels:
            environment: "{{.metadata.labels.env}}"
            place: "{{.metadata.labels.region}}-{{.metadata.labels.zone}}"
            tier: "{{.metadata.labels.tier | upper | lower}}"
            size: "{{ if eq .metadata.labels.size \\"xl\\" }}large{{ else }}usual{{ end }}"
          annotations:
            owner: "{{ index .metadata.annotations \\"fleet.example.com/owner\\" | lower | quote }}"
            version: "{{ .metadata.labels.channel | trimPrefix \\"v\\" }}"
            team: "{{ .metadata.labels.team | default \\"nobody\\" }}"
        spec:
          source:
            repository: "{{.metadata.labels.team}}"
            revision: {branch: "{{.metadata.labels.channel}}"}
            path: "deploy/{{.metadata.labels.env}}/{{.metadata.labels.size}}"
          destination:
            cluster: "{{.name}}"
            namespace: "shop-{{.metadata.labels.env}}"
    """
  }
}
