import FleetModel
import FleetPlanner
import Testing

/// R24 and R25: absence never deletes; removing is a run of its own, within a budget, and can be called off.
@Suite("R24, R25 Deleting")
struct RemovalTests {
  private static let strategy = RolloutStrategy(stages: [
    StageStrategy(name: "canary", selection: .count(1), maxConcurrent: .count(1)),
    StageStrategy(name: "rest", selection: .rest, maxConcurrent: .count(2)),
  ])

  /// Everybody has what the newest release gives them; `leaving` have left the set.
  private static func input(leaving: [StartMember], members: [StartMember] = [member("stays", id: 1, bundle: 1)])
    -> StartInput
  {
    var input = startInput(strategy, members)
    input.onRemoval = .remove
    input.leaving = leaving
    return input
  }

  private static func leaver(_ name: ClusterName, id: Int64) -> StartMember {
    var leaver = member(name, id: id, bundle: 1)
    leaver.release = 1
    return leaver
  }

  private static func run(_ decision: StartDecision) throws -> FrozenRun {
    guard case .run(let frozen) = decision else {
      throw PlannerTestFailure("no run: \(decision)")
    }
    return frozen
  }

  struct PlannerTestFailure: Error { init(_ message: String) { Issue.record("\(message)") } }

  @Test("R25 who left the set is removed by a run of kind Remove, last stage first, without gates")
  func removes() throws {
    let leavers = [Self.leaver("a", id: 2), Self.leaver("b", id: 3), Self.leaver("c", id: 4)]
    let frozen = try Self.run(decideStart(Self.input(leaving: leavers)))
    #expect(frozen.run.kind == .remove)
    #expect(frozen.stages.map(\.name) == ["rest", "canary"])
    var fleet = Fleet(frozen)
    fleet.pass()
    #expect(fleet.inFlight == ["c", "b"])
    #expect(fleet.lastPlan?.steps.compactMap(\.order?.action) == [.remove, .remove])
    for cluster in fleet.inFlight { fleet.say(cluster, .removed) }
    fleet.pass()
    #expect(fleet.inFlight == ["a"])
    fleet.say("a", .removed)
    fleet.pass()
    #expect(fleet.run.state == .succeeded)
    #expect(!fleet.movedLastKnownGood, "nothing runs there that could be good")
  }

  @Test(
    "R25 who has left is removed with a stage of the set, or beside its stages when none takes it any more",
    arguments: [(StageStrategy.Selection.rest, ["rest"]), (.names(["stays"]), ["others"])])
  func stagesForAll(last: StageStrategy.Selection, expected: [String]) throws {
    var input = Self.input(leaving: [Self.leaver("a", id: 2)])
    input.strategy.stages = [stage("rest", last, at: .count(2))]
    let frozen = try Self.run(decideStart(input))
    #expect(frozen.stages.map(\.name) == expected)
  }

  @Test("R25 nobody is removed while the newest release is not everywhere, is held, or another run goes on")
  func removesLast() {
    let leaver = Self.leaver("a", id: 2)
    var due = Self.input(leaving: [leaver], members: [member("behind", id: 1)])
    due.isHeld = true
    #expect(decideStart(due) == .held("release abc1234 is on hold"))
    var held = Self.input(leaving: [leaver])
    held.isHeld = true
    #expect(decideStart(held) == .recordOnly)
    var busy = Self.input(leaving: [leaver])
    busy.activeRun = StartInput.ActiveRun(
      id: 9, displayName: "shop/6", kind: .rollout, state: .running, release: 1, hasOpenedLaterStage: false,
      strategy: busy.strategy)
    #expect(decideStart(busy) == .recordOnly)
  }

  @Test("R25 a set that keeps, or waits for a person, removes nobody by itself")
  func policies() throws {
    var keeps = Self.input(leaving: [Self.leaver("a", id: 2)])
    keeps.onRemoval = .keep
    #expect(decideStart(keeps) == .recordOnly)
    var manual = Self.input(leaving: [Self.leaver("a", id: 2)])
    manual.strategy.trigger = .manual
    #expect(decideStart(manual) == .recordOnly)
    let started = try Self.run(decideStart(manual, request: StartRequest(principal: "kim", reason: "")))
    #expect(started.run.kind == .remove && started.run.startedBy == "kim")
  }

  @Test("R25 a cluster that is away is removed from when it is back")
  func away() throws {
    var gone = Self.leaver("away", id: 2)
    gone.takesOrders = false
    #expect(decideStart(Self.input(leaving: [gone])) == .recordOnly)
    let frozen = try Self.run(decideStart(Self.input(leaving: [gone, Self.leaver("here", id: 3)])))
    #expect(frozen.units.map(\.clusterName) == ["here"])
  }

