import FleetModel
import FleetPlanner
import Testing

/// A fleet in memory for planner tests: commits plans as the store does, checks every plan, and lets a test say what
/// clusters report. Time stands still until a test moves it.
struct Fleet {
  var now = Instant(millisecondsSinceEpoch: 1_000_000)
  var run: Run
  var stages: [Stage]
  var units: [Unit]
  var hold: HoldDraft?
  var isHeld = false
  var calendar = ChangeCalendar()
  /// Limits that other sets share, with the places that their runs have.
  var sharedLimits: [SharedLimitUse] = []
  var releasedHold = false
  var movedLastKnownGood = false
  var events: [EventDraft] = []
  var report = PlanReport()
  var lastPlan: Plan?

  init(_ frozen: FrozenRun) {
    run = frozen.run
    run.id = 1
    stages = frozen.stages
    units = frozen.units
    now = frozen.run.createdAt
  }

  var input: PlanInput {
    var input = PlanInput(
      now: now, listened: ListeningTime(milliseconds: now.millisecondsSinceEpoch), epoch: 1, run: run, stages: stages,
      units: units, inFlightByLabel: inFlightByLabel)
    input.isHeld = isHeld
    input.calendar = calendar
    input.sharedLimits = sharedLimits.map { others in
      var use = others
      for unit in units where isUnderway(unit) {
        guard let value = unit.clusterLabels[use.limit.label] else { continue }
        use.inFlight[value, default: [:]][run.displayName, default: 0] += 1
      }
      return use
    }
    return input
  }

  private func isUnderway(_ unit: Unit) -> Bool {
    unit.steps.contains { $0.state.holdsForwardSlot || $0.state == .rollingBack }
  }

  private var inFlightByLabel: [String: [String: Int]] {
    var counts: [String: [String: Int]] = [:]
    for unit in units where isUnderway(unit) {
      for (limit, value) in zip(run.strategy.limits, unit.limitValues) {
        if let value { counts[limit.label, default: [:]][value, default: 0] += 1 }
      }
    }
    return counts
  }

  /// One pass, and those that it asks for at once: plan, lint, commit; then checks that planning again changes nothing
  /// (V9).
  mutating func pass(sourceLocation: SourceLocation = #_sourceLocation) {
    for _ in 0..<5 {
      let input = input
      let decided = plan(input)
      #expect(lint(decided, input: input) == [], sourceLocation: sourceLocation)
      commit(decided)
      if decided.nextWake != now + .milliseconds(1) { break }
    }
    let again = plan(self.input)
    #expect(!again.changes(self.input), "planning twice changes something", sourceLocation: sourceLocation)
  }

  mutating func give(_ order: RolloutCommand, by name: String = "kim", groups: [String] = [], reason: String = "test")
    throws(CommandRefusal)
  {
    commit(try command(order, on: input, by: CommandGiver(name: name, groups: groups, reason: reason)))
  }

  mutating func commit(_ plan: Plan) {
    run = plan.run
    run.version += 1
    for stage in plan.stages { stages[stage.index] = stage }
    for change in plan.steps { apply(change) }
    units = (units + plan.joined).sorted { ($0.stage, $0.position) < ($1.stage, $1.position) }
    for bulk in plan.bulk { apply(bulk) }
    hold = plan.hold ?? hold
    releasedHold = releasedHold || plan.releasesHold
    movedLastKnownGood = movedLastKnownGood || plan.movesLastKnownGood
    events += plan.events
    report = plan.report
    lastPlan = plan
  }

  private mutating func apply(_ change: StepChange) {
    let now = now
    update(change.stage, change.target) { step in
      step.state = change.to
      step.attempt = change.attempt
      step.failure = change.failure
      if let order = change.order {
        step.highestGeneration = order.generation
        step.report = nil
        step.order = StepOrder(
          generation: order.generation, direction: order.direction, committedAt: now,
          committedListened: ListeningTime(milliseconds: now.millisecondsSinceEpoch))
      }
    }
  }

  private mutating func apply(_ bulk: BulkTransition) {
    for unit in units.indices where bulk.stage == nil || units[unit].stage == bulk.stage {
      for step in units[unit].steps.indices where units[unit].steps[step].state == bulk.from {
        units[unit].steps[step].state = bulk.to
      }
    }
  }

  private mutating func update(_ stage: Int, _ target: TargetID, _ change: (inout Step) -> Void) {
    for unit in units.indices where units[unit].stage == stage {
      for step in units[unit].steps.indices where units[unit].steps[step].target == target {
        change(&units[unit].steps[step])
      }
    }
  }

  mutating func advance(_ duration: Duration) { now = now + duration }

