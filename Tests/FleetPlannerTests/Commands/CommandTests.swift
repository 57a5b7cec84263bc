import FleetModel
import FleetPlanner
import Testing

private func plain(_ action: FailurePolicy.Action = .pause) -> RolloutStrategy {
  strategy([stage("canary", .count(2), at: .count(2)), stage("rest", .rest, at: .count(2))]) {
    $0.onFailure = FailurePolicy(action: action)
  }
}

@Suite("Commands: R14, R17, R18, R19")
struct CommandTests {
  @Test("R17 pause: nothing new, in flight finish; resume does not redo finished steps")
  func pauseAndResume() throws {
    var fleet = try fleet(plain(), members(6))
    fleet.pass()
    try fleet.give(.pause)
    fleet.say("c00")
    fleet.pass()
    #expect(fleet.state(of: "c00") == .soaking)
    #expect(fleet.run.state == .paused)
    #expect(fleet.reasons().contains(.paused))
    try fleet.give(.resume)
    fleet.succeedAll()
    #expect(fleet.run.state == .succeeded)
    #expect(fleet.units.flatMap(\.steps).allSatisfy { $0.attempt == 1 })
  }

  @Test("R17 abort: what has not started is Cancelled and the release is held; again is a no-op; else a conflict")
  func abort() throws {
    var fleet = try fleet(plain(), members(6))
    try fleet.give(.abort(hold: true), reason: "wrong ticket")
    #expect(fleet.run.state == .aborted)
    #expect(fleet.hold == HoldDraft(reason: "aborted by kim: wrong ticket", by: "kim"))
    #expect(fleet.states(1) == Array(repeating: .cancelled, count: 4))
    try fleet.give(.abort(hold: true))
    #expect(throws: CommandRefusal.self) { try fleet.give(.resume) }
    var finished = try FleetPlannerTests.fleet(plain(), members(2))
    finished.succeedAll()
    let refusal = #expect(throws: CommandRefusal.self) { try finished.give(.abort(hold: true)) }
    #expect(refusal?.code == .conflict)
  }

  @Test("R14 undo of a run that goes on sends every changed member back")
  func undo() throws {
    var fleet = try fleet(plain(), members(6))
    fleet.pass()
    fleet.say("c00")
    fleet.say("c01")
    fleet.pass()
    try fleet.give(.undo)
    fleet.pass()
    for _ in 0..<10 where !fleet.run.state.isEnd {
      for cluster in fleet.inFlight { fleet.say(cluster) }
      fleet.pass()
    }
    #expect(fleet.run.state == .rolledBack)
    #expect(fleet.states().filter { $0 == .rolledBack }.count == 4)
    #expect(fleet.hold != nil)
  }

