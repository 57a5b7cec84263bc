import FleetDocuments
import FleetModel
import Manifest

/// Makes targets of parameter sets, with the template of either kind of set.
struct TargetMaker {
  private enum Template {
    case target(TargetBuilder)
    case application(ApplicationTemplate)
  }

  /// A template that was read, of an entry or of the whole set.
  private enum Compiled {
    case target(TargetBuilder)
    case application(CompiledApplication)

    /// Whether it makes the same of the same parameters and cluster, whatever the commit.
    var isSteady: Bool {
      switch self {
      case .target(let builder): !builder.usesTime
      case .application(let application): !application.usesTime
      }
    }
  }

  private let definition: FleetSetDefinition
  private let template: Template
  /// What is wrong with the set's template in itself.
  private(set) var ownProblems: Problems
  private(set) var moments: TargetMoments

  init(definition: FleetSetDefinition, moments: TargetMoments, file: String) {
    ownProblems = Problems(file: file)
    self.moments = moments
    self.definition = definition
    template =
      switch definition.template {
      case .target(let template):
        .target(TargetBuilder(template, definition: definition, problems: &ownProblems))
      case .application(let template): .application(template)
      }
  }

  /// The targets of an entry's parameter sets.
  ///
  /// - Parameter memory: what sets made before; nil for none.
  mutating func targets(
    of sets: [ParameterSet], in entry: GeneratedEntry, inventory: Inventory, memory: inout EvaluationMemory?,
    problems: inout Problems
  ) -> [ExpandedTarget] {
    guard let compiled = compiled(entry, &problems) else { return [] }
    let remembers = memory != nil && compiled.isSteady
    var targets: [ExpandedTarget] = []
    targets.reserveCapacity(sets.count)
    for set in sets {
      let origin = TargetOrigin(generator: entry.index, source: set.source)
      let key = remembers ? EvaluationMemory.Key(set, entry: entry.index) : nil
      if let key, let known = memory?.target(for: key, origin: origin, in: inventory) {
        targets.append(known)
        continue
      }
      memory?.countEvaluation()
      let before = problems.count
      guard let made = target(of: set, origin, compiled, inventory, &problems) else { continue }
      targets.append(made.target)
      if let key, problems.count == before { memory?.keep(made.target, at: made.cluster, for: key, in: inventory) }
    }
    return targets
  }

  private func compiled(_ entry: GeneratedEntry, _ problems: inout Problems) -> Compiled? {
    switch template {
    case .target(let builder):
      let own = entry.entry.targetTemplate.map { TargetBuilder($0, definition: definition, problems: &problems) }
      return .target(own ?? builder)
    case .application(let template):
      return CompiledApplication(
        template, own: entry.entry.template, language: definition.language, problems: &problems
      ).map(Compiled.application)
    }
  }

  private mutating func target(
    of set: ParameterSet, _ origin: TargetOrigin, _ compiled: Compiled, _ inventory: Inventory,
    _ problems: inout Problems
  ) -> (target: ExpandedTarget, cluster: ClusterReference)? {
    switch compiled {
    case .target(let builder):
      return builder.target(of: set, origin: origin, inventory: inventory, moments: &moments, problems: &problems)
    case .application(let application):
      guard let document = application.render(set, origin: origin, moments: &moments, problems: &problems) else {
        return nil
      }
      var reading = ApplicationTarget(inventory: inventory, origin: origin, suggests: problems.count < 100)
      let target = reading.target(of: document)
      problems.add(reading.problems)
      guard let target, let reference = reading.reference else { return nil }
      return (target, reference)
    }
  }
}