  /// Lets a cluster report about whatever it was ordered last.
  mutating func say(
    _ cluster: ClusterName, _ phase: Observation.Phase = .applied, health: Health = .healthy,
    readyFor: Duration = .seconds(3600), degradedFor: Duration = .zero, message: String = ""
  ) {
    for unit in units.indices where units[unit].clusterName == cluster {
      for step in units[unit].steps.indices {
        guard let order = units[unit].steps[step].order else { continue }
        units[unit].steps[step].report = StepReport(
          observation: Observation(
            target: units[unit].steps[step].target, generation: order.generation,
            bundle: units[unit].steps[step].bundle,
            phase: phase, health: health, readyFor: health == .healthy ? readyFor : .zero, degradedFor: degradedFor,
            message: message),
          receivedListened: ListeningTime(milliseconds: now.millisecondsSinceEpoch))
      }
    }
  }

  mutating func degrade(_ cluster: ClusterName, message: String = "ImagePullBackOff") {
    say(cluster, health: .degraded, degradedFor: .seconds(3600), message: message)
  }

  mutating func silence(_ cluster: ClusterName, for duration: Duration) {
    for unit in units.indices where units[unit].clusterName == cluster { units[unit].silentFor = duration }
  }

  /// All clusters in flight report that they are healthy; passes until nothing is in flight.
  mutating func succeedAll(sourceLocation: SourceLocation = #_sourceLocation) {
    for _ in 0..<200 {
      pass(sourceLocation: sourceLocation)
      let flying = inFlight
      if flying.isEmpty { return }
      for cluster in flying { say(cluster) }
    }
    Issue.record("does not come to rest", sourceLocation: sourceLocation)
  }

  /// Clusters with an order in flight, in either direction, in order.
  var inFlight: [ClusterName] {
    units.filter { unit in unit.steps.contains { $0.state.holdsForwardSlot || $0.state == .rollingBack } }
      .map(\.clusterName)
  }

  func states(_ stage: Int? = nil) -> [StepState] {
    units.filter { stage == nil || $0.stage == stage }.map(\.state)
  }

  func state(of cluster: ClusterName) -> StepState? { units.first { $0.clusterName == cluster }?.state }

  func reasons() -> Set<Waiting.Reason> { Set(report.waiting.map(\.reason)) }
}

/// A digest that reads as what it stands for.
func digest(_ number: Int) -> Digest {
  let text = String(number, radix: 16)
  guard let digest = Digest(hexadecimal: String(repeating: "0", count: 64 - text.count) + text) else {
    preconditionFailure("a number has less than 64 digits")
  }
  return digest
}

/// A member on cluster `name`, running bundle 1 and getting bundle 2, unless told otherwise.
func member(
  _ name: ClusterName, id: Int64, labels: [String: String] = [:], bundle: Int = 2, running: Int? = 1,
  targetLabels: [String: String] = [:], target: String? = nil
) -> StartMember {
  StartMember(
    target: TargetID(id), targetName: TargetName(target ?? "app-\(name)"), targetLabels: targetLabels,
    cluster: ClusterID(stableNumber(name)), clusterName: name, clusterLabels: labels, bundle: digest(bundle),
    wanted: running.map(digest), applied: running.map(digest), health: running == nil ? .unknown : .healthy,
    lastKnownGood: running.map { PlacedBundle(bundle: digest($0), release: 1) },
    highestGeneration: running == nil ? .none : Generation(epoch: 1, counter: 1))
}

private func stableNumber(_ name: ClusterName) -> Int64 {
  name.rawValue.utf8.reduce(7) { ($0 &* 31 &+ Int64($1)) & 0xFFFF_FFFF }
}

func startInput(_ strategy: RolloutStrategy, _ members: [StartMember], isHeld: Bool = false) -> StartInput {
  StartInput(
    now: Instant(millisecondsSinceEpoch: 1_000_000), project: .defaultProject, fleetSet: "shop", strategy: strategy,
    release: 2, releaseName: "abc1234", authors: ["Kim <kim@example.com>"], isHeld: isHeld, lastGoodRelease: 1,
    members: members, activeRun: nil, nextNumber: 7)
}

func stage(
  _ name: String, _ selection: StageStrategy.Selection, at once: IntOrPercent = .count(1),
  _ configure: (inout StageStrategy) -> Void = { _ in }
) -> StageStrategy {
  var stage = StageStrategy(name: name, selection: selection, maxConcurrent: once)
  configure(&stage)
  return stage
}

/// A strategy of stages; the first cluster does not go alone unless `firstAlone` says so.
func strategy(
  _ stages: [StageStrategy], firstAlone: Bool = false, _ configure: (inout RolloutStrategy) -> Void = { _ in }
) -> RolloutStrategy {
  var strategy = RolloutStrategy(stages: stages)
  strategy.firstAlone = firstAlone
  configure(&strategy)
  return strategy
}

/// `count` members on clusters c00, c01 …
func members(_ count: Int, from first: Int = 0, labels: [String: String] = [:], bundle: Int = 2) -> [StartMember] {
  (first..<(first + count)).map { number in
    member(
      ClusterName(number < 10 ? "c0\(number)" : "c\(number)"), id: Int64(number + 1), labels: labels, bundle: bundle)
  }
}

func fleet(_ strategy: RolloutStrategy, _ members: [StartMember]) throws -> Fleet {
  Fleet(try freeze(startInput(strategy, members), options: FreezeOptions(startedBy: "kim")))
}
