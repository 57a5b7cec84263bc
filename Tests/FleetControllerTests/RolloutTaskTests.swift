import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

@Suite struct StartTaskTests {
  @Test func aNewReleaseStartsARunAndOneWithoutChangesMovesThePointers() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst()
      #expect(try await controller.rollout()?.run.number == 1)
      try await controller.git.commit("a", to: "README.md", message: "Nothing that is deployed")
      try await controller.poll()
      #expect(try await controller.rollout()?.run.number == 1)
      let newest = try #require(try await controller.set().newestRelease)
      #expect(newest.number == 2)
      let targets = try await controller.store.targets(
        of: "shop", cluster: nil, in: .defaultProject, after: nil, limit: 10)
      #expect(targets.elements.allSatisfy { $0.wanted?.release == newest.shortName })
    }
  }

  /// R22: with `queue` no release is passed over; with the default the newest that waits is next.
  @Test(arguments: [("queue", [1, 2, 3, 4]), ("coalesce", [1, 2, 4])])
  func releasesWaitInLine(policy: String, expected: [Int]) async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst(set: ControllerFixture.fleetSet(more: ", onNewRevision: \(policy)"))
      for number in 2...4 {
        try await controller.git.commit(ControllerFixture.manifest(image: "shop:\(number)"), to: "web/web.yaml")
        try await controller.poll()
      }
      #expect(try await controller.rollout()?.run.number == 2)
      try await controller.confirm()
      let runs = try await controller.store.rollouts(of: "shop", in: .defaultProject, after: nil, limit: 10).elements
      #expect(runs.reversed().map { Int($0.run.release.rawValue) } == expected)
      #expect(runs.allSatisfy { $0.run.state == .succeeded })
    }
  }

  /// R22: a run that is halted makes place for the next of those that wait in line.
  @Test func aHaltedRunMakesPlaceForTheNextInLine() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst(set: ControllerFixture.fleetSet(more: ", onNewRevision: queue"))
      for number in 2...4 {
        try await controller.git.commit(ControllerFixture.manifest(image: "shop:\(number)"), to: "web/web.yaml")
        try await controller.poll()
      }
      let clusters = try await controller.store.inventory(of: .defaultProject)
      for cluster in clusters {
        let orders = try await controller.store.orders(for: cluster.id, above: [:])
        try await controller.store.record(
          orders.map { order in
            Observation(
              target: order.target, generation: order.generation, bundle: order.bundle, phase: .failed,
              health: .unknown, message: "no space left on device")
          }, from: cluster.id)
      }
      try await controller.settle()
      #expect(try await controller.rollout(2)?.run.state == .superseded)
      #expect(try await controller.rollout(3)?.run.release == 3)
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.release == 4)
      #expect(try await controller.rollout()?.run.state == .succeeded)
    }
  }

  @Test func whatFailuresHaveInCommonIsFound() async throws {
    try await ControllerFixture.with { controller in
      func set(soak: String) -> String {
        ControllerFixture.fleetSet(
          stages: "[{name: all, rest: true, maxConcurrent: 100%, minReady: 0s, soak: \(soak), "
            + "budgets: {failures: 100%}}]")
      }
      try await controller.apply(ControllerFixture.clusters(["a", "b"], labels: "disk: old, env: test"))
      try await controller.rollOutFirst(clusters: ["c", "d", "e"], set: set(soak: "0s"))
      try await controller.apply(set(soak: "1h"))
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.poll()
      for cluster in try await controller.store.inventory(of: .defaultProject) where cluster.name < "c" {
        let orders = try await controller.store.orders(for: cluster.id, above: [:])
        try await controller.store.record(
          orders.map { order in
            Observation(
              target: order.target, generation: order.generation, bundle: order.bundle, phase: .failed,
              health: .unknown, message: "no space left on device")
          }, from: cluster.id)
      }
      let run = try #require(try await controller.rollout()).run
      #expect(try await controller.store.correlations(of: run.id) == [], "nobody is healthy yet")
      for cluster in try await controller.store.inventory(of: .defaultProject) where cluster.name >= "c" {
        let orders = try await controller.store.orders(for: cluster.id, above: [:])
        try await controller.store.record(
          orders.map { order in
            Observation(
              target: order.target, generation: order.generation, bundle: order.bundle, phase: .applied,
              health: .healthy, readyFor: .seconds(60))
          }, from: cluster.id)
      }
      try await controller.settle()
      let found = try await controller.store.correlations(of: run.id)
      #expect(found.map(\.message) == ["2 of 2 failures have disk=old; 0 of 3 others"])
      // Who was healthy and goes back was healthy all the same.
      _ = try await controller.service.act(
        .undo, on: "shop", number: run.number, in: .defaultProject, by: Principal(name: "kim", right: .operate),
        reason: "try another way")
      try await controller.settle()
      #expect(try #require(try await controller.rollout()).run.state == .rollingBack)
      #expect(try await controller.store.correlations(of: run.id) == found)
    }
  }

  @Test func aManualSetWaitsForAPerson() async throws {
    try await ControllerFixture.with { controller in
      try await controller.apply(
        ControllerFixture.clusters(["east"]) + controller.repository()
          + ControllerFixture.fleetSet(more: ", trigger: manual"))
      try await controller.settle()
      #expect(try await controller.rollout() == nil)
      let outcome = try await controller.service.start(
        "shop", in: .defaultProject, by: Principal(name: "kim", right: .operate), reason: "", dryRun: false)
      guard case .started(let record) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      #expect(record.run.startedBy == "kim")
    }
  }

  @Test func aClusterThatJoinsAnIdleFleetIsOnboarded() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst()
      try await controller.apply(ControllerFixture.clusters(["north"]))
      try await controller.settle()
      let run = try #require(try await controller.rollout()).run
      #expect(run.kind == .onboard)
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.state == .succeeded)
      #expect(Set(try await controller.wanted().values).count == 1)
    }
  }
}