  @Test("R18 resume of a halted run is refused with the numbers until failures are retried or waived")
  func retryAndWaive() throws {
    var fleet = try fleet(plain(), members(6))
    fleet.pass()
    fleet.degrade("c00")
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.run.state == .halted)
    let refusal = #expect(throws: CommandRefusal.self) { try fleet.give(.resume) }
    #expect(refusal?.code == .blocked)
    try fleet.give(.retry(["c00"]))
    try fleet.give(.resume)
    fleet.pass()
    #expect(fleet.inFlight == ["c00"])
    #expect(fleet.units[0].steps[0].attempt == 2)
    fleet.degrade("c00")
    fleet.pass()
    #expect(throws: CommandRefusal.self) { try fleet.give(.waive(["c00"]), reason: "") }
    try fleet.give(.waive([]), reason: "known broken node")
    try fleet.give(.resume)
    // Leaving the inventory does not undo the failure that was accepted (R5).
    fleet.units[0].isRemoved = true
    fleet.succeedAll()
    #expect(fleet.state(of: "c00") == .waived)
    #expect(fleet.run.state == .succeededWithWaivers)
    #expect(throws: CommandRefusal.self) { try fleet.give(.waive([]), reason: "again") }
  }

  @Test("R18 while a run goes back no failure of it is waived or tried again")
  func waivedWhileGoingBack() throws {
    var fleet = try fleet(strategy(plain().stages) { $0.onFailure = FailurePolicy(action: .rollback) }, members(6))
    fleet.pass()
    fleet.degrade("c00")
    fleet.pass()
    #expect(fleet.run.state == .rollingBack)
    for command in [RolloutCommand.waive(["c01"]), .retry(["c01"])] {
      let refusal = #expect(throws: CommandRefusal.self) { try fleet.give(command, reason: "known") }
      #expect(refusal?.message.contains("is RollingBack") == true)
    }
  }

  @Test("R19 reject halts the run with its reason and holds the release")
  func reject() throws {
    var fleet = try fleet(
      strategy([stage("canary", .count(1)), stage("rest", .rest) { $0.before = [.approval(ApprovalRule())] }]),
      members(3))
    fleet.succeedAll()
    #expect(fleet.stages[1].state == .gated)
    try fleet.give(.reject(stage: nil), by: "ann", reason: "not on Friday")
    fleet.pass()
    #expect(fleet.run.state == .halted)
    #expect(fleet.hold?.reason == "rejected by ann: not on Friday")
    #expect(fleet.inFlight == [])
  }

  @Test("R19 without a name the stage that has its turn is meant; a later one is approved or rejected by name only")
  func whoseTurn() throws {
    let rules = strategy([
      stage("first", .names(["c00"])), stage("rest", .rest) { $0.before = [.approval(ApprovalRule())] },
    ])
    var fleet = try fleet(rules, members(2))
    fleet.pass()
    for order in [RolloutCommand.approve(stage: nil), .reject(stage: nil)] {
      let refusal = #expect(throws: CommandRefusal.self) { try fleet.give(order, by: "ann") }
      #expect(refusal?.hint == "stage rest will, when it has its turn; --stage rest means it already now")
    }
    try fleet.give(.approve(stage: "rest"), by: "ann")
    fleet.succeedAll()
    #expect(fleet.run.state == .succeeded)
  }

  @Test("R14 what somebody rejected is resumed only with a reason, which takes the hold off")
  func resumeRejected() throws {
    var fleet = try fleet(
      strategy([stage("canary", .count(1)), stage("rest", .rest) { $0.before = [.approval(ApprovalRule())] }]),
      members(3))
    fleet.succeedAll()
    try fleet.give(.reject(stage: nil), by: "ann", reason: "not on Friday")
    fleet.pass()
    fleet.isHeld = true
    let refusal = #expect(throws: CommandRefusal.self) { try fleet.give(.resume, reason: "") }
    #expect(refusal?.code == .blocked)
    try fleet.give(.resume, reason: "it is Monday")
    #expect(fleet.releasedHold)
    #expect(fleet.run.state == .running)
    #expect(fleet.stages[1].state == .gated)
  }

  @Test("R17 an abort lets what is in flight end first, and sends nothing new")
  func abortInFlight() throws {
    var fleet = try fleet(plain(), members(6))
    fleet.pass()
    try fleet.give(.abort(hold: true), by: "ann", reason: "enough")
    fleet.pass()
    #expect(fleet.run.state == .halting)
    #expect(throws: CommandRefusal.self) { try fleet.give(.resume) }
    #expect(fleet.reasons() == [.inFlight])
    try fleet.give(.abort(hold: true))
    for cluster in fleet.inFlight { fleet.say(cluster) }
    fleet.pass()
    #expect(fleet.run.state == .aborted)
    #expect(fleet.hold?.by == "ann")
    #expect(fleet.states().allSatisfy { $0 == .soaking || $0 == .cancelled })
  }

  @Test("R22 a halted run makes place at once and its release is held")
  func makesPlace() throws {
    var fleet = try fleet(plain(), members(6))
    fleet.pass()
    fleet.degrade("c00")
    for cluster in fleet.inFlight.dropFirst() { fleet.say(cluster) }
    fleet.pass()
    #expect(fleet.run.state == .halted)
    try fleet.give(.supersede(by: "shop/8"))
    #expect(fleet.run.state == .superseded)
    #expect(fleet.hold?.reason == "shop/7 was Halted when shop/8 took its place")
    #expect(!fleet.states().contains(.pending))
  }

  @Test("R22 a running run makes place when what it has in flight has ended, and holds nothing")
  func makesPlaceRunning() throws {
    var fleet = try fleet(strategy(plain().stages) { $0.onNewRevision = .supersede }, members(6))
    fleet.pass()
    try fleet.give(.supersede(by: "shop/8"))
    #expect(fleet.run.state == .halting)
    for cluster in fleet.inFlight { fleet.say(cluster) }
    fleet.pass()
    #expect(fleet.run.state == .superseded)
    #expect(fleet.hold == nil)
  }

  @Test("R22 a running run that has nothing in flight makes place at once")
  func makesPlaceIdle() throws {
    var fleet = try fleet(strategy(plain().stages) { $0.onNewRevision = .supersede }, members(6))
    try fleet.give(.supersede(by: "shop/8"))
    #expect(fleet.run.state == .superseded)
    #expect(fleet.hold == nil)
  }

  @Test("R22 a run that somebody has paused makes place for nobody")
  func pausedMakesNoPlace() throws {
    var fleet = try fleet(strategy(plain().stages) { $0.onNewRevision = .supersede }, members(6))
    fleet.pass()
    try fleet.give(.pause)
    let refusal = #expect(throws: CommandRefusal.self) { try fleet.give(.supersede(by: "shop/8")) }
    #expect(refusal?.code == .conflict)
    #expect(fleet.run.state == .paused)
  }

  @Test("R18 a lost cluster is tried again, and the stage that soaks without it is open again")
  func retryLost() throws {
    var fleet = try fleet(
      strategy([stage("all", .rest, at: .percent(100)) { $0.failureBudget = .count(1) }]) {
        $0.stages[0].soak = .seconds(600)
        $0.budgets.unreachable = .percent(100)
      }, members(3))
    fleet.pass()
    fleet.silence("c00", for: .seconds(300))
    for cluster: ClusterName in ["c01", "c02"] { fleet.say(cluster) }
    fleet.pass()
    #expect(fleet.state(of: "c00") == .lost)
    #expect(fleet.stages[0].state == .soaking)
    fleet.silence("c00", for: .zero)
    try fleet.give(.retry(["c00"]))
    #expect(fleet.stages[0].state == .open)
    fleet.pass()
    #expect(fleet.inFlight == ["c00"])
  }

  @Test("R18 a run in which failures were within the budget is not plainly a success")
  func failuresWithinBudget() throws {
    var fleet = try fleet(strategy([stage("all", .rest) { $0.failureBudget = .count(1) }]), members(3))
    fleet.pass()
    fleet.degrade("c00")
    fleet.succeedAll()
    #expect(fleet.state(of: "c00") == .failed)
    #expect(fleet.run.state == .succeededWithWaivers)
  }

  @Test("an unknown stage is named with what was probably meant")
  func unknownStage() throws {
    let fleet = try fleet(plain(), members(3))
    let refusal = #expect(throws: CommandRefusal.self) {
      try command(.approve(stage: "canery"), on: fleet.input, by: CommandGiver(name: "kim"))
    }
    #expect(refusal?.code == .notFound)
    #expect(refusal?.message == "shop/7 has no stage \"canery\"; did you mean \"canary\"?")
  }
}

