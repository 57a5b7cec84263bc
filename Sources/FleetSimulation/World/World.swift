internal import FleetModel
public import FleetPlanner

/// A fleet with its controllers, store, agents, people and mishaps, all drawn from one seed; only the planner is real.
final class World {
  let seed: UInt64
  let knobs: Knobs
  let decisions: Decisions

  /// True time in milliseconds since the beginning.
  var time: Int64 = 0
  var queue = EventQueue()
  var trace = Trace()
  var coverage = CoverageCounts()
  var chances: SeededRandom
  var agentChances: SeededRandom
  var peopleChances: SeededRandom
  var controllerChances: SeededRandom
  var leaveChances: SeededRandom
  var revokeChances: SeededRandom
  var calendarChances: SeededRandom
  var joinChances: SeededRandom
  var checkChances: SeededRandom
  var holdChances: SeededRandom

  // Clocks
  var wallOffset: Int64 = 0
  var listenedBefore: Int64 = 0
  var listeningSince: Int64? = 0
  var lastGapEnd: Int64 = 0
  var controllersDown = false
  var databaseDown = false
  var downSince: Int64 = 0

  // The store
  var clusters: [SimulatedCluster] = []
  var placements: [Placement] = []
  var releases: [SimulatedRelease] = []
  var bundleFaults: [Digest: BundleFault] = [:]
  var holds: [HoldRow] = []
  var freezes: [SimulatedFreeze] = []
  var calendarVersion: Int64 = 0
  /// When the start task looks again for those who wait for windows.
  var startAt: Int64 = -1
  var runs: [RunRow] = []
  /// The run that goes on and is no onboarding; one of those may go on beside it (R5).
  var mainRun: Int?
  var onboardRun: Int?
  var lastGoodRelease: Int = 0
  var storeEpoch = 0
  var pendingCommits: [Int: PendingCommit] = [:]
  var nextCommit = 0
  var bundleCount = 0
  var pushedReleases = 0

  // Phases
  var isHealed = false
  var healedAt: Int64 = 0
  var passesSinceHeal = 0
  var steps = 0
  var stewardTries = 0

  init(seed: UInt64, decisions: Decisions) {
    self.seed = seed
    self.decisions = decisions
    knobs = Knobs(seed: seed)
    chances = SeededRandom(seed: seed, stream: 2)
    agentChances = SeededRandom(seed: seed, stream: 3)
    peopleChances = SeededRandom(seed: seed, stream: 4)
    controllerChances = SeededRandom(seed: seed, stream: 5)
    leaveChances = SeededRandom(seed: seed, stream: 9)
    revokeChances = SeededRandom(seed: seed, stream: 24)
    calendarChances = SeededRandom(seed: seed, stream: 7)
    joinChances = SeededRandom(seed: seed, stream: 10)
    checkChances = SeededRandom(seed: seed, stream: 21)
    holdChances = SeededRandom(seed: seed, stream: 26)
    settle()
  }

  /// The run that people mean, and that a newer one waits for.
  var activeRun: Int? { mainRun ?? onboardRun }

  var goingRuns: [Int] { [mainRun, onboardRun].compactMap { $0 } }

  static func clusterName(_ number: Int) -> ClusterName {
    ClusterName(number < 10 ? "c0\(number)" : "c\(number)")
  }

  /// The clusters as they are before the first run: release 0 applied and healthy, but on a few that have nothing yet.
  private func settle() {
    addRelease(changing: [true, true, true], fault: nil)
    for number in 0..<knobs.clusterCount {
      addCluster(hasWorkload: number >= knobs.newClusterCount || number == 0)
    }
    queue.add(.weather, at: 5_000)
    queue.add(.person, at: 7_000)
    queue.add(.release, at: 1_000)
    queue.add(.heal, at: Int64(knobs.faultSeconds) * 1_000)
  }

