import FleetModel
import FleetPlanner
import Testing

private func oneByOne(
  _ action: FailurePolicy.Action = .rollback, scope: FailurePolicy.Scope = .all, budget: IntOrPercent = .count(0),
  at once: IntOrPercent = .count(2)
) -> RolloutStrategy {
  strategy([
    stage("canary", .count(2), at: once) { $0.failureBudget = budget },
    stage("rest", .rest, at: once) { $0.failureBudget = budget },
  ]) { $0.onFailure = FailurePolicy(action: action, scope: scope) }
}

@Suite("Failures and going back: R10, R11, R13, R14, R15")
struct FailureTests {
  @Test("R10 Degraded for failFast is a failure, less is not")
  func failFast() throws {
    var fleet = try fleet(oneByOne(.pause), members(4))
    fleet.pass()
    fleet.say("c00", health: .degraded, degradedFor: .seconds(119))
    fleet.pass()
    #expect(fleet.state(of: "c00") == .verifying)
    fleet.say("c00", health: .degraded, degradedFor: .seconds(120), message: "Deployment web: CrashLoopBackOff")
    fleet.pass()
    #expect(fleet.state(of: "c00") == .failed)
    #expect(fleet.run.breach?.cause.contains("Deployment web: CrashLoopBackOff") == true)
  }

