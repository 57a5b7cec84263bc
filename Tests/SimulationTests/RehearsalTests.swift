import FleetModel
import FleetPlanner
import FleetSimulation
import Testing

/// A run of bundle 2 over clusters that run bundle 1, and a rehearsal of it whose every plan is linted.
private struct Stage {
  var strategy: RolloutStrategy
  var clusters: [RehearsedCluster]
  var assumptions = RehearsalAssumptions()
  var calendar = ChangeCalendar()
  var beginning = Instant(millisecondsSinceEpoch: 1_795_622_400_000)

  /// So many clusters, c000 and so on; the first is the canary.
  init(_ count: Int, _ configure: (inout RolloutStrategy) -> Void = { _ in }) {
    clusters = (0..<count).map { number in
      let padded = String(1_000 + number).dropFirst()
      return RehearsedCluster(
        id: ClusterID(Int64(number + 1)), name: ClusterName("c\(padded)"),
        labels: ["canary": number == 0 ? "true" : "false", "region": "r\(number % 3)"],
        kubernetes: number % 4 == 3 ? "v1.29.4+k3s1" : "v1.30.2")
    }
    var canary = StageStrategy(name: "canary", selection: .clusters(LabelSelector(matchLabels: ["canary": "true"])))
    canary.soak = .seconds(600)
    strategy = RolloutStrategy(
      stages: [canary, StageStrategy(name: "rest", selection: .rest, maxConcurrent: .percent(25))])
    strategy.onFailure = FailurePolicy(action: .pause)
    assumptions.apply = DurationRange(.seconds(20), .seconds(90))
    configure(&strategy)
  }

  func play(seed: UInt64 = 1) throws -> Rehearsal {
    let members = clusters.map { cluster in
      StartMember(
        target: TargetID(cluster.id.rawValue), targetName: TargetName("app-\(cluster.name)"), cluster: cluster.id,
        clusterName: cluster.name, clusterLabels: cluster.labels, bundle: Self.digest("2"), wanted: Self.digest("1"),
        applied: Self.digest("1"), health: .healthy,
        lastKnownGood: PlacedBundle(bundle: Self.digest("1"), release: 1),
        highestGeneration: Generation(epoch: 1, counter: 1))
    }
    let input = StartInput(
      now: beginning, project: .defaultProject, fleetSet: "shop", strategy: strategy, release: 2,
      releaseName: "abc1234",
      authors: [], isHeld: false, lastGoodRelease: 1, members: members, activeRun: nil, nextNumber: 7)
    let rehearsal = try rehearse(
      freeze(input, options: FreezeOptions(startedBy: "kim")), clusters: clusters, calendar: calendar,
      assumptions: assumptions, seed: seed, lints: true)
    #expect(rehearsal.violations == [])
    return rehearsal
  }

  private static func digest(_ digit: String) -> Digest {
    guard let digest = Digest(hexadecimal: String(repeating: digit, count: 64)) else {
      preconditionFailure("sixty-four digits are a digest")
    }
    return digest
  }
}

@Suite("Rehearsals")
struct RehearsalTests {
  @Test("a fleet in which nothing goes wrong: everybody is updated, and the time is what stages, slots and soaks take")
  func allGood() throws {
    var stage = Stage(41)
    stage.assumptions.apply = DurationRange(.seconds(30), .seconds(30))
    let rehearsal = try stage.play()
    #expect(rehearsal.verdict == .ends && rehearsal.state == .succeeded && rehearsal.stop == nil)
    #expect(rehearsal.counts.updated == 41 && rehearsal.counts.touched == 41 && rehearsal.counts.failed == 0)
    // The canary 40 s, its soak, then four rounds of ten at once.
    #expect(rehearsal.duration == .seconds(40 + 600 + 4 * 40))
    #expect(rehearsal.occupations == [.applying: .seconds(200), .soaks: .seconds(600)])
    #expect(rehearsal.stages.map(\.openedAfter) == [.zero, .seconds(640)])
  }

