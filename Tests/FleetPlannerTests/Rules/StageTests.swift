import FleetModel
import FleetPlanner
import Testing

private func twoStages(
  _ configure: (inout RolloutStrategy) -> Void = { _ in }, canary: (inout StageStrategy) -> Void = { _ in }
) -> RolloutStrategy {
  strategy(
    [
      stage("canary", .clusters(LabelSelector(matchLabels: ["canary": "true"])), at: .count(2), canary),
      stage("rest", .rest, at: .count(2)),
    ], configure)
}

private var sevenMembers: [StartMember] { members(2, labels: ["canary": "true"]) + members(5, from: 2) }

@Suite("Stages: R7, R8, R9, R19")
struct StageTests {
  @Test("R8 stage by stage under the slots, to Succeeded; last known good moves at the end (R12)")
  func wholeRun() throws {
    var fleet = try fleet(twoStages(), sevenMembers)
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c01"])
    #expect(fleet.reasons() == [.report, .earlierStage])
    fleet.say("c00")
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.stages.map(\.state) == [.passed, .open])
    #expect(fleet.inFlight == ["c02", "c03"])
    fleet.succeedAll()
    #expect(fleet.run.state == .succeeded)
    #expect(fleet.movedLastKnownGood)
    #expect(fleet.states() == Array(repeating: .succeeded, count: 7))
  }

  @Test("R9 healthy counts only for minReady without a break")
  func minReady() throws {
    var fleet = try fleet(twoStages(), sevenMembers)
    fleet.pass()
    fleet.say("c00", readyFor: .seconds(9))
    fleet.pass()
    #expect(fleet.state(of: "c00") == .verifying)
    #expect(fleet.reasons().contains(.minReady))
    fleet.say("c00", health: .progressing)
    fleet.pass()
    #expect(fleet.state(of: "c00") == .verifying)
    fleet.say("c00", readyFor: .seconds(10))
    fleet.pass()
    #expect(fleet.state(of: "c00") == .soaking)
  }

  @Test("R9 a report of another generation changes nothing")
  func fenced() throws {
    var fleet = try fleet(twoStages(), sevenMembers)
    fleet.pass()
    // The store gives only reports at the order's generation; without one nothing moves.
    fleet.pass()
    #expect(fleet.states(0) == [.dispatched, .dispatched])
  }

  @Test("R8 the soak starts when the last step leaves Verifying, and runs on while paused (R17)")
  func soak() throws {
    var fleet = try fleet(twoStages(canary: { $0.soak = .seconds(60) }), sevenMembers)
    fleet.pass()
    fleet.say("c00")
    fleet.pass()
    fleet.advance(.seconds(30))
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.stages[0].state == .soaking)
    #expect(fleet.reasons() == [.soak, .earlierStage])
    #expect(fleet.lastPlan?.nextWake == fleet.now + .seconds(60))
    try fleet.give(.pause)
    fleet.advance(.seconds(60))
    fleet.pass()
    #expect(fleet.stages[0].state == .passed)
    #expect(fleet.inFlight == [])
    try fleet.give(.resume)
    fleet.pass()
    #expect(fleet.inFlight == ["c02", "c03"])
  }

  @Test("R12 last known good stays what it was until the stage has passed its soak")
  func lastKnownGoodAfterSoak() throws {
    var fleet = try fleet(strategy([stage("all", .rest)]) { $0.stages[0].soak = .seconds(60) }, members(1))
    fleet.pass()
    fleet.say("c00")
    fleet.pass()
    #expect(fleet.stages[0].state == .soaking)
    #expect(!fleet.movedLastKnownGood)
    fleet.advance(.seconds(60))
    fleet.pass()
    #expect(fleet.run.state == .succeeded)
    #expect(fleet.movedLastKnownGood)
    #expect(fleet.lastPlan?.bulk.contains { $0.to == .unreachable } == false, "nobody was passed over")
    // What happens to a cluster after the run is no matter of the run.
    fleet.degrade("c00")
    fleet.pass()
    #expect(fleet.lastPlan?.steps == [] && fleet.lastPlan?.stages == [])
  }

  @Test("R7 nothing to dispatch: the stage passes; `whenUnchanged: pause` pauses")
  func emptyStage() throws {
    let unchangedCanary = members(2, labels: ["canary": "true"], bundle: 1) + members(3, from: 2)
    var passing = try fleet(twoStages(), unchangedCanary)
    passing.pass()
    #expect(passing.stages[0].state == .empty)
    #expect(passing.inFlight == ["c02", "c03"])
    var pausing = try fleet(twoStages(canary: { $0.whenUnchanged = .pause }), unchangedCanary)
    pausing.pass()
    #expect(pausing.run.state == .paused)
    #expect(pausing.inFlight == [])
    try pausing.give(.resume)
    pausing.pass()
    #expect(pausing.inFlight == ["c02", "c03"])
  }

  @Test("R7 `whenUnchanged: pause` pauses only when somebody follows who would be tested by nothing")
  func emptyLastStage() throws {
    let unchangedRest = members(2, labels: ["canary": "true"]) + members(3, from: 2, bundle: 1)
    let pausing = strategy(twoStages().stages) { $0.stages[1].whenUnchanged = .pause }
    var fleet = try fleet(pausing, unchangedRest)
    fleet.succeedAll()
    #expect(fleet.run.state == .succeeded)
    #expect(!fleet.events.contains { $0.kind == "rollout.paused" })
  }

  @Test("R7 until one cluster is healthy only one is in flight, in whatever stage")
  func firstAlone() throws {
    var fleet = try fleet(strategy([stage("all", .rest, at: .count(4))], firstAlone: true), members(6))
    fleet.pass()
    #expect(fleet.inFlight == ["c00"])
    #expect(fleet.reasons().contains(.firstAlone))
    fleet.say("c00")
    fleet.pass()
    #expect(fleet.inFlight == ["c01", "c02", "c03", "c04"])
  }

  @Test("R7 who waits for the only slot of a stage does not wait for the first cluster of the run")
  func firstAloneInOneSlot() throws {
    var fleet = try fleet(strategy([stage("all", .rest, at: .count(1))], firstAlone: true), members(3))
    fleet.pass()
    #expect(fleet.reasons().contains(.slot) && !fleet.reasons().contains(.firstAlone))
  }

  @Test("R7 a stage that nobody tested halts; a person may let it pass")
  func untested() throws {
    var fleet = try fleet(twoStages({ $0.budgets.unreachable = .percent(100) }), sevenMembers)
    fleet.silence("c00", for: .seconds(400))
    fleet.silence("c01", for: .seconds(400))
    fleet.pass()
    #expect(fleet.run.state == .halted)
    #expect(fleet.reasons().contains(.untested))
    #expect(fleet.states(0) == [.unreachable, .unreachable])
    try fleet.give(.resume)
    fleet.pass()
    #expect(fleet.inFlight == ["c02", "c03"])
  }

  @Test("R19 a gate before the stage: groups, count, one person counts once, authors are excluded")
  func approval() throws {
    let rule = ApprovalRule(groups: ["sre"], count: 2, notAuthor: true)
    var fleet = try fleet(twoStages(canary: { $0.before = [.approval(rule)] }), sevenMembers)
    fleet.pass()
    #expect(fleet.stages[0].state == .gated)
    #expect(fleet.reasons() == [.approval, .earlierStage])
    #expect(throws: CommandRefusal.self) { try fleet.give(.approve(stage: nil), by: "jo", groups: ["dev"]) }
    var author = CommandGiver(name: "kim", groups: ["sre"])
    author.gitIdentities = ["kim@example.com"]
    #expect(throws: CommandRefusal.self) { try command(.approve(stage: nil), on: fleet.input, by: author) }
    try fleet.give(.approve(stage: nil), by: "ann", groups: ["sre"])
    try fleet.give(.approve(stage: "canary"), by: "ann", groups: ["sre"])
    fleet.pass()
    #expect(fleet.stages[0].state == .gated)
    try fleet.give(.approve(stage: nil), by: "bob", groups: ["sre"])
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c01"])
  }

  @Test("R19 an approval is taken back by whoever gave it, until the stage has opened")
  func revocation() throws {
    var fleet = try fleet(twoStages(canary: { $0.before = [.approval(ApprovalRule(count: 2))] }), sevenMembers)
    fleet.pass()
    #expect(throws: CommandRefusal.self) { try fleet.give(.revokeApproval(stage: nil), by: "ann") }
    try fleet.give(.approve(stage: nil), by: "ann")
    #expect(throws: CommandRefusal.self) { try fleet.give(.revokeApproval(stage: nil), by: "bob") }
    try fleet.give(.revokeApproval(stage: "canary"), by: "ann")
    try fleet.give(.approve(stage: nil), by: "bob")
    fleet.pass()
    #expect(fleet.stages[0].state == .gated)
    try fleet.give(.approve(stage: nil), by: "ann")
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c01"])
    #expect(throws: CommandRefusal.self) { try fleet.give(.revokeApproval(stage: nil), by: "ann") }
  }

  @Test("R19 what was approved after a stage cannot be taken back when the stage has passed")
  func revokeAfterPassing() throws {
    let gate = Gate.approval(ApprovalRule(count: 1, notAuthor: false))
    var fleet = try fleet(twoStages(canary: { $0.after = [gate] }), sevenMembers)
    fleet.pass()
    fleet.say("c00")
    fleet.say("c01")
    fleet.pass()
    try fleet.give(.approve(stage: "canary"), by: "ann")
    fleet.pass()
    #expect(fleet.stages[0].state == .passed)
    #expect(throws: CommandRefusal.self) { try fleet.give(.revokeApproval(stage: "canary"), by: "ann") }
  }

  @Test("R19 an author whom no token knows doubles what notAuthor asks for")
  func unknownAuthor() throws {
    for (notAuthor, needed) in [(true, 2), (false, 1)] {
      var fleet = try fleet(
        twoStages(canary: { $0.before = [.approval(ApprovalRule(notAuthor: notAuthor))] }), sevenMembers)
      fleet.run.unknownAuthors = ["Stranger <stranger@example.com>"]
      fleet.pass()
      let message = try #require(fleet.report.waiting.first { $0.reason == .approval }).message
      #expect(message.hasPrefix("\(needed) approval"))
      #expect(message.contains("no token is known for Stranger") == notAuthor)
      for person in ["ann", "bob"].prefix(needed) {
        #expect(fleet.stages[0].state == .gated)
        try fleet.give(.approve(stage: nil), by: person)
        fleet.pass()
      }
      #expect(fleet.inFlight == ["c00", "c01"])
    }
  }

  @Test("R19 an approval lapses when its stage has not opened in time")
  func approvalExpires() throws {
    let rule = ApprovalRule(count: 2, expiresAfter: .seconds(3600))
    var fleet = try fleet(twoStages(canary: { $0.before = [.approval(rule)] }), sevenMembers)
    try fleet.give(.approve(stage: "canary"), by: "ann")
    fleet.advance(.seconds(3600))
    try fleet.give(.approve(stage: "canary"), by: "bob")
    fleet.pass()
    #expect(fleet.stages[0].state == .gated)
  }

  @Test("R20 a gate after the stage: it passes when the soak is over and all gates are met")
  func after() throws {
    var fleet = try fleet(
      twoStages(canary: { stage in
        stage.soak = .seconds(10)
        stage.after = [.approval(ApprovalRule())]
      }), sevenMembers)
    fleet.succeedAll()
    #expect(fleet.stages[0].state == .soaking)
    fleet.advance(.seconds(10))
    fleet.pass()
    #expect(fleet.stages[0].state == .soaking)
    #expect(fleet.reasons() == [.approval, .earlierStage])
    try fleet.give(.approve(stage: nil), by: "ann")
    fleet.pass()
    #expect(fleet.stages[0].state == .passed)
  }

  @Test("limits: in flight per value of a label")
  func limits() throws {
    let eu = members(3, labels: ["region": "eu"])
    let us = members(3, from: 3, labels: ["region": "us"])
    var fleet = try fleet(
      strategy([stage("all", .rest, at: .count(6))]) { $0.limits = [LabelLimit(label: "region", maxInFlight: 1)] },
      eu + us)
    fleet.pass()
    #expect(fleet.inFlight == ["c00", "c03"])
    #expect(fleet.reasons().contains(.limit))
    fleet.say("c00")
    fleet.pass()
    #expect(fleet.inFlight == ["c01", "c03"])
  }

  @Test("R5 a removed member frees its slot and its workloads stay")
  func removed() throws {
    var fleet = try fleet(twoStages(), sevenMembers)
    fleet.pass()
    fleet.units[0].isRemoved = true
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.state(of: "c00") == .removed)
    #expect(fleet.stages[0].state == .passed)
    fleet.succeedAll()
    #expect(fleet.run.state == .succeeded)
    #expect(fleet.stages[0].counters.total == 2)
  }

  @Test("R31 a cordoned cluster is passed over and counted apart")
  func cordoned() throws {
    var fleet = try fleet(twoStages(), sevenMembers)
    fleet.units[4].cordonReason = "disk swap"
    fleet.succeedAll()
    #expect(fleet.state(of: "c04") == .skipped)
    #expect(fleet.run.state == .succeededWithUnreachable)
  }
}
