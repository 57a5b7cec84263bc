import FleetDocuments
import FleetModel
import FleetTemplate
import Manifest

/// The finalizer by which Argo CD deletes an Application's objects with it.
private let resourcesFinalizer = "resources-finalizer.argocd.argoproj.io"

/// The template of a set's Applications, read once (GENERATORS 3).
struct CompiledApplication {
  private let template: ApplicationTemplate
  private let unfilled: Node
  private let tree: CompiledTree
  private let patch: CompiledTemplate?
  /// What the name of the Application, and its repository and revision, are made of; nil where no template of the set
  /// looks at time or chance.
  private var name: CompiledTemplate?
  private var source: (repository: CompiledTemplate, revision: CompiledTemplate)?
  /// Whether any of the templates may ask what time it is.
  private(set) var usesTime = false

  /// Reads the template; nil when a template in it is malformed, which is then noted.
  ///
  /// - Parameter own: what the generator has in its place; nil for nothing.
  init?(_ template: ApplicationTemplate, own: Node?, language: TemplateLanguage, problems: inout Problems) {
    self.template = template
    var found: [TreeProblem] = []
    let merged = own.map { mergedTemplate($0, over: template.tree) } ?? template.tree
    unfilled = Self.application(merged)
    tree = CompiledTree(unfilled, language: language, path: "", problems: &found)
    var patch: CompiledTemplate?
    if let text = template.patch {
      do throws(TemplateError) {
        patch = try CompiledTemplate(text, language: language)
      } catch {
        problems.add(Diagnostic(field: "spec.templatePatch", message: error.description))
      }
    }
    self.patch = patch
    for problem in found {
      problems.add(Self.diagnostic(problem, problem.error.description))
    }
    guard found.isEmpty, (patch == nil) == (template.patch == nil) else { return nil }
    readWhatTellsTimeAndChance(language)
  }

  /// Chance is drawn from the Application's name, and its time is that of the commit it names: these are filled in first.
  private mutating func readWhatTellsTimeAndChance(_ language: TemplateLanguage) {
    // The whole was read already, so its parts can be read as well.
    func compiled(_ node: Node?) -> CompiledTemplate? { try? CompiledTemplate(node?.string ?? "", language: language) }
    if tree.contains(\.usesChance) || patch?.usesChance == true { name = compiled(unfilled["metadata", "name"]) }
    usesTime = tree.contains(\.usesTime) || patch?.usesTime == true
    guard usesTime else { return }
    let source = unfilled["spec", "sources"]?.array?.first ?? unfilled["spec", "source"]
    guard let repository = compiled(source?["repoURL"]), let revision = compiled(source?["targetRevision"]) else {
      return
    }
    self.source = (repository, revision)
  }

  private static func diagnostic(_ problem: TreeProblem, _ message: String) -> Diagnostic {
    Diagnostic(
      line: Int(problem.position?.line ?? 0), column: Int(problem.position?.column ?? 0),
      field: "spec.template.\(problem.path)", message: message)
  }

  /// Of a template's metadata an Application takes five fields.
  private static func application(_ template: Node) -> Node {
    var metadata = Object()
    for key in ["name", "namespace", "labels", "annotations", "finalizers"] {
      metadata[key] = template["metadata", key]
    }
    return [
      "apiVersion": Node(.string(ApplicationSets.apiVersion)), "kind": "Application",
      "metadata": Node(.object(metadata)), "spec": template["spec"] ?? [:],
    ]
  }

  /// The Application of a parameter set; nil when it cannot be made, which is then noted, or when something is needed to
  /// know its time, which `moments` notes.
  func render(
    _ set: ParameterSet, origin: TargetOrigin, moments: inout TargetMoments, problems: inout Problems
  ) -> Node? {
    guard let environment = environment(of: set, origin, &moments, &problems) else { return nil }
    var found: [TreeProblem] = []
    // A set without parameters leaves the template as it is (GENERATORS 3.3).
    var application =
      set.parameters.isEmpty ? unfilled : tree.render(set.parameters, environment: environment, problems: &found)
    for problem in found {
      problems.add(Self.diagnostic(problem, "\(origin): \(problem.error)"))
    }
    guard found.isEmpty else { return nil }
    if !set.parameters.isEmpty { addFinalizer(to: &application) }
    if let patch {
      guard let patched = patched(application, patch, set, environment, origin, &problems) else { return nil }
      application = patched
    }
    setNamespace(of: &application)
    return application
  }