  @Test("R25 putting a target back into the set before its removal cancels it")
  func cancelled() throws {
    let leavers = [Self.leaver("a", id: 2), Self.leaver("b", id: 3)]
    var fleet = Fleet(try Self.run(decideStart(Self.input(leaving: leavers))))
    fleet.pass()
    #expect(fleet.inFlight == ["b"])
    let first = try #require(fleet.units.firstIndex { $0.clusterName == "a" })
    fleet.units[first].steps[0].isBackInSet = true
    fleet.say("b", .removed)
    fleet.pass()
    #expect(fleet.state(of: "a") == .cancelled)
    #expect(fleet.run.state == .succeeded)
  }

  @Test("R25 a removal that fails halts the run; abort says nothing against the release; there is nothing to undo")
  func failure() throws {
    let leavers = [Self.leaver("a", id: 2), Self.leaver("b", id: 3)]
    var fleet = Fleet(try Self.run(decideStart(Self.input(leaving: leavers))))
    fleet.pass()
    fleet.say("b", .failed, health: .unknown, message: "finalizer example.com/never")
    fleet.pass()
    #expect(fleet.run.state == .halted)
    #expect(throws: CommandRefusal.self) { try fleet.give(.undo) }
    try fleet.give(.abort(hold: true))
    #expect(fleet.run.state == .aborted)
    #expect(fleet.hold == nil)
    #expect(fleet.state(of: "a") == .cancelled)
  }

  @Test("R25 a halted removal makes place for a newer release, which it does not put on hold")
  func makesPlace() throws {
    var input = Self.input(leaving: [], members: [member("behind", id: 1)])
    input.activeRun = StartInput.ActiveRun(
      id: 9, displayName: "shop/6", kind: .remove, state: .halted, release: 1, hasOpenedLaterStage: false,
      strategy: input.strategy)
    guard case .supersedes(9, _) = decideStart(input) else {
      Issue.record("\(decideStart(input))")
      return
    }
    var fleet = Fleet(try Self.run(decideStart(Self.input(leaving: [Self.leaver("a", id: 2)]))))
    fleet.pass()
    fleet.say("a", .failed, health: .unknown, message: "no")
    fleet.pass()
    try fleet.give(.supersede(by: "shop/8"))
    #expect(fleet.run.state == .superseded && fleet.hold == nil)
  }

  @Test("R25 a set that is deleted ends when nothing of it is left")
  func deletedSet() throws {
    var input = Self.input(leaving: [Self.leaver("a", id: 2)], members: [])
    input.isDeleting = true
    input.onRemoval = .keep
    #expect(try Self.run(decideStart(input)).run.kind == .remove)
    input.leaving = []
    #expect(decideStart(input) == .endSet)
  }

  // Shrinking

  private static func shrink(
    _ leaving: [LeavingTarget], of current: Int, budget: IntOrPercent = .percent(10), isolated: [Int] = [],
    isAccepted: Bool = false, staying: Int? = nil
  ) -> ShrinkDecision {
    judgeShrink(
      ShrinkInput(
        current: current, staying: staying ?? 1, leaving: leaving, expansion: digest(5), isolated: isolated,
        budget: budget,
        isAccepted: isAccepted))
  }

  private static func leaving(_ count: Int, origin: String = "spec.generators[0].clusters") -> [LeavingTarget] {
    (0..<count).map { number in
      LeavingTarget(
        target: TargetID(Int64(number)), name: TargetName("app-\(number)"), clusterName: ClusterName("c\(number)"),
        origin: origin)
    }
  }

  @Test(
    "R24 the budget is a floor of what the set had before",
    arguments: [(0, 10, true), (1, 9, false), (1, 10, true), (2, 24, true), (3, 24, false)])
  func shrinkBudget(leaving count: Int, of current: Int, isAllowed: Bool) {
    #expect((Self.shrink(Self.leaving(count), of: current) == .allowed(kept: [])) == isAllowed)
  }

