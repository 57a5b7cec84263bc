import FleetAPI
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

@testable import FleetServer

/// `POST …/fleetsets/NAME/rollouts` and what people decide about runs, over HTTP and a real store.
@Suite struct StartTests {
  private static let set = """
    apiVersion: flotilla.dev/v1
    kind: FleetSet
    metadata: {name: storefront}
    spec:
      generators: [{clusters: {}}]
      template:
        metadata: {name: "web-{{name}}"}
        spec:
          source: {repository: fleet, revision: main, path: web}
          destination: {cluster: "{{name}}", namespace: shop}
      rollout:
        firstAlone: false
        stages: [{name: all, rest: true, maxConcurrent: 100%, minReady: 0s}]
    """

  /// A FleetSet as people write it, over a fixture's clusters, with three releases; the first two have been rolled out.
  private static func withReleases(
    _ body: @escaping @Sendable (ServerFixture, StoreFixture) async throws -> Void
  ) async throws {
    try await ServerFixture.with { server in
      let fixture = try await StoreFixture.make(in: server.store, clusters: 2)
      try await server.apply(set)
      for number in 1...2 {
        try await release(number, fixture)
        try await finish(try await start(server), fixture)
      }
      try await release(3, fixture)
      try await body(server, fixture)
    }
  }

  private static func release(_ number: Int, _ fixture: StoreFixture) async throws {
    let bundle = StoreFixture.bundle("v\(number)", identities: ["apps/Deployment/shop/web"])
    try await fixture.store.insertBundles([bundle])
    let targets = fixture.clusters.map { cluster in
      ReleaseTargetDraft(
        name: TargetName("web-\(cluster.name)"), cluster: cluster.id, labels: cluster.labels, namespace: "shop",
        repository: "fleet", path: "web", origin: "clusters[0]", selfHeal: true, prune: true, createNamespace: true,
        bundle: bundle.digest)
    }
    _ = try await fixture.store.commitRelease(
      ReleaseDraft(
        fleetSet: fixture.fleetSet, fleetSetGeneration: 2,
        replaces: try await fixture.store.fleetSet(fixture.fleetSet)?.newestRelease?.id,
        sources: [ReleaseSource(repository: "fleet", revision: "main", commit: StoreFixture.commit(number))],
        targets: targets, contentDigest: bundle.digest))
  }

  private static func answer(
    _ server: ServerFixture, _ request: StartRolloutRequest = .init()
  ) async throws -> ServerFixture.Answer {
    try await server.call(
      Routes.startRollout, Routes.startRollout.path("default", "storefront"), right: .operate, request)
  }

  private static func start(
    _ server: ServerFixture, _ request: StartRolloutRequest = .init()
  ) async throws -> RolloutResource {
    let answer = try await answer(server, request)
    #expect(answer.status == 200, "\(answer.text)")
    return try #require(try answer.decode(StartRolloutResponse.self).rollout)
  }

