public import FleetDocuments
public import FleetModel
internal import Manifest

/// What is wrong with the templates and patterns of documents in themselves, before any cluster or repository is looked
/// at, with the place of each field: for `lint`, and for refusing documents when they are applied.
public func templateProblems(in documents: [Document]) -> [Diagnostic] {
  documents.flatMap { document -> [Diagnostic] in
    guard case .fleetSet(let definition) = document.content else { return [] }
    return templateProblems(in: definition, file: document.file).map { problem in
      guard problem.line == 0 || problem.field.hasPrefix("spec.generators"),
        let position = FieldPath.position(of: problem.field, in: document.source)
      else { return problem }
      var placed = problem
      (placed.line, placed.column) = (Int(position.line), Int(position.column))
      return placed
    }
  }
}

/// What is wrong with a set's templates and patterns in themselves; see `templateProblems(in:)` of documents.
///
/// - Parameter file: the document's file, for messages.
public func templateProblems(in definition: FleetSetDefinition, file: String = "") -> [Diagnostic] {
  var problems = Problems(file: file)
  let context = GeneratorContext(
    language: definition.language, dialect: definition.dialect, inventory: Inventory([InventoryCluster]()),
    answers: [:])
  for (index, entry) in definition.generators.enumerated() {
    var run = GeneratorRun(context)
    run.check(entry, path: "spec.generators[\(index)]", isFilledIn: false)
    problems.add(run.problems)
  }
  switch definition.template {
  case .target(let template):
    _ = CompiledTarget(template, definition.language, problems: &problems)
    for (index, entry) in definition.generators.enumerated() {
      guard let own = entry.targetTemplate else { continue }
      // It lies over the set's template, whose problems are its own.
      var found = Problems(file: file)
      let place = "spec.generators[\(index)].\(entry.generator.kind).template"
      _ = CompiledTarget(own, definition.language, at: place, problems: &found)
      let known = Set(problems.diagnostics.map(\.message))
      problems.add(found.diagnostics.filter { !known.contains($0.message) })
    }
  case .application(let template):
    for entry in [nil] + definition.generators.map(\.template).filter({ $0 != nil }) {
      _ = CompiledApplication(template, own: entry, language: definition.language, problems: &problems)
    }
  }
  // What the set's template has is found again under every generator with a template of its own.
  var seen: Set<Diagnostic> = []
  return problems.diagnostics.filter { seen.insert($0).inserted }
}
