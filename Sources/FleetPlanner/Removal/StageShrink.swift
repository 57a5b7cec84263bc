public import FleetModel

/// A stage with a budget of its own for who leaves the set (R24).
public struct StageShrink: Hashable, Sendable {
  /// The stage's name.
  public var stage: String
  /// Its targets before the shrink.
  public var members: Set<TargetID>
  /// How many of them may leave without being asked for.
  public var budget: Int

  /// Makes a value.
  public init(stage: String, members: Set<TargetID>, budget: Int) {
    self.stage = stage
    self.members = members
    self.budget = budget
  }
}

/// The stages whose own `budgets.removals` a shrink is held against, with whom a run over all targets before the shrink
/// would have had in them; empty where no stage has one, and where the stages do not fit the targets, which the next run
/// says.
///
/// - Parameter members: the targets that the set has before the shrink, who leaves among them; of each the labels count.
public func stageShrinks(of members: [StartMember], in strategy: RolloutStrategy) -> [StageShrink] {
  guard strategy.stages.contains(where: { $0.removalBudget != nil }),
    let inOrder = try? ordered(members, by: strategy.order),
    let assignment = try? StageAssignment(of: inOrder, to: strategy.stages, unit: strategy.unit)
  else { return [] }
  return zip(strategy.stages, assignment.members).compactMap { stage, own in
    stage.removalBudget.map { budget in
      StageShrink(stage: stage.name, members: Set(own.map(\.target)), budget: budget.budget(of: own.count))
    }
  }
}
