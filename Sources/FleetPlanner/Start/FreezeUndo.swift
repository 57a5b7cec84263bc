public import FleetModel

/// Freezes the run that undoes an ended one (R14 as amended by AMENDMENTS 21): last stage first, each member to the bundle
/// it had before that run, under its slots, without soak, approvals and windows.
///
/// - Throws: ``FreezeRefusal`` when nobody has anything to go back to.
public func freezeUndo(
  of undone: Run, stages undoneStages: [Stage], members: [UndoMember], number: Int, now: Instant, startedBy: String
) throws(FreezeRefusal) -> FrozenRun {
  let going = members.filter { !$0.member.isUnchanged(for: $0.member.bundle) }
  guard let release = going.first?.member.release else {
    throw FreezeRefusal(problems: ["no cluster of \(undone.displayName) has anything to go back to"])
  }
  var strategy = undone.strategy
  strategy.firstAlone = false
  strategy.onFailure = FailurePolicy(action: .pause)
  strategy.stages = []
  strategy.windows = nil
  var stages: [Stage] = []
  var units: [Unit] = []
  for old in undoneStages.reversed() {
    let own = going.filter { $0.stage == old.index }
    guard !own.isEmpty else { continue }
    var rules = old.rules.withoutGates
    rules.windows = nil
    strategy.stages.append(rules)
    let index = stages.count
    let stageUnits = frozenUnits(
      try ordered(own.map(\.member), by: strategy.order), stage: index, strategy: strategy, release: release)
    stages.append(frozenStage(index: index, rules: rules, units: stageUnits, strategy: strategy))
    units += stageUnits
  }
  let input = StartInput(
    now: now, project: undone.project, fleetSet: undone.fleetSet, strategy: strategy, release: release,
    releaseName: "before \(undone.displayName)", authors: [], isHeld: false, lastGoodRelease: nil,
    members: going.map(\.member), activeRun: nil, nextNumber: number)
  var frozen = frozenRun(
    input, options: FreezeOptions(kind: .undo, startedBy: startedBy), stages: stages, units: units, warnings: [])
  frozen.undoes = undone.id
  return frozen
}
