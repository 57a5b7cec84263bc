public import FleetModel

/// A run cannot be frozen: the strategy does not fit the members. Nothing was changed.
public struct FreezeRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, one sentence each, with what to do.
  public var problems: [String]

  /// Makes a refusal.
  public init(problems: [String]) { self.problems = problems }

  /// The problems, one a line.
  public var description: String { problems.joined(separator: "\n") }
}

/// What is to be frozen besides members and strategy.
public struct FreezeOptions: Hashable, Sendable {
  /// What the run is for.
  public var kind: RolloutKindOfRun
  /// Who or what starts it.
  public var startedBy: String

  /// Makes options.
  public init(kind: RolloutKindOfRun = .rollout, startedBy: String) {
    self.kind = kind
    self.startedBy = startedBy
  }
}

/// Freezes a run (R3): members, order, the stage of each, release, strategy, absolute numbers.
///
/// - Throws: ``FreezeRefusal`` when a member fits no stage or an order label is not a number.
public func freeze(_ given: StartInput, options: FreezeOptions) throws(FreezeRefusal) -> FrozenRun {
  let looksAtHealth = options.kind == .rollout
  let leftOut = looksAtHealth ? given.leftOut : []
  var input = given
  if !leftOut.isEmpty { input.members.removeAll { leftOut.contains($0.target) } }
  let keptNew = input.keepNewBeyondBudget()
  let strategy = input.strategy
  try checkAnalyses(strategy)
  let members = try ordered(input.members, by: strategy.order)
  let assignment = try StageAssignment(of: members, to: strategy.stages, unit: strategy.unit)
  var stages: [Stage] = []
  var units: [Unit] = []
  for (index, rules) in strategy.stages.enumerated() {
    var stageUnits = frozenUnits(
      assignment.members[index], stage: index, strategy: strategy, release: input.release)
    if looksAtHealth { stageUnits.markUnhealthy(assignment.members[index], strategy) }
    stages.append(frozenStage(index: index, rules: rules, units: stageUnits, strategy: strategy))
    units += stageUnits
  }
  let unhealthy = unhealthyWarnings(
    units, leftOut: given.members.filter { leftOut.contains($0.target) })
  return frozenRun(
    input, options: options, stages: stages, units: units, warnings: assignment.warnings + unhealthy + keptNew)
}

/// Every analysis that gates name is frozen with the run (R3).
private func checkAnalyses(_ strategy: RolloutStrategy) throws(FreezeRefusal) {
  var problems: [String] = []
  for stage in strategy.stages {
    for case .analysis(let name, nil) in stage.before + stage.after {
      problems.append(
        "stage \(stage.name) asks analysis \"\(name)\", and there is no such Analysis: apply its document, or remove the gate"
      )
    }
  }
  if !problems.isEmpty { throw FreezeRefusal(problems: problems) }
}

func frozenUnits(
  _ members: [StartMember], stage: Int, strategy: RolloutStrategy, release: ReleaseID
) -> [Unit] {
  StageAssignment.groups(of: members, unit: strategy.unit).enumerated().compactMap { position, group in
    guard let first = group.first else { return nil }
    let steps = group.map { member in
      Step(
        target: member.target, targetName: member.targetName,
        state: member.isUnchanged(for: member.bundle) ? .unchanged : .pending, bundle: member.bundle,
        release: member.release ?? release, before: member.lastKnownGood, highestGeneration: member.highestGeneration)
    }
    return Unit(
      stage: stage, position: position, cluster: first.cluster, clusterName: first.clusterName,
      limitValues: strategy.limits.map { first.clusterLabels[$0.label] }, steps: steps)
  }
}

func frozenStage(index: Int, rules: StageStrategy, units: [Unit], strategy: RolloutStrategy) -> Stage {
  var counters = StageCounters()
  for unit in units { counters.count(unit, sign: 1) }
  let changing = units.count { $0.changes }
  let size = units.count
  let slots = rules.maxConcurrent.concurrency(of: size)
  return Stage(
    index: index, rules: rules, size: size, changing: changing, memberCount: units.reduce(0) { $0 + $1.steps.count },
    slots: slots, rollbackSlots: strategy.onFailure.maxConcurrent?.concurrency(of: size) ?? slots,
    failureBudget: rules.failureBudget.budget(of: size),
    unreachableBudget: rules.unreachableBudget?.budget(of: size),
    minSucceeded: min(changing, requiredSuccesses(rules.minSucceeded, of: changing)), counters: counters)
}

/// `minSucceeded` of the changing clusters: a share is rounded up, so that a share above 0 asks for at least one.
private func requiredSuccesses(_ required: IntOrPercent, of changing: Int) -> Int {
  switch required {
  case .count(let count): count
  case .percent(let share): (share * changing + 99) / 100
  }
}

func frozenRun(
  _ input: StartInput, options: FreezeOptions, stages: [Stage], units: [Unit], warnings: [String]
) -> FrozenRun {
  let clusters = Set(units.map(\.cluster)).count
  let budgets = input.strategy.budgets
  let run = Run(
    id: 0, project: input.project, fleetSet: input.fleetSet, number: input.nextNumber, kind: options.kind,
    state: .running, version: 1, release: input.release, releaseName: input.releaseName, strategy: input.strategy,
    failureBudget: budgets.failures?.budget(of: clusters), unreachableBudget: budgets.unreachable.budget(of: clusters),
    planHash: planHash(
      release: input.release, kind: options.kind, strategy: input.strategy, stages: stages, units: units),
    authors: input.authors, unknownAuthors: input.unknownAuthors, startedBy: options.startedBy, createdAt: input.now)
  return FrozenRun(
    run: run, stages: stages, units: units, warnings: warnings + emptyStageWarnings(stages))
}

/// R7: a stage without changes before one with changes tests nothing.
private func emptyStageWarnings(_ stages: [Stage]) -> [String] {
  stages.indices.compactMap { index in
    let stage = stages[index]
    guard stage.changing == 0, stages[(index + 1)...].contains(where: { $0.changing > 0 }) else { return nil }
    let why = stage.size == 0 ? "has no clusters" : "has no changes"
    return "stage \(stage.name) \(why), so it tests nothing for the stages after it"
  }
}
