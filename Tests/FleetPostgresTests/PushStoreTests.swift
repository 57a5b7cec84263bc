import FleetModel
import FleetPorts
import FleetTestSupport
import Testing

@testable import FleetPostgres

@Suite struct PushStoreTests {
  private static func fleet(_ count: Int, in store: PostgresStore) async throws -> [ClusterID] {
    let drafts = (1...count).map { number in
      DocumentDraft(
        project: .defaultProject, name: "push-\(number)",
        content: .cluster(Cluster(name: ClusterName("push-\(number)"), connection: .kubeconfig(credential: "key"))),
        canonicalJSON: Array("{\"number\":\(number)}".utf8))
    }
    _ = try await store.apply(drafts, cause: StoreFixture.cause, dryRun: false)
    return try await store.inventory(of: .defaultProject).map(\.id).sorted()
  }

  private static func lapse(_ controller: ControllerID, _ database: TestDatabase) async throws {
    try await PostgresScript.run(
      "UPDATE controllers SET lease_until = now() - interval '1 second' WHERE id = \(controller)", url: database.url)
  }

  @Test(
    "shares are equal, make up for smaller limits, and have room for all while there is room",
    arguments: [
      (250, [250], 0, 0), (250, [250], 7, 7), (250, [250, 250], 7, 4), (2, [2, 250], 10, 2), (250, [2, 250], 10, 8),
      (3, [3, 3], 100, 3), (0, [5], 5, 0), (5, [], 5, 0),
    ])
  func shares(limit: Int, limits: [Int], clusters: Int, share: Int) {
    #expect(pushShare(limit: limit, among: limits, clusters: clusters) == share)
  }

  @Test func eachClusterHasOneControllerAndTheyShare() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let all = try await Self.fleet(5, in: store)
      let first = try await store.registerController(version: "1")
      let alone = try await store.claimPushClusters(for: first, limit: 250)
      #expect(alone.clusters.map(\.id) == all)
      #expect(alone.surplus == [])
      #expect(alone.goodFor > .seconds(10) && alone.goodFor <= .seconds(15))
      #expect(alone.clusters.first?.credential == "key" && alone.clusters.first?.credentialVersion == nil)

      let second = try await store.registerController(version: "1")
      #expect(try await store.claimPushClusters(for: second, limit: 250).clusters == [])
      let shared = try await store.claimPushClusters(for: first, limit: 250)
      #expect(shared.surplus == Set(all.suffix(2)))
      try await store.releasePushClusters(shared.surplus.sorted(), of: first)
      #expect(try await store.claimPushClusters(for: second, limit: 250).clusters.map(\.id) == all.suffix(2))
      #expect(try await store.claimPushClusters(for: first, limit: 250).surplus == [])
      // Somebody else's cannot be given back.
      try await store.releasePushClusters(all, of: first)
      #expect(try await store.claimPushClusters(for: second, limit: 250).clusters.map(\.id).contains(all[4]))
    }
  }

  @Test func claimsEndWithTheLease() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let all = try await Self.fleet(2, in: store)
      let first = try await store.registerController(version: "1")
      _ = try await store.claimPushClusters(for: first, limit: 250)
      try await Self.lapse(first, database)
      let lapsed = try await store.claimPushClusters(for: first, limit: 250)
      #expect(lapsed.clusters == [] && lapsed.goodFor == .zero)
      let second = try await store.registerController(version: "1")
      #expect(try await store.claimPushClusters(for: second, limit: 250).clusters.map(\.id) == all)
      // The first one's word about them counts no more.
      try await store.recordPushCondition(isReady: false, reason: "Late", message: "", of: all[0], by: first)
      #expect(try await store.cluster("push-1", in: .defaultProject)?.condition?.reason == "Pending")
    }
  }

  @Test func aConditionIsOneEventForEachReason() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let cluster = try await Self.fleet(1, in: store)[0]
      let controller = try await store.registerController(version: "1")
      _ = try await store.claimPushClusters(for: controller, limit: 250)
      for (isReady, reason, message) in [
        (false, "APIServerUnreachable", "refused"), (false, "APIServerUnreachable", "timed out"), (true, "Reached", ""),
        (true, "Reached", ""), (false, "APIServerUnreachable", "refused"),
      ] {
        try await store.recordPushCondition(
          isReady: isReady, reason: reason, message: message, of: cluster, by: controller)
      }
      let condition = try #require(try await store.cluster("push-1", in: .defaultProject)?.condition)
      #expect(!condition.isReady && condition.reason == "APIServerUnreachable" && condition.message == "refused")
      _ = try await store.assignEventPositions()
      let events = try await store.events(
        EventFilter(project: .defaultProject, cluster: "push-1"), after: 0, newestFirst: false, limit: 50)
      #expect(
        events.map(\.kind).filter { $0.contains("eached") } == [
          "cluster.notReached", "cluster.reached", "cluster.notReached",
        ])
    }
  }

  @Test func aNewKubeconfigIsSeenAndAnAgentIsDismissedWhenTheConnectionChanges() async throws {
    try await TestDatabase.with { database in
      let store = database.store
      let cluster = try await Self.fleet(1, in: store)[0]
      let controller = try await store.registerController(version: "1")
      func version() async throws -> String? {
        try await store.claimPushClusters(for: controller, limit: 250).clusters.first?.credentialVersion
      }
      #expect(try await version() == nil)
      try await store.setCredential("key", in: "default", sealed: [1], keyID: "k", cause: StoreFixture.cause)
      let stored = try #require(try await version())
      try await store.setCredential("key", in: "default", sealed: [2], keyID: "k", cause: StoreFixture.cause)
      #expect(try await version() != stored)

      try await store.openSession(
        for: cluster, tokenHash: StoreFixture.digest("s"), instance: "controller", controller: controller,
        expiresIn: .seconds(60), agentVersion: "1", kubernetesVersion: "1")
      #expect(try await store.cluster("push-1", in: .defaultProject)?.isConnected == true)
      let draft = DocumentDraft(
        project: .defaultProject, name: "push-1", content: .cluster(Cluster(name: "push-1")),
        canonicalJSON: Array("{\"connection\":\"agent\"}".utf8))
      _ = try await store.apply([draft], cause: StoreFixture.cause, dryRun: false)
      let record = try #require(try await store.cluster("push-1", in: .defaultProject))
      #expect(!record.isConnected && record.condition == nil)
      #expect(try await store.session(tokenHash: StoreFixture.digest("s")) == nil)
      #expect(try await store.claimPushClusters(for: controller, limit: 250).clusters == [])
    }
  }
}
