internal import FleetModel

/// All sizes, rules and fault rates of one simulated world, drawn from its seed.
struct Knobs {
  var clusterCount: Int
  var newClusterCount: Int
  var targetsPerCluster: Int
  var regions: Int
  var strategy: RolloutStrategy
  var releaseCount: Int
  var badReleasePermille: Int
  var releasePauseSeconds: Int
  var heldReleasePermille: Int
  var manualReleasePermille: Int
  var controllers: Int
  var faultSeconds: Int
  /// Chances per thousand and look of the weather, each.
  var vanishPermille: Int
  var agentCrashPermille: Int
  var cordonPermille: Int
  var siteHoldPermille: Int
  var removePermille: Int
  var joinPermille: Int
  var leavePermille: Int
  var controllerOutagePermille: Int
  var databaseOutagePermille: Int
  var clockJumpPermille: Int
  /// Chances per thousand and report, order or commit.
  var loseReportPermille: Int
  var lateReportPermille: Int
  var doubleReportPermille: Int
  var crashPermille: Int
  var racePermille: Int
  var mishapPermille: Int
  var rollbackMishapPermille: Int
  /// Chances per thousand and look of a person.
  var meddlePermille: Int
  var helpPermille: Int
  /// How many pending units the store loads beyond a stage's slots; few, so that a plan must ask for more.
  var lookahead: Int
  var calendar: CalendarKnobs
  var checks: CheckKnobs
  /// The most clusters of a region in flight over all runs (R29); nil for no such limit.
  var sharedLimit: Int?
  /// Whether somebody wrote a part of the changes whom nobody knows (R19).
  var hasUnknownAuthor: Bool
  /// How often somebody takes an approval back.
  var revokePermille: Int

  init(seed: UInt64) {
    var random = SeededRandom(seed: seed, stream: 1)
    switch random.below(10) {
    case 0..<6: clusterCount = random.within(1...8)
    case 6..<9: clusterCount = random.within(6...20)
    default: clusterCount = random.within(20...60)
    }
    newClusterCount = random.chance(250) ? random.within(0...2) : 0
    targetsPerCluster = clusterCount > 20 ? 1 : random.pick([1, 1, 2, 3])
    regions = random.within(1...4)
    releaseCount = random.within(1...4)
    badReleasePermille = random.pick([100, 400, 700])
    releasePauseSeconds = random.within(120...3_000)
    heldReleasePermille = random.pick([0, 0, 150])
    manualReleasePermille = random.pick([0, 0, 0, 1_000])
    controllers = random.within(1...3)
    faultSeconds = random.within(600...3_600)
    func rate(_ rates: [Int]) -> Int { random.pick(rates) }
    vanishPermille = rate([0, 0, 40, 150])
    agentCrashPermille = rate([0, 30, 120])
    cordonPermille = rate([0, 0, 30, 80])
    removePermille = rate([0, 0, 15, 50])
    joinPermille = rate([0, 0, 30, 80])
    controllerOutagePermille = rate([0, 0, 30, 100])
    databaseOutagePermille = rate([0, 0, 20, 60])
    clockJumpPermille = rate([0, 0, 30, 100])
    loseReportPermille = rate([0, 50, 300])
    lateReportPermille = rate([0, 50, 200])
    doubleReportPermille = rate([0, 50, 200])
    crashPermille = rate([0, 0, 50, 150])
    racePermille = rate([0, 50, 200])
    mishapPermille = rate([0, 20, 80, 250])
    rollbackMishapPermille = rate([0, 0, 80, 400])
    meddlePermille = rate([0, 50, 150, 400])
    helpPermille = rate([300, 800, 1_000])
    strategy = Self.drawStrategy(
      &random, clusters: clusterCount, targets: targetsPerCluster, regions: regions)
    if random.chance(manualReleasePermille) { strategy.trigger = .manual }
    lookahead = random.pick([1, 2, 5, 64])
    strategy.onNewRevision = random.pick([.coalesce, .coalesce, .supersede, .reject])
    // A stream of its own, so that kept seeds keep their worlds.
    var leaving = SeededRandom(seed: seed, stream: 8)
    leavePermille = leaving.pick([0, 0, 40, 120])
    var joining = SeededRandom(seed: seed, stream: 11)
    strategy.membership = joining.pick([.lastPassedStage, .lastPassedStage, .intoStage, .intoStage, .afterRun, .abort])
    var sharing = SeededRandom(seed: seed, stream: 22)
    sharedLimit = sharing.chance(300) ? sharing.within(1...3) : nil
    var doubting = SeededRandom(seed: seed, stream: 23)
    // There are people enough for twice one approval.
    let asksForFew = strategy.stages.flatMap { $0.before + $0.after }.allSatisfy { gate in
      if case .approval(let rule) = gate { !rule.notAuthor || rule.count == 1 } else { true }
    }
    hasUnknownAuthor = doubting.chance(300) && asksForFew
    revokePermille = doubting.pick([0, 0, 20, 100])
    var holding = SeededRandom(seed: seed, stream: 27)
    siteHoldPermille = holding.pick([0, 0, 60, 200])
    var queueing = SeededRandom(seed: seed, stream: 25)
    if queueing.chance(120) { strategy.onNewRevision = .queue }
    strategy.drawPolicies(seed: seed)
    checks = CheckKnobs(seed: seed, stages: &strategy.stages)
    calendar = CalendarKnobs(seed: seed, stages: strategy.stages.count)
    strategy.windows = calendar.setWindows
    for (index, windows) in calendar.stageWindows.enumerated() { strategy.stages[index].windows = windows }
  }

