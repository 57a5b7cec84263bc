import FleetModel
import FleetPlanner
import Testing

/// A fleet that goes to release 2 in two stages, canary first, with everything that joins it on cluster c90.
private struct JoiningFleet {
  var fleet: Fleet
  var input: StartInput

  init(
    _ membership: RolloutStrategy.Membership, rest: Int = 3, configure: (inout StageStrategy) -> Void = { _ in }
  ) throws {
    let strategy = strategy([
      stage("canary", .clusters(LabelSelector(matchLabels: ["canary": "true"])), at: .count(2), configure),
      stage("rest", .rest, at: .count(1)),
    ]) { $0.membership = membership }
    let before = members(2, labels: ["canary": "true"]) + members(rest, from: 2)
    fleet = try FleetPlannerTests.fleet(strategy, before)
    input = startInput(strategy, before)
    for index in input.members.indices { input.members[index].activeRunBundle = input.members[index].bundle }
    input.release = 3
  }

  /// The decision about a member that has joined since, as the store shows it.
  func decision(
    about member: StartMember, _ change: (inout StartInput) -> Void = { _ in }
  ) -> StartDecision {
    var input = input
    input.activeRun = StartInput.ActiveRun(
      id: 1, displayName: fleet.run.displayName, kind: .rollout, state: fleet.run.state, release: 2,
      hasOpenedLaterStage: fleet.stages[1].openedAt != nil, strategy: fleet.run.strategy)
    input.members.append(member)
    change(&input)
    return decideStart(input)
  }

  /// Lets a member join: it runs the last good release by then.
  mutating func join(_ labels: [String: String] = [:], running: Int? = 1, number: Int = 90) throws {
    let decision = decision(about: joined(labels, running: running, number: number))
    guard case .joins(1, let frozen) = decision else {
      Issue.record("\(decision)")
      return
    }
    try fleet.give(.join(frozen.units), by: "flotilla")
  }
}

private func joined(_ labels: [String: String] = [:], running: Int? = 1, number: Int = 90) -> StartMember {
  var member = member(ClusterName("c\(number)"), id: Int64(number + 1), labels: labels, running: running)
  member.isNewToActiveRun = true
  member.activeRunBundle = digest(2)
  member.lastGoodReleaseBundle = digest(1)
  return member
}

@Suite("Joining: R5")
struct JoinTests {
  @Test(
    "R5 whoever joins during a run is at once onboarded beside it with the last good release, whatever the policy",
    arguments: [RolloutStrategy.Membership.afterRun, .lastPassedStage, .intoStage])
  func onboardedBeside(membership: RolloutStrategy.Membership) throws {
    let joining = try JoiningFleet(membership)
    guard case .run(let frozen) = joining.decision(about: joined(running: nil)) else {
      Issue.record("\(joining.decision(about: joined(running: nil)))")
      return
    }
    #expect(frozen.run.kind == .onboard)
    #expect(frozen.run.release == 1)
    #expect(frozen.units.flatMap(\.steps).map(\.bundle) == [digest(1)])
    // One at a time: who joins now waits for the one that goes on.
    let busy = joining.decision(about: joined(running: nil)) { $0.isOnboarding = true }
    #expect(busy == .waits("shop/7 goes to the same bundles"))
  }

  @Test("R5 R31 who is away, cordoned or held when it joins is onboarded when it is there: no run begins before")
  func onboardedWhenThere() throws {
    let joining = try JoiningFleet(.lastPassedStage)
    var away = joined(running: nil)
    away.takesOrders = false
    #expect(joining.decision(about: away) == .waits("shop/7 goes to the same bundles"))
    let wait = StartDecision.waits("new clusters are away, cordoned or held on their sites")
    var input = joining.input
    for index in input.members.indices { input.members[index].wanted = input.members[index].bundle }
    away.lastGoodReleaseBundle = away.bundle
    input.lastGoodRelease = input.release
    input.members.append(away)
    #expect(decideStart(input) == wait)
    // Whoever is there does not wait for who is not.
    var there = joined(running: nil, number: 91)
    there.lastGoodReleaseBundle = there.bundle
    input.members.append(there)
    guard case .run(let frozen) = decideStart(input) else {
      Issue.record("\(decideStart(input))")
      return
    }
    #expect(frozen.run.kind == .onboard)
    #expect(frozen.units.map(\.clusterName) == ["c91"])
  }

