public import FleetModel
public import FleetPlanner

/// Goes through a run with the real planner on a virtual clock, and tells how it would end.
///
/// Windows, freezes, gates, soaks, slots, limits and budgets count as they do in a real run. Reports arrive on whole
/// seconds. The same arguments give the same answer in every process.
///
/// - Parameters:
///   - frozen: the run as it would be started; its `createdAt` is the beginning.
///   - clusters: the inventory; clusters of the run that are missing count as present, without labels.
///   - calendar: the windows and freezes, with their zones.
///   - longest: how much of the future is gone through.
///   - lints: whether every plan is checked by `lint`, which takes its time, into ``Rehearsal/violations``.
/// - Throws: ``RehearsalRefusal`` when it would take too much work.
public func rehearse(
  _ frozen: FrozenRun, clusters: [RehearsedCluster], calendar: ChangeCalendar = ChangeCalendar(),
  assumptions: RehearsalAssumptions, seed: UInt64, longest: Duration = .seconds(90 * 86_400), lints: Bool = false
) throws(RehearsalRefusal) -> Rehearsal {
  let rehearser = Rehearser(
    frozen, clusters: clusters, calendar: calendar, assumptions: assumptions, seed: seed, lints: lints)
  try rehearser.play(until: longest.wholeMilliseconds)
  return rehearser.summary()
}

/// What happens next in a rehearsal.
enum Cue {
  /// Something can change by the clock.
  case look
  /// An agent says how a step is; only about the order of that generation.
  case report(unit: Int, step: Int, generation: Generation, Saying)
  /// People approve a stage.
  case approve(stage: Int)
  /// A gate is measured.
  case measure
  /// A cluster is there again.
  case comeback(Int)
}

/// What an agent says about an order.
enum Saying {
  case begun
  case healthy(for: Duration)
  case degraded(for: Duration)
  case refused
  case removed
}

/// The working state of a rehearsal. Times are milliseconds since its beginning.
final class Rehearser {
  let assumptions: RehearsalAssumptions
  let calendar: ChangeCalendar
  let lints: Bool
  let beginning: Instant
  let epoch: Int32
  var time: Int64 = 0
  var queue = TimedQueue<Cue>()
  var chances: SeededRandom

  // The store
  var run: Run
  var stages: [FleetPlanner.Stage]
  var units: [Unit]
  var cast: RehearsalCast
  var pending: PendingUnits
  let places: [TargetID: (unit: Int, step: Int)]
  /// Units that every pass has to look at.
  var active: Set<Int> = []
  /// Units with a report, or contact, since the last pass.
  var changed: Set<Int> = []
  /// Behind it nobody is left to send back.
  var backCursor: Int
  var touched: [Bool]
  var wasReady: [Bool]

  var report = PlanReport()
  var askedStages: Set<Int> = []
  var occupations: [Rehearsal.Occupation: Int64] = [:]
  var stoppedAt: Int64?
  var passes = 0
  var visits = 0
  var violations: [PlanViolation] = []
  var isOver = false

  init(
    _ frozen: FrozenRun, clusters: [RehearsedCluster], calendar: ChangeCalendar, assumptions: RehearsalAssumptions,
    seed: UInt64, lints: Bool
  ) {
    self.assumptions = assumptions
    self.calendar = calendar
    self.lints = lints
    beginning = frozen.run.createdAt
    chances = SeededRandom(seed: seed, stream: 1)
    run = frozen.run
    stages = frozen.stages
    cast = RehearsalCast(of: frozen.units, inventory: clusters, assumptions: assumptions, seed: seed)
    units = frozen.units
    for unit in units.indices { units[unit].clusterLabels = cast.clusters[cast.places[unit]].labels }
    pending = PendingUnits(units, stages: stages.count, calendar: calendar, cast: cast)
    var places: [TargetID: (unit: Int, step: Int)] = [:]
    for unit in units.indices {
      for step in units[unit].steps.indices where places[units[unit].steps[step].target] == nil {
        places[units[unit].steps[step].target] = (unit, step)
      }
    }
    self.places = places
    epoch = frozen.units.flatMap(\.steps).map(\.highestGeneration.epoch).max().map { max($0, 1) } ?? 1
    backCursor = units.count - 1
    touched = Array(repeating: false, count: units.count)
    wasReady = touched
    for (place, back) in cast.comebacks { queue.add(.comeback(place), at: wholeSeconds(back)) }
  }

  var now: Instant { beginning + .milliseconds(time) }

  /// Plays the run to its end, to where it stands still, or as far as is asked.
  func play(until longest: Int64) throws(RehearsalRefusal) {
    try look()
    while !isOver, time < longest, let next = queue.nextTime {
      occupations[occupation(), default: 0] += min(next, longest) - time
      time = min(next, longest)
      while queue.nextTime == time, let (_, cue) = queue.next() { take(cue) }
      try look()
    }
  }

  /// Passes until nothing changes at this moment, and sees where that leads.
  private func look() throws(RehearsalRefusal) {
    while !run.state.isEnd, try decideAndCommit() {}
    settle()
  }

  /// One pass; answers whether the plan asks for the next one at once.
  private func decideAndCommit() throws(RehearsalRefusal) -> Bool {
    var perGroup = Self.lookahead
    while true {
      let load = load(perGroup: perGroup)
      try countWork(load.input.units.count)
      let plan = plan(load.input)
      if plan.wantsMoreUnits, load.isWorthWidening(plan, self) {
        perGroup *= 4
        continue
      }
      if lints { violations += lint(plan, input: load.input) }
      commit(plan)
      let wake = plan.nextWake.map { ($0 - beginning).wholeMilliseconds }
      if let wake, wake > time + 1 { queue.add(.look, at: wholeSeconds(wake)) }
      return wake == time + 1
    }
  }

  static let lookahead = 64

  /// A rehearsal of a hundred thousand clusters stays below both.
  private static let mostPasses = 2_000_000
  private static let mostVisits = 150_000_000

  private func countWork(_ count: Int) throws(RehearsalRefusal) {
    passes += 1
    visits += count
    guard passes <= Self.mostPasses, visits <= Self.mostVisits else { throw .tooLong(passes: passes, units: visits) }
  }

  private func take(_ cue: Cue) {
    switch cue {
    case .look: break
    case .report(let unit, let step, let generation, let saying): hear(unit, step, generation, saying)
    case .approve(let stage): approve(stage)
    case .measure: measure()
    case .comeback(let place): comeBack(place)
    }
  }

  /// Looks whether the run is over or stands still, and asks people and gates for what it waits for.
  private func settle() {
    if run.breach != nil, stoppedAt == nil { stoppedAt = time }
    let isMoving = stages.contains { $0.counters.slotsHeld > 0 || $0.counters.rollingBack > 0 }
    if run.state.isEnd || !isMoving && (run.state == .halted || run.state == .paused) {
      isOver = true
      return
    }
    askPeople()
    if case .never = assumptions.approvals, !isMoving, let first = report.waiting.first, first.reason == .approval {
      isOver = true
    }
    measureLater()
  }
}

/// Reports and looks fall on whole seconds, so that one pass takes in what many clusters say.
func wholeSeconds(_ time: Int64) -> Int64 { (time + 999) / 1_000 * 1_000 }
