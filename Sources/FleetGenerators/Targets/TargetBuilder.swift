import FleetDocuments
import FleetModel
import FleetTemplate
import Manifest

/// Turns parameter sets into targets: renders the template and checks what comes out.
struct TargetBuilder {
  private let template: CompiledTarget?
  private let sync: SyncPolicy
  private let overrides: [ClusterOverride]

  /// Whether any of the templates may ask what time it is.
  var usesTime: Bool { template?.usesTime ?? false }

  /// Reads the template; what is wrong with it is noted.
  init(_ template: TargetTemplate, definition: FleetSetDefinition, problems: inout Problems) {
    self.template = CompiledTarget(template, definition.language, problems: &problems)
    sync = definition.sync
    overrides = definition.overrides
  }

  /// The target of a parameter set, with what its template called the cluster; what is wrong with it is noted.
  func target(
    of set: ParameterSet, origin: TargetOrigin, inventory: Inventory, moments: inout TargetMoments,
    problems: inout Problems
  ) -> (target: ExpandedTarget, cluster: ClusterReference)? {
    guard let template else { return nil }
    var rendering = TargetRendering(
      template: template, set: set, origin: origin, sync: sync, overrides: overrides,
      suggests: problems.count < 100)
    let made = rendering.target(in: inventory, moments: &moments)
    problems.add(rendering.problems)
    return made
  }
}

/// The template of a set, read once.
struct CompiledTarget {
  enum Texts {
    case byKey([(key: CompiledTemplate, value: CompiledTemplate)])
    /// What it yields is read as YAML.
    case template(CompiledTemplate)
  }

  enum Flag {
    case value(Bool)
    case template(CompiledTemplate)
  }

  var source: TargetTemplate
  var name: CompiledTemplate
  var labels: Texts
  var annotations: Texts
  var repository: CompiledTemplate
  var revision: CompiledTemplate
  var path: CompiledTemplate
  var helm: CompiledTree?
  var kustomize: CompiledTree?
  var substitute: Texts?
  var cluster: CompiledTemplate
  var namespace: CompiledTemplate
  var prune: Flag?
  var selfHeal: Flag?
  var createNamespace: Flag?
  /// Whether any of the templates may ask what time it is.
  private(set) var usesTime = false

  /// Reads a template; nil when something in it is none, which is then noted.
  ///
  /// - Parameter place: where the template stands.
  init?(
    _ template: TargetTemplate, _ language: TemplateLanguage, at place: String = "spec.template",
    problems: inout Problems
  ) {
    var found: [Diagnostic] = []
    var usesTime = false
    func compile(_ text: String, _ field: String) -> CompiledTemplate? {
      do throws(TemplateError) {
        let compiled = try CompiledTemplate(text, language: language)
        usesTime = usesTime || compiled.usesTime
        return compiled
      } catch {
        found.append(Diagnostic(field: "\(place).\(field)", message: "\"\(text)\": \(error)"))
        return nil
      }
    }
    func texts(_ texts: TargetTemplate.Texts, _ field: String) -> Texts {
      switch texts {
      case .template(let text): return .template(compile(text, field) ?? .text(""))
      case .byKey(let map):
        let sorted = map.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return .byKey(
          sorted.compactMap { key, value in
            let field = FieldPath.appending(key: key, to: field)
            guard let key = compile(key, field), let value = compile(value, field) else { return nil }
            return (key, value)
          })
      }
    }
    func flag(_ flag: TargetTemplate.Flag?, _ field: String) -> Flag? {
      switch flag {
      case nil: nil
      case .value(let value): .value(value)
      case .template(let text): compile(text, field).map(Flag.template)
      }
    }
    source = template
    let name = compile(source.name, "metadata.name")
    labels = texts(source.labels, "metadata.labels")
    annotations = texts(source.annotations, "metadata.annotations")
    let repository = compile(source.repository, "spec.source.repository")
    let revision = compile(source.revision.description, "spec.source.revision")
    let path = compile(source.path, source.isChart ? "spec.source.chart" : "spec.source.path")
    var problemsOfValues: [TreeProblem] = []
    helm = source.helm.map {
      CompiledTree(
        $0, language: language, path: "spec.source.helm", keepsType: Self.keepsType, problems: &problemsOfValues)
    }
    kustomize = source.kustomize.map {
      CompiledTree($0, language: language, path: "spec.source.kustomize", problems: &problemsOfValues)
    }
    found += problemsOfValues.map { Diagnostic(field: "\(place).\($0.path)", message: "\($0.error)") }
    if helm?.contains(\.usesTime) == true || kustomize?.contains(\.usesTime) == true { usesTime = true }
    substitute = source.substitute.map { texts($0, "spec.source.substitute") }
    let cluster = compile(source.cluster, "spec.destination.cluster")
    let namespace = compile(source.namespace, "spec.destination.namespace")
    prune = flag(source.sync.prune, "spec.sync.prune")
    selfHeal = flag(source.sync.selfHeal, "spec.sync.selfHeal")
    createNamespace = flag(source.sync.createNamespace, "spec.sync.createNamespace")
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
    self.usesTime = usesTime
  }

  /// Whether a field below `spec.source.helm` may be anything, or is no text.
  private static func keepsType(_ path: String) -> Bool {
    let field = path.dropFirst("spec.source.helm.".count)
    let name = field.prefix { $0 != "." && $0 != "[" }
    return name == "values" || name == "valuesObject" || HelmOptions.fieldsWithTypes.contains(String(field))
  }
}