  @Test("R10 the deadline counts from dispatch, is not reset by flapping, and needs a report after it")
  func deadline() throws {
    var fleet = try fleet(oneByOne(.pause), members(4))
    fleet.pass()
    fleet.say("c00", health: .progressing)
    fleet.advance(.seconds(599))
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.state(of: "c00") == .verifying)
    fleet.advance(.seconds(1))
    fleet.pass()
    #expect(fleet.state(of: "c00") == .verifying, "the last report is from before the deadline")
    fleet.say("c00", health: .progressing, message: "Deployment web: 0 of 1 ready")
    fleet.pass()
    #expect(fleet.state(of: "c00") == .failed)
    #expect(fleet.run.breach?.cause.contains("not ready within 10m: Deployment web: 0 of 1 ready") == true)
  }

  @Test("R10 a cluster that polls and never reports fails after its deadline too")
  func mute() throws {
    var fleet = try fleet(oneByOne(.pause), members(4))
    fleet.pass()
    fleet.advance(.seconds(631))
    fleet.pass()
    #expect(fleet.state(of: "c00") == .failed)
  }

  @Test("R10 a success that arrives after the verdict changes nothing; R13 it does not undo the breach")
  func lateSuccess() throws {
    var fleet = try fleet(oneByOne(.pause), members(4))
    fleet.pass()
    fleet.degrade("c00")
    fleet.pass()
    #expect(fleet.run.state == .halting)
    fleet.say("c00")
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.state(of: "c00") == .failed)
    #expect(fleet.run.state == .halted)
    #expect(fleet.inFlight == [])
  }

  @Test("R10 a terminal error fails at once")
  func terminal() throws {
    var fleet = try fleet(oneByOne(.pause), members(4))
    fleet.pass()
    fleet.say("c00", .failed, health: .unknown, message: "admission denied: no")
    fleet.pass()
    #expect(fleet.state(of: "c00") == .failed)
  }

  @Test("R11 a regression during the soak, or of an earlier stage, fails the step it belongs to")
  func regression() throws {
    var fleet = try fleet(oneByOne(.pause), members(6))
    fleet.pass()
    fleet.say("c00")
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.stages[0].state == .passed)
    fleet.degrade("c00", message: "OOMKilled")
    fleet.pass()
    #expect(fleet.state(of: "c00") == .failed)
    #expect(fleet.run.breach?.stage == 0)
    #expect(fleet.run.breach?.cause.contains("regressed after it was ready: OOMKilled") == true)
  }

  @Test("R13 more failures than allowed: nothing new from that instant")
  func breach() throws {
    var fleet = try fleet(oneByOne(.pause, budget: .count(1)), members(8))
    fleet.pass()
    fleet.degrade("c00")
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.run.state == .running, "one failure is allowed")
    #expect(fleet.inFlight == ["c02", "c03"])
    fleet.degrade("c02")
    fleet.pass()
    #expect(fleet.run.state == .running, "the budget is the stage's: one failure in each")
    #expect(fleet.inFlight == ["c03", "c04"])
    fleet.degrade("c03")
    fleet.pass()
    #expect(fleet.run.state == .halting)
    #expect(fleet.inFlight == ["c04"])
    fleet.say("c04")
    fleet.pass()
    #expect(fleet.run.state == .halted)
    #expect(fleet.states().filter { $0 == .pending }.count == 3)
  }

  @Test("R13 the run's own budget counts over all stages")
  func runBudget() throws {
    var strategy = oneByOne(.pause, budget: .count(1))
    strategy.budgets.failures = .count(1)
    var fleet = try fleet(strategy, members(8))
    fleet.pass()
    fleet.degrade("c00")
    fleet.say("c01")
    fleet.pass()
    fleet.degrade("c02")
    fleet.pass()
    #expect(fleet.run.breach?.cause.hasPrefix("2 clusters failed, the run allows 1") == true)
  }

  @Test("R13 the run's budget halts the last stage that has failures, and the cause is one of them")
  func runBudgetsStage() throws {
    var strategy = strategy([
      stage("canary", .count(2)) { $0.failureBudget = .count(2) }, stage("rest", .rest),
    ]) { $0.onFailure = FailurePolicy(action: .pause) }
    strategy.budgets.failures = .count(0)
    var fleet = try fleet(strategy, members(4))
    fleet.pass()
    fleet.degrade("c00", message: "Deployment web: CrashLoopBackOff")
    fleet.pass()
    #expect(fleet.run.breach?.stage == 0)
    #expect(
      fleet.run.breach?.cause == "1 cluster failed, the run allows 0: c00 Deployment web: CrashLoopBackOff")
  }

  @Test("R13 the cause is the target that failed, not another one of its cluster")
  func causeOfSeveralTargets() throws {
    let both = [member("c00", id: 1, target: "a"), member("c00", id: 2, target: "b")]
    var fleet = try fleet(strategy([stage("all", .rest)]) { $0.onFailure = FailurePolicy(action: .pause) }, both)
    fleet.pass()
    fleet.say("c00")
    let healthy = fleet.units[0].steps[0].report
    fleet.degrade("c00", message: "Deployment b: CrashLoopBackOff")
    fleet.units[0].steps[0].report = healthy
    fleet.pass()
    #expect(fleet.run.breach?.cause.hasSuffix(": c00 Deployment b: CrashLoopBackOff") == true)
  }

  @Test("R17 an abort of a run that goes back waits for what still goes forward")
  func abortWhileGoingBack() throws {
    var fleet = try fleet(oneByOne(scope: .failed), members(8))
    fleet.pass()
    fleet.degrade("c00")
    fleet.pass()
    fleet.say("c00")
    fleet.pass()
    #expect(fleet.run.state == .rollingBack)
    #expect(fleet.state(of: "c00") == .rolledBack)
    #expect(fleet.inFlight == ["c01"], "only who failed goes back")
    try fleet.give(.abort(hold: true))
    fleet.pass()
    #expect(fleet.run.state == .rollingBack, "it has not ended")
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.run.state == .aborted)
  }

  @Test("R14 rollback: each changed member to its own `before`, in flight and failed ones at once; then on hold")
  func rollback() throws {
    var fleet = try fleet(oneByOne(), members(8))
    fleet.pass()
    fleet.say("c00")
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.inFlight == ["c02", "c03"])
    fleet.degrade("c02")
    fleet.pass()
    #expect(fleet.run.state == .rollingBack)
    #expect(fleet.inFlight == ["c02", "c03"], "recalled, not waited for")
    let orders = fleet.lastPlan?.steps.compactMap(\.order) ?? []
    #expect(orders.allSatisfy { $0.direction == .rollback && $0.placed.bundle == digest(1) })
    fleet.say("c02")
    fleet.say("c03")
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c01"], "the earlier stage after the later one")
    fleet.say("c00")
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.run.state == .rolledBack)
    #expect(fleet.hold != nil)
    #expect(!fleet.movedLastKnownGood)
    #expect(fleet.states() == Array(repeating: .rolledBack, count: 4) + Array(repeating: .cancelled, count: 4))
    #expect(fleet.stages.map(\.counters.everFailed) == [0, 1])
  }

  @Test(
    "R14 scope: the failed ones, the stage and later ones, or all",
    arguments: [
      (FailurePolicy.Scope.failed, 1), (.stage, 2), (.all, 4),
    ])
  func scope(scope: FailurePolicy.Scope, expected: Int) throws {
    var fleet = try fleet(oneByOne(scope: scope), members(8))
    fleet.pass()
    fleet.say("c00")
    fleet.say("c01")
    fleet.pass()
    fleet.say("c03", readyFor: .seconds(9))
    fleet.degrade("c02")
    fleet.succeedRollback()
    #expect(fleet.run.state == .rolledBack)
    #expect(fleet.states().filter { $0 == .rolledBack }.count == expected)
  }

  @Test("R14 a member that ran nothing before keeps its workload and is named")
  func keptNew() throws {
    let new = member("c00", id: 1, running: nil)
    var fleet = try fleet(oneByOne(), [new] + members(3, from: 1))
    fleet.pass()
    fleet.degrade("c00")
    fleet.say("c01")
    fleet.succeedRollback()
    #expect(fleet.run.state == .rolledBack)
    #expect(fleet.state(of: "c00") == .failed)
    #expect(fleet.events.contains { $0.kind == "step.kept" && $0.message.contains("c00") })
  }

  @Test("R14 a member whose rollback fails is named and not tried again; the others go on")
  func rollbackFails() throws {
    var fleet = try fleet(oneByOne(), members(8))
    fleet.pass()
    fleet.degrade("c00")
    fleet.pass()
    fleet.degrade("c00")
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.state(of: "c00") == .rollbackFailed)
    #expect(fleet.state(of: "c01") == .rolledBack)
    #expect(fleet.run.state == .rollbackFailed)
  }

  @Test("R14 a run that an operator had paused waits with its rollback")
  func pausedRollback() throws {
    var fleet = try fleet(oneByOne(), members(8))
    fleet.pass()
    try fleet.give(.pause)
    fleet.degrade("c00")
    fleet.pass()
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.run.state == .halted)
    #expect(fleet.inFlight == [])
    try fleet.give(.resume)
    fleet.succeedRollback()
    #expect(fleet.run.state == .rolledBack)
  }

  @Test("R15 lost after dispatch counts as failed and as unreachable, and a late success gives it back")
  func lost() throws {
    var fleet = try fleet(oneByOne(.pause, budget: .count(1)), members(20))
    fleet.pass()
    fleet.silence("c00", for: .seconds(300))
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.state(of: "c00") == .lost)
    #expect(fleet.stages[0].counters.failing == 1)
    #expect(fleet.stages[0].counters.unreachable == 1)
    fleet.silence("c00", for: .zero)
    fleet.say("c00")
    fleet.pass()
    #expect(fleet.stages[0].counters.failing == 0)
    #expect([.soaking, .succeeded].contains(fleet.state(of: "c00")))
  }

  @Test("R15 a lost cluster that is back after its stage has passed, without a success, gets no order of this run")
  func backTooLate() throws {
    var fleet = try fleet(oneByOne(.pause, budget: .count(1)), members(20))
    fleet.pass()
    fleet.silence("c00", for: .seconds(300))
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.stages[0].state == .passed)
    fleet.silence("c00", for: .zero)
    fleet.say("c00", .applying, health: .progressing)
    fleet.pass()
    #expect(fleet.state(of: "c00") == .lost)
    #expect(!fleet.inFlight.contains("c00"))
  }

  @Test("R17 a paused run passes over nobody")
  func awayWhilePaused() throws {
    var fleet = try fleet(oneByOne(.pause, budget: .count(1)), members(20))
    fleet.pass()
    try fleet.give(.pause)
    fleet.silence("c02", for: .seconds(300))
    fleet.say("c00")
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.stages[0].state == .passed)
    #expect(fleet.state(of: "c02") == .pending)
  }

  @Test("R14 as many go back at once as the stage has slots, whatever others of them do")
  func backUnderSlots() throws {
    var fleet = try fleet(strategy([stage("all", .rest, at: .count(4))]), members(12))
    for _ in 0..<3 {
      fleet.pass()
      for cluster in fleet.inFlight { fleet.say(cluster) }
    }
    try fleet.give(.undo)
    fleet.pass()
    func goingBack() -> [ClusterName] { fleet.units.filter { $0.state == .rollingBack }.map(\.clusterName) }
    let first = goingBack()
    #expect(first.count == 4)
    fleet.say(first[0])
    fleet.pass()
    #expect(goingBack().count == 4, "the next takes the slot that is free, and the three on their way are no failures")
  }

  @Test(
    "R15 away before dispatch: skip goes on, hold waits, fail counts",
    arguments: [
      (StageStrategy.UnreachablePolicy.skip, StepState.unreachable), (.hold, .pending), (.fail, .failed),
    ])
  func away(policy: StageStrategy.UnreachablePolicy, expected: StepState) throws {
    var strategy = oneByOne(.pause, budget: .count(1))
    strategy.stages[0].unreachable = policy
    var fleet = try fleet(strategy, members(20))
    fleet.silence("c00", for: .seconds(300))
    fleet.pass()
    #expect(fleet.state(of: "c00") == expected)
    #expect(fleet.inFlight == ["c01"])
  }

  @Test("R15 when more are away than the budget allows, the run pauses at the first too many; the rest keep their turn")
  func awayBeyondBudget() throws {
    var strategy = strategy([stage("all", .rest, at: .count(8))])
    strategy.budgets.unreachable = .count(1)
    var fleet = try fleet(strategy, members(8))
    for cluster in fleet.units.map(\.clusterName) { fleet.silence(cluster, for: .seconds(300)) }
    fleet.pass()
    #expect(fleet.run.state == .paused)
    #expect(fleet.states().filter { $0 == .unreachable }.count == 2)
    #expect(fleet.states().filter { $0 == .pending }.count == 6)
  }

  @Test("R15 a breach of the unreachable budget alone pauses the run, it never rolls back")
  func unreachableBudget() throws {
    var fleet = try fleet(oneByOne(), members(8))
    fleet.silence("c00", for: .seconds(300))
    fleet.pass()
    #expect(fleet.run.state == .paused)
    #expect(fleet.run.breach == nil)
  }

  @Test("R27 every order's generation is above every one known")
  func generations() throws {
    var fleet = try fleet(oneByOne(), members(4))
    fleet.units[0].steps[0].highestGeneration = Generation(epoch: 3, counter: 41)
    fleet.pass()
    #expect(fleet.units[0].steps[0].highestGeneration == Generation(epoch: 3, counter: 42))
    #expect(fleet.units[1].steps[0].highestGeneration == Generation(epoch: 1, counter: 2))
  }
}

extension Fleet {
  /// Every cluster that goes back reports that it is healthy there, until the rollback has ended.
  mutating func succeedRollback() {
    pass()
    for _ in 0..<20 where !run.state.isEnd {
      for cluster in inFlight { say(cluster) }
      pass()
    }
  }
}