  func addCluster(hasWorkload: Bool) {
    let number = clusters.count
    var labels = ["region": "r\(chances.below(knobs.regions))"]
    if chances.chance(250) { labels["canary"] = "true" }
    labels["tz"] = "z\(calendarChances.below(CalendarKnobs.offsets.count))"
    if chances.chance(500) { labels["order"] = String(chances.below(5)) }
    var cluster = SimulatedCluster(id: ClusterID(Int64(number + 1)), name: Self.clusterName(number), labels: labels)
    cluster.drift = Int64(chances.within(-10...10))
    cluster.lastContact = listened
    cluster.isInContact = isListening
    for part in 0..<knobs.targetsPerCluster {
      cluster.placements.append(placements.count)
      var placement = Placement(
        id: TargetID(Int64(placements.count + 1)), name: TargetName("t\(placements.count)"), cluster: number,
        variant: part, labels: ["part": "p\(part)"], firstRelease: releases.count - 1)
      if hasWorkload {
        let bundle = releases[0].bundles[part]
        placement.wanted = PlacedBundle(bundle: bundle, release: releases[0].id)
        placement.generation = Generation(epoch: 1, counter: 1)
        placement.applied = bundle
        placement.health = .healthy
        placement.lastKnownGood = placement.wanted
        placement.goodHistory = [PlacedBundle(bundle: bundle, release: releases[0].id)]
        placement.everOrdered = [bundle]
        placement.fence = placement.generation
        placement.fenceBundle = bundle
        placement.running = bundle
      }
      placements.append(placement)
    }
    clusters.append(cluster)
  }

  /// Makes a release: a new bundle for each variant that changes, the earlier release's for the others.
  func addRelease(changing: [Bool], fault: BundleFault?) {
    let number = releases.count
    let bundles = changing.indices.map { variant in
      guard changing[variant] || releases.isEmpty else { return releases[number - 1].bundles[variant] }
      let bundle = nextBundle()
      if let fault { bundleFaults[bundle] = fault }
      return bundle
    }
    releases.append(SimulatedRelease(id: ReleaseID(Int64(number + 1)), name: "rel\(number)", bundles: bundles))
  }

  private func nextBundle() -> Digest {
    bundleCount += 1
    var bytes = [UInt8](repeating: 0, count: 32)
    bytes[30] = UInt8(truncatingIfNeeded: bundleCount >> 8)
    bytes[31] = UInt8(truncatingIfNeeded: bundleCount)
    guard let digest = Digest(bytes: bytes) else { preconditionFailure("a digest has 32 bytes") }
    return digest
  }

  // Clocks

  /// The listening clock (R28): it stands still while no controller listens or the database is away.
  var listened: Int64 { listenedBefore + (listeningSince.map { time - $0 } ?? 0) }

  var isListening: Bool { listeningSince != nil }

  /// PostgreSQL's clock, which jumps.
  var databaseNow: Int64 { 1_700_000_000_000 + time + wallOffset }

  /// The true time at which PostgreSQL's clock will show an instant, unless it jumps.
  func trueTime(of instant: Instant) -> Int64 { instant.millisecondsSinceEpoch - 1_700_000_000_000 - wallOffset }

  /// How long a cluster has been silent in listening time; at least as long as makes it count as silent when it has not
  /// been heard since the last outage (R28).
  func silence(of cluster: SimulatedCluster, listened: Int64) -> Duration {
    if cluster.isInContact { return .zero }
    let since = listened - max(cluster.lastContact, cluster.isHeardSinceGap ? 0 : lastGapEnd)
    return .milliseconds(max(since, cluster.isHeardSinceGap ? 0 : 45_000))
  }

  // Running

  func log(_ kind: String, _ first: Int64 = 0, _ second: Int64 = 0, _ third: Int64 = 0, text: String = "") {
    trace.add(time, kind, first, second, third, text: text)
  }

  func failure(_ rule: String, _ message: String) -> SimulationFailure {
    SimulationFailure(seed: seed, rule: rule, message: message, knobs: knobs.description, tail: trace.lines)
  }

