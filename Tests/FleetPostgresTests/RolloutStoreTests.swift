import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

@Suite struct RolloutStoreTests {
  private let flotilla = ChangeCause(principal: "flotilla")

  @Test func aReleaseReachesAllClustersAndBecomesTheirLastKnownGood() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 3)
      let release = try await fixture.release(1)
      let rollout = try await fixture.start()
      try await fixture.pass(rollout)
      let record = try #require(try await store.rollout(of: "storefront", number: nil, in: "default"))
      #expect(record.run.state == .running)
      #expect(record.stages.first?.counters[.dispatched] == 3)
      #expect(record.sources == release.sources)
      let steps = try await store.steps(of: rollout, states: [.dispatched], after: nil, limit: 2)
      #expect(steps.elements.map(\.clusterName) == ["c0000", "c0001"])
      let rest = try await store.steps(of: rollout, states: [.dispatched], after: steps.next, limit: 2)
      #expect(rest.elements.map(\.clusterName) == ["c0002"])
      try await fixture.confirm()
      try await fixture.pass(rollout)
      let ended = try #require(try await store.rollout(of: "storefront", number: 1, in: "default"))
      #expect(ended.run.state == .succeeded)
      #expect(ended.stages.first?.counters[.succeeded] == 3)
      let targets = try await store.targets(of: "storefront", cluster: nil, in: "default", after: nil, limit: 10)
      #expect(targets.elements.count == 3)
      for target in targets.elements {
        #expect(target.lastKnownGood?.bundle == target.newest)
        #expect(target.applied?.release == release.shortName)
        #expect(target.health == .healthy)
      }
      // The end wakes the start task, and a run that ended is no work any more.
      #expect(try await store.claim(.start, limit: 1, by: fixture.controller, for: .seconds(9)).count == 1)
      #expect(try await store.claim(.rollout, limit: 1, by: fixture.controller, for: .seconds(9)) == [])
      let input = try #require(try await store.startInput(for: fixture.fleetSet, strategy: StoreFixture.strategy()))
      #expect(input.lastGoodRelease == release.id)
      #expect(input.nextNumber == 2)
      #expect(input.activeRun == nil)
      #expect(input.members.allSatisfy { $0.isUnchanged(for: $0.bundle) })
    }
  }

  @Test func aPlanReadBeforeAnotherCommitIsALostRace() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 2)
      _ = try await fixture.release(1)
      let rollout = try await fixture.start()
      let first = try #require(try await store.planInput(for: rollout))
      let second = try #require(try await store.planInput(for: rollout))
      try await store.commit(plan(first), input: first, cause: flotilla)
      let error = await #expect(throws: StoreError.self) {
        try await store.commit(plan(second), input: second, cause: flotilla)
      }
      #expect(error?.code == .lostRace)
      let orders = try await PostgresScript.rows("SELECT count(*) FROM orders", url: database.url)
      #expect(orders == [["2"]])
    }
  }

  @Test func aGenerationThatDoesNotRiseIsALostRace() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      _ = try await fixture.release(1)
      let rollout = try await fixture.start()
      let input = try #require(try await store.planInput(for: rollout))
      var decided = plan(input)
      decided.steps[0].order?.generation = .none
      let error = await #expect(throws: StoreError.self) {
        try await store.commit(decided, input: input, cause: flotilla)
      }
      #expect(error?.code == .lostRace)
      #expect(try await store.planInput(for: rollout)?.run.version == input.run.version)
    }
  }

  @Test func onlyOneRunOfASetIsActive() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      _ = try await fixture.release(1)
      let input = try #require(
        try await store.startInput(for: fixture.fleetSet, strategy: StoreFixture.strategy()))
      _ = try await fixture.start()
      var other = try freeze(input, options: FreezeOptions(kind: .rollout, startedBy: "kim"))
      let error = await #expect(throws: StoreError.self) {
        _ = try await store.create(other, fleetSet: fixture.fleetSet, cause: StoreFixture.cause)
      }
      #expect(error?.code == .lostRace)
      other.run.number = 2
      let second = await #expect(throws: StoreError.self) {
        _ = try await store.create(other, fleetSet: fixture.fleetSet, cause: StoreFixture.cause)
      }
      #expect(second?.code == .lostRace)
    }
  }

  @Test func aFailedReleaseGoesBackAndIsHeldUntilSomebodyReleasesIt() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 4)
      let good = try await fixture.release(1)
      let first = try await fixture.start()
      try await fixture.pass(first)
      try await fixture.confirm()
      try await fixture.pass(first)
      _ = try await fixture.release(2)
      var strategy = StoreFixture.strategy(maxConcurrent: .count(1))
      strategy.onFailure = FailurePolicy(action: .rollback)
      let second = try await fixture.start(strategy)
      try await fixture.pass(second)
      let canary = [fixture.clusters[0]]
      try await fixture.confirm(canary, phase: .failed, health: .degraded, message: "admission denied")
      try await fixture.pass(second)
      let during = try #require(try await store.rollout(of: "storefront", number: 2, in: "default"))
      #expect(during.run.state == .rollingBack)
      try await fixture.confirm(canary)
      try await fixture.pass(second)
      let ended = try #require(try await store.rollout(of: "storefront", number: 2, in: "default"))
      #expect(ended.run.state == .rolledBack)
      let held = try #require(try await store.fleetSet(fixture.fleetSet))
      #expect(held.newestRelease?.hold != nil)
      let input = try #require(try await store.startInput(for: fixture.fleetSet, strategy: strategy))
      #expect(input.isHeld)
      #expect(input.members.allSatisfy { $0.isBundleHeld })
      #expect(input.lastGoodRelease == good.id)
      #expect(input.members.allSatisfy { $0.lastKnownGood?.release == good.id })
      try await store.releaseHold(of: "storefront", in: "default", cause: StoreFixture.cause)
      let free = try #require(try await store.startInput(for: fixture.fleetSet, strategy: strategy))
      #expect(!free.isHeld)
      #expect(free.members.allSatisfy { !$0.isBundleHeld })
      let error = await #expect(throws: StoreError.self) {
        try await store.releaseHold(of: "storefront", in: "default", cause: StoreFixture.cause)
      }
      #expect(error?.code == .conflict)
    }
  }

  /// The hold is taken off and the run stored at once: automation finds no moment in which the release is free.
  @Test func startingAHeldReleaseTakesTheHoldOffWithTheSameCommit() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      _ = try await fixture.release(1)
      let first = try await fixture.start()
      let input = try #require(try await store.planInput(for: first))
      let aborted = try command(.abort(hold: true), on: input, by: CommandGiver(name: "kim", reason: "wrong"))
      try await store.commit(aborted, input: input, cause: StoreFixture.cause)
      for claim in try await store.claim(.start, limit: 9, by: fixture.controller, for: .seconds(60)) {
        try await store.finish(claim, wakeAt: nil)
      }
      let held = try #require(try await store.startInput(for: fixture.fleetSet, strategy: StoreFixture.strategy()))
      #expect(held.isHeld)
      let frozen = try freeze(held, options: FreezeOptions(kind: .rollout, startedBy: "kim"))
      var taken = frozen
      taken.run.number = 1
      let error = await #expect(throws: StoreError.self) {
        try await store.create(taken, fleetSet: fixture.fleetSet, cause: StoreFixture.cause)
      }
      #expect(error?.code == .lostRace)
      #expect(try await store.fleetSet(fixture.fleetSet)?.newestRelease?.hold != nil)
      try await store.create(frozen, fleetSet: fixture.fleetSet, cause: StoreFixture.cause)
      #expect(try await store.fleetSet(fixture.fleetSet)?.newestRelease?.hold == nil)
      #expect(try await store.claim(.start, limit: 9, by: fixture.controller, for: .seconds(60)) == [])
    }
  }

  @Test func noRunIsStoredForASetThatIsGone() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      _ = try await fixture.release(1)
      let input = try #require(try await store.startInput(for: fixture.fleetSet, strategy: StoreFixture.strategy()))
      let frozen = try freeze(input, options: FreezeOptions(kind: .rollout, startedBy: "kim"))
      try await store.removeFleetSet("storefront", in: "default", workloads: .keep, cause: StoreFixture.cause)
      let error = await #expect(throws: StoreError.self) {
        try await store.create(frozen, fleetSet: fixture.fleetSet, cause: StoreFixture.cause)
      }
      #expect(error?.code == .notFound)
    }
  }

  /// Two controllers expand a set; the slower one, with the older commit, must not have the last word.
  @Test func anExpansionThatWasOvertakenStoresNoRelease() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      let first = try await fixture.release(1)
      _ = try await fixture.release(2)
      let error = await #expect(throws: StoreError.self) {
        _ = try await store.commitRelease(
          ReleaseDraft(
            fleetSet: fixture.fleetSet, fleetSetGeneration: 1, replaces: first.id, sources: first.sources, targets: [],
            contentDigest: StoreFixture.digest("slow")))
      }
      #expect(error?.code == .lostRace)
      #expect(try await store.fleetSet(fixture.fleetSet)?.newestRelease?.number == 2)
    }
  }

  @Test func undoingAnEndedRunHoldsItAndTakesItsBundlesFromLastKnownGood() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 2)
      let old = try await fixture.release(1)
      for number in 1...2 {
        if number == 2 { _ = try await fixture.release(2) }
        let rollout = try await fixture.start()
        try await fixture.pass(rollout)
        try await fixture.confirm()
        try await fixture.pass(rollout)
      }
      let undone = try #require(try await store.rollout(of: "storefront", number: 2, in: "default"))
      #expect(undone.run.state == .succeeded)
      let members = try await store.undoMembers(of: undone.run.id)
      #expect(members.map(\.member.release) == [old.id, old.id])
      let frozen = try freezeUndo(
        of: undone.run, stages: undone.stages, members: members, number: 3, now: try await store.now(),
        startedBy: "kim")
      let undo = try await store.create(frozen, fleetSet: fixture.fleetSet, cause: StoreFixture.cause)
      let input = try #require(try await store.startInput(for: fixture.fleetSet, strategy: StoreFixture.strategy()))
      #expect(input.isHeld)
      #expect(input.members.allSatisfy { $0.lastKnownGood?.release == old.id })
      #expect(input.activeRun?.kind == .undo)
      try await fixture.pass(undo)
      try await fixture.confirm()
      try await fixture.pass(undo)
      #expect(try await store.rollout(of: "storefront", number: 3, in: "default")?.run.state == .succeeded)
      let targets = try await store.targets(of: nil, cluster: "c0000", in: "default", after: nil, limit: 5)
      #expect(targets.elements.first?.applied?.bundle == StoreFixture.bundle("v1", identities: []).digest)
    }
  }

  @Test func aHaltedRunThatMakesPlaceIsCountedAndHeld() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 3)
      _ = try await fixture.release(1)
      let halted = try await fixture.start(StoreFixture.strategy(maxConcurrent: .count(1)))
      try await fixture.pass(halted)
      try await fixture.confirm([fixture.clusters[0]], phase: .failed, health: .degraded, message: "bad")
      try await fixture.pass(halted)
      #expect(try await store.rollout(of: "storefront", number: 1, in: "default")?.run.state == .halted)
      _ = try await fixture.release(2)
      let input = try #require(try await store.planInput(for: halted))
      let decided = try command(.supersede(by: "storefront/2"), on: input, by: CommandGiver(name: "flotilla"))
      try await store.commit(decided, input: input, cause: flotilla)
      let old = try #require(try await store.rollout(of: "storefront", number: 1, in: "default"))
      #expect(old.run.state == .superseded)
      #expect(old.stages.first?.counters[.cancelled] == 2)
      #expect(old.stages.first?.counters[.failed] == 1)
      let start = try #require(
        try await store.startInput(for: fixture.fleetSet, strategy: StoreFixture.strategy()))
      #expect(start.activeRun == nil)
      #expect(start.supersededRun == halted)
      #expect(!start.isHeld)
      let releases = try await store.releases(of: "storefront", in: "default", after: nil, limit: 2)
      #expect(releases.elements.map { $0.hold != nil } == [false, true])
    }
  }

  @Test func whomARunPassedOverIsKnownAndItSucceedsWhollyWhenTheyHaveCaughtUp() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 2)
      _ = try await fixture.release(1)
      _ = try await store.setCordon("c0001", in: "default", reason: "disk", cause: StoreFixture.cause)
      let first = try await fixture.start()
      try await fixture.pass(first)
      try await fixture.confirm([fixture.clusters[0]])
      try await fixture.pass(first)
      #expect(
        try await store.rollout(of: "storefront", number: 1, in: "default")?.run.state == .succeededWithUnreachable)
      let away = try #require(try await store.startInput(for: fixture.fleetSet, strategy: StoreFixture.strategy()))
      #expect(away.lastGoodRun?.passedOver.map(\.clusterName) == ["c0001"])
      #expect(away.lastGoodRun?.passedOver.first?.takesOrders == false)
      #expect(decideStart(away) == .recordOnly)

      _ = try await store.setCordon("c0001", in: "default", reason: nil, cause: StoreFixture.cause)
      let input = try #require(try await store.startInput(for: fixture.fleetSet, strategy: StoreFixture.strategy()))
      guard case .run(let frozen) = decideStart(input) else {
        Issue.record("nobody catches up")
        return
      }
      let catchUp = try await store.create(frozen, fleetSet: fixture.fleetSet, cause: flotilla)
      try await fixture.pass(catchUp)
      try await fixture.confirm([fixture.clusters[1]])
      try await fixture.pass(catchUp)
      #expect(try await store.rollout(of: "storefront", number: 2, in: "default")?.run.state == .succeeded)
      #expect(try await store.rollout(of: "storefront", number: 1, in: "default")?.run.state == .succeeded)
    }
  }

  @Test func aReleaseWithoutChangesOnlyMovesThePointers() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 1)
      let bundle = StoreFixture.bundle("same", identities: ["apps/Deployment/shop/web"])
      let first = try await fixture.release(1, bundle: bundle)
      #expect(try await fixture.release(1, bundle: bundle).id == first.id)
      let rollout = try await fixture.start()
      try await fixture.pass(rollout)
      try await fixture.confirm()
      try await fixture.pass(rollout)
      let second = try await fixture.release(2, bundle: bundle)
      #expect(second.number == 2)
      try await store.recordRelease(second.id, of: fixture.fleetSet)
      let target = try #require(
        try await store.targets(of: nil, cluster: nil, in: "default", after: nil, limit: 5).elements.first)
      #expect(target.wanted?.release == second.shortName)
      #expect(target.lastKnownGood?.release == second.shortName)
    }
  }

  @Test func aClusterThatLeavesIsSeenByTheNextPass() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let fixture = try await StoreFixture.make(in: store, clusters: 3)
      _ = try await fixture.release(1)
      let rollout = try await fixture.start(StoreFixture.strategy(maxConcurrent: .count(1)))
      try await fixture.pass(rollout)
      try await store.removeCluster("c0002", in: "default", cause: StoreFixture.cause)
      let input = try #require(try await store.planInput(for: rollout))
      #expect(input.units.first { $0.clusterName == "c0002" }?.isRemoved == true)
      #expect(input.marks.count == 1)
      try await fixture.pass(rollout)
      #expect(try await store.planInput(for: rollout)?.marks == [:])
    }
  }
}
