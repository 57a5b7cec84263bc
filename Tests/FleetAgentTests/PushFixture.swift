import FleetController
import FleetModel
import FleetPlanner
import FleetPorts
import FleetPostgres
import FleetPush
import FleetTestSupport
import Foundation
import KubeClient
import KubeSim
import Logging
import Manifest
import Testing

/// A fleet of simulated clusters that are registered with their kubeconfigs, in a database of its own.
struct PushFixture: Sendable {
  let database: TestDatabase
  let simulation: Simulation
  let fleet: StoreFixture
  let vault: CredentialVault
  let clusters: [Cluster]

  static let quiet = Logger(label: "push", factory: { _ in SwiftLogNoOpLogHandler() })

  var store: PostgresStore { database.store }

  /// Runs the body with a fleet; nobody reaches it before the body starts a controller.
  static func with(
    _ names: [String] = ["one"], _ body: @escaping @Sendable (PushFixture) async throws -> Void
  ) async throws {
    let keys = FileManager.default.temporaryDirectory.appendingPathComponent("push-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: keys) }
    try await withSimulation(names) { simulation in
      try await TestDatabase.with(logger: quiet) { database in
        let fleet = try await StoreFixture.make(in: database.store, clusters: 0)
        let vault = CredentialVault(store: database.store, box: try SecretBox(keyFile: keys))
        var fixture = PushFixture(
          database: database, simulation: simulation, fleet: fleet, vault: vault, clusters: [])
        for name in names { try await fixture.setKubeconfig(of: name) }
        try await fixture.register(names)
        fixture = PushFixture(
          database: database, simulation: simulation, fleet: fleet, vault: vault,
          clusters: try await database.store.inventory(of: .defaultProject))
        try await body(fixture)
      }
      for name in names { #expect(await simulation.fleet.clusters[name]?.counters.notImplemented == []) }
    }
  }

  /// Stores the kubeconfig that leads to a simulated cluster, or another text in its place.
  func setKubeconfig(of name: String, text: String? = nil) async throws {
    guard let cluster = simulation.fleet.clusters[name] else { return }
    let document = KubeSim.Kubeconfig.document([cluster], host: "127.0.0.1", port: simulation.port)
    try await vault.set(
      .kubeconfig(text ?? String(decoding: document, as: UTF8.self)), as: "\(name)-kubeconfig", in: .defaultProject,
      cause: StoreFixture.cause)
  }

  func register(_ names: [String], connection: Cluster.Connection? = nil) async throws {
    let drafts = names.map { name in
      DocumentDraft(
        project: .defaultProject, name: name,
        content: .cluster(
          Cluster(
            name: ClusterName(name), connection: connection ?? .kubeconfig(credential: "\(name)-kubeconfig"))),
        canonicalJSON: Array("{\"name\":\"\(name)\",\"connection\":\"\(connection.debugDescription)\"}".utf8))
    }
    _ = try await store.apply(drafts, cause: StoreFixture.cause, dryRun: false)
  }

  /// Puts a controller to work that does nothing but push mode, with connections of its own as another process has.
  func controller(
    configure: (inout PushOptions) -> Void = { _ in }
  ) async throws -> PushController {
    var options = PushOptions()
    options.allowsLoopback = true
    options.claimInterval = .milliseconds(50)
    options.checkInterval = .milliseconds(100)
    options.retryInterval = .milliseconds(50)
    options.longestBackoff = .milliseconds(500)
    configure(&options)
    let store = PostgresStore(url: database.url, logger: Self.quiet)
    let id = try await store.registerController(version: "test")
    let service = PushService(store: store, controller: id, vault: vault, options: options, logger: Self.quiet)
    return PushController(
      id: id, database: database, store: store, service: Task { try await service.run() },
      renewal: Task {
        while !Task.isCancelled {
          _ = try? await store.renewLease(of: id)
          try? await Task.sleep(for: .seconds(1))
        }
      })
  }

  /// Rolls a release with these manifests out to all clusters, and waits until they run it and the run has ended.
  func roll(_ number: Int, _ manifests: String) async throws {
    let bundle = try Self.bundle(manifests)
    _ = try await fleet.release(number, bundle: bundle, clusters: clusters)
    let rollout = try await fleet.start()
    let names = clusters.map(\.name)
    _ = try await eventually("release \(number) runs on \(names)") {
      do { try await fleet.pass(rollout) } catch let error as StoreError where error.code == .lostRace {}
      let run = try await store.rollout(of: fleet.name, number: nil, in: .defaultProject)
      guard run?.run.state.isEnd == true else { return nil as Bool? }
      return true
    }
    let targets = try await targets()
    #expect(targets.map(\.applied?.bundle) == clusters.map { _ in bundle.digest })
    #expect(targets.allSatisfy { $0.health == .healthy }, "\(targets.map(\.message))")
  }

  func targets() async throws -> [TargetRecord] {
    try await store.targets(of: fleet.name, cluster: nil, in: .defaultProject, after: nil, limit: 100).elements
  }

  /// A real bundle, as rendering makes it.
  static func bundle(_ manifests: String) throws -> BundleDraft {
    let objects = try YAML.documents(Array(manifests.utf8)).map { document in
      let text = Array(JSON.text(document, sortedKeys: true).utf8)
      let kind = document["kind"]?.string ?? ""
      return BundleObjectDraft(
        digest: .sha256(text), identity: "/\(kind)/shop/\(document["metadata", "name"]?.string ?? "")",
        canonicalJSON: text)
    }
    let lines = objects.map { "\($0.digest.hexadecimal)\n" }.joined()
    return BundleDraft(digest: .sha256(Array(lines.utf8)), objects: objects)
  }

  /// Waits until a cluster's record is as wanted.
  func cluster(
    _ name: String, _ what: String, location: SourceLocation = #_sourceLocation,
    where matches: @escaping @Sendable (ClusterRecord) -> Bool
  ) async throws -> ClusterRecord {
    let name = ClusterName(name)
    return try await eventually(
      "\(name) \(what)",
      {
        guard let record = try await store.cluster(name, in: .defaultProject), matches(record) else { return nil }
        return record
      }, location: location)
  }

  /// Waits until a cluster is in contact.
  func reached(_ name: String, location: SourceLocation = #_sourceLocation) async throws {
    _ = try await cluster(name, "is reached", location: location) {
      $0.isConnected && $0.condition?.reason == "Reached"
    }
  }

  /// Waits until a cluster's condition has this reason; answers its message.
  func notReached(
    _ name: String, _ reason: String, location: SourceLocation = #_sourceLocation
  ) async throws -> String {
    let record = try await cluster(name, "is not reached: \(reason)", location: location) {
      !$0.isConnected && $0.condition?.isReady == false && $0.condition?.reason == reason
    }
    return record.condition?.message ?? ""
  }

  /// Waits for an event of a kind about a cluster.
  func event(_ kind: String, of cluster: String) async throws -> EventRecord {
    try await eventually("an event \(kind) of \(cluster)") {
      _ = try await store.assignEventPositions()
      return try await store.events(
        EventFilter(project: .defaultProject, cluster: cluster), after: 0, newestFirst: false, limit: 500
      ).first { $0.kind == kind }
    }
  }

  /// Waits until nobody asks a cluster for anything any more; an agent at work checks its API server ten times a second.
  func leftAlone(_ name: String, location: SourceLocation = #_sourceLocation) async throws {
    func requests() async -> Int { await simulation.fleet.clusters[name]?.counters.byVerb.values.reduce(0, +) ?? 0 }
    _ = try await eventually(
      "\(name) is left alone",
      {
        let before = await requests()
        try await Task.sleep(for: .seconds(1))
        return await requests() == before ? true : nil
      }, location: location)
  }

  /// By controller, how many clusters it has claimed while its lease lives.
  func claims() async throws -> [String: String] {
    let rows = try await PostgresScript.rows(
      """
      SELECT p.controller_id, count(*) FROM push_claims AS p JOIN controllers AS k ON k.id = p.controller_id
      WHERE k.lease_until > now() GROUP BY 1
      """, url: database.url)
    return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
  }
}

/// A controller of this process.
struct PushController: Sendable {
  let id: ControllerID
  let database: TestDatabase
  let store: PostgresStore
  let service: Task<Void, any Error>
  let renewal: Task<Void, Never>

  /// Stops all work without a word, and lets the lease lapse at once: what is left of a process that was killed 15
  /// seconds ago.
  func kill() async throws {
    renewal.cancel()
    await renewal.value
    service.cancel()
    _ = await service.result
    try await lapse()
    await store.end()
  }

  /// Lets the lease lapse at once.
  func lapse() async throws {
    try await PostgresScript.run(
      "UPDATE controllers SET lease_until = now() - interval '1 second' WHERE id = \(id)", url: database.url)
  }
}
