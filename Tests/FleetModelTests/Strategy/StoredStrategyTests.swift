import FleetModel
import Foundation
import Testing

/// Runs keep the strategy that they were frozen with; an older one lacks what is newer.
@Suite struct StoredStrategyTests {
  @Test func aStrategyFromBeforeAFieldHasItsDefault() throws {
    var strategy = RolloutStrategy(stages: [StageStrategy(name: "all", selection: .rest)])
    strategy.stages[0].before = [.approval(ApprovalRule(count: 2))]
    let newer = ["supersede", "alreadyUnhealthy", "catchUpMaxConcurrent"]
    var stored = try #require(
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(strategy)) as? [String: Any])
    for field in newer { #expect(stored.removeValue(forKey: field) != nil) }
    var policy = try #require(stored["onFailure"] as? [String: Any])
    #expect(policy.removeValue(forKey: "removeNew") != nil)
    stored["onFailure"] = policy
    let read = try JSONDecoder().decode(
      RolloutStrategy.self, from: try JSONSerialization.data(withJSONObject: stored))
    #expect(read == strategy)
  }

  @Test func everyFieldIsReadAsItWasWritten() throws {
    var strategy = RolloutStrategy()
    strategy.trigger = .manual
    strategy.unit = .target
    strategy.order = OrderRule(label: "wave", shuffleSeed: "seed")
    strategy.membership = .abort
    strategy.onNewRevision = .supersede
    strategy.supersede = .always
    strategy.alreadyUnhealthy = .exclude
    strategy.budgets = RunBudgets(failures: .count(1), unreachable: .count(2), removals: .count(3), prunes: .count(4))
    strategy.limits = [LabelLimit(label: "region", maxInFlight: 3)]
    strategy.onFailure = FailurePolicy(
      action: .rollback, scope: .failed, inFlight: .finish, maxConcurrent: .percent(10), removeNew: true)
    strategy.firstAlone = false
    strategy.onboardMaxConcurrent = 2
    strategy.catchUpMaxConcurrent = 7
    strategy.windows = ["nights"]
    strategy.stages[0].before = [.approval(ApprovalRule(timeout: .seconds(60)))]
    #expect(try JSONDecoder().decode(RolloutStrategy.self, from: JSONEncoder().encode(strategy)) == strategy)
  }
}
