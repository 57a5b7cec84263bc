import FleetDocuments
import FleetModel
import FleetTemplate
import Manifest

// GENERATORS 2.5.
extension GeneratorRun {
  mutating func matrix(
    _ children: [GeneratorEntry], _ place: String, inherited: [String: ParameterValue]
  ) -> [ParameterSet] {
    var sets: [ParameterSet] = []
    for (number, child) in children.enumerated() {
      var run = ChildRun(child, path: "\(place).generators[\(number)]", language: language)
      if number == 0 {
        sets = run.sets(seeing: inherited, in: &self)
        continue
      }
      var joined: [ParameterSet] = []
      for set in sets {
        let visible = inherited.isEmpty ? set.parameters : inherited.overridden(by: set.parameters)
        let own = run.sets(seeing: visible, in: &self)
        guard joined.count + own.count <= Self.maximumSets else {
          fail(
            place, "the children combine to more than \(Self.maximumSets) parameter sets",
            hint: "select fewer, or write several sets")
          return []
        }
        for other in own {
          guard let both = combined(set, other, "\(place).generators[\(number)]") else { continue }
          joined.append(both)
        }
      }
      sets = joined
    }
    return sets
  }

  /// So many combinations are no fleet any more, but a mistake that would take all memory.
  private static let maximumSets = 2_000_000

  private mutating func combined(_ set: ParameterSet, _ next: ParameterSet, _ path: String) -> ParameterSet? {
    let source = set.source.joined(with: next.source)
    if language.isNested {
      return ParameterSet(parameters: next.parameters.overridden(by: set.parameters), source: source)
    }
    do throws(DifferentValues) {
      return ParameterSet(parameters: try set.parameters.combined(with: next.parameters), source: source)
    } catch {
      fail(
        path, "\(source.text): \(error)",
        hint: "use pathParamPrefix or other names, or goTemplate: true, where the first one wins")
      return nil
    }
  }
}

/// A child of a matrix or merge, run once for everything that it sees differently.
struct ChildRun {
  private let entry: GeneratorEntry
  private let path: String
  private let interpolation: Interpolation?
  private var known: [Node: [ParameterSet]] = [:]
  private var unfilled: [ParameterSet]?
  private var hasSaidProblems = false

  init(_ entry: GeneratorEntry, path: String, language: TemplateLanguage) {
    self.entry = entry
    self.path = path
    // What a matrix or merge holds is filled in where it is run.
    let isLeaf = entry.generator.children.isEmpty
    interpolation =
      isLeaf ? Interpolation(entry.source, kind: entry.generator.kind, language: language, path: path) : nil
  }

  mutating func sets(
    seeing parameters: [String: ParameterValue], in run: inout GeneratorRun
  ) -> [ParameterSet] {
    guard let interpolation else { return run.sets(of: entry, path: path, inherited: parameters) }
    guard interpolation.problems.isEmpty else {
      if !hasSaidProblems { run.fail(interpolation.problems) }
      hasSaidProblems = true
      return []
    }
    if interpolation.isConstant || parameters.isEmpty {
      if let unfilled { return unfilled }
      let sets = run.sets(of: entry, path: path)
      unfilled = sets
      return sets
    }
    var problems: [TreeProblem] = []
    let (node, isMixed) = interpolation.render(parameters, problems: &problems)
    guard problems.isEmpty else {
      run.fail(problems)
      return []
    }
    // Argo CD knows only one or the other.
    let outer = isMixed && run.context.dialect == .fleetSet ? parameters : [:]
    if outer.isEmpty, let sets = known[node] { return sets }
    let (entries, found) = GeneratorEntry.read(
      node, path: path, language: run.language, dialect: run.context.dialect)
    let errors = found.filter { $0.severity == .error }
    run.add(errors)
    guard errors.isEmpty, var filled = entries.first else { return [] }
    filled.position = entry.position
    filled.selector = entry.selector
    let sets = run.sets(of: filled, path: path, inherited: outer)
    if outer.isEmpty { known[node] = sets }
    return sets
  }
}