  @Test("the same seed gives the same rehearsal, another seed another one")
  func determinism() throws {
    var stage = Stage(60) { $0.stages[1].failureBudget = .percent(50) }
    stage.assumptions.faults = [
      RehearsalFault(.offline(from: .start, for: DurationRange(.seconds(60), .seconds(900))), of: .percent(10)),
      RehearsalFault(.fails(.degraded), of: .percent(10)),
      RehearsalFault(.slow(DurationRange(.seconds(200), .seconds(400))), of: .count(2)),
    ]
    let first = try stage.play(seed: 7)
    #expect(try stage.play(seed: 7) == first)
    #expect(try stage.play(seed: 8) != first)
  }

  @Test("where it stops, why, and who was reached: all clusters of one version fail")
  func stops() throws {
    var stage = Stage(41) { $0.stages[1].failureBudget = .count(1) }
    stage.assumptions.faults = [RehearsalFault(.fails(.degraded), of: .percent(100), kubernetes: "1.29")]
    let rehearsal = try stage.play()
    #expect(rehearsal.verdict == .stops && rehearsal.state == .halted)
    let stop = try #require(rehearsal.stop)
    #expect(stop.stage == "rest" && stop.cause.contains("failed in stage rest, which allows 1"))
    #expect(stop.clearedBy.contains("flotilla rollout"))
    #expect(rehearsal.counts.notReached > 0)
    #expect(rehearsal.counts.touched + rehearsal.counts.notReached == 41)
    #expect(rehearsal.casualties.count == rehearsal.counts.failed)
    #expect(rehearsal.correlations.map(\.tally.label) == ["kubernetes"])
  }

  @Test("a rollback is part of the rehearsal, and so is who cannot go back")
  func rollsBack() throws {
    var stage = Stage(21) { strategy in
      strategy.onFailure = FailurePolicy(action: .rollback, scope: .all)
    }
    stage.assumptions.faults = [
      RehearsalFault(.fails(.refused), of: .count(1), clusters: LabelSelector(matchLabels: ["canary": "false"]))
    ]
    let rehearsal = try stage.play()
    #expect(rehearsal.verdict == .ends && rehearsal.state == .rolledBack)
    #expect(rehearsal.counts.rolledBack == rehearsal.counts.touched && rehearsal.counts.updated == 0)
    #expect(rehearsal.stop?.stage == "rest")
  }

  @Test("a regression in the soak of the canary stops the run before anybody else")
  func regresses() throws {
    var stage = Stage(21)
    let minute = DurationRange(.seconds(60), .seconds(60))
    stage.assumptions.faults = [
      RehearsalFault(
        .fails(.regresses(minute)), of: .count(1), clusters: LabelSelector(matchLabels: ["canary": "true"]))
    ]
    let rehearsal = try stage.play()
    #expect(rehearsal.stop?.stage == "canary" && rehearsal.counts.touched == 1)
  }

  @Test("clusters that are away: budgets count them, and who returns has its turn")
  func offline() throws {
    var stage = Stage(41) { strategy in
      strategy.budgets.unreachable = .percent(20)
      strategy.stages[1].failureBudget = .percent(20)
      strategy.stages[1].soak = .seconds(900)
    }
    stage.clusters[40].isAway = true
    stage.assumptions.faults = [
      RehearsalFault(.offline(from: .order, for: DurationRange(.seconds(400), .seconds(400))), of: .percent(10))
    ]
    let rehearsal = try stage.play()
    #expect(rehearsal.state == .succeededWithUnreachable)
    #expect(rehearsal.counts.away == 1 && rehearsal.counts.updated == 40)
    stage.assumptions.away = .return
    #expect(try stage.play().state == .succeeded)
    stage.assumptions.faults = [RehearsalFault(.offline(from: .start, for: nil), of: .percent(30))]
    let paused = try stage.play()
    #expect(paused.verdict == .stops && paused.state == .paused)
    #expect(paused.stop?.cause.contains("unreachable, the run allows 8") == true)
  }

