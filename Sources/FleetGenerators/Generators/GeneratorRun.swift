import FleetDocuments
import FleetModel
import FleetTemplate
import Manifest

/// What does not change while generators run.
struct GeneratorContext {
  let language: TemplateLanguage
  let dialect: SetDialect
  let inventory: Inventory
  let answers: [GeneratorRequest: GeneratorAnswer]
}

/// Runs the generators of a set. What is missing and what is wrong is noted on the way, so that one run finds all of it.
struct GeneratorRun {
  let context: GeneratorContext
  private(set) var needs: [GeneratorRequest] = []
  private var asked: Set<GeneratorRequest> = []
  private(set) var problems: [Diagnostic] = []
  /// Where the entry stands that is run, for messages.
  var position: Position?
  /// What `values` of the generator that is run see besides its own parameters.
  private(set) var outer: [String: ParameterValue] = [:]

  init(_ context: GeneratorContext) { self.context = context }

  var language: TemplateLanguage { context.language }

  /// The parameter sets of an entry after its post-filter (GENERATORS 2.10).
  ///
  /// - Parameters:
  ///   - path: the entry's path, for messages.
  ///   - inherited: the parameters of a matrix's children before it, for its children or, of a generator without any, for
  ///     its `values`.
  mutating func sets(
    of entry: GeneratorEntry, path: String, inherited: [String: ParameterValue] = [:]
  ) -> [ParameterSet] {
    let above = position
    position = entry.position ?? above
    outer = entry.generator.children.isEmpty ? inherited : [:]
    defer {
      position = above
      outer = [:]
    }
    let place = "\(path).\(entry.generator.kind)"
    let sets: [ParameterSet] =
      switch entry.generator {
      case .list(let list): self.list(list, place)
      case .clusters(let clusters): self.clusters(clusters, place)
      case .git(let git): self.git(git, place)
      case .matrix(let children): matrix(children, place, inherited: inherited)
      case .merge(let merge): self.merge(merge, place, inherited: inherited)
      case .scmProvider(let generator): scmProvider(generator, place)
      case .pullRequest(let generator): pullRequests(generator, place)
      case .clusterDecisionResource(let generator): decisions(generator, place)
      case .plugin(let generator): plugin(generator, place)
      }
    let kept = filtered(sets, by: entry.selector)
    noteFilter(entry, path: path, of: sets.count, keeps: kept.count)
    return kept
  }

  /// The parameter sets that a post-filter keeps.
  func filtered(_ sets: [ParameterSet], by selector: LabelSelector?) -> [ParameterSet] {
    guard let selector, !selector.isEmpty else { return sets }
    return sets.filter { selector.matches($0.parameters.flattened) }
  }

  /// Notes a post-filter that keeps nothing of something.
  mutating func noteFilter(_ entry: GeneratorEntry, path: String, of count: Int, keeps kept: Int) {
    guard kept == 0, count > 0, let selector = entry.selector else { return }
    warn("\(path).selector", "\"\(selector.text)\" matches none of the generator's \(count) parameter sets")
  }

  // MARK: Notes

  /// The answer to a request; nil when it is not there yet, which is then noted.
  mutating func answer(_ request: GeneratorRequest) -> GeneratorAnswer? {
    if let answer = context.answers[request] { return answer }
    if asked.insert(request).inserted { needs.append(request) }
    return nil
  }

  /// Something yields nothing, which may be meant.
  mutating func warn(_ field: String, _ message: String, hint: String = "") {
    note(.warning, field, message, hint: hint, at: position)
  }

  mutating func fail(_ field: String, _ message: String, hint: String = "", at place: Position? = nil) {
    note(.error, field, message, hint: hint, at: place ?? position)
  }

  mutating func fail(_ found: [TreeProblem], hint: String = "") {
    for problem in found { fail(problem.path, problem.error.description, hint: hint, at: problem.position) }
  }

  mutating func add(_ others: [Diagnostic]) { problems += others }

  private mutating func note(
    _ severity: Diagnostic.Severity, _ field: String, _ message: String, hint: String, at place: Position?
  ) {
    problems.append(
      Diagnostic(
        severity: severity, line: Int(place?.line ?? 0), column: Int(place?.column ?? 0), field: field,
        message: message, hint: hint))
  }
}
