import FleetModel
import FleetPlanner
import Testing

private func window(
  _ name: String, _ cron: String, lasts: Duration, effect: Window.Effect = .allow, lastStart: Duration? = .zero,
  in zone: ZoneReference = .named("UTC")
) throws -> Window {
  Window(
    name: name, effect: effect, start: .cron(try CronSchedule(cron)), duration: lasts, lastStart: lastStart,
    timeZone: zone)
}

private func utc(_ text: String) throws -> Instant {
  TimeZoneRules.utc.instant(of: try #require(CivilMinute(text: text)))
}

/// Four clusters in one stage of two slots whose orders go by windows; a Monday, 12:00.
private func windowed(
  _ windows: [Window], names: [String]? = nil, setNames: [String]? = nil, at text: String = "2026-11-23T12:00",
  _ configure: (inout StageStrategy) -> Void = { _ in }
) throws -> Fleet {
  var rules = stage("rest", .rest, at: .count(2), configure)
  rules.windows = names ?? windows.map(\.name)
  var fleet = try fleet(strategy([rules]) { $0.windows = setNames }, members(4))
  fleet.now = try utc(text)
  fleet.calendar.windows = Dictionary(uniqueKeysWithValues: windows.map { ($0.name, $0) })
  return fleet
}

extension Fleet {
  fileprivate func closed() -> Waiting? { report.waiting.first { $0.reason == .window || $0.reason == .freeze } }

  fileprivate mutating func freeze(
    _ name: String = "sale", from: String? = nil, until: String? = nil, clusters: LabelSelector? = nil
  ) {
    let freeze = Freeze(
      name: name, reason: "a sale", from: from.flatMap { CivilMinute(text: $0) },
      until: until.flatMap { CivilMinute(text: $0) }, clusters: clusters)
    calendar.freezes.append(ChangeCalendar.AppliedFreeze(freeze, appliedAt: now))
  }
}

@Suite("R21 windows and freezes")
struct WindowRuleTests {
  @Test("R21 when a window closes mid-stage nothing new is sent, in-flight ones count, the report names the opening")
  func closesMidStage() throws {
    var fleet = try windowed([window("office", "0 8 * * 1-5", lasts: .seconds(8 * 3_600))], at: "2026-11-23T15:59")
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c01"])
    #expect(try fleet.lastPlan?.nextWake == utc("2026-11-23T16:00"))
    fleet.now = try utc("2026-11-23T16:00")
    fleet.say("c00")
    fleet.pass()
    #expect(fleet.state(of: "c00") == .soaking)
    #expect(fleet.inFlight == ["c01"])
    let closed = try #require(fleet.closed())
    #expect(closed.reason == .window)
    #expect(closed.message == "window office is closed; opens Tue 24 Nov 2026 08:00 UTC")
    #expect(closed.clearedBy == "time, or flotilla rollout override-window shop/7 --stage rest --reason …")
    #expect(closed.clusters == ["c02", "c03"])
    #expect(try closed.nextChange == utc("2026-11-24T08:00"))
    #expect(try fleet.lastPlan?.nextWake == utc("2026-11-23T16:09"), "c01's deadline comes first")
    fleet.say("c01")
    fleet.pass()
    #expect(try fleet.lastPlan?.nextWake == utc("2026-11-24T08:00"))
    fleet.now = try utc("2026-11-24T08:00") - .milliseconds(1)
    fleet.pass()
    #expect(fleet.inFlight == [])
    fleet.now = try utc("2026-11-24T08:00")
    fleet.pass()
    #expect(fleet.inFlight == ["c02", "c03"])
  }

  @Test("R21 a stage opens with its window, so that an approval that lapses before is asked for anew (R19)")
  func gate() throws {
    var fleet = try windowed([window("office", "0 8 * * 1-5", lasts: .seconds(8 * 3_600))], at: "2026-11-20T17:00") {
      $0.before = [.approval(ApprovalRule(expiresAfter: .seconds(86_400)))]
    }
    fleet.pass()
    #expect(fleet.reasons() == [.approval, .window])
    try fleet.give(.approve(stage: nil), by: "ann")
    fleet.pass()
    #expect(fleet.stages[0].state == .gated)
    #expect(fleet.reasons() == [.window])
    #expect(fleet.report.notes == ["stage rest opens after an approval of it has lapsed: it will be asked for again"])
    try fleet.give(.approve(stage: nil), by: "bob")
    #expect(fleet.stages[0].approvals.map(\.principal) == ["ann"], "nobody was asked any more")
    fleet.now = try utc("2026-11-23T08:00")
    fleet.pass()
    #expect(fleet.reasons() == [.approval])
    try fleet.give(.approve(stage: nil), by: "ann")
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c01"])
  }

  @Test(
    "R19 R21 an approval that lapses when the window opens has lapsed by then; one that lasts a moment longer has not",
    arguments: [(54_000, true), (54_001, false)])
  func lapsesAtOpening(seconds: Int, lapses: Bool) throws {
    var fleet = try windowed([window("office", "0 8 * * *", lasts: .seconds(3_600))], at: "2026-11-23T17:00") {
      $0.before = [.approval(ApprovalRule(expiresAfter: .seconds(seconds)))]
    }
    fleet.pass()
    try fleet.give(.approve(stage: nil), by: "ann")
    fleet.pass()
    #expect(!fleet.report.notes.isEmpty == lapses)
  }

  @Test("R21 soak and health go on while closed, and who waits for its window is not missed")
  func soakGoesOn() throws {
    var fleet = try windowed([window("office", "0 8 * * *", lasts: .seconds(3_600))], at: "2026-11-23T08:59")
    fleet.pass()
    fleet.silence("c02", for: .seconds(10_000))
    fleet.now = try utc("2026-11-23T12:00")
    fleet.say("c00")
    fleet.degrade("c01")
    fleet.pass()
    #expect(fleet.state(of: "c02") == .pending, "it is away, and its turn has not come")
    #expect(fleet.state(of: "c01") == .failed)
    #expect(fleet.run.state == .halted)
  }

  @Test("R14 a rollback needs no window and heeds no freeze")
  func rollback() throws {
    var fleet = try windowed([window("office", "0 8 * * *", lasts: .seconds(3_600))], at: "2026-11-23T08:59")
    fleet.pass()
    fleet.freeze()
    fleet.now = try utc("2026-11-23T12:00")
    try fleet.give(.undo)
    fleet.pass()
    #expect(fleet.states() == [.rollingBack, .rollingBack, .pending, .pending])
  }

  @Test("R21 any of several windows that allow is enough; one that denies, or a freeze, beats all")
  func several() throws {
    let day = try window("day", "0 8 * * *", lasts: .seconds(3_600))
    let noon = try window("noon", "0 12 * * *", lasts: .seconds(3_600))
    let lunch = try window("lunch", "30 12 * * *", lasts: .seconds(600), effect: .deny)
    func inFlight(_ names: [String], set: [String]? = nil, at text: String, frozen: Bool = false) throws -> Int {
      var fleet = try windowed([day, noon, lunch], names: names, setNames: set, at: text)
      if frozen { fleet.freeze() }
      fleet.pass()
      return fleet.inFlight.count
    }
    #expect(try inFlight(["day", "noon"], at: "2026-11-23T12:00") == 2)
    #expect(try inFlight(["day", "noon"], at: "2026-11-23T11:59") == 0)
    #expect(try inFlight(["day", "noon", "lunch"], at: "2026-11-23T12:30") == 0)
    #expect(try inFlight(["day", "noon", "lunch"], at: "2026-11-23T12:40") == 2)
    #expect(try inFlight(["lunch"], at: "2026-11-23T03:00") == 2, "what only denies is open otherwise")
    #expect(try inFlight([], at: "2026-11-23T03:00") == 2, "no window: open")
    #expect(try inFlight(["noon"], at: "2026-11-23T12:00", frozen: true) == 0)
    // The set's list and the stage's are both asked.
    #expect(try inFlight(["noon"], set: ["day"], at: "2026-11-23T12:00") == 0)
    #expect(try inFlight(["noon"], set: ["lunch"], at: "2026-11-23T12:00") == 2)
  }

  @Test(
    "R21 nothing is sent later than lastStart before the end; by default the stage's progressDeadline, at most half")
  func lastStart() throws {
    func inFlight(_ lastStart: Duration?, lasts: Duration = .seconds(3_600), at text: String) throws -> Int {
      var fleet = try windowed([window("w", "0 12 * * *", lasts: lasts, lastStart: lastStart)], at: text)
      fleet.pass()
      return fleet.inFlight.count
    }
    #expect(try inFlight(.seconds(1_800), at: "2026-11-23T12:29") == 2)
    #expect(try inFlight(.seconds(1_800), at: "2026-11-23T12:30") == 0)
    #expect(try inFlight(nil, at: "2026-11-23T12:49") == 2)
    #expect(try inFlight(nil, at: "2026-11-23T12:50") == 0)
    #expect(try inFlight(nil, lasts: .seconds(600), at: "2026-11-23T12:04") == 2)
    #expect(try inFlight(nil, lasts: .seconds(600), at: "2026-11-23T12:05") == 0)
    var late = try windowed(
      [window("w", "0 12 * * *", lasts: .seconds(3_600), lastStart: .seconds(1_800))], at: "2026-11-23T12:31")
    late.pass()
    #expect(late.closed()?.message == "window w is too near its end; opens Tue 24 Nov 2026 12:00 UTC")
  }

  @Test("R21 each cluster's label gives it a clock of its own; without one it is never sent, and is named")
  func perCluster() throws {
    var fleet = try windowed(
      [window("night", "0 2 * * *", lasts: .seconds(3_600), in: .fromLabel("tz"))], at: "2026-11-23T01:30")
    fleet.calendar.zones = [
      "Europe/Berlin": TimeZoneRules(name: "Europe/Berlin", offset: 3_600),
      "Asia/Tokyo": TimeZoneRules(name: "Asia/Tokyo", offset: 32_400),
    ]
    for (index, zone) in ["Asia_Tokyo", "Europe_Berlin", "Mars_Olympus", "Europe_Berlin"].enumerated() {
      fleet.units[index].clusterLabels = ["tz": zone]
    }
    fleet.pass()
    #expect(fleet.inFlight == ["c01", "c03"])
    let closed = fleet.report.waiting.filter { $0.reason == .window }
    #expect(closed.map(\.clusters) == [["c00"], ["c02"]])
    #expect(closed.first?.message == "window night is closed; opens Tue 24 Nov 2026 02:00 Asia/Tokyo")
    #expect(closed.last?.message == "window night: the cluster's label tz names no known time zone")
    #expect(closed.last?.nextChange == nil)
  }

  @Test("R21 a window that does not exist closes, and says so")
  func missing() throws {
    var fleet = try windowed([], names: ["gone"])
    fleet.pass()
    #expect(fleet.inFlight == [])
    #expect(fleet.closed()?.message == "window gone does not exist")
  }

  @Test("R21 a person overrides with a reason; it counts until the windows open next")
  func override() throws {
    var fleet = try windowed([window("noon", "0 12 * * *", lasts: .seconds(3_600))], at: "2026-11-23T15:00")
    fleet.pass()
    let unexplained = #expect(throws: CommandRefusal.self) { try fleet.give(.overrideWindow(stage: nil), reason: "") }
    #expect(unexplained?.code == .invalid)
    let unknown = #expect(throws: CommandRefusal.self) { try fleet.give(.overrideWindow(stage: "rset")) }
    #expect(unknown?.message == "shop/7 has no stage \"rset\"; did you mean \"rest\"?")
    try fleet.give(.overrideWindow(stage: "rest"), reason: "a fix")
    #expect(fleet.stages[0].overrides == [WindowOverride(by: "kim", reason: "a fix", at: fleet.now)])
    #expect(fleet.events.last?.kind == "window.overridden")
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c01"])
    let open = #expect(throws: CommandRefusal.self) { try fleet.give(.overrideWindow(stage: nil)) }
    #expect(open?.message == "no window or freeze holds shop/7 back now")
    // The next day's window opens and closes: the old word counts no more.
    fleet.now = try utc("2026-11-24T13:00")
    fleet.say("c00")
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.inFlight == [])
    try fleet.give(.overrideWindow(stage: nil))
    fleet.pass()
    #expect(fleet.inFlight == ["c02", "c03"])
  }

  @Test("R21 R15 who is away while the window is closed has not missed a turn")
  func awayWhileClosed() throws {
    var fleet = try windowed([window("noon", "0 12 * * *", lasts: .seconds(3_600))], at: "2026-11-23T15:00")
    fleet.silence("c00", for: .seconds(300))
    fleet.pass()
    #expect(fleet.state(of: "c00") == .pending)
  }

  @Test("R21 a run back heeds no window, so there is nothing to override")
  func nothingToOverride() throws {
    var fleet = try windowed([window("noon", "0 12 * * *", lasts: .seconds(3_600))], at: "2026-11-23T15:00")
    fleet.run.kind = .undo
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c01"])
    let refusal = #expect(throws: CommandRefusal.self) { try fleet.give(.overrideWindow(stage: nil)) }
    #expect(refusal?.message == "no window or freeze holds shop/7 back now")
  }

  @Test("R21 a freeze acts at once, and two different people override it")
  func freezeNeedsTwo() throws {
    var fleet = try windowed([])
    fleet.pass()
    fleet.say("c00")
    fleet.freeze(until: "2026-11-24T06:00")
    fleet.pass()
    #expect(fleet.inFlight == ["c01"])
    #expect(fleet.closed()?.reason == .freeze)
    #expect(fleet.closed()?.message == "freeze sale (a sale) is on; opens Tue 24 Nov 2026 06:00 UTC")
    #expect(fleet.closed()?.clearedBy.hasSuffix("--reason … by two people") == true)
    try fleet.give(.overrideWindow(stage: nil), by: "kim")
    #expect(fleet.events.last?.message.hasSuffix("a second person must override it too") == true)
    try fleet.give(.overrideWindow(stage: nil), by: "kim")
    #expect(fleet.stages[0].overrides.count == 1, "the same person counts once")
    fleet.pass()
    #expect(fleet.inFlight == ["c01"])
    #expect(fleet.closed()?.clearedBy.hasSuffix("by somebody besides kim") == true)
    try fleet.give(.overrideWindow(stage: nil), by: "ann")
    fleet.pass()
    #expect(fleet.inFlight == ["c01", "c02"])
    // A later freeze is not what they spoke about.
    fleet.advance(.seconds(60))
    fleet.freeze("audit")
    fleet.say("c01")
    fleet.say("c02")
    fleet.pass()
    #expect(fleet.inFlight == [])
    #expect(fleet.closed()?.message.contains("audit") == true)
    #expect(fleet.closed()?.nextChange == nil)
  }

  @Test("R21 a freeze of some clusters holds back only those")
  func scopedFreeze() throws {
    var fleet = try windowed([])
    for index in fleet.units.indices { fleet.units[index].clusterLabels = ["region": index < 2 ? "eu" : "us"] }
    var others = fleet
    fleet.freeze(clusters: LabelSelector(matchLabels: ["region": "eu"]))
    fleet.pass()
    #expect(fleet.inFlight == ["c02", "c03"])
    #expect(fleet.closed()?.clusters == ["c00", "c01"])
    // A selector that says who is left out would take in a cluster without labels.
    let notEurope = LabelRequirement(key: "region", operator: .isNotIn, values: ["eu"])
    others.freeze(clusters: LabelSelector(matchExpressions: [notEurope]))
    others.pass()
    #expect(others.inFlight == ["c00", "c01"])
  }

  @Test("R22 what catches up behind a closed window makes place for a newer release")
  func yields() throws {
    var input = startInput(strategy([stage("rest", .rest)]), members(2))
    input.activeRun = StartInput.ActiveRun(
      id: 3, displayName: "shop/6", kind: .catchUp, state: .running, release: 1, hasOpenedLaterStage: false,
      strategy: input.strategy)
    guard case .supersedes(3, _) = decideStart(input) else {
      Issue.record("\(decideStart(input))")
      return
    }
  }

  @Test("R21 what catches up begins only for those whose windows are open, and at the next opening for the others")
  func catchUpWaits() throws {
    var rules = stage("rest", .rest)
    rules.windows = ["night"]
    var behind = members(2)
    for index in behind.indices { behind[index].clusterLabels = ["tz": index == 0 ? "z0" : "z1"] }
    var input = startInput(strategy([rules]), members(2, bundle: 1))
    input.lastGoodRun = StartInput.LastGoodRun(
      displayName: "shop/6", release: 2, releaseName: "abc1234", passedOver: behind)
    for index in input.members.indices {
      input.members[index].wanted = input.members[index].bundle
      input.members[index].applied = input.members[index].bundle
    }
    input.calendar = ChangeCalendar(
      windows: ["night": try window("night", "0 2 * * *", lasts: .seconds(3_600), in: .fromLabel("tz"))],
      zones: ["z0": TimeZoneRules(name: "z0", offset: 0), "z1": TimeZoneRules(name: "z1", offset: 7_200)])
    func started(at text: String) throws -> [ClusterName]? {
      input.now = try utc(text)
      guard case .run(let run) = decideStart(input) else { return nil }
      #expect(run.run.kind == .catchUp && run.stages[0].rules.windows == ["night"])
      return run.units.map(\.clusterName)
    }
    #expect(try started(at: "2026-11-23T02:30") == ["c00"])
    #expect(try started(at: "2026-11-23T00:30") == ["c01"])
    #expect(try started(at: "2026-11-23T12:00") == nil)
    #expect(try nextLook(input) == utc("2026-11-24T00:00"))
    input.lastGoodRun = nil
    #expect(nextLook(input) == nil, "nobody is behind or new")
    // A new cluster waits for the window too (R30).
    input.members[0].wanted = nil
    input.members[0].applied = nil
    input.members[0].lastGoodReleaseBundle = input.members[0].bundle
    input.lastGoodRelease = input.release
    input.members[0].clusterLabels = ["tz": "z0"]
    #expect(try nextLook(input) == utc("2026-11-24T02:00"))
  }

  @Test("R21 a freeze that is to come wakes the pass of those it is about, and nobody else's")
  func freezeToCome() throws {
    var fleet = try windowed([])
    for index in fleet.units.indices { fleet.units[index].clusterLabels = ["region": "us"] }
    let deadline = fleet.now + fleet.stages[0].rules.progressDeadline
    fleet.freeze(from: "2026-11-23T12:01", clusters: LabelSelector(matchLabels: ["region": "eu"]))
    fleet.pass()
    #expect(fleet.lastPlan?.nextWake == deadline)
    fleet.units[0].clusterLabels = ["region": "eu"]
    fleet.units[3].clusterLabels = ["region": "eu"]
    fleet.say("c00")
    fleet.pass()
    #expect(try fleet.lastPlan?.nextWake == utc("2026-11-23T12:01"))
  }

  @Test("R21 an override that PostgreSQL's clock has not reached yet counts only from then on")
  func overrideAhead() throws {
    var fleet = try windowed([window("noon", "0 12 * * *", lasts: .seconds(3_600))], at: "2026-11-23T14:58")
    fleet.pass()
    fleet.stages[0].overrides = [WindowOverride(by: "kim", reason: "a fix", at: try utc("2026-11-23T15:00"))]
    fleet.pass()
    #expect(fleet.inFlight == [])
    fleet.now = try utc("2026-11-23T15:00")
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c01"])
  }

  @Test("R21 of windows that open at one instant the first one's zone is shown")
  func sameOpening() throws {
    let london = try window("london", "0 12 * * *", lasts: .seconds(3_600))
    let berlin = try window("berlin", "0 13 * * *", lasts: .seconds(3_600), in: .named("Europe/Berlin"))
    var fleet = try windowed([london, berlin], at: "2026-11-23T15:00")
    fleet.calendar.zones = ["Europe/Berlin": TimeZoneRules(name: "Europe/Berlin", offset: 3_600)]
    fleet.pass()
    #expect(fleet.closed()?.message.hasSuffix("opens Tue 24 Nov 2026 12:00 UTC") == true)
  }

  @Test("R14 R21 a run back goes through closed windows and freezes, also where each cluster has its own")
  func runBack() throws {
    var fleet = try windowed(
      [window("night", "0 2 * * *", lasts: .seconds(3_600), in: .fromLabel("tz"))], at: "2026-11-23T15:00")
    fleet.freeze(clusters: LabelSelector(matchLabels: [:]))
    fleet.run.kind = .undo
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c01"])
  }

  @Test("R21 a plan names what would be held back now")
  func planned() throws {
    var canary = stage("canary", .count(1))
    canary.windows = ["office"]
    var input = startInput(strategy([canary, stage("rest", .rest)]), members(3))
    input.now = try utc("2026-11-22T12:00")
    input.calendar.windows = ["office": try window("office", "0 8 * * 1-5", lasts: .seconds(3_600))]
    let run = try freeze(input, options: FreezeOptions(startedBy: "kim"))
    #expect(
      windowDelays(of: run, input)
        == ["stage canary would wait: window office is closed; opens Mon 23 Nov 2026 08:00 UTC"])
    // A stage without changes waits for nothing, and a run back heeds no window.
    var unchanged = run
    unchanged.stages[0].changing = 0
    #expect(windowDelays(of: unchanged, input) == [])
    var back = run
    back.run.kind = .undo
    #expect(windowDelays(of: back, input) == [])
  }
}
