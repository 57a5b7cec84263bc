internal import FleetModel

extension RolloutStrategy {
  /// What becomes of unhealthy clusters, of requests that nobody answers, and of running runs when there is something newer:
  /// drawn from streams of their own, so that kept seeds keep their worlds.
  mutating func drawPolicies(seed: UInt64) {
    var random = SeededRandom(seed: seed, stream: 12)
    catchUpMaxConcurrent = random.within(1...5)
    alreadyUnhealthy = random.pick([.inOrder, .first, .exclude])
    if random.chance(500) { supersede = .always }
    var removals = SeededRandom(seed: seed, stream: 14)
    onFailure.removeNew = removals.chance(500)
    budgets.removals = .percent(removals.pick([10, 50, 100]))
    var answers = SeededRandom(seed: seed, stream: 13)
    guard answers.chance(400) else { return }
    for index in stages.indices {
      stages[index].before = stages[index].before.map { Self.limited($0, &answers) }
      stages[index].after = stages[index].after.map { Self.limited($0, &answers) }
    }
  }

  private static func limited(_ gate: Gate, _ random: inout SeededRandom) -> Gate {
    guard case .approval(var rule) = gate, random.chance(600) else { return gate }
    rule.timeout = .seconds(random.pick([30, 120, 1_200]))
    return .approval(rule)
  }
}
