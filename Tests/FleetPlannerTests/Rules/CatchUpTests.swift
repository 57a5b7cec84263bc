import FleetModel
import FleetPlanner
import Testing

@Suite("Catching up: R16")
struct CatchUpTests {
  private func twoStages() -> RolloutStrategy {
    strategy([
      stage("canary", .names(["c00", "c01"]), at: .count(2)), stage("rest", .rest, at: .count(1)),
    ]) { $0.budgets.unreachable = .percent(100) }
  }

  /// A fleet of which c01 was away until its stage had passed, and is back.
  private func backAfterItsStage(of count: Int) throws -> Fleet {
    var fleet = try fleet(twoStages(), members(count))
    fleet.silence("c01", for: .seconds(600))
    fleet.pass()
    fleet.say("c00")
    fleet.pass()
    fleet.silence("c01", for: .zero)
    fleet.pass()
    return fleet
  }

  @Test("R16 who is back while its stage is open takes its turn in it")
  func whileOpen() throws {
    var fleet = try fleet(twoStages(), members(4))
    fleet.silence("c01", for: .seconds(600))
    fleet.pass()
    #expect(fleet.state(of: "c01") == .unreachable)
    fleet.silence("c01", for: .zero)
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c01"])
    #expect(fleet.units[1].steps[0].attempt == 2)
    fleet.succeedAll()
    #expect(fleet.run.state == .succeeded)
  }