  @Test("R5 lastPassedStage: it follows when the stage that its labels name has passed, in a slot of that stage")
  func lastPassedStage() throws {
    var joining = try JoiningFleet(.lastPassedStage)
    joining.fleet.pass()
    try joining.join(["canary": "true"])
    joining.fleet.pass()
    #expect(joining.fleet.inFlight == ["c00", "c01"])
    #expect(joining.fleet.state(of: "c90") == .skipped)
    let waiting = try #require(joining.fleet.report.waiting.first { $0.clusters == ["c90"] })
    #expect(waiting.message == "c90 joined during the run and gets abc1234 when stage canary has passed")
    joining.fleet.say("c00")
    joining.fleet.say("c01")
    joining.fleet.pass()
    #expect(joining.fleet.stages[0].state == .passed)
    #expect(joining.fleet.inFlight == ["c90", "c02"])
    joining.fleet.say("c90")
    joining.fleet.pass()
    #expect(joining.fleet.state(of: "c90") == .succeeded)
    joining.fleet.succeedAll()
    #expect(joining.fleet.run.state == .succeeded)
    #expect(joining.fleet.movedLastKnownGood)
  }

  @Test("R5 lastPassedStage: who joins a passed stage follows at once, and the stage is not taken up again")
  func passedStage() throws {
    var joining = try JoiningFleet(.lastPassedStage)
    joining.fleet.pass()
    joining.fleet.say("c00")
    joining.fleet.say("c01")
    joining.fleet.pass()
    try joining.join(["canary": "true"])
    joining.fleet.pass()
    #expect(joining.fleet.inFlight == ["c90", "c02"])
    #expect(joining.fleet.stages[0].state == .passed)
  }