  private static func drawStrategy(
    _ random: inout SeededRandom, clusters: Int, targets: Int, regions: Int
  ) -> RolloutStrategy {
    var stages: [StageStrategy] = []
    let count = random.within(1...5)
    for index in 0..<count {
      let isLast = index == count - 1
      stages.append(
        drawStage(&random, name: "s\(index)", selection: isLast ? .rest : drawSelection(&random, clusters, regions)))
    }
    var strategy = RolloutStrategy(stages: fittingShares(stages))
    strategy.unit = targets > 1 && random.chance(300) ? .target : .cluster
    strategy.order = OrderRule(
      label: random.chance(300) ? "order" : nil, shuffleSeed: random.chance(300) ? "seed" : nil)
    strategy.budgets.failures = random.chance(400) ? drawBudget(&random) : nil
    strategy.budgets.unreachable = random.pick([.percent(10), .percent(50), .count(1), .count(3), .percent(100)])
    if random.chance(300) {
      strategy.limits = [LabelLimit(label: "region", maxInFlight: random.within(1...3))]
    }
    strategy.onFailure = FailurePolicy(
      action: random.pick([.rollback, .rollback, .rollback, .pause, .pause, .abort]),
      scope: random.pick([.failed, .stage, .all, .all]), inFlight: random.pick([.recall, .recall, .finish]),
      maxConcurrent: random.chance(300) ? random.pick([.count(1), .percent(50), .percent(100)]) : nil)
    strategy.firstAlone = random.chance(500)
    strategy.onboardMaxConcurrent = random.within(1...10)
    return strategy
  }

  /// Shares may sum to at most 100 before the `rest` that follows.
  private static func fittingShares(_ stages: [StageStrategy]) -> [StageStrategy] {
    var left = 100
    return stages.map { stage in
      var stage = stage
      if case .percent(let share) = stage.selection {
        let fitting = min(share, left)
        left -= fitting
        stage.selection = fitting > 0 ? .percent(fitting) : .count(1)
      }
      return stage
    }
  }

  private static func drawSelection(
    _ random: inout SeededRandom, _ clusters: Int, _ regions: Int
  ) -> StageStrategy.Selection {
    switch random.below(6) {
    case 0: .clusters(LabelSelector(matchLabels: ["canary": "true"]))
    case 1: .clusters(LabelSelector(matchLabels: ["region": "r\(random.below(regions))"]))
    case 2: .names([World.clusterName(random.below(clusters))])
    case 3: .targets(LabelSelector(matchLabels: ["part": "p\(random.below(3))"]))
    case 4: .percent(random.within(1...60))
    default: .count(random.within(1...3))
    }
  }

  private static func drawBudget(_ random: inout SeededRandom) -> IntOrPercent {
    random.pick([.count(0), .count(0), .count(1), .count(2), .percent(20), .percent(50)])
  }

  private static func drawStage(
    _ random: inout SeededRandom, name: String, selection: StageStrategy.Selection
  ) -> StageStrategy {
    var stage = StageStrategy(name: name, selection: selection)
    stage.maxConcurrent = random.pick([.count(1), .count(2), .count(5), .percent(25), .percent(50), .percent(100)])
    stage.minReady = .seconds(random.pick([0, 5, 10, 30]))
    stage.failFast = .seconds(random.pick([10, 30, 90]))
    stage.progressDeadline = .seconds(random.pick([120, 300, 600]))
    stage.unreachableAfter = .seconds(random.pick([60, 120, 300]))
    stage.soak = .seconds(random.pick([0, 0, 20, 120, 600]))
    stage.unreachable = random.pick([.skip, .skip, .hold, .fail])
    stage.holdFor = .seconds(random.pick([120, 900]))
    stage.failureBudget = drawBudget(&random)
    stage.unreachableBudget = random.chance(300) ? drawBudget(&random) : nil
    stage.minSucceeded = random.pick([.count(0), .count(1), .count(1), .count(1), .count(2), .percent(50)])
    stage.whenUnchanged = random.chance(150) ? .pause : .pass
    stage.gateWhenEmpty = random.chance(150)
    if random.chance(250) { stage.before = drawGates(&random) }
    if random.chance(150) { stage.after = drawGates(&random) }
    return stage
  }

  private static func drawGates(_ random: inout SeededRandom) -> [Gate] {
    (0...(random.chance(200) ? 1 : 0)).map { _ in
      .approval(
        ApprovalRule(
          groups: random.pick([[], ["sre"], ["dev"], ["sre", "dev"]]), count: random.pick([1, 1, 2]),
          notAuthor: random.chance(300), expiresAfter: random.chance(400) ? .seconds(random.pick([60, 600])) : nil))
    }
  }
}

extension Knobs: CustomStringConvertible {
  /// All knobs on one line each, for a failure's report.
  var description: String {
    Mirror(reflecting: self).children.map { child in "  \(child.label ?? ""): \(child.value)" }
      .joined(separator: "\n")
  }
}

/// All knobs of a seed's world, one a line, for people.
public func knobs(ofSeed seed: UInt64) -> String { Knobs(seed: seed).description }
