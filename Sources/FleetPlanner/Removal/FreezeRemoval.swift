internal import FleetModel

/// Freezes the run that removes targets that have left their set (R25): last stage first and last place first, under each
/// stage's slots and budgets, without gates and soak.
///
/// - Throws: ``FreezeRefusal`` when an order label is not a number.
func freezeRemoval(_ input: StartInput, of leaving: [StartMember], startedBy: String) throws(FreezeRefusal) -> FrozenRun
{
  var strategy = input.strategy
  strategy.firstAlone = false
  strategy.onFailure = FailurePolicy(action: .pause)
  strategy.stages = []
  let members = try ordered(leaving, by: strategy.order)
  let assignment = try StageAssignment(of: members, to: input.strategy.stagesForAll, unit: strategy.unit)
  var stages: [Stage] = []
  var units: [Unit] = []
  for (rules, own) in zip(input.strategy.stagesForAll, assignment.members).reversed() where !own.isEmpty {
    let plain = rules.withoutGates
    strategy.stages.append(plain)
    let stageUnits = frozenUnits(
      own.reversed(), stage: stages.count, strategy: strategy, release: input.release
    ).map(\.toRemove)
    stages.append(frozenStage(index: stages.count, rules: plain, units: stageUnits, strategy: strategy))
    units += stageUnits
  }
  var removal = input
  removal.strategy = strategy
  removal.members = leaving
  return frozenRun(
    removal, options: FreezeOptions(kind: .remove, startedBy: startedBy), stages: stages, units: units, warnings: [])
}

extension RolloutStrategy {
  /// The stages with one for whoever no stage takes any more: labels may have changed since it was rolled out.
  fileprivate var stagesForAll: [StageStrategy] {
    guard !stages.contains(where: { $0.selection == .rest }) else { return stages }
    let others = StageStrategy(
      name: "others", selection: .rest, maxConcurrent: stages.last?.maxConcurrent ?? .count(1))
    return stages + [others]
  }
}

extension StageStrategy {
  /// The stage's rules for a run without gates and soak, in which nobody has to succeed first.
  var withoutGates: StageStrategy {
    var rules = self
    rules.before = []
    rules.after = []
    rules.soak = .zero
    rules.minSucceeded = .count(0)
    return rules
  }
}

extension Unit {
  /// What runs is what is to be removed; there is no way back but to put the target into the set again.
  fileprivate var toRemove: Unit {
    var unit = self
    for index in unit.steps.indices {
      unit.steps[index].state = .pending
      unit.steps[index].before = nil
    }
    return unit
  }
}
