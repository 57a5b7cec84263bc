internal import FleetModel
internal import FleetPlanner

/// A window of a simulated world: it opens every so many minutes, so that a checker can tell by a division whether it is
/// open.
struct SimulatedWindow {
  var name: String
  var effect: Window.Effect
  /// A divisor of an hour.
  var periodMinutes: Int
  var durationMinutes: Int
  /// Seconds; nil for the planner's default.
  var lastStart: Int?
  /// Whether each cluster's label `tz` says where its clock stands.
  var isLocal: Bool

  var document: Window? {
    guard let cron = try? CronSchedule("*/\(periodMinutes) * * * *") else { return nil }
    return Window(
      name: name, effect: effect, start: .cron(cron), duration: .seconds(durationMinutes * 60),
      lastStart: lastStart.map { .seconds($0) }, timeZone: isLocal ? .fromLabel("tz") : .named("UTC"))
  }
}

/// A freeze of a simulated world, in UTC.
struct SimulatedFreeze {
  var name: String
  var appliedAt: Int64
  /// Whole minutes of PostgreSQL's clock, in milliseconds; nil for none.
  var from: Int64?
  var until: Int64?
  var region: String?

  var document: ChangeCalendar.AppliedFreeze {
    func minute(_ milliseconds: Int64) -> CivilMinute { CivilMinute(secondsSinceEpoch: milliseconds / 1_000) }
    let freeze = Freeze(
      name: name, reason: "a sale", from: from.map(minute), until: until.map(minute),
      clusters: region.map { LabelSelector(matchLabels: ["region": $0]) })
    return ChangeCalendar.AppliedFreeze(freeze, appliedAt: Instant(millisecondsSinceEpoch: appliedAt))
  }
}

/// What windows and freezes a simulated world has.
struct CalendarKnobs {
  var windows: [SimulatedWindow] = []
  var setWindows: [String]?
  var stageWindows: [[String]?] = []
  /// Chances per thousand and look.
  var freezePermille: Int
  var overridePermille: Int

  /// Seconds east of UTC that the labels `z0` to `z3` name.
  static let offsets: [Int64] = [0, 300, 1_500, -2_400]

  init(seed: UInt64, stages: Int) {
    var random = SeededRandom(seed: seed, stream: 6)
    freezePermille = random.pick([0, 0, 30, 80])
    overridePermille = random.pick([0, 100, 300])
    stageWindows = Array(repeating: nil, count: stages)
    guard random.chance(500) else { return }
    for number in 0..<random.within(1...3) {
      let period = random.pick([10, 15, 20, 30])
      windows.append(
        SimulatedWindow(
          name: "w\(number)", effect: number > 0 && random.chance(400) ? .deny : .allow, periodMinutes: period,
          durationMinutes: random.within(2...(period - 2)), lastStart: random.chance(500) ? random.within(0...60) : nil,
          isLocal: random.chance(400)))
    }
    func list() -> [String]? { random.chance(500) ? Self.some(of: windows.map(\.name), &random) : nil }
    setWindows = list()
    stageWindows = (0..<stages).map { _ in list() }
  }

  private static func some(of names: [String], _ random: inout SeededRandom) -> [String] {
    let first = random.pick(names)
    let second = random.pick(names)
    return first == second ? [first] : [first, second]
  }
}
