public import FleetDocuments
public import FleetModel
internal import FleetTemplate
internal import Manifest

/// Expands a set into its targets. Same input, same result, in every process: generators in their order, clusters by
/// name, directories and files bytewise.
///
/// - Parameters:
///   - definition: the set's `spec`.
///   - name: the set's name, which chance in templates is drawn from together with the target's.
///   - inventory: the clusters of the set's project, in any order.
///   - answers: what the world said to the requests that earlier calls returned.
///   - time: what time it is in templates.
///   - file: the document's file, for messages.
/// - Returns: the targets, what is needed first, or every problem that was found.
public func expand(
  _ definition: FleetSetDefinition, named name: FleetSetName = "", inventory: [Cluster],
  answers: [GeneratorRequest: GeneratorAnswer] = [:], time: TemplateTime = .unknown, file: String = ""
) -> Expansion {
  expand(definition, named: name, inventory: Inventory(inventory), answers: answers, time: time, file: file)
}

/// Expands a set into its targets; see `expand(_:named:inventory:answers:time:file:)`.
public func expand(
  _ definition: FleetSetDefinition, named name: FleetSetName = "", inventory: Inventory,
  answers: [GeneratorRequest: GeneratorAnswer] = [:], time: TemplateTime = .unknown, file: String = ""
) -> Expansion {
  let generated = generate(definition, inventory: inventory, answers: answers, file: file)
  if !generated.needs.isEmpty { return .needs(generated.needs) }
  var problems = Problems(file: file)
  var isolated: [Int] = []
  var targets = UniqueTargets()
  var maker = TargetMaker(
    definition: definition, inventory: inventory,
    moments: TargetMoments(setName: name.rawValue, time: time, answers: answers), file: file)
  for var entry in generated.entries {
    let made = maker.targets(of: entry.sets, in: entry, problems: &entry.problems)
    guard entry.problems.hasErrors, entry.entry.onError == .isolate else {
      problems.add(entry.problems)
      targets.add(made, problems: &problems)
      continue
    }
    isolated.append(entry.index)
    problems.add(entry.problems, isIsolated: true)
  }
  if !maker.moments.needs.isEmpty { return .needs(maker.moments.needs) }
  problems.add(maker.ownProblems)
  if problems.hasErrors { return .failed(problems.diagnostics) }
  if targets.targets.isEmpty {
    // With nothing but isolated entries there is nobody else to go on.
    return isolated.isEmpty ? .empty(problems: problems.diagnostics) : .failed(problems.diagnostics)
  }
  return .targets(targets.targets, isolated: isolated, problems: problems.diagnostics)
}

/// The targets of several entries, of which no two have one name.
private struct UniqueTargets {
  private(set) var targets: [ExpandedTarget] = []
  private var places: [TargetName: Int] = [:]

  mutating func add(_ others: [ExpandedTarget], problems: inout Problems) {
    targets.reserveCapacity(targets.count + others.count)
    places.reserveCapacity(targets.count + others.count)
    for target in others {
      if let place = places[target.name] {
        problems.add(
          Diagnostic(
            field: "spec.template.metadata.name",
            message:
              "two targets are named \"\(target.name)\": one of \(targets[place].origin), one of \(target.origin)",
            hint: "put what tells them apart into the name, for example the cluster's name"))
        continue
      }
      places[target.name] = targets.count
      targets.append(target)
    }
  }
}

/// Makes targets of parameter sets, with the template of either kind of set.
private struct TargetMaker {
  private enum Template {
    case target(TargetBuilder)
    case application(ApplicationTemplate)
  }

  private let definition: FleetSetDefinition
  private let inventory: Inventory
  private let template: Template
  /// What is wrong with the set's template in itself.
  private(set) var ownProblems: Problems
  private(set) var moments: TargetMoments

  init(definition: FleetSetDefinition, inventory: Inventory, moments: TargetMoments, file: String) {
    ownProblems = Problems(file: file)
    self.moments = moments
    self.definition = definition
    self.inventory = inventory
    template =
      switch definition.template {
      case .target(let template):
        .target(TargetBuilder(template, definition: definition, inventory: inventory, problems: &ownProblems))
      case .application(let template): .application(template)
      }
  }

  mutating func targets(
    of sets: [ParameterSet], in entry: GeneratedEntry, problems: inout Problems
  ) -> [ExpandedTarget] {
    switch template {
    case .target(let builder):
      let own = entry.entry.targetTemplate.map {
        TargetBuilder($0, definition: definition, inventory: inventory, problems: &problems)
      }
      return (own ?? builder).targets(of: sets, generator: entry.index, moments: &moments, problems: &problems)
    case .application(let template):
      guard
        let compiled = CompiledApplication(
          template, own: entry.entry.template, language: definition.language, problems: &problems)
      else { return [] }
      var targets: [ExpandedTarget] = []
      targets.reserveCapacity(sets.count)
      for set in sets {
        let origin = TargetOrigin(generator: entry.index, source: set.source)
        guard let application = compiled.render(set, origin: origin, moments: &moments, problems: &problems) else {
          continue
        }
        var reading = ApplicationTarget(inventory: inventory, origin: origin, suggests: problems.count < 100)
        let target = reading.target(of: application)
        problems.add(reading.problems)
        if let target { targets.append(target) }
      }
      return targets
    }
  }
}
