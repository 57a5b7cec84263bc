import FleetDocuments
import FleetModel
import FleetTemplate
import Manifest

/// The way of one parameter set through the template.
struct TargetRendering {
  let template: CompiledTarget
  let set: ParameterSet
  let origin: TargetOrigin
  let sync: SyncPolicy
  let overrides: [ClusterOverride]
  /// Whether to look for what a wrong name could have meant, which costs time by the number of names.
  let suggests: Bool
  private(set) var problems: [Diagnostic] = []
  /// What the templates see of time and chance: the repository and revision neither, the name no chance.
  private var environment = TemplateEnvironment()

  init(
    template: CompiledTarget, set: ParameterSet, origin: TargetOrigin, sync: SyncPolicy,
    overrides: [ClusterOverride] = [], suggests: Bool
  ) {
    self.overrides = overrides
    self.template = template
    self.set = set
    self.origin = origin
    self.sync = sync
    self.suggests = suggests
  }

  /// The target, with what the template calls its cluster; nil when it cannot be made, which is then noted, or when something is needed to know its time, which
  /// `moments` notes.
  mutating func target(
    in inventory: Inventory, moments: inout TargetMoments
  ) -> (target: ExpandedTarget, cluster: ClusterReference)? {
    let repository = render(template.repository, "spec.source.repository")
    let revisionText = render(template.revision, "spec.source.revision")
    guard !template.usesTime || findTime(repository, revisionText, &moments) else { return nil }
    let name = render(template.name, "metadata.name")
    environment.seed = "\(moments.setName)/\(name)"
    let labels = render(template.labels, "metadata.labels")
    let annotations = render(template.annotations, "metadata.annotations")
    let path = render(template.path, "spec.source.path")
    var options = RenderOptions(
      helm: template.helm.flatMap {
        render(
          $0, "spec.source.helm",
          { (node, field) throws(DiagnosticsError) in try HelmOptions.read(node, field: field, yieldedByTemplates: true)
          }
        )
      },
      substitute: template.substitute.map { render($0, "spec.source.substitute") },
      syncOptions: sync.options.isEmpty ? nil : sync.options)
    options.ignoreDifferences = sync.ignoreDifferences.isEmpty ? nil : sync.ignoreDifferences
    options.health = sync.health.isEmpty ? nil : sync.health
    options.kustomize = template.kustomize.flatMap {
      render(
        $0, "spec.source.kustomize",
        { (node, field) throws(DiagnosticsError) in try KustomizeOptions.read(node, field: field) })
    }
    let cluster = render(template.cluster, "spec.destination.cluster")
    let namespace = render(template.namespace, "spec.destination.namespace")
    var sync = sync
    sync.prune = flag(template.prune, "spec.sync.prune") ?? sync.prune
    sync.selfHeal = flag(template.selfHeal, "spec.sync.selfHeal") ?? sync.selfHeal
    sync.createNamespace = flag(template.createNamespace, "spec.sync.createNamespace") ?? sync.createNamespace
    guard problems.isEmpty else { return nil }
    checkName(name)
    checkNamespace(namespace)
    checkLabels(labels)
    for key in annotations.keys.sorted() {
      if let complaint = KubernetesNames.qualifiedName(key) {
        fail("metadata.annotations", "key \"\(key)\": \(complaint)")
      }
    }
    if repository.isEmpty { fail("spec.source.repository", "the repository's name is empty") }
    let directory = RepositoryPath.normalized(path)
    if directory == nil {
      fail(
        "spec.source.path", "the path \"\(path)\" leads out of the repository",
        hint: "write it relative to the repository's root, without \"..\"")
    }
    let revision = revision(revisionText)
    let member = inventory.cluster(named: cluster)
    if member == nil { failUnknownCluster(cluster, inventory) }
    guard problems.isEmpty, let directory, let revision, let member else { return nil }
    var target = ExpandedTarget(
      name: TargetName(name), labels: member.labels.merging(labels) { _, template in template },
      annotations: annotations, cluster: ClusterName(member.clusterName), repository: repository, revision: revision,
      path: directory, namespace: namespace, sync: sync, origin: origin)
    target.options = options.overridden(by: overrides, on: member.labels)
    return (target, .name(cluster))
  }

  /// Finds out what time it is; false when that must be answered first, or cannot be.
  private mutating func findTime(_ repository: String, _ revisionText: String, _ moments: inout TargetMoments) -> Bool {
    guard problems.isEmpty, let revision = revision(revisionText) else { return false }
    switch moments.moment(repository: repository, revision: revision) {
    case .at(let now): environment.now = now
    case .unknown: break
    case .needed: return false
    case .failed(let message):
      fail("spec.source", "the templates need the time of the commit: \(message)")
      return false
    }
    return true
  }

  private mutating func fail(_ field: String, _ message: String, hint: String = "") {
    problems.append(Diagnostic(field: "spec.template.\(field)", message: "\(origin): \(message)", hint: hint))
  }

  private mutating func render(_ template: CompiledTemplate, _ field: String) -> String {
    do throws(TemplateError) {
      let text = try template.render(set.parameters, environment: environment)
      for lack in template.lacks(in: text, of: set.parameters) { note(lack, field) }
      return text
    } catch {
      fail(field, error.description)
      return ""
    }
  }

