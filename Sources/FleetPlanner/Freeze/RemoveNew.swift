internal import FleetModel

extension StartInput {
  /// Takes `onFailure.removeNew` out of the strategy when more members have nothing to go back to than `budgets.removals`
  /// allows to remove, or when nothing goes back by itself: all of them keep their workloads then. Answers what somebody should know of it.
  mutating func keepNewBeyondBudget() -> [String] {
    guard strategy.onFailure.removeNew else { return [] }
    guard strategy.onFailure.action == .rollback else {
      strategy.onFailure.removeNew = false
      return []
    }
    let new = members.count { $0.lastKnownGood == nil && !$0.isUnchanged(for: $0.bundle) }
    let budget = strategy.budgets.removals.budget(of: members.count)
    guard new > budget else { return [] }
    strategy.onFailure.removeNew = false
    return [
      "\(new) of \(members.count) targets are new, and `budgets.removals` allows \(budget) to be removed: "
        + "a rollback leaves their workloads as they are, whatever `removeNew` says"
    ]
  }
}
