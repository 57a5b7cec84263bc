internal import FleetModel

extension StartMember {
  /// Whether it has been Degraded for as long as is a failure in the stage that its labels name (R6).
  func isUnhealthy(in strategy: RolloutStrategy) -> Bool {
    guard health == .degraded else { return false }
    let stage = strategy.stageTaking(self).map { strategy.stages[$0] } ?? StageStrategy(name: "", selection: .rest)
    return degradedFor >= stage.failFast
  }
}

extension StartInput {
  /// Whom `alreadyUnhealthy: exclude` leaves out: unhealthy members, and with the unit cluster the others of their clusters.
  var leftOut: Set<TargetID> {
    guard strategy.alreadyUnhealthy == .exclude else { return [] }
    let unhealthy = members.filter { $0.isUnhealthy(in: strategy) }
    let clusters = strategy.unit == .cluster ? Set(unhealthy.map(\.cluster)) : []
    return Set(unhealthy.map(\.target)).union(members.filter { clusters.contains($0.cluster) }.map(\.target))
  }
}

extension [Unit] {
  /// Marks those of a stage's units that were unhealthy before the run and change in it, and puts them first if that is the
  /// policy.
  mutating func markUnhealthy(_ members: [StartMember], _ strategy: RolloutStrategy) {
    let unhealthy = Set(members.filter { $0.isUnhealthy(in: strategy) }.map(\.target))
    for index in indices where self[index].changes {
      self[index].wasUnhealthy = self[index].steps.contains { unhealthy.contains($0.target) }
    }
    guard strategy.alreadyUnhealthy == .first else { return }
    self = filter(\.wasUnhealthy) + filter { !$0.wasUnhealthy }
    for index in indices { self[index].position = index }
  }
}

/// What somebody should know of those who were unhealthy before the run (R6).
func unhealthyWarnings(_ units: [Unit], leftOut: [StartMember]) -> [String] {
  let marked = units.filter(\.wasUnhealthy).map(\.clusterName)
  let out = Set(leftOut.map(\.clusterName)).sorted()
  return [
    named(Set(marked).sorted(), "unhealthy before the run, so that no budget counts it if they fail"),
    named(out, "left out, being unhealthy before the run; they catch up when they are healthy again"),
  ].compactMap(\.self)
}

private func named(_ names: [ClusterName], _ what: String) -> String? {
  guard !names.isEmpty else { return nil }
  let more = names.count > 5 ? " and \(names.count - 5) more" : ""
  return "\(what): \(names.prefix(5).map(\.rawValue).joined(separator: ", "))\(more)"
}
