import FleetModel
import FleetPlanner
import Testing

/// Members without anything to go back to, in a rollback that removes them (R14).
@Suite("R14 onFailure.removeNew") struct RemoveNewTests {
  /// Two clusters at once, of which the first never ran anything.
  private static func fleet(
    removals: IntOrPercent = .count(1), action: FailurePolicy.Action = .rollback, isAsked: Bool = true,
    of count: Int = 4
  ) throws -> (fleet: Fleet, warnings: [String]) {
    let rules = strategy([stage("all", .rest, at: .count(2))]) {
      $0.onFailure = FailurePolicy(action: action, removeNew: isAsked)
      $0.budgets.removals = removals
    }
    let all = [member("c00", id: 1, running: nil)] + members(count - 1, from: 1)
    let frozen = try freeze(startInput(rules, all), options: FreezeOptions(startedBy: "kim"))
    return (Fleet(frozen), frozen.warnings)
  }

  @Test("a new member is removed in its turn, and the run is rolled back when it is gone")
  func removes() throws {
    var (fleet, warnings) = try Self.fleet()
    #expect(warnings == [])
    fleet.pass()
    fleet.say("c00")
    fleet.degrade("c01")
    fleet.pass()
    let orders = fleet.lastPlan?.steps.compactMap(\.order) ?? []
    #expect(orders.map(\.action) == [.remove] && orders.map(\.direction) == [.rollback])
    #expect(fleet.state(of: "c01") == .rollingBack, "the failed one went first")
    #expect(fleet.events.contains { $0.kind == "step.newRemoved" && $0.message.contains("app-c00") })
    fleet.say("c01")
    fleet.pass()
    #expect(fleet.run.state == .rollingBack)
    fleet.say("c00", .removed, health: .unknown)
    fleet.pass()
    #expect(fleet.run.state == .rolledBack)
    #expect(fleet.state(of: "c00") == .rolledBack)
    #expect(!fleet.events.contains { $0.kind == "step.kept" })
  }

  @Test("more new ones than `budgets.removals` allows all keep their workloads, which the plan says")
  func beyondTheBudget() throws {
    var (fleet, warnings) = try Self.fleet(removals: .count(0))
    #expect(warnings.map { $0.hasPrefix("1 of 4 targets are new, and `budgets.removals` allows 0") } == [true])
    fleet.pass()
    fleet.degrade("c00")
    fleet.say("c01")
    fleet.succeedRollback()
    #expect(fleet.run.state == .rolledBack)
    #expect(fleet.state(of: "c00") == .failed)
    #expect(fleet.events.contains { $0.kind == "step.kept" })
  }

  @Test("a set that does not ask for it is told nothing of a budget")
  func isNotAsked() throws {
    #expect(try Self.fleet(removals: .count(0), isAsked: false).warnings == [])
  }

  @Test("a person's undo removes nobody when the policy is not to roll back")
  func onlyWithRollback() throws {
    var (fleet, _) = try Self.fleet(action: .pause)
    fleet.pass()
    fleet.say("c00")
    fleet.say("c01")
    try fleet.give(.undo)
    fleet.succeedRollback()
    #expect(fleet.run.state == .rolledBack)
    #expect(fleet.events.contains { $0.kind == "step.kept" && $0.message.contains("c00") })
  }

  @Test("a removal of a rollback that the run does not ask for is a fault of the planner (V6)")
  func lint() throws {
    var (fleet, _) = try Self.fleet(removals: .count(0))
    fleet.pass()
    fleet.degrade("c01")
    let input = fleet.input
    var decided = plan(input)
    let own = try #require(input.units.first { $0.clusterName == "c00" })
    let step = own.steps[0]
    decided.steps.append(
      StepChange(
        stage: 0, cluster: own.cluster, target: step.target, from: step.state, to: .rollingBack, attempt: 1,
        failure: "",
        order: OrderDraft(
          action: .remove, placed: PlacedBundle(bundle: step.bundle, release: step.release),
          generation: step.highestGeneration.next(inEpoch: input.epoch), direction: .rollback,
          rules: input.stages[0].rules)))
    #expect(FleetPlanner.lint(decided, input: input).contains { $0.invariant == "V6" })
  }

  @Test("who was removed by a rollback is not onboarded with the bundle that is on hold since")
  func heldBundle() {
    var new = member("c00", id: 1, running: nil)
    new.lastGoodReleaseBundle = new.bundle
    new.isBundleHeld = true
    let input = startInput(strategy([stage("all", .rest)]), [new], isHeld: true)
    guard case .held = decideStart(input) else {
      Issue.record("\(decideStart(input))")
      return
    }
  }
}
