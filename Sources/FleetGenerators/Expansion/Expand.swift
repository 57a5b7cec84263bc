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
  var memory: EvaluationMemory?
  return expand(
    definition, named: name, inventory: inventory, answers: answers, time: time, file: file, memory: &memory)
}

/// Expands a set with what earlier expansions found.
///
/// - Parameter memory: nil for none.
func expand(
  _ definition: FleetSetDefinition, named name: FleetSetName, inventory: Inventory,
  answers: [GeneratorRequest: GeneratorAnswer], time: TemplateTime, file: String, memory: inout EvaluationMemory?
) -> Expansion {
  let generated = generate(definition, inventory: inventory, answers: answers, file: file)
  if !generated.needs.isEmpty { return .needs(generated.needs) }
  var problems = Problems(file: file)
  var isolated: [Int] = []
  var targets = UniqueTargets()
  var maker = TargetMaker(
    definition: definition, moments: TargetMoments(setName: name.rawValue, time: time, answers: answers), file: file)
  for var entry in generated.entries {
    let made = maker.targets(
      of: entry.sets, in: entry, inventory: inventory, memory: &memory, problems: &entry.problems)
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
