import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

/// What becomes of a run when the documents that it was made from change or go (docs/reference/rollouts.md, "Documents that
/// change during a run").
@Suite struct ChangeDuringRunTests {
  private static let slowly = "[{name: all, rest: true, maxConcurrent: 1, minReady: 0s}]"

  /// A run over a, b and c, one after the other, of which a's is in flight.
  private static func during(
    stages: String = slowly, more: String = "", also: String = "",
    _ body: (ControllerFixture) async throws -> Void
  ) async throws {
    try await ControllerFixture.with { controller in
      try await controller.apply(
        also + ControllerFixture.clusters(["a", "b", "c"]) + controller.repository()
          + ControllerFixture.fleetSet(stages: stages, more: more))
      try await controller.settle()
      #expect(try await controller.rollout()?.stages.first?.counters[.dispatched] == 1)
      try await body(controller)
    }
  }

  @Test func aChangedSetIsAReleaseOfItsOwnAndTheRunKeepsItsStrategy() async throws {
    try await Self.during { controller in
      let before = try #require(try await controller.rollout())
      try await controller.apply(
        ControllerFixture.fleetSet(
          stages: "[{name: other, rest: true, maxConcurrent: 100%, minReady: 0s}]", namespace: "elsewhere"))
      try await controller.settle()
      let after = try #require(try await controller.rollout(1))
      #expect(after.run.planHash == before.run.planHash)
      #expect(after.stages.map(\.name) == ["all"])
      #expect(try await controller.set().newestRelease?.number == 2)
      // The newer release waits until the run has ended, and then goes by the new strategy.
      try await controller.confirm()
      #expect(try await controller.rollout(1)?.run.state == .succeeded)
      #expect(try await controller.rollout()?.stages.map(\.name) == ["other"])
      #expect(try await controller.rollout()?.run.state == .succeeded)
    }
  }

