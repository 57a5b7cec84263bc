import FleetModel
import FleetPlanner
import Testing

private func stages(
  _ action: FailurePolicy.Action = .rollback, scope: FailurePolicy.Scope = .all, budget: IntOrPercent = .count(0),
  _ configure: (inout RolloutStrategy) -> Void = { _ in }
) -> RolloutStrategy {
  strategy(
    [
      stage("canary", .count(2), at: .count(2)) { $0.failureBudget = budget },
      stage("rest", .rest, at: .count(2)) { $0.failureBudget = budget },
    ]
  ) {
    $0.onFailure = FailurePolicy(action: action, scope: scope)
    configure(&$0)
  }
}

extension Fleet {
  /// The input as a store loads it: without the units of a stage that was not the first incomplete one.
  fileprivate func summary(_ isLoaded: (Unit) -> Bool) -> PlanInput {
    var input = input
    input.units = units.filter(isLoaded)
    return input
  }

  fileprivate mutating func settleRollback() {
    for _ in 0..<20 where !run.state.isEnd {
      for cluster in inFlight { say(cluster) }
      pass()
    }
  }
}

@Suite("What the simulation found")
struct SimulationFindingsTests {
  @Test(
    "R14 a rollback whose next ones were not loaded asks for them instead of ending, and for no more than it can send")
  func asksForTheNext() throws {
    var fleet = try fleet(stages(), members(8))
    for _ in 0..<3 {
      fleet.pass()
      for cluster in fleet.inFlight { fleet.say(cluster) }
    }
    try fleet.give(.undo)
    fleet.pass()
    #expect(fleet.run.state == .rollingBack && fleet.inFlight.count == 2)
    var input = fleet.input
    input.hasMoreToSendBack = true
    #expect(!plan(input).wantsMoreUnits, "its slots are taken")
    for cluster in fleet.inFlight { fleet.say(cluster) }
    input = fleet.summary { $0.state == .rollingBack }
    input.hasMoreToSendBack = true
    let decided = plan(input)
    #expect(decided.wantsMoreUnits && decided.run.state == .rollingBack)
  }

  @Test("A plan does not depend on the order in which a store gives the units")
  func anyOrder() throws {
    var fleet = try fleet(stages(), members(6))
    for _ in 0..<3 {
      var input = fleet.input
      let wanted = plan(input)
      input.units.reverse()
      #expect(plan(input) == wanted)
      fleet.pass()
      for cluster in fleet.inFlight { fleet.say(cluster) }
    }
  }

  @Test("R26 a stage that opens without its units loaded asks for the next pass at once")
  func opensWithoutUnits() throws {
    var fleet = try fleet(stages(), members(6))
    fleet.pass()
    fleet.say("c00")
    fleet.say("c01")
    let decided = plan(fleet.summary { $0.stage == 0 })
    #expect(decided.stages.map(\.state) == [.passed, .open])
    #expect(decided.nextWake == fleet.now + .milliseconds(1))
  }

