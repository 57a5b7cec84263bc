import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

@Suite struct RolloutServiceTests {
  private let kim = Principal(name: "kim", groups: ["sre"], right: .approve)

  private func act(_ controller: ControllerFixture, _ command: RolloutCommand) async throws -> RolloutRecord {
    try await controller.service.act(
      command, on: "shop", number: nil, in: .defaultProject, by: kim, reason: "for the test")
  }

  private func start(
    _ controller: ControllerFixture, reason: String = "", dryRun: Bool = false
  ) async throws -> RolloutService.StartOutcome {
    try await controller.service.start("shop", in: .defaultProject, by: kim, reason: reason, dryRun: dryRun)
  }

  private func refusalOfStart(_ controller: ControllerFixture, reason: String = "") async -> CommandRefusal? {
    await #expect(throws: CommandRefusal.self) { _ = try await start(controller, reason: reason) }
  }

  @Test func aCommandIsFollowedByAPass() async throws {
    try await ControllerFixture.with { controller in
      try await controller.apply(
        ControllerFixture.clusters(["a", "b"]) + controller.repository()
          + ControllerFixture.fleetSet(stages: "[{name: all, rest: true, maxConcurrent: 1, minReady: 0s}]"))
      try await controller.settle()
      #expect(try await act(controller, .pause).run.state == .paused)
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.state == .paused)
      #expect(try await act(controller, .resume).run.state == .running)
      try await controller.settle()
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.state == .succeeded)
    }
  }

  /// R19: whether somebody is known is a matter of the tokens there are.
  @Test func authorsWithoutATokenAskForTwiceAsManyApprovals() async throws {
    try await ControllerFixture.with { controller in
      let stages = "[{name: all, rest: true, minReady: 0s, before: [{approval: {notAuthor: true}}]}]"
      try await controller.apply(
        ControllerFixture.clusters(["a"]) + controller.repository() + ControllerFixture.fleetSet(stages: stages))
      try await controller.settle()
      let run = try #require(try await controller.rollout()).run
      #expect(run.authors.count == 1)
      #expect(run.unknownAuthors == run.authors)
      #expect(try await controller.rollout()?.report.waiting.first?.message.hasPrefix("2 approvals") == true)
      _ = try await act(controller, .approve(stage: nil))
      #expect(try await act(controller, .revokeApproval(stage: nil)).stages.first?.approvals.isEmpty == true)
      _ = try await act(controller, .approve(stage: nil))
      let ann = Principal(name: "ann", right: .approve)
      _ = try await controller.service.act(
        .approve(stage: nil), on: "shop", number: nil, in: .defaultProject, by: ann, reason: "")
      try await controller.settle()
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.state == .succeeded)
      let address = try #require(run.authors.first?.split(separator: "<").last?.dropLast())
      let author = Principal(name: "jo", gitIdentities: [String(address)], right: .read)
      _ = try await controller.store.createToken(
        author, tokenHash: StoreFixture.digest("jo"), expiresIn: nil, cause: StoreFixture.cause)
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.poll()
      #expect(try await controller.rollout()?.run.unknownAuthors == [])
      #expect(try await controller.rollout()?.report.waiting.first?.message.hasPrefix("1 approval ") == true)
    }
  }

  @Test func anAbortedRunLeavesNoWork() async throws {
    try await ControllerFixture.with { controller in
      try await controller.apply(
        ControllerFixture.clusters(["a"]) + controller.repository() + ControllerFixture.fleetSet())
      try await controller.settle()
      #expect(try await act(controller, .abort(hold: true)).run.state == .halting)
      try await controller.confirm(phase: .failed, health: .degraded, message: "no")
      #expect(try await act(controller, .abort(hold: true)).run.state == .aborted)
      #expect(try await controller.store.claim(.rollout, limit: 9, by: controller.controller, for: .seconds(9)) == [])
      try await controller.settle()
      #expect(try await controller.rollout()?.run.number == 1)
      #expect(try await controller.set().newestRelease?.hold != nil)
    }
  }

  @Test func aHeldReleaseIsStartedWithAReasonOnlyAndByThePersonWhoAsks() async throws {
    try await ControllerFixture.with { controller in
      try await controller.apply(
        ControllerFixture.clusters(["a"]) + controller.repository() + ControllerFixture.fleetSet())
      try await controller.settle()
      _ = try await act(controller, .abort(hold: true))
      try await controller.confirm(phase: .failed, health: .degraded, message: "no")
      #expect(await refusalOfStart(controller)?.code == .blocked)
      guard case .wouldStart = try await start(controller, reason: "it was the network", dryRun: true) else {
        Issue.record("a dry run is no start")
        return
      }
      #expect(try await controller.set().newestRelease?.hold != nil)
      guard case .started(let record) = try await start(controller, reason: "it was the network") else {
        Issue.record("it is not started")
        return
      }
      #expect(record.run.startedBy == "kim")
      try await controller.settle()
      #expect(try await controller.rollout()?.run.number == record.run.number)
      #expect(await refusalOfStart(controller, reason: "again")?.code == .conflict)
      #expect(try await controller.set().newestRelease?.hold == nil)
    }
  }

  @Test func whatIsNotThereIsSaidWithWhatToDo() async throws {
    try await ControllerFixture.with { controller in
      let noRun = await #expect(throws: CommandRefusal.self) { _ = try await act(controller, .pause) }
      #expect(noRun?.code == .notFound)
      #expect(await refusalOfStart(controller)?.code == .notFound)
      try await controller.apply(ControllerFixture.fleetSet(repository: "nowhere"))
      let unready = await refusalOfStart(controller)
      #expect(unready?.code == .conflict)
      #expect(unready?.hint.contains("flotilla describe fleetset/shop") == true)
    }
  }

  @Test func anEndedRunIsUndoneByARunOfItsOwn() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst()
      let before = try await controller.wanted()
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.poll()
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.number == 2)
      let undo = try await act(controller, .undo)
      #expect(undo.run.kind == .undo)
      try await controller.settle()
      try await controller.confirm()
      #expect(try await controller.rollout(undo.run.number)?.run.state == .succeeded)
      #expect(try await controller.wanted() == before)
      // The undone release is held: nobody sends it again by itself.
      #expect(try await controller.rollout()?.run.number == undo.run.number)
    }
  }

  /// Many people at once, while the run is planned: each command is given to the run as it then is.
  @Test func commandsAndPassesAtOnceLoseNothing() async throws {
    try await ControllerFixture.with { controller in
      let stages = "[{name: all, rest: true, minReady: 0s, before: [{approval: {count: 4}}]}]"
      try await controller.apply(
        ControllerFixture.clusters(["a"]) + controller.repository() + ControllerFixture.fleetSet(stages: stages))
      try await controller.settle()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for name in ["kim", "ann", "bob", "eve"] {
          group.addTask {
            _ = try await controller.service.act(
              .approve(stage: nil), on: "shop", number: 1, in: .defaultProject,
              by: Principal(name: name, right: .approve), reason: "")
          }
        }
        group.addTask { try await controller.settle() }
        try await group.waitForAll()
      }
      try await controller.settle()
      #expect(try await controller.rollout()?.stages.first?.counters[.dispatched] == 1)
    }
  }

  /// Plan before act: what was looked at is started, or nothing.
  @Test func aPlanIsStartedAsItWasOrNotAtAll() async throws {
    try await ControllerFixture.with { controller in
      let kim = Principal(name: "kim", right: .operate)
      try await controller.rollOutFirst()
      try await controller.apply(ControllerFixture.fleetSet(more: ", trigger: manual"))
      try await controller.settle()
      #expect(try await controller.service.plan("shop", in: .defaultProject, by: kim) == nil)
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
      try await controller.poll()
      let plan = try #require(try await controller.service.plan("shop", in: .defaultProject, by: kim))
      #expect(plan.run.units.map(\.clusterName) == ["east", "west"])
      #expect(plan.changes.map(\.target) == ["web-east", "web-west"])
      #expect(plan.changes[0].changes == plan.changes[1].changes)
      #expect(plan.changes[0].changes.first?.fields.first?.contains("shop:2") == true)
      #expect(plan.predicted != nil)
      // Another commit makes another plan.
      try await controller.git.commit(ControllerFixture.manifest(image: "shop:3"), to: "web/web.yaml")
      try await controller.poll()
      await #expect(throws: CommandRefusal.self) {
        _ = try await controller.service.start(
          "shop", in: .defaultProject, plan: plan.run.run.planHash.short, by: kim, reason: "", dryRun: false)
      }
      let next = try #require(try await controller.service.plan("shop", in: .defaultProject, by: kim))
      let outcome = try await controller.service.start(
        "shop", in: .defaultProject, plan: next.run.run.planHash.short, by: kim, reason: "", dryRun: false)
      guard case .started(let record) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      #expect(record.run.planHash == next.run.run.planHash)
    }
  }
}
