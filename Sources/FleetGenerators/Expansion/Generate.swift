import FleetDocuments
import FleetModel

/// The parameter sets of one entry of `spec.generators`.
struct GeneratedEntry {
  var index: Int
  var entry: GeneratorEntry
  var sets: [ParameterSet]
  /// What was found on the way.
  var problems: Problems
}

/// Runs all entries of a set.
///
/// - Returns: the entries with their sets, or what is needed first.
func generate(
  _ definition: FleetSetDefinition, inventory: Inventory, answers: [GeneratorRequest: GeneratorAnswer], file: String
) -> (entries: [GeneratedEntry], needs: [GeneratorRequest]) {
  let context = GeneratorContext(
    language: definition.language, dialect: definition.dialect, inventory: inventory, answers: answers)
  var entries: [GeneratedEntry] = []
  var needs: [GeneratorRequest] = []
  var asked: Set<GeneratorRequest> = []
  for (index, entry) in definition.generators.enumerated() {
    var run = GeneratorRun(context)
    let sets = run.sets(of: entry, path: "spec.generators[\(index)]")
    var problems = Problems(file: file)
    problems.add(run.problems)
    needs += run.needs.filter { asked.insert($0).inserted }
    entries.append(GeneratedEntry(index: index, entry: entry, sets: sets, problems: problems))
  }
  return (entries, needs)
}