  @Test("R14 a rollback is not over in the pass that begins it, which has not loaded who goes back")
  func rollbackNotOverAtOnce() throws {
    let new = member("c02", id: 3, running: nil)
    var fleet = try fleet(stages(), members(2) + [new])
    fleet.pass()
    fleet.say("c00")
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.inFlight == ["c02"])
    fleet.degrade("c02")
    let decided = plan(fleet.summary { $0.stage == 1 })
    #expect(decided.run.state == .rollingBack)
    #expect(decided.nextWake == fleet.now + .milliseconds(1))
    fleet.pass()
    fleet.settleRollback()
    #expect(fleet.states(0) == [.rolledBack, .rolledBack])
  }

  @Test("R14 a cluster that failed by being away was never updated and gets no rollback order")
  func awayIsNotSentBack() throws {
    var fleet = try fleet(stages { $0.stages[0].unreachable = .fail }, members(4))
    fleet.silence("c00", for: .seconds(400))
    fleet.pass()
    #expect(fleet.run.breach != nil)
    #expect(fleet.state(of: "c00") == .failed)
    #expect(fleet.inFlight == [])
    #expect(fleet.run.state == .rolledBack)
  }

  @Test("R14, V9 a silent cluster has unreachableAfter from its rollback order on")
  func silentGoesBack() throws {
    var fleet = try fleet(stages(), members(4))
    fleet.pass()
    fleet.silence("c00", for: .seconds(400))
    fleet.pass()
    #expect(fleet.state(of: "c00") == .rollingBack)
    fleet.advance(.seconds(300))
    fleet.pass()
    #expect(fleet.state(of: "c00") == .rollbackFailed)
  }

  @Test("R14 a retried member that waits for its next attempt was changed and goes back")
  func retriedGoesBack() throws {
    var fleet = try fleet(stages(.pause), members(4))
    fleet.pass()
    fleet.degrade("c00")
    fleet.say("c01")
    fleet.pass()
    try fleet.give(.retry(["c00"]))
    #expect(fleet.state(of: "c00") == .pending)
    try fleet.give(.undo)
    fleet.pass()
    fleet.settleRollback()
    #expect(fleet.states(0) == [.rolledBack, .rolledBack])
    #expect(fleet.states(1) == [.cancelled, .cancelled])
  }

  @Test("R14 a rollback of the failed ones waits for those in flight, and takes back who fails then")
  func waitsForInFlight() throws {
    var fleet = try fleet(stages(scope: .failed), members(4))
    fleet.pass()
    fleet.degrade("c00")
    fleet.pass()
    fleet.units[0].steps[0].report = nil
    fleet.say("c00")
    fleet.degrade("c01")
    fleet.pass()
    #expect(fleet.run.state == .rollingBack)
    #expect(fleet.states(0) == [.rolledBack, .rollingBack])
    fleet.settleRollback()
    #expect(fleet.states(0) == [.rolledBack, .rolledBack])
  }

  @Test("R14 more than a tenth of all changed members, not of those sent so far, halt a rollback")
  func tenthOfAll() throws {
    var strategy = strategy([stage("all", .rest, at: .count(2))])
    strategy.onFailure = FailurePolicy(action: .pause)
    var fleet = try fleet(strategy, members(31))
    for _ in 0..<15 {
      fleet.pass()
      for cluster in fleet.inFlight { fleet.say(cluster) }
    }
    fleet.pass()
    #expect(fleet.inFlight == ["c30"])
    try fleet.give(.undo)
    fleet.pass()
    for cluster in fleet.inFlight { fleet.degrade(cluster) }
    fleet.pass()
    fleet.settleRollback()
    #expect(fleet.run.state == .rollbackFailed)
    #expect(fleet.states().filter { $0 == .rolledBack }.count >= 28)
  }

  @Test("R14 limits hold during a rollback")
  func limitsGoingBack() throws {
    let eu = members(6, labels: ["region": "eu"])
    var strategy = strategy([stage("all", .rest, at: .count(6))])
    strategy.limits = [LabelLimit(label: "region", maxInFlight: 2)]
    var fleet = try fleet(strategy, eu)
    for _ in 0..<2 {
      fleet.pass()
      for cluster in fleet.inFlight { fleet.say(cluster) }
    }
    fleet.pass()
    try fleet.give(.undo)
    fleet.pass()
    #expect(fleet.inFlight.count == 2)
  }

  @Test("R15 a lost cluster that comes back after its deadline gets a new attempt, not a verdict")
  func lostComesBack() throws {
    var fleet = try fleet(
      stages(.pause, budget: .count(1)) {
        $0.stages[0].soak = .seconds(3600)
        $0.budgets.unreachable = .count(1)
      }, members(8))
    fleet.pass()
    fleet.say("c01")
    fleet.advance(.seconds(400))
    fleet.silence("c00", for: .seconds(400))
    fleet.pass()
    #expect(fleet.state(of: "c00") == .lost)
    fleet.advance(.seconds(400))
    fleet.silence("c00", for: .zero)
    fleet.say("c00", .applying, health: .progressing)
    fleet.pass()
    #expect(fleet.state(of: "c00") == .dispatched)
    #expect(fleet.units[0].steps[0].attempt == 2)
  }

  @Test("R15 nobody is sent in the pass that finds the unreachable budget exceeded; a person may go on without them")
  func unreachableBudget() throws {
    var fleet = try fleet(stages { $0.budgets.unreachable = .count(0) }, members(6))
    fleet.silence("c01", for: .seconds(400))
    fleet.pass()
    #expect(fleet.run.state == .paused)
    #expect(fleet.inFlight == [])
    try fleet.give(.resume)
    fleet.pass()
    #expect(fleet.run.state == .running)
    #expect(fleet.inFlight == ["c00"])
  }

  @Test("R14 a pause of the planner's own does not hold a rollback back")
  func ownPause() throws {
    var fleet = try fleet(
      stages {
        $0.budgets.unreachable = .count(0)
        $0.stages[0].minSucceeded = .count(0)
      }, members(6))
    fleet.pass()
    fleet.say("c00")
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.inFlight == ["c02", "c03"])
    fleet.say("c02")
    fleet.silence("c04", for: .seconds(400))
    fleet.pass()
    #expect(fleet.run.state == .paused)
    fleet.degrade("c03")
    fleet.pass()
    #expect(fleet.run.state == .rollingBack)
  }

  @Test("R5 a removed member that had failed still counts")
  func removedStillCounts() throws {
    var fleet = try fleet(stages(.pause, budget: .count(1)), members(8))
    fleet.pass()
    fleet.degrade("c00")
    fleet.pass()
    fleet.units[0].isRemoved = true
    fleet.pass()
    #expect(fleet.stages[0].counters.failing == 1)
    fleet.degrade("c01")
    fleet.pass()
    #expect(fleet.run.breach != nil)
  }

  @Test("R18 a waiver and a passed-over target show in the end even when another target of the cluster hides them")
  func hiddenWaiver() throws {
    let two = [member("a", id: 1, target: "api"), member("a", id: 2, target: "web"), member("b", id: 3)]
    var fleet = try fleet(
      strategy([
        stage("all", .rest, at: .count(2)) {
          $0.failureBudget = .count(2)
          $0.soak = .seconds(60)
        }
      ]), two)
    fleet.pass()
    for cluster in fleet.inFlight { fleet.say(cluster) }
    fleet.degradeFirstTarget()
    fleet.pass()
    try fleet.give(.retry(["a"]))
    fleet.units[0].cordonReason = "disk swap"
    fleet.pass()
    fleet.advance(.seconds(60))
    fleet.pass()
    #expect(fleet.units[0].steps.map(\.state) == [.skipped, .succeeded])
    #expect(fleet.run.state == .succeededWithUnreachable)
  }

  @Test("R19 who approved once may approve again when that has expired")
  func approvesAgain() throws {
    let rule = ApprovalRule(expiresAfter: .seconds(60))
    var fleet = try fleet(
      stages {
        $0.stages[0].before = [.approval(rule), .approval(ApprovalRule(groups: ["dev"]))]
      }, members(4))
    fleet.pass()
    try fleet.give(.approve(stage: nil), by: "ann", groups: ["sre"])
    fleet.advance(.seconds(61))
    fleet.pass()
    #expect(fleet.stages[0].state == .gated)
    try fleet.give(.approve(stage: nil), by: "ann", groups: ["sre"])
    // The second gate asks another group, whatever the first one's state is.
    try fleet.give(.approve(stage: nil), by: "bob", groups: ["dev"])
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c01"])
  }

  @Test("R19 who started the run cannot approve it when the gate says notAuthor")
  func starterCannotApprove() throws {
    let fleet = try fleet(
      stages { $0.stages[0].before = [.approval(ApprovalRule(notAuthor: true))] }, members(4))
    let refusal = #expect(throws: CommandRefusal.self) {
      try command(.approve(stage: nil), on: fleet.input, by: CommandGiver(name: "kim"))
    }
    #expect(refusal?.code == .forbidden)
  }

  @Test("R20 an approval before the stage is none after it, and the wait for one is told by an event (V7)")
  func approvalBeforeAndAfter() throws {
    var fleet = try fleet(
      stages {
        $0.stages[0].before = [.approval(ApprovalRule())]
        $0.stages[0].after = [.approval(ApprovalRule())]
      }, members(2))
    fleet.pass()
    try fleet.give(.approve(stage: nil), by: "ann")
    fleet.pass()
    fleet.say("c00")
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.stages[0].state == .soaking)
    #expect(fleet.events.contains { $0.kind == "stage.soaking" })
    try fleet.give(.approve(stage: nil), by: "ann")
    fleet.pass()
    #expect(fleet.run.state == .succeeded)
  }

  @Test("V5 a cluster of which one target waits for a retry counts as what its others are when the run ends")
  func cancelledBesideOthers() throws {
    let two = [member("a", id: 1, target: "api"), member("a", id: 2, target: "web"), member("b", id: 3)]
    var fleet = try fleet(
      strategy([stage("all", .rest, at: .count(1)) { $0.failureBudget = .count(1) }]), two)
    fleet.pass()
    fleet.say("a")
    fleet.degradeFirstTarget()
    fleet.pass()
    try fleet.give(.pause)
    try fleet.give(.retry(["a"]))
    try fleet.give(.abort(hold: true))
    fleet.say("b")
    fleet.pass()
    #expect(fleet.units[0].steps.map(\.state) == [.cancelled, .soaking])
    #expect(fleet.stages[0].counters[.soaking] == 2)
    #expect(fleet.stages[0].counters.everFailed == 1, "a retry does not make a failure undone")
  }

  @Test("R30 new members are onboarded under the last good release, whose bundle they get")
  func onboardRelease() throws {
    var new = member("c90", id: 91, running: nil)
    new.lastGoodReleaseBundle = digest(5)
    let input = startInput(stages(), members(3, bundle: 1) + [new])
    guard case .run(let frozen) = decideStart(input) else {
      Issue.record("not onboarded")
      return
    }
    #expect(frozen.run.release == 1)
  }
}

extension Fleet {
  /// The first target of the first unit is degraded, whatever its others are.
  fileprivate mutating func degradeFirstTarget() {
    let others = units[0].steps.dropFirst().map(\.report)
    degrade(units[0].clusterName)
    for (index, report) in others.enumerated() { units[0].steps[index + 1].report = report }
  }
}
