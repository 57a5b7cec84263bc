import FleetModel
import FleetPlanner
import Testing

@Suite("Requests for approval that nobody answers: R19")
struct ApprovalTimeoutTests {
  private func asking(_ configure: (inout ApprovalRule) -> Void = { _ in }) throws -> Fleet {
    var rule = ApprovalRule(timeout: .seconds(3600))
    configure(&rule)
    var fleet = try fleet(strategy([stage("all", .rest) { $0.before = [.approval(rule)] }]), members(2))
    fleet.pass()
    return fleet
  }

  @Test("R19 a request waits for its timeout, says until when, and then halts the run without a hold")
  func halts() throws {
    var fleet = try asking()
    let due = fleet.now + .seconds(3600)
    #expect(fleet.report.waiting.first?.nextChange == due)
    #expect(fleet.lastPlan?.nextWake == due)
    fleet.advance(.milliseconds(3_599_999))
    fleet.pass()
    #expect(fleet.run.state == .running)
    fleet.advance(.milliseconds(1))
    fleet.pass()
    #expect(fleet.run.state == .halted)
    #expect(fleet.hold == nil)
    #expect(fleet.report.waiting.map(\.message) == ["approval timed out: nobody gave the approval within 1h"])
    #expect(fleet.reasons() == [.approval])
  }

  @Test("R19 resume asks anew for the whole time, and the stage still needs its approval and its successes")
  func asksAnew() throws {
    var fleet = try asking()
    fleet.advance(.seconds(3600))
    fleet.pass()
    try fleet.give(.resume)
    fleet.pass()
    #expect(fleet.run.state == .running && fleet.stages[0].state == .gated)
    #expect(fleet.stages[0].minSucceeded == 1)
    fleet.advance(.seconds(3599))
    try fleet.give(.approve(stage: nil))
    fleet.pass()
    #expect(fleet.inFlight == ["c00"])
  }

  @Test("R19 an approval that lapses makes a new request, with its own time")
  func lapses() throws {
    var fleet = try asking {
      $0.count = 2
      $0.expiresAfter = .seconds(1800)
    }
    fleet.advance(.seconds(1200))
    try fleet.give(.approve(stage: nil))
    fleet.pass()
    // The approval of 1200 has lapsed at 3000; the request of then runs out at 6600.
    fleet.advance(.seconds(2400))
    fleet.pass()
    #expect(fleet.run.state == .running)
    fleet.advance(.seconds(2999))
    fleet.pass()
    #expect(fleet.run.state == .running)
    fleet.advance(.seconds(1))
    fleet.pass()
    #expect(fleet.run.state == .halted)
  }

  @Test("R19 in the very moment in which an approval lapses it is asked for anew, not in vain")
  func lapsesJustNow() throws {
    var fleet = try asking {
      $0.count = 2
      $0.expiresAfter = .seconds(3600)
    }
    try fleet.give(.approve(stage: nil))
    fleet.advance(.seconds(3600))
    fleet.pass()
    #expect(fleet.run.state == .running)
    #expect(fleet.report.waiting.first?.nextChange == fleet.now + .seconds(3600))
  }

  @Test("R19 taking back an approval asks anew where somebody is asked, and nowhere else")
  func revoked() throws {
    var fleet = try asking { $0.count = 2 }
    try fleet.give(.approve(stage: nil))
    fleet.advance(.seconds(60))
    try fleet.give(.revokeApproval(stage: nil))
    #expect(fleet.stages[0].askedAt == fleet.now)

    let rule = ApprovalRule(count: 2, timeout: .seconds(60))
    var early = try FleetPlannerTests.fleet(
      strategy([stage("canary", .count(1)), stage("rest", .rest) { $0.before = [.approval(rule)] }]), members(3))
    early.pass()
    try early.give(.approve(stage: "rest"))
    try early.give(.revokeApproval(stage: "rest"))
    #expect(early.stages[1].askedAt == nil)
  }

  @Test("R19 gates after a stage are asked for from its soak on")
  func afterTheStage() throws {
    var fleet = try fleet(
      strategy([stage("all", .rest, at: .count(2)) { $0.after = [.approval(ApprovalRule(timeout: .seconds(60)))] }]),
      members(2))
    fleet.pass()
    fleet.advance(.seconds(300))
    fleet.say("c00")
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.stages[0].state == .soaking)
    fleet.advance(.seconds(60))
    fleet.pass()
    #expect(fleet.run.state == .halted)
    #expect(fleet.stages[0].haltReason == "approval timed out: nobody gave the approval within 1m")
  }

  @Test("R19 a request after a stage runs out while the stage still soaks")
  func duringSoak() throws {
    var fleet = try fleet(
      strategy([
        stage("all", .rest, at: .count(2)) {
          $0.soak = .seconds(3600)
          $0.after = [.approval(ApprovalRule(timeout: .seconds(60)))]
        }
      ]), members(2))
    fleet.pass()
    fleet.say("c00")
    fleet.say("c01")
    fleet.pass()
    fleet.advance(.seconds(60))
    fleet.pass()
    #expect(fleet.run.state == .halted)
  }

  @Test("R19 a stage whose turn is taken by a retry before it asks anew, for the whole time")
  func losesItsTurn() throws {
    let rules = strategy([
      stage("first", .names(["c00"])),
      stage("rest", .rest) { $0.before = [.approval(ApprovalRule(timeout: .seconds(3600)))] },
    ])
    var fleet = try fleet(rules, members(2))
    fleet.succeedAll()
    #expect(fleet.stages.map(\.state) == [.passed, .gated])
    fleet.advance(.seconds(1800))
    fleet.degrade("c00")
    fleet.pass()
    #expect(fleet.run.state == .halted)
    try fleet.give(.retry([]))
    try fleet.give(.resume)
    fleet.pass()
    #expect(fleet.stages.map(\.state) == [.open, .gated])
    fleet.advance(.seconds(3000))
    fleet.say("c00")
    fleet.pass()
    #expect(fleet.stages.map(\.state) == [.passed, .gated])
    #expect(fleet.report.waiting.first?.nextChange == fleet.now + .seconds(3600))
    fleet.advance(.seconds(3599))
    fleet.pass()
    #expect(fleet.run.state == .running)
    fleet.advance(.seconds(1))
    fleet.pass()
    #expect(fleet.run.state == .halted)
  }
}