@Suite("Starting: R6, R14, R22, R30")
struct StartTests {
  private func input(_ members: [StartMember]) -> StartInput { startInput(plain(), members) }

  @Test("R30 no member's bundle changes: the release is recorded and no run made")
  func recordOnly() {
    #expect(decideStart(input(members(3, bundle: 1))) == .recordOnly)
  }

  @Test("R30 a change starts a run; others are Unchanged")
  func starts() throws {
    guard case .run(let frozen) = decideStart(input(members(2) + members(3, from: 2, bundle: 1))) else {
      Issue.record("no run")
      return
    }
    #expect(frozen.run.kind == .rollout)
    #expect(frozen.units.filter { $0.state == .unchanged }.count == 3)
  }

  @Test("R30 `trigger: manual` waits for a person")
  func manual() {
    var input = input(members(2))
    input.strategy.trigger = .manual
    guard case .waits = decideStart(input) else {
      Issue.record("started by itself")
      return
    }
    guard case .run = decideStart(input, request: StartRequest(principal: "kim", reason: "")) else {
      Issue.record("not started by a person")
      return
    }
  }

  @Test("R14 a held release, or a held bundle, is not started by automation; a person needs a reason")
  func held() {
    var input = input(members(2))
    input.isHeld = true
    #expect(decideStart(input) == .held("release abc1234 is on hold"))
    input.isHeld = false
    input.members[1].isBundleHeld = true
    guard case .held = decideStart(input) else {
      Issue.record("a held bundle was started")
      return
    }
    guard case .held = decideStart(input, request: StartRequest(principal: "kim", reason: "")) else {
      Issue.record("started without a reason")
      return
    }
    guard case .run = decideStart(input, request: StartRequest(principal: "kim", reason: "needed")) else {
      Issue.record("not started with a reason")
      return
    }
  }

