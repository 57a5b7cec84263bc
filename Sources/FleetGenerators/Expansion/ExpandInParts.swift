public import FleetDocuments
public import FleetModel

/// What came of an expansion whose targets were handed on as they were made.
public enum PartialExpansion: Sendable {
  /// These answers are needed first; nothing was handed on.
  case needs([GeneratorRequest])
  /// All targets were handed on; problems are warnings. `isolated` as in ``Expansion/targets(_:isolated:problems:)``.
  case targets(count: Int, isolated: [Int], problems: [Diagnostic])
  /// Every generator worked and together they yield nothing.
  case empty(problems: [Diagnostic])
  /// At least one problem is an error: what was handed on is no expansion, and to be left aside.
  case failed([Diagnostic])
}

/// Expands a set as ``expand(_:named:inventory:answers:time:file:)`` does, in the same order, and hands every target on as
/// soon as it is made. Of a `clusters` generator neither parameters nor targets are kept, only the targets' names, so that
/// a fleet takes little more memory than its inventory.
///
/// - Parameter each: takes a target. What was handed on counts only when the result is ``PartialExpansion/targets(count:isolated:problems:)``.
public func expandInParts(
  _ definition: FleetSetDefinition, named name: FleetSetName = "", inventory: Inventory,
  answers: [GeneratorRequest: GeneratorAnswer] = [:], time: TemplateTime = .unknown, file: String = "",
  each: (ExpandedTarget) -> Void
) -> PartialExpansion {
  let context = GeneratorContext(
    language: definition.language, dialect: definition.dialect, inventory: inventory, answers: answers)
  var problems = Problems(file: file)
  var names = UniqueNames()
  var isolated: [Int] = []
  var needs: [GeneratorRequest] = []
  var memory: EvaluationMemory?
  var maker = TargetMaker(
    definition: definition, moments: TargetMoments(setName: name.rawValue, time: time, answers: answers), file: file)
  // Who must be asked is found out before anything is made; clusters ask nobody.
  let others = definition.generators.enumerated().map { index, entry -> (sets: [ParameterSet], run: GeneratorRun)? in
    if case .clusters = entry.generator { return nil }
    var run = GeneratorRun(context)
    let sets = run.sets(of: entry, path: "spec.generators[\(index)]")
    needs += run.needs.filter { !needs.contains($0) }
    return (sets, run)
  }
  if !needs.isEmpty { return .needs(needs) }
  for (index, entry) in definition.generators.enumerated() {
    var generated = GeneratedEntry(index: index, entry: entry, sets: [], problems: Problems(file: file))
    // An isolated entry is all or nothing.
    var whole: [ExpandedTarget] = []
    func take(_ sets: [ParameterSet]) {
      let made = maker.targets(
        of: sets, in: generated, inventory: inventory, memory: &memory, problems: &generated.problems)
      if entry.onError == .isolate {
        whole += made
      } else {
        for target in made where names.add(target, problems: &problems) { each(target) }
      }
    }
    if let other = others[index] {
      generated.problems.add(other.run.problems)
      take(other.sets)
    } else {
      var run = GeneratorRun(context)
      run.parts(of: entry, path: "spec.generators[\(index)]") { take($0) }
      generated.problems.add(run.problems)
    }
    if generated.problems.hasErrors, entry.onError == .isolate {
      isolated.append(index)
      problems.add(generated.problems, isIsolated: true)
    } else {
      problems.add(generated.problems)
      for target in whole where names.add(target, problems: &problems) { each(target) }
    }
  }
  if !maker.moments.needs.isEmpty { return .needs(maker.moments.needs) }
  problems.add(maker.ownProblems)
  if problems.hasErrors { return .failed(problems.diagnostics) }
  if names.count == 0 {
    return isolated.isEmpty ? .empty(problems: problems.diagnostics) : .failed(problems.diagnostics)
  }
  return .targets(count: names.count, isolated: isolated, problems: problems.diagnostics)
}