  @Test("R16 who is back after its stage has passed catches up in a free slot of it, beside later stages")
  func afterItsStage() throws {
    var fleet = try fleet(twoStages(), members(4))
    fleet.silence("c01", for: .seconds(600))
    fleet.pass()
    fleet.say("c00")
    fleet.pass()
    #expect(fleet.stages[0].state == .passed)
    #expect(fleet.inFlight == ["c02"])
    fleet.silence("c01", for: .zero)
    fleet.pass()
    #expect(fleet.inFlight == ["c01", "c02"])
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.state(of: "c01") == .succeeded)
    fleet.succeedAll()
    #expect(fleet.run.state == .succeeded)
  }

  @Test("R16 a catch-up that fails is recorded, changes no verdict and is not tried again by itself")
  func failing() throws {
    var fleet = try backAfterItsStage(of: 4)
    fleet.degrade("c01")
    fleet.pass()
    #expect(fleet.state(of: "c01") == .unreachable)
    #expect(fleet.units[1].steps[0].failure == "did not catch up: ImagePullBackOff")
    #expect(fleet.run.breach == nil)
    fleet.succeedAll()
    #expect(fleet.run.state == .succeededWithUnreachable)
  }

  @Test("R16 a run does not end while somebody catches up, and says so")
  func endWaits() throws {
    var fleet = try backAfterItsStage(of: 3)
    fleet.say("c02")
    fleet.pass()
    #expect(fleet.stages.allSatisfy { $0.state.isComplete })
    #expect(fleet.run.state == .running)
    #expect(fleet.reasons() == [.report])
    fleet.succeedAll()
    #expect(fleet.run.state == .succeeded)
  }

  @Test("R31 an uncordoned cluster catches up")
  func uncordoned() throws {
    var fleet = try fleet(twoStages(), members(4))
    fleet.units[1].cordonReason = "disk"
    fleet.pass()
    #expect(fleet.state(of: "c01") == .skipped)
    fleet.units[1].cordonReason = nil
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c01"])
  }

  private func passedOver(_ change: (inout StartMember) -> Void = { _ in }) -> StartInput {
    var behind = member("c01", id: 2, bundle: 2, running: 1)
    change(&behind)
    var input = startInput(twoStages(), [member("c00", id: 1, bundle: 2, running: 2), behind])
    input.lastGoodRelease = 2
    input.lastGoodRun = StartInput.LastGoodRun(
      displayName: "shop/6", release: 2, releaseName: "abc1234", passedOver: [behind])
    return input
  }

  @Test("R16 after the run those whom it passed over catch up in a run of their own, without gates and soak")
  func afterTheRun() throws {
    guard case .run(let frozen) = decideStart(passedOver()) else {
      Issue.record("nobody catches up")
      return
    }
    #expect(frozen.run.kind == .catchUp)
    #expect(frozen.run.release == 2)
    #expect(frozen.units.map(\.clusterName) == ["c01"])
    #expect(frozen.stages.map(\.name) == ["catch-up"])
    #expect(frozen.stages[0].failureBudget == 2)
  }

  @Test(
    "R16 after the run as many catch up at once as `catchUp.maxConcurrent` says, five unless it does",
    arguments: [nil, 2])
  func atOnce(most: Int?) throws {
    var input = passedOver()
    if let most { input.strategy.catchUpMaxConcurrent = most }
    input.members = members(8, from: 1)
    input.lastGoodRun?.passedOver = input.members
    guard case .run(let frozen) = decideStart(input) else {
      Issue.record("nobody catches up")
      return
    }
    var fleet = Fleet(frozen)
    fleet.pass()
    #expect(fleet.inFlight.count == most ?? 5)
  }

  @Test("R16 who is away, or whose bundle is held, is not caught up")
  func stillAway() {
    #expect(decideStart(passedOver { $0.takesOrders = false }) == .recordOnly)
    #expect(decideStart(passedOver { $0.isBundleHeld = true }) == .recordOnly)
  }

  @Test("R16 a newer release goes first")
  func newerRelease() {
    var input = passedOver()
    input.release = 3
    for index in input.members.indices { input.members[index].bundle = digest(3) }
    guard case .run(let frozen) = decideStart(input) else {
      Issue.record("no run")
      return
    }
    #expect(frozen.run.kind == .rollout)
    #expect(frozen.units.flatMap(\.steps).map(\.bundle) == [digest(3), digest(3)])
  }

  @Test("R16 who was away during an undo goes back when it returns, though the newest release is held")
  func afterUndo() {
    var behind = member("c01", id: 2, bundle: 1, running: 2)
    behind.release = 1
    var input = startInput(
      twoStages(), [member("c00", id: 1, bundle: 2, running: 1), member("c01", id: 2, bundle: 2, running: 2)])
    input.isHeld = true
    input.lastGoodRun = StartInput.LastGoodRun(
      displayName: "shop/6", release: 1, releaseName: "before shop/5", passedOver: [behind])
    guard case .run(let frozen) = decideStart(input) else {
      Issue.record("nobody goes back")
      return
    }
    #expect(frozen.run.kind == .catchUp)
    #expect(frozen.units.flatMap(\.steps).map(\.bundle) == [digest(1)])
  }

  @Test("units blocked by a limit do not starve those behind them: the pass asks for more")
  func blockedByLimit() throws {
    let eu = members(3, labels: ["region": "eu"])
    let us = members(2, from: 3, labels: ["region": "us"])
    var all = try fleet(
      strategy([stage("all", .rest, at: .count(4))]) { $0.limits = [LabelLimit(label: "region", maxInFlight: 1)] },
      eu + us)
    all.units[0].steps[0].state = .dispatched
    all.units[0].steps[0].order = StepOrder(
      generation: Generation(epoch: 1, counter: 9), direction: .forward, committedAt: all.now,
      committedListened: ListeningTime(milliseconds: all.now.millisecondsSinceEpoch))
    all.stages[0].counters = StageCounters()
    for unit in all.units { all.stages[0].counters.count(unit, sign: 1) }
    all.stages[0].state = .open
    all.stages[0].openedAt = all.now
    var some = all.input
    some.units.removeAll { $0.clusterName >= "c03" }
    #expect(plan(some).wantsMoreUnits)
    let wider = plan(all.input)
    #expect(!wider.wantsMoreUnits)
    #expect(wider.steps.map(\.cluster) == [all.units[3].cluster])
  }
}