  /// Stops the simulation when a rule of ROLLOUTS.md does not hold.
  func require(
    _ condition: Bool, _ rule: String, _ message: @autoclosure () -> String
  ) throws(SimulationFailure) {
    if !condition { throw failure(rule, message()) }
  }

  func run() throws(SimulationFailure) {
    while let (at, happening) = queue.next() {
      steps += 1
      try require(steps < Self.longest, "R26", "no end after \(Self.longest) happenings")
      time = at
      try happen(happening)
      if isHealed, try hasConverged() { return }
    }
  }

  /// Happenings of a simulation, far above what any seed needs; more mean that something goes round in circles.
  private static let longest = 60_000

  private func happen(_ happening: Happening) throws(SimulationFailure) {
    switch happening {
    case .work: try doWork()
    case .commit(let number): try commitPending(number)
    case .start: try startIfDue(by: nil)
    case .measure(let number): try measure(number)
    case .poll(let cluster): try poll(cluster)
    case .begin(let placement, let token): try begin(placement, token)
    case .applied(let placement, let token): try finishApplying(placement, token)
    case .act(let placement, let token, let number): act(placement, token, number)
    case .report(let placement, let token): report(placement, token)
    case .arrival(let observation, let cluster): arrive(observation, from: cluster)
    case .agentRestart(let cluster): restartAgent(cluster)
    case .comeback(let cluster): comeBack(cluster)
    case .sessionClosed(let cluster): closeSession(cluster)
    case .reconnect(let cluster): reconnect(cluster)
    case .siteHoldEnds(let cluster): siteHoldEnds(cluster)
    case .controllersBack: endControllerOutage()
    case .databaseBack: endDatabaseOutage()
    case .weather: try weather()
    case .person: try person()
    case .release: try pushRelease()
    case .heal: heal()
    }
  }
}

/// The decisions under test: the real planner, or a faulty one that shows that the checkers bite.
public struct Decisions: Sendable {
  /// Decides a pass.
  public var plan: @Sendable (PlanInput) -> Plan
  /// Whether ``FleetPlanner/lint(_:input:)`` is asked too, as in production.
  public var lints: Bool

  /// Makes decisions.
  public init(plan: @escaping @Sendable (PlanInput) -> Plan, lints: Bool) {
    self.plan = plan
    self.lints = lints
  }

  /// The planner as it is.
  public static let real = Decisions(plan: { FleetPlanner.plan($0) }, lints: true)
}

/// A rule that did not hold in a simulated world, with all that is needed to see it again.
public struct SimulationFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The world's seed: the same seed gives the same world.
  public var seed: UInt64
  /// The rule or invariant of ROLLOUTS.md.
  public var rule: String
  /// What was seen.
  public var message: String
  /// All knobs of the world, one a line.
  public var knobs: String
  /// The last happenings, one a line.
  public var tail: [String]

  /// All of it, and how to see it again.
  public var description: String {
    """
    \(rule): \(message)
    see it again with SIMULATION_SEED=\(seed) swift test --filter SimulationTests
    knobs:
    \(knobs)
    last happenings:
    \(tail.joined(separator: "\n"))
    """
  }
}

/// How a simulated world went.
public struct SimulationOutcome: Hashable, Sendable {
  /// The seed.
  public var seed: UInt64
  /// A hash over all that happened, the same in every process.
  public var hash: UInt64
  /// What was met.
  public var coverage: CoverageCounts
  /// How many things happened.
  public var happenings: Int
  /// Runs that were made.
  public var runs: Int
}

/// Simulates the world of a seed to its convergence, checking ROLLOUTS.md's rules at every step.
///
/// - Throws: ``SimulationFailure`` when one of them does not hold.
public func simulate(
  seed: UInt64, decisions: Decisions = .real
) throws(SimulationFailure) -> SimulationOutcome {
  let world = World(seed: seed, decisions: decisions)
  try world.run()
  return SimulationOutcome(
    seed: seed, hash: world.trace.hash, coverage: world.coverage, happenings: world.steps, runs: world.runs.count)
}
