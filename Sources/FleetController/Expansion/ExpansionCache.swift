internal import FleetDocuments
internal import FleetGenerators
internal import FleetModel
internal import FleetPorts
internal import Metrics

/// What the expansions of sets found last, so that the next one goes through the template only with what differs. Bounded
/// by the number of targets; the sets expanded longest ago go first.
actor ExpansionCache {
  private let limit: Int
  private var expansions: [GeneratorAsker: KeptExpansion] = [:]
  private var order: [GeneratorAsker] = []

  init(limit: Int = 200_000) { self.limit = limit }

  /// What is known of a set, for one expansion, after which it is given back; nothing is known of one that was changed.
  func take(_ definition: FleetSetDefinition, of asker: GeneratorAsker, file: String) -> KeptExpansion {
    order.removeAll { $0 == asker }
    if let known = expansions.removeValue(forKey: asker), known.definition == definition { return known }
    return KeptExpansion(definition, named: FleetSetName(asker.set), time: .ofCommits, file: file)
  }

  /// Gives back what is known now.
  func put(_ expansion: KeptExpansion, of asker: GeneratorAsker) {
    order.removeAll { $0 == asker }
    expansions[asker] = expansion
    order.append(asker)
    var count = expansions.values.reduce(0) { $0 + $1.targetCount }
    while count > limit, let oldest = order.first {
      order.removeFirst()
      count -= expansions.removeValue(forKey: oldest)?.targetCount ?? 0
    }
  }
}

extension KeptExpansion {
  /// Adds what an expansion did to the metrics.
  func count(since before: KeptExpansion) {
    for (outcome, number) in [("evaluated", evaluated - before.evaluated), ("kept", kept - before.kept)]
    where number > 0 {
      Counter(label: "flotilla_parameter_sets_total", dimensions: [("outcome", outcome)]).increment(by: number)
    }
  }
}
