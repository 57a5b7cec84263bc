import FleetController
import FleetModel
import FleetPorts
import FleetPostgres
import FleetTestSupport
import Testing

/// What ran where and when can be told afterwards.
@Suite struct HistoryTests {
  /// Two releases on two clusters, the second one not confirmed by west, and when they were between.
  private static func twoReleases(_ controller: ControllerFixture) async throws -> (first: Digest, between: Instant) {
    try await controller.rollOutFirst()
    let first = try #require(try await controller.wanted()["web-west"] ?? nil)
    let between = try await controller.store.now() + .milliseconds(1)
    while try await controller.store.now() <= between { await Task.yield() }
    try await controller.git.commit(ControllerFixture.manifest(image: "shop:2"), to: "web/web.yaml")
    try await controller.poll()
    try await controller.confirm(only: ["east"])
    return (first, between)
  }

  @Test func aTimelineSaysWhatAClusterRanAndFromWhenUntilWhen() async throws {
    try await ControllerFixture.with { controller in
      let (first, between) = try await Self.twoReleases(controller)
      let store = controller.store
      let east = try await store.timeline(
        of: "east", fleetSet: nil, during: TimeSpan(), in: .defaultProject, after: nil, limit: 10
      ).elements
      #expect(east.map(\.rollout) == ["shop/2", "shop/1"])
      #expect(east.map(\.bundle).last == first)
      #expect(east[0].confirmedAt != nil && east[0].endedAt == nil)
      #expect(east[1].endedAt == east[0].confirmedAt)
      let west = try await store.timeline(
        of: "west", fleetSet: "shop", during: TimeSpan(from: between), in: .defaultProject, after: nil, limit: 10
      ).elements
      // The first still runs there, and the second was never heard of.
      #expect(west.map { $0.confirmedAt == nil } == [true, false])
      #expect(west.allSatisfy { $0.endedAt == nil })
      let past = try await store.timeline(
        of: "east", fleetSet: nil, during: TimeSpan(until: between), in: .defaultProject, after: nil, limit: 10
      ).elements
      #expect(past.map(\.rollout) == ["shop/1"])
      #expect(try await pages(store, cluster: "east") == ["shop/2", "shop/1"])
    }
  }

  private func pages(_ store: PostgresStore, cluster: ClusterName) async throws -> [String] {
    var found: [String] = []
    var after: String?
    repeat {
      let page = try await store.timeline(
        of: cluster, fleetSet: nil, during: TimeSpan(), in: .defaultProject, after: after, limit: 1)
      found += page.elements.map(\.rollout)
      after = page.next
    } while after != nil
    return found
  }

  @Test func targetsAreToldAsTheyWereAtAMoment() async throws {
    try await ControllerFixture.with { controller in
      let (first, between) = try await Self.twoReleases(controller)
      let then = try await controller.store.targets(
        at: between, fleetSet: nil, cluster: nil, in: .defaultProject, after: nil, limit: 10
      ).elements
      #expect(then.map(\.target) == ["web-east", "web-west"])
      #expect(then.allSatisfy { $0.applied?.bundle == first && $0.wanted?.bundle == first && $0.since != nil })
      let now = try await controller.store.targets(
        at: try await controller.store.now(), fleetSet: "shop", cluster: nil, in: .defaultProject, after: nil, limit: 10
      ).elements
      #expect(now.map { $0.applied?.bundle == first } == [false, true])
      #expect(now.allSatisfy { $0.wanted?.bundle != first })
      let before = try await controller.store.targets(
        at: Instant(millisecondsSinceEpoch: 0), fleetSet: nil, cluster: nil, in: .defaultProject, after: nil, limit: 10)
      #expect(before.elements.isEmpty)
    }
  }

  @Test func aBundleAndACommitAreFoundWhereTheyRan() async throws {
    try await ControllerFixture.with { controller in
      let (first, between) = try await Self.twoReleases(controller)
      let store = controller.store
      func find(_ digits: String, _ span: TimeSpan = TimeSpan()) async throws -> [String] {
        try await store.whereabouts(of: digits, during: span, in: .defaultProject, after: nil, limit: 10).elements
          .map { "\($0.cluster) \($0.confirmedAt == nil ? "perhaps" : $0.endedAt == nil ? "runs" : "ran")" }
      }
      #expect(try await find(first.short) == ["east ran", "west runs"])
      #expect(try await find(first.hexadecimal, TimeSpan(from: try await store.now())) == ["west runs"])
      let commits = try await store.releases(of: "shop", in: .defaultProject, after: nil, limit: 10).elements
        .compactMap { $0.sources.first?.commit.id.hexadecimal }
      #expect(try await find(String(commits[0].prefix(8))) == ["east runs", "west perhaps"])
      #expect(try await find(commits[0], TimeSpan(until: between)) == [])
      #expect(try await find(commits[1]) == ["east ran", "west runs"])
      #expect(try await find("ffffffffffff") == [])
      await #expect(throws: StoreError.self) { _ = try await find("xyz") }
      var after: String?
      var paged = 0
      repeat {
        let page = try await store.whereabouts(
          of: first.short, during: TimeSpan(), in: .defaultProject, after: after, limit: 1)
        paged += page.elements.count
        after = page.next
      } while after != nil
      #expect(paged == 2)
    }
  }
}