  private mutating func render(_ texts: CompiledTarget.Texts, _ field: String) -> [String: String] {
    var result: [String: String] = [:]
    switch texts {
    case .byKey(let pairs):
      for pair in pairs {
        let key = render(pair.key, field)
        result[key] = render(pair.value, FieldPath.appending(key: key, to: field))
      }
    case .template(let template):
      let hint = "it must be a map of texts; put numbers and true or false in quotes"
      guard let node = read(template, field, hint: hint), !node.isNull else { return [:] }
      guard let object = node.object else {
        fail(field, "the template yields \(node.kindName), not a map", hint: hint)
        return [:]
      }
      for entry in object.entries {
        if entry.value.string == nil { fail(field, "\(entry.key) is \(entry.value.kindName), not a text", hint: hint) }
        result[entry.key] = entry.value.string
      }
    }
    return result
  }

  /// `source.helm` or `source.kustomize` with parameters filled in.
  private mutating func render<Options>(
    _ tree: CompiledTree, _ field: String, _ read: (Node, String) throws(DiagnosticsError) -> Options
  ) -> Options? {
    var filling = TreeFilling(parameters: set.parameters, environment: environment, notesLacks: true)
    let node = tree.render(&filling)
    for problem in filling.problems { fail(problem.path, problem.error.description) }
    for found in filling.lacks { note(found.lack, found.path) }
    do throws(DiagnosticsError) {
      return try read(node, field)
    } catch {
      for problem in error.diagnostics { fail(problem.field, problem.message, hint: problem.hint) }
      return nil
    }
  }

  /// What a template yields, read as YAML; nil when that is none.
  private mutating func read(_ template: CompiledTemplate, _ field: String, hint: String) -> Node? {
    let text = render(template, field)
    do throws(DiagnosticsError) {
      return try YAML.documents(Array(text.utf8)).first ?? Node(.null)
    } catch {
      fail(field, error.diagnostics.map(\.message).joined(separator: "; "), hint: hint)
      return nil
    }
  }

  private mutating func flag(_ flag: CompiledTarget.Flag?, _ field: String) -> Bool? {
    switch flag {
    case nil: return nil
    case .value(let value): return value
    case .template(let template):
      guard let node = read(template, field, hint: "it must be true or false") else { return nil }
      if node.boolean == nil { fail(field, "the template yields \(node.kindName), not true or false") }
      return node.boolean
    }
  }

  /// What a template leaves open is never meant in a target.
  private mutating func note(_ lack: TemplateLack, _ field: String) {
    switch lack {
    case .value(let text):
      fail(field, "\"\(text)\" lacks a parameter", hint: "the option missingkey=error names it")
    case .text(let key, let kind):
      fail(
        field, "the parameter \"\(key)\" is \(kind), and only texts are filled in here",
        hint: "put it in quotes where it is given, or say goTemplate: true and write {{.\(key)}}")
    case .parameter(let key):
      let names = set.parameters.keys.sorted()
      let near = (suggests ? suggestion(for: key, among: names) : nil).map { "did you mean {{\($0)}}? " } ?? ""
      let way =
        key.hasPrefix("metadata.labels.")
        ? "give the cluster this label, or leave it out with the generator's selector; " : ""
      fail(
        field, "there is no parameter \"\(key)\"",
        hint: "\(near)\(way)there are: \(names.prefix(30).joined(separator: ", "))\(names.count > 30 ? ", …" : "")")
    }
  }

  private mutating func checkName(_ name: String) {
    guard let complaint = KubernetesNames.subdomain(name) else { return }
    let fixed = normalizedName(name)
    let isUseful = fixed != name && KubernetesNames.subdomain(fixed) == nil
    fail(
      "metadata.name", "\"\(name)\" is no valid name: \(complaint)",
      hint: isUseful ? "\"\(fixed)\" would be; parameters ending in Normalized are made for names" : "")
  }

  private mutating func checkNamespace(_ namespace: String) {
    if let complaint = KubernetesNames.label(namespace) {
      fail("spec.destination.namespace", "\"\(namespace)\" is no valid namespace: \(complaint)")
    }
  }

  private mutating func checkLabels(_ labels: [String: String]) {
    for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
      if let complaint = KubernetesNames.qualifiedName(key) {
        fail("metadata.labels", "key \"\(key)\": \(complaint)")
      } else if let complaint = KubernetesNames.labelValue(value) {
        fail("metadata.labels.\(key)", "\"\(value)\" is no valid label: \(complaint)")
      }
    }
  }

  private mutating func failUnknownCluster(_ cluster: String, _ inventory: Inventory) {
    let near = (suggests ? suggestion(for: cluster, among: inventory.names) : nil).map { "did you mean \"\($0)\"?" }
    fail(
      "spec.destination.cluster", "there is no cluster \"\(cluster)\"",
      hint: near ?? "add it first, or correct the template; flotilla get clusters lists the ones there are")
  }

  private mutating func revision(_ text: String) -> Revision? {
    switch template.source.revision {
    case .head, .commit: return template.source.revision
    case .branch where !text.isEmpty: return .branch(text)
    case .tag where !text.isEmpty: return .tag(text)
    case .semanticVersion where !text.isEmpty: return .semanticVersion(text)
    case .named: return text.isEmpty || text == "HEAD" ? .head : .named(text)
    case .branch, .tag, .semanticVersion:
      fail("spec.source.revision", "the revision is empty")
      return nil
    }
  }
}