  @Test func aSetIsNotDeletedWhileARunGoesOn() async throws {
    try await Self.during { controller in
      for workloads in [RemovalPolicy.keep, .remove] {
        let error = await #expect(throws: StoreError.self) {
          try await controller.store.removeFleetSet(
            "shop", in: .defaultProject, workloads: workloads, cause: StoreFixture.cause)
        }
        #expect(error?.message == "rollout shop/1 goes on; abort it or let it end first")
      }
      try await controller.confirm()
      #expect(try await controller.rollout()?.run.state == .succeeded)
    }
  }

  @Test func aRelabeledClusterStaysInItsStageAndADeletedOneLeavesTheRun() async throws {
    try await Self.during { controller in
      try await controller.apply(ControllerFixture.clusters(["b"], labels: "env: other"))
      try await controller.store.removeCluster("c", in: .defaultProject, cause: StoreFixture.cause)
      try await controller.settle()
      try await controller.confirm()
      let run = try #require(try await controller.rollout(1))
      #expect(run.run.state == .succeeded)
      #expect(run.stages.first?.counters[.succeeded] == 2)
      #expect(run.stages.first?.counters[.removed] == 1)
    }
  }

  @Test func aWindowOfARunCanBeChangedButNotDeleted() async throws {
    func window(_ schedule: String) -> String {
      """
      apiVersion: flotilla.dev/v1
      kind: Window
      metadata: {name: nights}
      spec: {cron: "\(schedule)", duration: 24h, timeZone: UTC}
      ---

      """
    }
    try await Self.during(more: ", windows: [nights]", also: window("0 0 * * *")) { controller in
      let error = await #expect(throws: StoreError.self) {
        try await controller.store.removePolicy(
          .window, named: "nights", in: .defaultProject, cause: StoreFixture.cause)
      }
      #expect(error?.code == .conflict)
      // A day that comes once in four years: nothing more is sent from now on.
      try await controller.apply(window("0 0 29 2 *").replacing("24h", with: "1h"))
      try await controller.settle()
      try await controller.confirm()
      let held = try #require(try await controller.rollout(1))
      #expect(held.stages.first?.counters[.pending] == 2)
      #expect(held.report.waiting.contains { $0.reason == .window })
      try await controller.apply(window("0 0 * * *"))
      try await controller.settle()
      try await controller.confirm()
      #expect(try await controller.rollout(1)?.run.state == .succeeded)
    }
  }

  @Test func aRepositoryThatMovesOrIsUnreachableDoesNotHoldUpTheRun() async throws {
    try await Self.during { controller in
      let error = await #expect(throws: StoreError.self) {
        try await controller.store.removeRepository("fleet", in: .defaultProject, cause: StoreFixture.cause)
      }
      #expect(error?.code == .conflict)
      try await controller.apply(controller.repository(url: "\(controller.git.fileURL)-gone"))
      try await controller.settle()
      try await controller.confirm()
      // Bundles are stored: the run needs no Git.
      #expect(try await controller.rollout(1)?.run.state == .succeeded)
      #expect(try await controller.condition().reason != "Expanded")
    }
  }

  private static func policy(_ kind: String, _ name: String, _ spec: String) -> String {
    """
    apiVersion: flotilla.dev/v1
    kind: \(kind)
    metadata: {name: \(name)}
    spec: {\(spec)}
    ---

    """
  }

  @Test func aFreezeHoldsWhatHasNotBeenSentUntilItIsDeleted() async throws {
    try await Self.during { controller in
      try await controller.apply(Self.policy("Freeze", "sale", "reason: no changes"))
      try await controller.settle()
      try await controller.confirm()
      let held = try #require(try await controller.rollout(1))
      #expect(held.stages.first?.counters[.soaking] == 1 && held.stages.first?.counters[.pending] == 2)
      #expect(held.report.waiting.contains { $0.reason == .freeze })
      try await controller.store.removePolicy(.freeze, named: "sale", in: .defaultProject, cause: StoreFixture.cause)
      try await controller.settle()
      try await controller.confirm()
      #expect(try await controller.rollout(1)?.run.state == .succeeded)
    }
  }

  @Test func aLimitCountsFromTheNextOrderOn() async throws {
    let thenTwo = """
      [{name: first, count: 1, maxConcurrent: 1, minReady: 0s}, {name: all, rest: true, maxConcurrent: 2, minReady: 0s}]
      """
    try await Self.during(stages: thenTwo) { controller in
      try await controller.apply(Self.policy("Limit", "environments", "label: env, maxInFlight: 1"))
      try await controller.settle()
      try await controller.confirm(only: ["a"])
      let limited = try #require(try await controller.rollout(1))
      #expect(limited.stages.last?.counters.slotsHeld == 1)
      #expect(limited.report.waiting.contains { $0.reason == .limit })
      try await controller.store.removePolicy(
        .limit, named: "environments", in: .defaultProject, cause: StoreFixture.cause)
      try await controller.settle()
      #expect(try await controller.rollout(1)?.stages.last?.counters.slotsHeld == 2)
      try await controller.confirm()
      #expect(try await controller.rollout(1)?.run.state == .succeeded)
    }
  }

  @Test func anAnalysisIsMeasuredAsItWasWhenTheRunBegan() async throws {
    func analysis(_ query: String) -> String {
      Self.policy(
        "Analysis", "errors", "prometheus: {url: \"https://prometheus.example\"}, query: \(query), pass: \"< 0.01\"")
    }
    let gated = "[{name: all, rest: true, maxConcurrent: 1, minReady: 0s, after: [{analysis: errors}]}]"
    try await Self.during(stages: gated, also: analysis("old")) { controller in
      try await controller.apply(analysis("new"))
      try await controller.settle()
      let rules = try #require(try await controller.rollout(1)?.stages.first?.rules)
      guard case .analysis(_, let frozen?) = try #require(rules.after.first) else {
        Issue.record("\(rules.after)")
        return
      }
      #expect(frozen.query == "old")
      let error = await #expect(throws: StoreError.self) {
        try await controller.store.removePolicy(
          .analysis, named: "errors", in: .defaultProject, cause: StoreFixture.cause)
      }
      #expect(error?.code == .conflict)
    }
  }

  @Test func approvalsOutliveTheTokenTheyWereGivenWith() async throws {
    let gated = """
      [{name: first, count: 1, maxConcurrent: 1, minReady: 0s},
      {name: all, rest: true, maxConcurrent: 100%, minReady: 0s, before: [{approval: {count: 2}}]}]
      """
    try await Self.during(stages: gated) { controller in
      func approve(_ name: String) async throws {
        let principal = Principal(name: name, right: .approve)
        _ = try await controller.store.createToken(
          principal, tokenHash: StoreFixture.digest(name), expiresIn: nil, cause: StoreFixture.cause)
        _ = try await controller.service.act(
          .approve(stage: nil), on: "shop", number: 1, in: .defaultProject, by: principal, reason: "")
        try await controller.settle()
      }
      try await controller.confirm()
      try await approve("ann")
      try await controller.store.revokeToken(named: "ann", cause: StoreFixture.cause)
      #expect(try await controller.rollout(1)?.stages.last?.state == .gated)
      try await approve("bob")
      #expect(try await controller.rollout(1)?.stages.last?.state == .open)
    }
  }
}