  @Test("R14 a run to an older release holds the newest, which automation would bring back")
  func olderRelease() {
    var input = input(members(2))
    input.newerRelease = 9
    let request = StartRequest(principal: "kim", reason: "")
    guard case .run(let frozen) = decideStart(input, request: request) else {
      Issue.record("not started")
      return
    }
    #expect(frozen.holdsBack == 9)
    input.strategy.trigger = .manual
    guard case .run(let manual) = decideStart(input, request: request) else {
      Issue.record("not started with trigger: manual")
      return
    }
    #expect(manual.holdsBack == nil)
  }

  @Test("R22 an active run goes first, but a halted one yields to the fix for it")
  func activeRun() {
    var input = input(members(2))
    input.activeRun = StartInput.ActiveRun(
      id: 9, displayName: "shop/6", kind: .rollout, state: .running, release: 1, hasOpenedLaterStage: false,
      strategy: input.strategy)
    guard case .waits(let reason) = decideStart(input) else {
      Issue.record("two runs at once")
      return
    }
    #expect(reason == "shop/6 goes first")
    input.activeRun?.state = .halted
    guard case .supersedes(9, then: let frozen) = decideStart(input) else {
      Issue.record("the fix does not get through")
      return
    }
    #expect(frozen.run.release == 2)
    input.activeRun?.strategy.onNewRevision = .reject
    #expect(decideStart(input) == .waits("shop/6 goes first"))
    input.activeRun?.release = 2
    #expect(decideStart(input) == .nothing)
  }

  @Test(
    "R22 a halted run makes place whatever waits, but with `reject`",
    arguments: RolloutStrategy.NewRevisionPolicy.allCases)
  func halted(policy: RolloutStrategy.NewRevisionPolicy) {
    var input = input(members(2))
    input.activeRun = StartInput.ActiveRun(
      id: 9, displayName: "shop/6", kind: .rollout, state: .halted, release: 1, hasOpenedLaterStage: true,
      strategy: strategy([]) { $0.onNewRevision = policy })
    let doesMakePlace = if case .supersedes = decideStart(input) { true } else { false }
    #expect(doesMakePlace == (policy != .reject))
  }