  /// Lets a run come to its end.
  private static func finish(_ rollout: RolloutResource, _ fixture: StoreFixture) async throws {
    let record = try #require(
      try await fixture.store.rollout(of: "storefront", number: rollout.number, in: "default"))
    try await fixture.pass(record.run.id)
    try await fixture.confirm()
    try await fixture.pass(record.run.id)
  }

  private static func held(_ fixture: StoreFixture) async throws -> [Int] {
    try await fixture.store.releases(of: "storefront", in: "default", after: nil, limit: 9).elements
      .filter { $0.hold != nil }.map(\.number)
  }

  private static func automation(_ fixture: StoreFixture) async throws -> StartDecision {
    decideStart(
      try #require(
        try await fixture.store.startInput(for: fixture.fleetSet, strategy: StoreFixture.strategy(), release: nil)))
  }

  @Test func anyRecordedReleaseCanBeStartedByNumberOrCommit() async throws {
    try await Self.withReleases { server, fixture in
      let commit = StoreFixture.commit(1).id.hexadecimal
      for revision in ["1", "#1", "storefront/1", commit] {
        let rollout = try await Self.start(server, .init(revision: revision, dryRun: true))
        #expect(rollout.sources.isEmpty)
        #expect(rollout.warnings == ["it is not the newest release: the newest one is put on hold"])
      }
      #expect(try await Self.held(fixture) == [])
      for (revision, status, text) in [
        ("4", 404, "storefront has no release"), ("abc", 404, "storefront has no release"),
        ("aaaa", 400, "aaaa could be any of"), ("storefront/x", 404, "flotilla get releases storefront"),
      ] {
        let refused = try await Self.answer(server, .init(revision: revision))
        #expect(refused.status == status)
        #expect(refused.text.contains(text), "\(refused.text)")
      }
      let rollout = try await Self.start(server, .init(revision: commit, reason: "2 is slow"))
      #expect(rollout.number == 3)
      #expect(rollout.sources.map(\.commit) == [commit])
      #expect(rollout.counts.changing == 2)
      try await Self.finish(rollout, fixture)
      let targets = try await fixture.store.targets(of: "storefront", cluster: nil, in: "default", after: nil, limit: 9)
      let first = StoreFixture.bundle("v1", identities: []).digest
      #expect(targets.elements.map { $0.applied?.bundle } == [first, first])
      #expect(targets.elements.map { $0.lastKnownGood?.bundle } == [first, first])
      // Automation leaves it at that until a person lets the newest release go on.
      #expect(try await Self.held(fixture) == [3])
      guard case .held = try await Self.automation(fixture) else {
        Issue.record("automation goes forward again")
        return
      }
      try await fixture.store.releaseHold(of: "storefront", in: "default", cause: StoreFixture.cause)
      guard case .run(let forward) = try await Self.automation(fixture) else {
        Issue.record("automation does not go on")
        return
      }
      #expect(forward.run.releaseName == StoreFixture.commit(3).id.short)
    }
  }

  @Test func aHeldReleaseNeedsAReasonAndOnlyItsHoldIsTakenOff() async throws {
    try await Self.withReleases { server, fixture in
      try await Self.finish(try await Self.start(server, .init(revision: "1")), fixture)
      try await Self.finish(try await Self.start(server, .init(revision: "2")), fixture)
      #expect(try await Self.held(fixture) == [3])
      try await Self.release(4, fixture)
      try await Self.finish(try await Self.start(server, .init(revision: "1")), fixture)
      #expect(try await Self.held(fixture) == [4, 3])
      let refused = try await Self.answer(server, .init(revision: "3"))
      #expect(refused.status == 412)
      #expect(try refused.envelope().code == .blocked)
      _ = try await Self.start(server, .init(revision: "3", dryRun: true))
      #expect(try await Self.held(fixture) == [4, 3])
      let rollout = try await Self.start(server, .init(revision: "3", reason: "it was not the cause"))
      #expect(rollout.state == .running)
      #expect(try await Self.held(fixture) == [4])
    }
  }

  @Test func withTriggerManualNothingIsHeld() async throws {
    try await Self.withReleases { server, fixture in
      try await server.apply(Self.set.replacing("rollout:", with: "rollout:\n    trigger: manual"))
      _ = try await Self.start(server, .init(revision: "1"))
      #expect(try await Self.held(fixture) == [])
    }
  }

  @Test func aRolloutIsRehearsedOverTheInventoryAndNothingIsStored() async throws {
    try await Self.withReleases { server, fixture in
      func rehearse(_ spec: String, seed: UInt64 = 7) async throws -> ServerFixture.Answer {
        let content = "apiVersion: flotilla.dev/v1\nkind: Rehearsal\nspec: \(spec)\n"
        return try await server.call(
          Routes.rehearseRollout, Routes.rehearseRollout.path("default", "storefront"), right: .read,
          RehearseRolloutRequest(faults: .init(name: "faults.yaml", content: content), seed: seed))
      }
      // No agent is connected to this fixture; the first cluster that is away exceeds the budget.
      let away = try await rehearse("{}").decode(RehearsalResponse.self)
      #expect(away.verdict == .stops && away.state == .paused && away.counts.touched == 0, "\(away)")
      #expect(away.stop?.cause == "paused by flotilla: 1 cluster unreachable, the run allows 0")
      let good = try await rehearse("{away: return, apply: 30s}")
      #expect(good.status == 200)
      #expect(try await rehearse("{away: return, apply: 30s}").text == good.text)
      let answer = try good.decode(RehearsalResponse.self)
      #expect(answer.verdict == .ends && answer.state == .succeeded && answer.durationMilliseconds == 30_000)
      #expect(answer.rollout == "storefront/3" && answer.counts.updated == 2)
      let failing = try await rehearse("{away: return, faults: [{fails: 1}]}").decode(RehearsalResponse.self)
      #expect(failing.stop?.stage == "all" && failing.failures.count == 1)
      let wrong = try await rehearse("{faults: [{fail: 1}]}")
      #expect(wrong.status == 400)
      #expect(try wrong.envelope().diagnostics.map(\.line) == [3])
      let newest = try await fixture.store.rollout(of: "storefront", number: nil, in: "default")
      #expect(newest?.run.number == 2)
    }
  }

  @Test func aDecisionCanBeTriedFirst() async throws {
    try await Self.withReleases { server, fixture in
      let running = try await Self.start(server)
      func act(_ route: Route, _ request: RolloutActionRequest) async throws -> RolloutResource {
        let answer = try await server.call(
          route, route.path("default", "storefront", "\(running.number)"), right: .operate, request)
        #expect(answer.status == 200, "\(answer.text)")
        return try answer.decode()
      }
      #expect(try await act(Routes.pauseRollout, .init(dryRun: true)).state == .paused)
      #expect(try await act(Routes.abortRollout, .init(hold: true, reason: "no", dryRun: true)).state == .aborted)
      let record = try await fixture.store.rollout(of: "storefront", number: running.number, in: "default")
      #expect(record?.run.state == .running)
      #expect(record?.run.version == running.version)
      #expect(try await Self.held(fixture) == [])
      try await Self.finish(running, fixture)
      #expect(try await act(Routes.undoRollout, .init(reason: "try", dryRun: true)).kind == .undo)
      let newest = try await fixture.store.rollout(of: "storefront", number: nil, in: "default")
      #expect(newest?.run.number == running.number)
      let refused = try await server.call(
        Routes.releaseHold, Routes.releaseHold.path("default", "storefront"), right: .approve,
        ReasonRequest(dryRun: true))
      #expect(refused.status == 409)
    }
  }
}