  @Test("R24 a shrink beyond the budget names who would leave, and goes on when a person has accepted it")
  func shrinkAccepted() {
    guard case .needsApproval(let proposal) = Self.shrink(Self.leaving(3), of: 24) else {
      Issue.record("a shrink of 3 of 24 is above 10 %")
      return
    }
    #expect(proposal.leaving == ["app-0 on c0", "app-1 on c1", "app-2 on c2"])
    #expect(proposal.budget == 2 && proposal.current == 24 && proposal.reason == "ShrinkNeedsApproval")
    #expect(
      proposal.message(of: "shop").hasPrefix("3 of 24 targets would leave, without a person's word 2 may: app-0 on c0,")
    )
    #expect(Self.shrink(Self.leaving(3), of: 24, isAccepted: true) == .allowed(kept: []))
  }

  @Test("R24 a stage may allow less than the set: of its own targets before the shrink")
  func stageBudget() {
    var rules = RolloutStrategy(stages: [
      stage("canary", .clusters(LabelSelector(matchLabels: ["canary": "true"]))), stage("rest", .rest),
    ])
    rules.stages[0].removalBudget = .percent(50)
    func members(_ canaries: Int, _ others: Int) -> [StartMember] {
      (0..<(canaries + others)).map { number in
        member(
          ClusterName("c\(number)"), id: Int64(number), labels: number < canaries ? ["canary": "true"] : [:])
      }
    }
    let shrinks = stageShrinks(of: members(3, 20), in: rules)
    #expect(shrinks == [StageShrink(stage: "canary", members: [0, 1, 2], budget: 1)])
    func decision(_ leaving: [LeavingTarget], accepted: Bool = false) -> ShrinkDecision {
      var input = ShrinkInput(
        current: 23, staying: 23 - leaving.count, leaving: leaving, expansion: digest(5), budget: .percent(50),
        isAccepted: accepted)
      input.stages = shrinks
      return judgeShrink(input)
    }
    #expect(decision(Self.leaving(1)) == .allowed(kept: []))
    let two = Self.leaving(2)
    guard case .needsApproval(let proposal) = decision(two) else {
      Issue.record("2 of 3 canaries are above 50 %")
      return
    }
    #expect(
      proposal.message(of: "shop").hasPrefix(
        "2 of 23 targets would leave, among them 2 of the 3 targets of stage canary, which allows 1: app-0 on c0, "))
    #expect(decision(two, accepted: true) == .allowed(kept: []))
    // Just as many as the set allows: what is in the way is the stage.
    var exact = ShrinkInput(
      current: 23, staying: 21, leaving: two, expansion: digest(5), budget: .count(2), isAccepted: false)
    exact.stages = shrinks
    guard case .needsApproval(let other) = judgeShrink(exact) else {
      Issue.record("2 of 3 canaries are above 50 %")
      return
    }
    #expect(other.message(of: "shop").contains("among them 2 of the 3 targets of stage canary"))
    var single = RolloutStrategy(stages: [stage("all", .rest)])
    single.stages[0].removalBudget = .count(2)
    #expect(stageShrinks(of: members(0, 3), in: single).map(\.budget) == [2])
    rules.stages[0].removalBudget = nil
    #expect(stageShrinks(of: members(3, 20), in: rules) == [])
  }

  @Test("R24 small steps add up: who left before and waits for removal counts")
  func shrinkAddsUp() {
    var leaving = Self.leaving(3)
    leaving[0].awaitsRemoval = true
    leaving[1].awaitsRemoval = true
    guard case .needsApproval(let proposal) = Self.shrink(leaving, of: 22) else {
      Issue.record("2 leave already, of 24")
      return
    }
    #expect(proposal.leaving.count == 3)
    leaving[2].awaitsRemoval = true
    #expect(Self.shrink(leaving, of: 21) == .allowed(kept: []), "nobody leaves with this expansion")
  }

  @Test("R24 a pull request that is closed takes its target along; nobody left needs a word all the same")
  func shrinkOfPullRequests() {
    let closed = Self.leaving(3, origin: "spec.generators[0].matrix, pull request 7 of \"topic\" × cluster \"c1\"")
    #expect(Self.shrink(closed, of: 4) == .allowed(kept: []))
    guard case .needsApproval(let proposal) = Self.shrink(closed, of: 3, budget: .percent(100), staying: 0) else {
      Issue.record("nobody would be left")
      return
    }
    #expect(proposal.reason == "EmptyExpansion" && proposal.budget == 0)
  }

  @Test("R24 who leaves with its cluster, or because its own generator failed, is no shrink and keeps its workload")
  func shrinkExempt() {
    var leaving = Self.leaving(2) + Self.leaving(2, origin: "spec.generators[12].git, directory \"apps/a\"")
    leaving[0].isClusterRemoved = true
    leaving[1].isClusterRemoved = true
    #expect(Self.shrink(leaving, of: 4, isolated: [12]) == .allowed(kept: [0, 1, 0, 1]))
    guard case .needsApproval(let proposal) = Self.shrink(leaving, of: 4, isolated: [1]) else {
      Issue.record("entry 12 did not fail")
      return
    }
    #expect(proposal.leaving.count == 2)
  }
}