  /// What the templates see of time and chance.
  private func environment(
    of set: ParameterSet, _ origin: TargetOrigin, _ moments: inout TargetMoments, _ problems: inout Problems
  ) -> TemplateEnvironment? {
    var environment = TemplateEnvironment()
    guard !set.parameters.isEmpty else { return environment }
    if let source {
      // What cannot be filled in here cannot be filled in as part of the whole either, where it is noted.
      guard let repository = try? source.repository.render(set.parameters),
        let revision = try? source.revision.render(set.parameters)
      else { return environment }
      switch moments.moment(repository: repository, revision: ApplicationTarget.revision(revision)) {
      case .at(let now): environment.now = now
      case .unknown: break
      case .needed: return nil
      case .failed(let message):
        problems.add(
          Diagnostic(
            field: "spec.template.spec.source",
            message: "\(origin): the templates need the time of the commit: \(message)"))
        return nil
      }
    }
    if let name, let text = try? name.render(set.parameters, environment: environment) {
      environment.seed = "\(moments.setName)/\(text)"
    }
    return environment
  }

  /// Objects go with their Application unless something else is said (GENERATORS 3.5).
  private func addFinalizer(to application: inout Node) {
    guard var metadata = application["metadata"] else { return }
    if metadata["finalizers"]?.array?.isEmpty != false {
      metadata["finalizers"] = template.policy.preservesResources ? nil : [Node(.string(resourcesFinalizer))]
    }
    application["metadata"] = metadata
  }

  /// Applications live where their set does, so that a set cannot reach into other namespaces.
  private func setNamespace(of application: inout Node) {
    guard var metadata = application["metadata"] else { return }
    metadata["namespace"] = template.namespace.isEmpty ? nil : Node(.string(template.namespace))
    application["metadata"] = metadata
  }

  private func patched(
    _ application: Node, _ patch: CompiledTemplate, _ set: ParameterSet, _ environment: TemplateEnvironment,
    _ origin: TargetOrigin, _ problems: inout Problems
  ) -> Node? {
    let text: String
    do throws(TemplateError) {
      text = try patch.render(set.parameters, environment: environment)
    } catch {
      problems.add(Diagnostic(field: "spec.templatePatch", message: "\(origin): \(error)"))
      return nil
    }
    do throws(DiagnosticsError) {
      return try patchedApplication(application, patch: text)
    } catch {
      for diagnostic in error.diagnostics {
        problems.add(
          Diagnostic(
            field: "spec.templatePatch", message: "\(origin): \(diagnostic.message)", hint: diagnostic.hint))
      }
      return nil
    }
  }
}

/// An Application with a patch of YAML or JSON applied. Its project stays what it was (GENERATORS 3.4).
///
/// - Throws: why the patch is none.
func patchedApplication(_ application: Node, patch text: String) throws(DiagnosticsError) -> Node {
  let hint = "a patch is a map in YAML or JSON with what an Application has"
  guard let patch = try DocumentReader.documents(Array(text.utf8), file: "").first, !patch.isNull else {
    return application
  }
  guard patch.object != nil else {
    throw DiagnosticsError([Diagnostic(message: "the patch is \(patch.kindName), not a map", hint: hint)])
  }
  for (path, expectation) in patchShapes {
    var current: Node? = patch
    for key in path { current = current?[key] }
    guard let value = current, !value.isNull, !expectation.fits(value) else { continue }
    throw DiagnosticsError([
      Diagnostic(
        message: "the patch's \(path.joined(separator: ".")) is \(value.kindName), not \(expectation.rawValue)",
        hint: hint)
    ])
  }
  var result = strategicMerge(patch, onto: application)
  var spec = result["spec"] ?? [:]
  spec["project"] = application["spec", "project"]
  result["spec"] = spec
  return result
}

private enum PatchShape: String {
  case map = "a map"
  case list = "a list"
  case text = "a text"
  case texts = "a map of texts"

  func fits(_ node: Node) -> Bool {
    switch self {
    case .map: node.object != nil
    case .list: node.array != nil
    case .text: node.string != nil
    case .texts: node.object?.entries.allSatisfy { $0.value.string != nil || $0.value.isNull } ?? false
    }
  }
}

/// What a patch would be refused for by Kubernetes.
private let patchShapes: [(path: [String], expectation: PatchShape)] = [
  (["metadata"], .map), (["metadata", "name"], .text), (["metadata", "labels"], .texts),
  (["metadata", "annotations"], .texts), (["metadata", "finalizers"], .list), (["spec"], .map),
  (["spec", "project"], .text), (["spec", "source"], .map), (["spec", "sources"], .list),
  (["spec", "destination"], .map), (["spec", "syncPolicy"], .map), (["spec", "syncPolicy", "syncOptions"], .list),
  (["spec", "source", "repoURL"], .text), (["spec", "source", "path"], .text),
  (["spec", "source", "targetRevision"], .text), (["spec", "source", "helm"], .map),
]
