import FleetDocuments
import FleetTemplate
import Manifest

// GENERATORS 2.6.
extension GeneratorRun {
  mutating func merge(
    _ merge: MergeGenerator, _ place: String, inherited: [String: ParameterValue]
  ) -> [ParameterSet] {
    let keys = MergeKeys(merge.mergeKeys, arePaths: language.isNested && context.dialect == .fleetSet)
    var base: [ParameterSet] = []
    var places: [[ParameterValue]: Int] = [:]
    for (number, child) in merge.generators.enumerated() {
      let path = "\(place).generators[\(number)]"
      var run = ChildRun(child, path: path, language: language)
      let sets = run.sets(seeing: inherited, in: &self)
      guard let own = unique(sets, keys, path) else { continue }
      if number == 0 {
        base = sets
        places = own
      } else {
        for (key, index) in own {
          guard let target = places[key] else { continue }
          base[target] = overridden(base[target], by: sets[index])
        }
      }
    }
    return base
  }

  /// The sets' places by their keys; nil when two sets have the same one.
  private mutating func unique(
    _ sets: [ParameterSet], _ keys: MergeKeys, _ path: String
  ) -> [[ParameterValue]: Int]? {
    var places: [[ParameterValue]: Int] = [:]
    places.reserveCapacity(sets.count)
    for (index, set) in sets.enumerated() {
      let key = keys.values(in: set.parameters)
      guard let earlier = places.updateValue(index, forKey: key) else { continue }
      fail(
        path,
        "two parameter sets have the same merge key \(keys.text(key)): one of \(sets[earlier].source.text), "
          + "one of \(set.source.text)",
        hint: "name parameters in mergeKeys that tell them apart")
      return nil
    }
    return places
  }

  private func overridden(_ base: ParameterSet, by other: ParameterSet) -> ParameterSet {
    let parameters =
      language.isNested
      ? base.parameters.overridden(by: other.parameters) : base.parameters.merging(other.parameters) { $1 }
    if case .merged(let first, let overrides) = base.source {
      return ParameterSet(
        parameters: parameters, source: .merged(base: first, overrides: overrides + [other.source]))
    }
    return ParameterSet(parameters: parameters, source: .merged(base: base.source, overrides: [other.source]))
  }
}

/// The parameters that two sets must agree on.
struct MergeKeys {
  private let names: [String]
  private let arePaths: Bool

  /// - Parameter arePaths: whether a name with dots may lead into maps.
  init(_ names: [String], arePaths: Bool) {
    var seen: Set<String> = []
    self.names = names.filter { seen.insert($0).inserted }
    self.arePaths = arePaths
  }

  /// A set's values; nothing stands for a parameter that it lacks, so sets that lack all of them agree.
  func values(in parameters: [String: ParameterValue]) -> [ParameterValue] {
    names.map { name in
      if let value = parameters[name] { return value }
      guard arePaths, name.contains(".") else { return .null }
      var current: ParameterValue = .map(parameters)
      for part in name.split(separator: ".") {
        guard let next = current.map?[String(part)] else { return .null }
        current = next
      }
      return current
    }
  }

  /// The names with a set's values, as JSON.
  func text(_ values: [ParameterValue]) -> String {
    var object = Object()
    for (name, value) in zip(names, values) { object[name] = Node(parameter: value) }
    return JSON.text(Node(.object(object)), sortedKeys: true)
  }
}

extension Node {
  /// A parameter as a document's value, keys in bytewise order.
  init(parameter value: ParameterValue) {
    switch value {
    case .null: self.init(NodeValue.null)
    case .boolean(let flag): self.init(NodeValue.boolean(flag))
    case .integer(let number): self.init(NodeValue.integer(number))
    case .decimal(let number): self.init(NodeValue.decimal(number))
    case .string(let text): self.init(NodeValue.string(text))
    case .list(let elements): self.init(NodeValue.array(elements.map { Node(parameter: $0) }))
    case .map(let values):
      let entries = values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      self.init(NodeValue.object(Object(entries: entries.map { .init(key: $0.key, value: Node(parameter: $0.value)) })))
    }
  }
}
