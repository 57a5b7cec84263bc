import FleetModel
import FleetPlanner
import Testing

@Suite("Retrying and waiving failures: R18")
struct RetryTests {
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

  @Test("R17 who commands a run that has ended is told of undo, unless it has been taken back already")
  func hintAfterEnd() throws {
    func hint(_ state: RolloutState, _ kind: RolloutKindOfRun = .rollout) throws -> String? {
      var fleet = try fleet(plain(), members(2))
      fleet.run.state = state
      fleet.run.kind = kind
      return #expect(throws: CommandRefusal.self) { try fleet.give(.pause) }?.hint
    }
    #expect(try hint(.succeeded) == "`flotilla rollout undo shop/7` starts a run back")
    #expect(try hint(.rollbackFailed) == "`flotilla rollout undo shop/7` starts a run back")
    #expect(try hint(.rolledBack) == "")
    #expect(try hint(.succeeded, .undo) == "")
  }

  @Test("R18 resume of a halted run is refused while the run's own budget is exceeded")
  func runBudget() throws {
    let rules = strategy([stage("all", .rest, at: .count(2)) { $0.failureBudget = .count(5) }]) {
      $0.budgets.failures = .count(0)
      $0.onFailure = FailurePolicy(action: .pause)
    }
    var fleet = try fleet(rules, members(4))
    fleet.pass()
    fleet.degrade("c00")
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.run.state == .halted)
    #expect(fleet.run.breach?.cause.contains("1 cluster failed, the run allows 0") == true)
    let refusal = #expect(throws: CommandRefusal.self) { try fleet.give(.resume) }
    #expect(refusal?.message == "1 failed, the run allows 0")
  }

  @Test("R14 a person starts no second run of the release that a run goes to")
  func startedAlready() throws {
    var input = startInput(plain(), members(2))
    input.activeRun = StartInput.ActiveRun(
      id: 1, displayName: "shop/7", kind: .rollout, state: .running, release: input.release,
      hasOpenedLaterStage: false, strategy: plain())
    let request = StartRequest(principal: "kim", reason: "")
    #expect(decideStart(input, request: request) == .waits("shop/7 goes to \(input.releaseName) already"))
    input.release = 9
    #expect(decideStart(input, request: request) != .waits("shop/7 goes to \(input.releaseName) already"))
  }

  @Test("R18 of a run that is being aborted no failure is waived or tried again")
  func waivedWhileAborting() throws {
    var fleet = try fleet(plain(), members(6))
    fleet.pass()
    fleet.degrade("c00")
    fleet.pass()
    try fleet.give(.abort(hold: false))
    #expect(fleet.run.state == .halting)
    for command in [RolloutCommand.waive(["c00"]), .retry(["c00"])] {
      #expect(throws: CommandRefusal.self) { try fleet.give(command, reason: "known") }
    }
  }

  @Test("R3 the order in which a run's clusters are handed to the planner changes nothing")
  func anyOrder() throws {
    var fleet = try fleet(plain(), members(6))
    fleet.pass()
    fleet.say("c01")
    fleet.say("c00")
    var turned = fleet.input
    turned.units.reverse()
    let (one, other) = (plan(fleet.input), plan(turned))
    #expect(one.steps == other.steps && !one.steps.isEmpty)
    #expect(one.report == other.report)
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
    let told = fleet.events.count
    try fleet.give(.undo)
    #expect(fleet.events.count == told, "it goes back already")
  }
}
