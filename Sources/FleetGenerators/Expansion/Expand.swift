public import FleetDocuments
public import FleetModel
import FleetTemplate
import Manifest

/// Expands a FleetSet into its targets. Same input, same result, in every process: generators in their order, clusters
/// by name, directories bytewise.
///
/// - Parameters:
///   - definition: the set's `spec`.
///   - inventory: the clusters of the set's project, in any order.
///   - answers: what the world said to the requests that earlier calls returned.
///   - file: the document's file, for messages.
/// - Returns: the targets, what is needed first, or every problem that was found.
public func expand(
  _ definition: FleetSetDefinition, inventory: [Cluster], answers: [GeneratorRequest: GeneratorAnswer] = [:],
  file: String = ""
) -> Expansion {
  var problems = Problems(file: file)
  let entries = inventory.sorted { $0.name < $1.name }.map(ClusterEntry.init)
  var needs: [GeneratorRequest] = []
  var sets: [ParameterSet] = []
  for (index, entry) in definition.generators.enumerated() {
    var generation = Generation(index: index, position: entry.position, language: definition.language)
    let made = generation.parameterSets(of: entry, clusters: entries, answers: answers)
    needs += generation.needs.filter { !needs.contains($0) }
    problems.add(generation.problems)
    sets += made
  }
  if !needs.isEmpty { return .needs(needs) }
  let targets = TargetBuilder(definition: definition, clusters: entries).targets(of: sets, problems: &problems)
  if problems.hasErrors { return .failed(problems.diagnostics) }
  return targets.isEmpty ? .empty(problems: problems.diagnostics) : .targets(targets, problems: problems.diagnostics)
}

/// What is wrong with a set's templates and patterns in themselves, before any cluster or repository is looked at: for
/// `lint`, and for refusing a document when it is applied.
///
/// - Parameter file: the document's file, for messages.
public func templateProblems(in definition: FleetSetDefinition, file: String = "") -> [Diagnostic] {
  var problems = Problems(file: file)
  for (index, entry) in definition.generators.enumerated() {
    var generation = Generation(index: index, position: entry.position, language: definition.language)
    generation.check(entry)
    problems.add(generation.problems)
  }
  _ = CompiledTarget(definition, problems: &problems)
  return problems.diagnostics
}

/// Problems as they are found; of the same problem in many targets the first ones are kept and the others counted.
struct Problems {
  private static let keptPerField = 20
  private let file: String
  private var kept: [Diagnostic] = []
  private var counts: [String: Int] = [:]
  private(set) var hasErrors = false
  private(set) var count = 0

  init(file: String) { self.file = file }

  mutating func add(_ diagnostics: [Diagnostic]) { for diagnostic in diagnostics { add(diagnostic) } }

  mutating func add(_ diagnostic: Diagnostic) {
    if diagnostic.severity == .error { hasErrors = true }
    count += 1
    counts[diagnostic.field, default: 0] += 1
    guard counts[diagnostic.field, default: 0] <= Self.keptPerField else { return }
    var diagnostic = diagnostic
    if diagnostic.file.isEmpty { diagnostic.file = file }
    kept.append(diagnostic)
  }

  var diagnostics: [Diagnostic] {
    kept
      + counts.filter { $0.value > Self.keptPerField }.sorted { $0.key < $1.key }.map {
        Diagnostic(
          file: file, field: $0.key,
          message: "\($0.value - Self.keptPerField) more problems of this field are not shown")
      }
  }
}
