import FleetDocuments
import FleetModel
import FleetTemplate
import Manifest

/// Turns parameter sets into targets: renders the template and checks what comes out.
struct TargetBuilder {
  private let definition: FleetSetDefinition
  private let clusters: [String: ClusterEntry]

  init(definition: FleetSetDefinition, clusters: [ClusterEntry]) {
    self.definition = definition
    self.clusters = Dictionary(clusters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  func targets(of sets: [ParameterSet], problems: inout Problems) -> [ExpandedTarget] {
    guard let template = CompiledTarget(definition, problems: &problems) else { return [] }
    var targets: [ExpandedTarget] = []
    var origins: [TargetName: TargetOrigin] = [:]
    for set in sets {
      var rendering = TargetRendering(template: template, set: set, suggests: problems.count < 100)
      let target = rendering.target(clusters: clusters)
      problems.add(rendering.problems)
      guard let target else { continue }
      if let other = origins[target.name] {
        problems.add(
          Diagnostic(
            field: "spec.template.metadata.name",
            message: "two targets are named \"\(target.name)\": one of \(other), one of \(target.origin)",
            hint: "put what tells them apart into the name, for example the cluster's name"))
        continue
      }
      origins[target.name] = target.origin
      targets.append(target)
    }
    return targets
  }
}

/// The template of a set, read once.
struct CompiledTarget {
  struct Pair {
    var key: CompiledTemplate
    var value: CompiledTemplate
    var keyText: String
  }

  var source: TargetTemplate
  var name: CompiledTemplate
  var labels: [Pair]
  var annotations: [Pair]
  var repository: CompiledTemplate
  var revision: CompiledTemplate
  var path: CompiledTemplate
  var cluster: CompiledTemplate
  var namespace: CompiledTemplate

  init?(_ definition: FleetSetDefinition, problems: inout Problems) {
    var found: [Diagnostic] = []
    func compile(_ text: String, _ field: String) -> CompiledTemplate? {
      do throws(TemplateError) {
        return try CompiledTemplate(text, language: definition.language)
      } catch {
        found.append(Diagnostic(field: "spec.template.\(field)", message: "\"\(text)\": \(error)"))
        return nil
      }
    }
    func pairs(_ map: [String: String], _ field: String) -> [Pair] {
      map.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.compactMap { key, value in
        guard let key = compile(key, "\(field).\(key)"), let value = compile(value, "\(field).\(key)") else {
          return nil
        }
        return Pair(key: key, value: value, keyText: "\(field)")
      }
    }
    source = definition.template
    let name = compile(source.name, "metadata.name")
    labels = pairs(source.labels, "metadata.labels")
    annotations = pairs(source.annotations, "metadata.annotations")
    let repository = compile(source.repository, "spec.source.repository")
    let revision = compile(source.revision.description, "spec.source.revision")
    let path = compile(source.path, "spec.source.path")
    let cluster = compile(source.cluster, "spec.destination.cluster")
    let namespace = compile(source.namespace, "spec.destination.namespace")
    problems.add(found)
    guard found.isEmpty, let name, let repository, let revision, let path, let cluster, let namespace else {
      return nil
    }
    self.name = name
    self.repository = repository
    self.revision = revision
    self.path = path
    self.cluster = cluster
    self.namespace = namespace
  }
}