  @Test("people take their time to approve, or never do")
  func approvals() throws {
    var stage = Stage(9) { strategy in
      strategy.stages[1].before = [.approval(ApprovalRule(groups: ["sre"], count: 2, notAuthor: true))]
    }
    stage.assumptions.approvals = .after(.seconds(1_800))
    let approved = try stage.play()
    #expect(approved.state == .succeeded && approved.occupations[.approvals] == .seconds(1_800))
    stage.assumptions.approvals = .never
    let waiting = try stage.play()
    #expect(waiting.verdict == .stops && waiting.state == .running)
    #expect(waiting.stop?.cause == "2 approvals by group sre" && waiting.stop?.stage == "rest")
    #expect(waiting.counts.updated == 1 && waiting.counts.notReached == 8)
  }

  @Test("checks that pass take their time; when they fail, the run stops")
  func checks() throws {
    var check = HTTPCheck(url: "https://checks.example.com", method: .get, credential: nil, rule: CheckRule())
    check.rule.count = 3
    var stage = Stage(9) { $0.stages[0].after = [.http(check)] }
    #expect(try stage.play().state == .succeeded)
    stage.assumptions.checks = .fail
    let failing = try stage.play()
    #expect(failing.state == .halted && failing.stop?.stage == "canary" && failing.counts.touched == 1)
  }

  @Test("windows and their zones count")
  func windows() throws {
    // 26 November 2026 is a Thursday; the run begins at 00:00 in UTC.
    var stage = Stage(5) { $0.stages[1].windows = ["office"] }
    stage.beginning = TimeZoneRules.utc.instant(of: try #require(CivilMinute(text: "2026-11-26T00:00")))
    stage.calendar = ChangeCalendar(
      windows: [
        "office": Window(
          name: "office", start: .cron(try CronSchedule("0 8 * * 1-5")), duration: .seconds(9 * 3_600),
          timeZone: .named("UTC"))
      ], zones: ["UTC": .utc])
    let rehearsal = try stage.play()
    #expect(rehearsal.state == .succeeded)
    #expect(rehearsal.stages[1].openedAfter == .seconds(8 * 3_600))
    #expect((rehearsal.occupations[.windows] ?? .zero) > .seconds(7 * 3_600))
    stage.calendar.freezes = [
      ChangeCalendar.AppliedFreeze(
        Freeze(name: "sale", reason: "sale", until: CivilMinute(text: "2027-11-26T00:00"), timeZone: .named("UTC")),
        appliedAt: stage.beginning)
    ]
    let frozen = try stage.play()
    #expect(frozen.verdict == .goesOn && frozen.duration == .seconds(90 * 86_400) && frozen.counts.touched == 0)
    stage.calendar.freezes[0].freeze.until = nil
    #expect(try stage.play().stop?.cause.contains("freeze sale (sale) is on") == true)
  }

  @Test("limits hold clusters back, and those behind them go first")
  func limits() throws {
    let free = try Stage(91).play()
    let limited = try Stage(91) { $0.limits = [LabelLimit(label: "region", maxInFlight: 1)] }.play()
    #expect(limited.state == .succeeded && limited.counts.updated == 91)
    #expect(limited.duration > free.duration * 2)
  }

  @Test("a cordoned cluster is passed over")
  func cordoned() throws {
    var stage = Stage(9)
    stage.clusters[4].cordonReason = "disk"
    let rehearsal = try stage.play()
    #expect(rehearsal.counts.skipped == 1 && rehearsal.counts.updated == 8)
    #expect(rehearsal.state == .succeededWithUnreachable)
  }

  @Test("a share meets exactly so many of the clusters that are meant, and whoever it is about")
  func shares() throws {
    var stage = Stage(100) { $0.stages[1].failureBudget = .percent(100) }
    stage.assumptions.faults = [
      RehearsalFault(
        .fails(.refused), of: .percent(10), clusters: LabelSelector(matchLabels: ["region": "r1"]), kubernetes: "1.30")
    ]
    let meant = stage.clusters.filter { $0.labels["region"] == "r1" && $0.kubernetes == "v1.30.2" }
    let rehearsal = try stage.play()
    #expect(rehearsal.counts.failed == (meant.count * 10 + 99) / 100)
    #expect(rehearsal.casualties.allSatisfy { casualty in meant.contains { $0.name == casualty.cluster } })
  }
}