@Suite struct RolloutTaskTests {
  @Test func passesGoOnUntilOnlyReportsCanChangeSomething() async throws {
    try await ControllerFixture.with { controller in
      try await controller.apply(
        ControllerFixture.clusters(["a", "b", "c"]) + controller.repository()
          + ControllerFixture.fleetSet(stages: "[{name: all, rest: true, maxConcurrent: 2, minReady: 0s}]"))
      try await controller.settle()
      let running = try #require(try await controller.rollout())
      #expect(running.run.state == .running)
      #expect(running.stages.first?.counters[.dispatched] == 2)
      #expect(running.report.waiting.contains { $0.reason == .slot })
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.state == .succeeded)
      // An ended run is no work any more.
      #expect(try await controller.store.nextDue(.rollout) == nil)
      #expect(try await controller.run(.rollout, row: running.run.id.rawValue) == nil)
    }
  }

  /// A plan that breaks an invariant stops its run and nothing else; however often reports ask for another pass, it is told
  /// once.
  @Test func aPlanThatBreaksARuleIsNotCommittedAndToldOnce() async throws {
    try await ControllerFixture.with { controller in
      try await controller.apply(
        ControllerFixture.clusters(["a", "b"]) + controller.repository()
          + ControllerFixture.fleetSet(stages: "[{name: all, rest: true, maxConcurrent: 1, minReady: 0s}]"))
      try await controller.settle()
      let run = try #require(try await controller.rollout()).run
      // Somebody changes the database by hand: the states do not add up to the members any more (V5).
      try await PostgresScript.run("UPDATE rollout_stages SET size = size + 1", url: controller.database.url)
      let task = RolloutTask(store: controller.store, logger: controller.logger)
      let before = try await controller.store.now()
      for _ in 0..<3 {
        let wakeAt = try await task.run(row: run.id.rawValue)
        #expect(try #require(wakeAt) >= before + .seconds(60))
      }
      #expect(try await controller.rollout()?.run == run)
      _ = try await controller.store.assignEventPositions()
      let events = try await controller.store.events(
        EventFilter(rollout: "shop/1"), after: 0, newestFirst: false, limit: 100)
      let incidents = events.filter { $0.kind == "incident.planViolation" }
      #expect(incidents.count == 1)
      #expect(incidents.first?.message.contains("V5") == true)
      try await PostgresScript.run("UPDATE rollout_stages SET size = size - 1", url: controller.database.url)
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.state == .succeeded)
    }
  }

  @Test func aRunThatIsGoneIsNoWork() async throws {
    try await ControllerFixture.with { controller in
      let wakeAt = try await controller.run(.rollout, row: 4_711)
      #expect(wakeAt == nil)
    }
  }

  /// A plan that lost its race throws, so that the loop does it again, and leaves nothing behind.
  @Test func aPassThatWasOvertakenIsALostRace() async throws {
    try await ControllerFixture.with { controller in
      try await controller.apply(
        ControllerFixture.clusters(["a"]) + controller.repository() + ControllerFixture.fleetSet())
      try await controller.settle([.repository, .expansion, .start])
      let run = try #require(try await controller.rollout()).run
      let input = try #require(try await controller.store.planInput(for: run.id))
      try await controller.settle()
      let error = await #expect(throws: StoreError.self) {
        try await controller.store.commit(plan(input), input: input, cause: ChangeCause(principal: "flotilla"))
      }
      #expect(error?.code == .lostRace)
      #expect(try await controller.rollout()?.stages.first?.counters[.dispatched] == 1)
    }
  }
}
