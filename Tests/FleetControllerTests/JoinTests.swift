import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

/// R5: a cluster that joins while a run goes on.
@Suite struct JoinTests {
  private static func set(membership: String) -> String {
    ControllerFixture.fleetSet(
      stages: """
        [{name: canary, clusters: {matchLabels: {canary: "true"}}, maxConcurrent: 100%, minReady: 0s},
        {name: rest, rest: true, maxConcurrent: 100%, minReady: 0s}]
        """, more: ", membership: \(membership)")
  }

  /// A second run whose canary, east, has its order while west waits; then north joins with the canary's label.
  private static func join(
    _ controller: ControllerFixture, membership: String, cluster: String = "north"
  ) async throws -> (old: FleetModel.Digest?, new: FleetModel.Digest?) {
    try await controller.apply(ControllerFixture.clusters(["east"], labels: "env: test, canary: 'true'"))
    try await controller.rollOutFirst(clusters: ["west"], set: set(membership: membership))
    let old = try await controller.wanted()
    try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
    try await controller.poll()
    #expect(try await controller.rollout()?.run.number == 2)
    #expect(try await controller.wanted()["web-west"] == old["web-west"])
    let new = try await controller.wanted()
    try await controller.apply(ControllerFixture.clusters([cluster], labels: "env: test, canary: 'true'"))
    try await controller.settle()
    return (old["web-west"] ?? nil, new["web-east"] ?? nil)
  }

  private static func runs(_ controller: ControllerFixture) async throws -> [String] {
    try await controller.store.rollouts(of: "shop", in: .defaultProject, after: nil, limit: 10).elements.reversed()
      .map { "\($0.run.kind.rawValue) \($0.run.state.rawValue)" }
  }

  @Test func itBeginsWithTheLastGoodReleaseWhileTheOthersGoToANewerOne() async throws {
    try await ControllerFixture.with { controller in
      let (old, new) = try await Self.join(controller, membership: "lastPassedStage")
      #expect(old != nil && new != nil && old != new)
      #expect(try await Self.runs(controller) == ["Rollout Succeeded", "Rollout Running", "Onboard Running"])
      // The release before has no such cluster: what it would have got is made from that commit.
      #expect(try await controller.wanted()["web-north"] == old)
      // Who names the set alone means the run that the others wait for.
      #expect(try await controller.rollout()?.run.number == 2)
    }
  }

  /// A run that passes over everybody would end at once, and be made again without end (R31).
  @Test(arguments: [false, true])
  func whoIsCordonedWhenItJoinsBeginsWhenItIsThere(isBesideARun: Bool) async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst(set: Self.set(membership: "lastPassedStage"))
      var expected = ["Rollout Succeeded"]
      if isBesideARun {
        try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
        try await controller.poll()
        expected.append("Rollout Running")
      }
      try await controller.apply(ControllerFixture.clusters(["north"]))
      try await controller.cordon("north", reason: "racks are built")
      try await controller.settle()
      #expect(try await Self.runs(controller) == expected)
      try await controller.cordon("north", reason: nil)
      try await controller.settle()
      #expect(try await Self.runs(controller) == expected + ["Onboard Running"])
      #expect(try await controller.wanted()["web-north"] != .some(nil))
    }
  }

  @Test(arguments: [
    ("lastPassedStage", ["Rollout Succeeded", "Rollout Succeeded", "Onboard Succeeded"], "Succeeded"),
    ("intoStage", ["Rollout Succeeded", "Rollout Succeeded", "Onboard Succeeded"], "Succeeded"),
    ("afterRun", ["Rollout Succeeded", "Rollout Succeeded", "Onboard Succeeded", "CatchUp Succeeded"], "Skipped"),
  ])
  func itGetsTheRunsReleaseAsItsMembershipSays(
    membership: String, expected: [String], state: String
  ) async throws {
    try await ControllerFixture.with { controller in
      let (_, new) = try await Self.join(controller, membership: membership)
      // North is onboarded and joins first, then the canary goes on: with `intoStage` it waits for north.
      try await controller.confirm(only: ["north"])
      let joined = try #require(try await controller.rollout(2))
      #expect(joined.stages.map(\.joined) == [1, 0])
      #expect(joined.stages.map(\.size) == [1, 1])
      try await controller.confirm()
      #expect(try await Self.runs(controller) == expected)
      #expect(try await controller.wanted()["web-north"] == new)
      let run = try #require(try await controller.rollout(2))
      let steps = try await controller.store.steps(
        of: run.run.id, states: [], after: nil, limit: 10
      ).elements
      #expect(steps.first { $0.clusterName == "north" }?.state.rawValue == state)
      // Nothing is left to do: the release that only has north besides starts no run.
      try await controller.poll()
      #expect(try await Self.runs(controller) == expected)
    }
  }

  @Test func theRunIsAbortedWhenItsMembershipSaysSo() async throws {
    try await ControllerFixture.with { controller in
      let (old, _) = try await Self.join(controller, membership: "abort")
      try await controller.confirm()
      #expect(try await Self.runs(controller) == ["Rollout Succeeded", "Rollout Aborted", "Onboard Succeeded"])
      #expect(try await controller.wanted()["web-north"] == old)
      let breach = try #require(try await controller.rollout(2)?.run.breach)
      #expect(breach.cause == "aborted by flotilla: north joined, and `membership` is abort")
    }
  }

  /// What the commit before never had begins with the newest one, in its place.
  @Test func whatTheLastGoodCommitDoesNotHaveJoinsDirectly() async throws {
    try await ControllerFixture.with { controller in
      try await controller.rollOutFirst(
        set: ControllerFixture.fleetSet(
          generators:
            "[{matrix: {generators: [{clusters: {}}, {git: {repository: fleet, directories: [{path: '*'}]}}]}}]",
          name: "{{path.basename}}-{{name}}", path: "{{path}}"))
      let manifest = ControllerFixture.manifest(image: "api:1").replacing("web", with: "api")
      try await controller.git.commit(manifest, to: "api/api.yaml")
      try await controller.poll()
      #expect(try await Self.runs(controller) == ["Rollout Succeeded", "Rollout Running"])
      try await controller.confirm()
      #expect(try await controller.wanted().count == 4)
      #expect(try await Self.runs(controller) == ["Rollout Succeeded", "Rollout Succeeded"])
    }
  }
}