  @Test("R5 V5 joined ones are counted apart: sizes, slots and budgets stay as they were frozen")
  func countedApart() throws {
    var joining = try JoiningFleet(.intoStage)
    let before = joining.fleet.stages[1]
    try joining.join()
    let after = joining.fleet.stages[1]
    #expect(after.joined == 1)
    #expect(after.counters.total == after.size + 1)
    #expect(
      [after.size, after.changing, after.memberCount, after.slots, after.failureBudget, after.minSucceeded]
        == [before.size, before.changing, before.memberCount, before.slots, before.failureBudget, before.minSucceeded])
    #expect(joining.fleet.run.unreachableBudget == 0)
  }

  @Test("R5 intoStage: it has its place at the end of its stage, and the stage waits for it")
  func intoStage() throws {
    var joining = try JoiningFleet(.intoStage)
    joining.fleet.pass()
    try joining.join(["canary": "true"])
    joining.fleet.pass()
    #expect(joining.fleet.inFlight == ["c00", "c01"])
    joining.fleet.say("c00")
    joining.fleet.pass()
    #expect(joining.fleet.inFlight == ["c01", "c90"])
    joining.fleet.say("c01")
    joining.fleet.pass()
    #expect(joining.fleet.stages[0].state == .open)
    joining.fleet.say("c90")
    joining.fleet.pass()
    #expect(joining.fleet.stages[0].state == .passed)
    #expect(joining.fleet.units.first { $0.clusterName == "c90" }?.position == 2)
  }

  @Test("R5 intoStage: a failure of who joined counts; rolled back, it goes to what it had before")
  func failureCounts() throws {
    var joining = try JoiningFleet(.intoStage)
    joining.fleet.run.strategy.onFailure = FailurePolicy(action: .rollback)
    joining.fleet.pass()
    try joining.join(["canary": "true"])
    joining.fleet.say("c00")
    joining.fleet.say("c01")
    joining.fleet.pass()
    joining.fleet.degrade("c90")
    joining.fleet.pass()
    #expect(joining.fleet.run.breach?.cause == "1 cluster failed in stage canary, which allows 0: c90 ImagePullBackOff")
    let step = try #require(joining.fleet.units.first { $0.clusterName == "c90" }?.steps.first)
    #expect(step.state == .rollingBack)
    #expect(step.before == PlacedBundle(bundle: digest(1), release: 1))
  }

  @Test("R5 a follow-up that fails is recorded and changes no verdict (R16)")
  func followUpFails() throws {
    var joining = try JoiningFleet(.lastPassedStage)
    joining.fleet.pass()
    try joining.join(["canary": "true"])
    joining.fleet.say("c00")
    joining.fleet.say("c01")
    joining.fleet.pass()
    joining.fleet.degrade("c90")
    joining.fleet.succeedAll()
    #expect(joining.fleet.state(of: "c90") == .unreachable)
    #expect(joining.fleet.run.state == .succeeded)
  }

  @Test("R5 afterRun: it gets the run's release only when the run has ended well, by catching up")
  func afterRun() throws {
    var joining = try JoiningFleet(.afterRun)
    try joining.join(["canary": "true"])
    joining.fleet.succeedAll()
    #expect(joining.fleet.run.state == .succeeded)
    #expect(joining.fleet.state(of: "c90") == .skipped)
    var behind = joined(["canary": "true"])
    behind.bundle = digest(2)
    behind.release = 2
    var after = joining.input
    for index in after.members.indices { after.members[index].wanted = digest(2) }
    after.members.append(behind)
    after.lastGoodRun = StartInput.LastGoodRun(
      displayName: "shop/7", release: 2, releaseName: "abc1234", passedOver: [behind])
    guard case .run(let frozen) = decideStart(after) else {
      Issue.record("\(decideStart(after))")
      return
    }
    #expect(frozen.run.kind == .catchUp)
    #expect(frozen.units.flatMap(\.steps).map(\.target) == [91])
  }

  @Test("R5 abort: the run ends Aborted with the join as its cause, and its release is held")
  func abort() throws {
    var joining = try JoiningFleet(.abort)
    guard case .aborts(1, let reason) = joining.decision(about: joined(running: nil)) else {
      Issue.record("\(joining.decision(about: joined(running: nil)))")
      return
    }
    try joining.fleet.give(.abort(hold: true), by: "flotilla", reason: reason)
    #expect(joining.fleet.run.state == .aborted)
    #expect(joining.fleet.hold?.reason == "aborted by flotilla: c90 joined, and `membership` is abort")
  }

  @Test("R5 who joined is onboarded with the last good release also while a hold keeps the others waiting")
  func onboardedWhileHeld() {
    var held = startInput(strategy([stage("rest", .rest)]), members(2), isHeld: true)
    var new = joined(running: nil)
    new.isNewToActiveRun = false
    held.members.append(new)
    guard case .run(let frozen) = decideStart(held) else {
      Issue.record("\(decideStart(held))")
      return
    }
    #expect(frozen.run.kind == .onboard)
    #expect(frozen.units.map(\.clusterName) == ["c90"])
  }

  @Test("R5 a release that differs only by who joined does not supersede the run, halted or not")
  func joinIsNoNewRevision() throws {
    var joining = try JoiningFleet(.afterRun)
    joining.fleet.run.strategy.onNewRevision = .supersede
    var known = joined()
    known.isNewToActiveRun = false
    #expect(joining.decision(about: known) == .waits("shop/7 goes to the same bundles"))
    joining.fleet.run.state = .halted
    #expect(joining.decision(about: known) == .waits("shop/7 goes to the same bundles"))
    known.bundle = digest(9)
    guard case .supersedes = joining.decision(about: known) else {
      Issue.record("\(joining.decision(about: known))")
      return
    }
  }

  @Test(
    "R5 a run that catches up, onboards or removes takes nobody in", arguments: [RolloutKindOfRun.catchUp, .remove])
  func onlyRolloutsTakeMembers(kind: RolloutKindOfRun) throws {
    let joining = try JoiningFleet(.intoStage)
    let decision = joining.decision(about: joined()) { $0.activeRun?.kind = kind }
    if case .joins = decision { Issue.record("\(decision)") }
    if case .run(let frozen) = decision { Issue.record("\(frozen.run.kind) beside a run of kind \(kind)") }
  }

  @Test("R5 R19 a place in a stage voids its approvals and no others")
  func voidsApprovals() throws {
    let gate = Gate.approval(ApprovalRule(groups: [], count: 1, notAuthor: false))
    var joining = try JoiningFleet(.intoStage) { $0.before = [gate] }
    joining.fleet.stages[1].rules.before = [gate]
    joining.fleet.pass()
    try joining.fleet.give(.approve(stage: "canary"), by: "ann")
    try joining.fleet.give(.approve(stage: "rest"), by: "ann")
    joining.fleet.advance(.seconds(60))
    try joining.join(["canary": "true"])
    #expect(joining.fleet.stages[0].askedAt == joining.fleet.now, "it is asked anew, for the whole time")
    let told = try #require(joining.fleet.events.first { $0.kind == "step.joined" })
    #expect(told.message == "c90 joined: it has its place at the end of stage canary")
    joining.fleet.pass()
    #expect(joining.fleet.stages[0].state == .gated)
    #expect(joining.fleet.stages[1].approvals.map(\.planHash) == [joining.fleet.run.planHash])
    #expect(joining.fleet.events.contains { $0.kind == "stage.approvalsVoid" && $0.stage == "canary" })
    try joining.fleet.give(.approve(stage: "canary"), by: "ann")
    joining.fleet.succeedAll()
    #expect(joining.fleet.run.state == .succeeded)
  }

  @Test("R5 R19 a join into a stage without approvals voids none, and says nothing of any")
  func voidsNothing() throws {
    var joining = try JoiningFleet(.intoStage)
    joining.fleet.pass()
    try joining.join()
    #expect(joining.fleet.events.contains { $0.kind == "step.joined" })
    #expect(!joining.fleet.events.contains { $0.kind == "stage.approvalsVoid" })
  }

  @Test("R5 R19 a join into a stage that nobody is asked about yet starts no waiting time")
  func voidsEarlyApproval() throws {
    let gate = Gate.approval(ApprovalRule(groups: [], count: 1, notAuthor: false))
    var joining = try JoiningFleet(.intoStage)
    joining.fleet.stages[1].rules.before = [gate]
    joining.fleet.pass()
    try joining.fleet.give(.approve(stage: "rest"), by: "ann")
    try joining.join()
    #expect(joining.fleet.events.contains { $0.kind == "stage.approvalsVoid" && $0.stage == "rest" })
    #expect(joining.fleet.stages[1].askedAt == nil)
  }

  @Test("R5 several who wait for one stage are told in one line, each stage for itself")
  func severalWait() throws {
    var joining = try JoiningFleet(.lastPassedStage)
    joining.fleet.pass()
    try joining.join(["canary": "true"])
    try joining.join(["canary": "true"], number: 91)
    try joining.join(number: 92)
    joining.fleet.pass()
    let waiting = joining.fleet.report.waiting.filter { $0.message.contains("joined during the run") }
    #expect(
      waiting.map(\.message) == [
        "2 clusters joined during the run and get abc1234 when stage canary has passed",
        "c92 joined during the run and gets abc1234 when stage rest has passed",
      ])
    #expect(waiting.map(\.clusters) == [["c90", "c91"], ["c92"]])
  }

  @Test("R5 a run that goes back, or whose release is held, takes nobody in")
  func refused() throws {
    var joining = try JoiningFleet(.intoStage)
    guard case .joins(_, let frozen) = joining.decision(about: joined()) else { return }
    joining.fleet.isHeld = true
    #expect(throws: CommandRefusal.self) { try joining.fleet.give(.join(frozen.units)) }
    joining.fleet.isHeld = false
    try joining.fleet.give(.undo)
    #expect(throws: CommandRefusal.self) { try joining.fleet.give(.join(frozen.units)) }
  }

  @Test("R5 a new target on an old cluster is a join, in a unit of its own")
  func newTargetOnOldCluster() throws {
    var joining = try JoiningFleet(.intoStage)
    var second = member("c02", id: 92, target: "second-c02")
    second.isNewToActiveRun = true
    second.activeRunBundle = digest(2)
    guard case .joins(_, let frozen) = joining.decision(about: second) else {
      Issue.record("\(joining.decision(about: second))")
      return
    }
    try joining.fleet.give(.join(frozen.units))
    joining.fleet.succeedAll()
    #expect(joining.fleet.run.state == .succeeded)
    #expect(joining.fleet.units.filter { $0.clusterName == "c02" }.map(\.state) == [.succeeded, .succeeded])
  }
}