  @Test(
    "R22 with `supersede: always` a running run makes place however far it is, a paused one or one that goes back never",
    arguments: [(RolloutState.running, true), (.paused, false), (.halting, false), (.rollingBack, false)])
  func always(state: RolloutState, makesPlace: Bool) throws {
    let strategy = strategy([stage("a", .count(1)), stage("b", .rest, at: .count(2))]) {
      $0.onNewRevision = .supersede
      $0.supersede = .always
    }
    var input = input(members(2))
    input.activeRun = StartInput.ActiveRun(
      id: 9, displayName: "shop/6", kind: .rollout, state: state, release: 1, hasOpenedLaterStage: true,
      strategy: strategy)
    let doesMakePlace = if case .supersedes = decideStart(input) { true } else { false }
    #expect(doesMakePlace == makesPlace)
    guard state == .running else { return }
    var fleet = try fleet(strategy, members(3))
    fleet.pass()
    fleet.say("c00")
    fleet.pass()
    #expect(fleet.inFlight == ["c01", "c02"])
    try fleet.give(.supersede(by: "shop/8"))
    #expect(fleet.run.state == .halting)
    fleet.succeedAll()
    #expect(fleet.run.state == .superseded)
  }

  @Test("R22 the run that takes another's place is linked with it")
  func linked() {
    var input = input(members(2))
    input.supersededRun = 9
    guard case .run(let frozen) = decideStart(input) else {
      Issue.record("no run")
      return
    }
    #expect(frozen.supersedes == 9)
  }

  @Test(
    "R22 a running run makes place when its strategy says `supersede`, as long as no later stage has opened",
    arguments: [(false, RolloutState.running, true), (true, .running, false), (false, .paused, false)])
  func supersede(hasOpenedLaterStage: Bool, state: RolloutState, makesPlace: Bool) {
    var input = input(members(2))
    input.activeRun = StartInput.ActiveRun(
      id: 9, displayName: "shop/6", kind: .rollout, state: state, release: 1, hasOpenedLaterStage: hasOpenedLaterStage,
      strategy: strategy([]) { $0.onNewRevision = .supersede })
    let doesMakePlace = if case .supersedes(9, then: _) = decideStart(input) { true } else { false }
    #expect(doesMakePlace == makesPlace)
  }

  @Test("R30 new members are onboarded with the last good release, without gates")
  func onboard() {
    var new = member("c90", id: 91, running: nil)
    new.lastGoodReleaseBundle = digest(5)
    guard case .run(let frozen) = decideStart(input(members(3, bundle: 1) + [new])) else {
      Issue.record("not onboarded")
      return
    }
    #expect(frozen.run.kind == .onboard)
    #expect(frozen.units.flatMap(\.steps).map(\.bundle) == [digest(5)])
    #expect(frozen.stages.map(\.name) == ["onboard"])
  }

  @Test("R14 undo of an ended run: last stage first, without gates and soak")
  func undoEnded() throws {
    var done = try fleet(plain(), members(4))
    done.succeedAll()
    let back = done.units.flatMap { unit in
      unit.steps.map { step in
        var member = member(unit.clusterName, id: step.target.rawValue, bundle: 1, running: 2)
        member.highestGeneration = step.highestGeneration
        member.release = step.target == 1 ? 5 : 1
        return UndoMember(stage: unit.stage, member: member)
      }
    }
    let frozen = try freezeUndo(
      of: done.run, stages: done.stages, members: back, number: 8, now: done.now, startedBy: "kim")
    #expect(frozen.run.kind == .undo)
    #expect(frozen.stages.map(\.name) == ["rest", "canary"])
    // Everybody goes back with the settings of the release that it had.
    #expect(frozen.units.flatMap(\.steps).filter { $0.release == 5 }.map(\.target) == [1])
    var undo = Fleet(frozen)
    undo.succeedAll()
    #expect(undo.run.state == .succeeded)
    let others = try freezeUndo(
      of: done.run, stages: done.stages, members: back.filter { $0.stage == 1 }, number: 8, now: done.now,
      startedBy: "kim")
    #expect(others.stages.map(\.name) == ["rest"], "a stage with nobody to send back is none")
  }
}
