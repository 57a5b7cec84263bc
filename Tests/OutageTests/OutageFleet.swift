import AsyncHTTPClient
import FleetModel
import FleetPostgres
import FleetPrograms
import FleetTestSupport
import Foundation
import KubeClient
import Logging
import Manifest
import NIOCore
import NIOHTTP1
import Testing

/// Simulated clusters with their agents, controllers over one database, and a FleetSet that goes to all of them, two
/// clusters at a time. Everything but the test itself is a program of its own.
struct OutageFleet: Sendable {
  let names: [String]
  let programs: Programs
  let repository: GitFixture
  /// The database, not by the way that the controllers take.
  let database: String
  let controllers: Controllers
  private let http: HTTPClient

  /// Makes a fleet, runs the body, and ends all programs.
  ///
  /// - Parameters:
  ///   - database: where to look at what is stored.
  ///   - controllersUse: where the controllers find the database.
  static func with<Value: Sendable>(
    clusters: Int, controllers count: Int, database: String, controllersUse url: String,
    _ body: (OutageFleet) async throws -> Value
  ) async throws -> Value {
    try await GitFixture.with { repository in
      let programs = Programs(folder: repository.folder, database: url)
      let http = HTTPClient(eventLoopGroupProvider: .singleton)
      let result: Result<Value, any Error>
      do {
        let fleet = OutageFleet(
          names: (1...clusters).map { "cluster-00\($0)" }, programs: programs, repository: repository,
          database: database, controllers: try await Controllers(count, programs), http: http)
        try await fleet.start()
        result = .success(try await body(fleet))
      } catch {
        Issue.record("\(error)\n\(await programs.logs())")
        result = .failure(error)
      }
      await programs.end()
      try await http.shutdown()
      return try result.get()
    }
  }

  private func start() async throws {
    let kubeconfigs = programs.folder + "/kubeconfig"
    try await programs.start(
      "flotilla-sim", ["serve", "--clusters", "\(names.count)", "--kubeconfig-dir", kubeconfigs])
    for folder in ["tokens", "agents"] {
      try FileManager.default.createDirectory(
        atPath: "\(programs.folder)/\(folder)", withIntermediateDirectories: true)
    }
    for name in names {
      try await programs.flotilla(
        "cluster", "add", name, "--label", "env=production", "--token-out", "\(programs.folder)/tokens/\(name)")
    }
    _ = try await programs.text(of: "kubeconfig/all")
    try await programs.start(
      "flotilla-sim",
      [
        "agents", "--controller", await programs.address, "--kubeconfig-dir", kubeconfigs, "--token-dir",
        programs.folder + "/tokens", "--state-dir", programs.folder + "/agents", "--log-level", "info",
      ])
    try Data(documents.utf8).write(to: URL(fileURLWithPath: programs.folder + "/fleet.yaml"))
  }

  // MARK: What is rolled out

  /// Commits a version of the shop.
  func commit(_ greeting: String) async throws -> CommitID {
    try await repository.commit(
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      data: {greeting: \(greeting)}
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: 'registry.example.com/shop:\(greeting)'}]}
      """, to: "deploy/shop.yaml")
  }

  /// Stores the documents.
  func apply() async throws { try await programs.flotilla("apply", "-f", programs.folder + "/fleet.yaml") }

  /// Waits for the end of a commit's rollout, however often its controllers are away.
  func watch(_ commit: CommitID) async throws {
    try await programs.flotilla("rollout", "watch", "shop", "--revision", commit.hexadecimal, "--timeout", "150s")
  }

  private var documents: String {
    """
    apiVersion: flotilla.dev/v1
    kind: Repository
    metadata: {name: shop}
    spec: {url: '\(repository.fileURL)', pollInterval: 1s}
    ---
    apiVersion: flotilla.dev/v1
    kind: FleetSet
    metadata: {name: shop}
    spec:
      generators: [{clusters: {selector: {matchLabels: {env: production}}}}]
      template:
        metadata: {name: 'shop-{{name}}'}
        spec:
          source: {repository: shop, revision: {branch: main}, path: deploy}
          destination: {cluster: '{{name}}', namespace: shop}
      rollout:
        firstAlone: false
        stages: [{name: all, rest: true, maxConcurrent: 2, minReady: 1s}]
    """
  }

  // MARK: What became of it

  /// Every order that was ever committed, by cluster and then in the order of generations.
  func orders() async throws -> [String] {
    try await PostgresScript.rows(
      """
      SELECT c.name, o.epoch, o.counter, o.action, left(encode(o.bundle, 'hex'), 8)
      FROM orders AS o JOIN clusters AS c ON c.id = o.cluster_id ORDER BY c.name, o.epoch, o.counter
      """, url: database
    ).map { "\($0[0]) \($0[1]).\($0[2]) \($0[3]) \($0[4])" }
  }

  /// Every order that an agent has received, in the same words.
  func received() throws -> Set<String> {
    let names = try FileManager.default.contentsOfDirectory(atPath: programs.folder)
    var orders: Set<String> = []
    for name in names where name.hasSuffix("flotilla-sim.log") {
      let text = try String(contentsOfFile: "\(programs.folder)/\(name)", encoding: .utf8)
      for line in text.split(separator: "\n") where line.contains("order received") {
        var fields: [Substring: Substring] = [:]
        for word in line.split(separator: " ") {
          let parts = word.split(separator: "=", maxSplits: 1)
          if parts.count == 2 { fields[parts[0]] = parts[1] }
        }
        let (target, generation) = (fields["target"] ?? "", fields["generation"] ?? "")
        orders.insert(
          "\(target.dropFirst("shop/shop-".count)) \(generation) \(fields["action"] ?? "") \(fields["bundle"] ?? "")")
      }
    }
    return orders
  }

  /// What runs in a cluster, asked of its API server: uid and contents.
  func live(_ name: String) async throws -> (uid: String, greeting: String, image: String) {
    let configuration = try Kubeconfig.load(path: "\(programs.folder)/kubeconfig/\(name)")
    let kube = KubeClient(
      transport: try HTTPTransport(configuration, client: http), fieldManager: "test",
      logger: Logger(label: "flotilla.test", factory: { _ in SwiftLogNoOpLogHandler() }))
    func get(_ group: String, _ kind: String, _ name: String) async throws -> Node? {
      try await kube.get(
        ObjectIdentity(group: group, version: "v1", kind: kind, namespace: "shop", name: name))
    }
    let settings = try await get("", "ConfigMap", "settings")
    let web = try await get("apps", "Deployment", "web")
    let container = web?["spec", "template", "spec", "containers"]?.array?.first
    return (
      web?["metadata", "uid"]?.string ?? "", settings?["data", "greeting"]?.string ?? "",
      container?["image"]?.string ?? ""
    )
  }

  /// The versions that run, by cluster.
  func greetings() async throws -> [String: String] {
    var greetings: [String: String] = [:]
    for name in names { greetings[name] = try await live(name).greeting }
    return greetings
  }

  /// The Deployments' identities, by cluster: an agent that had removed one and made it anew would show.
  func uids() async throws -> [String: String] {
    var uids: [String: String] = [:]
    for name in names { uids[name] = try await live(name).uid }
    return uids
  }

  /// The status that a controller answers at a path; nil when it does not answer within two seconds.
  func status(_ controller: Int, _ path: String) async -> UInt? {
    let request = HTTPClientRequest(url: controllers.urls[controller] + path)
    return try? await http.execute(request, timeout: .seconds(2)).status.code
  }

  /// Whether every controller answers with this at `/ready`, and lives.
  func areAll(ready status: UInt) async throws -> Bool {
    for controller in controllers.urls.indices {
      try #require(await self.status(controller, "/live") == 200, "/live of controller \(controller)")
      if await self.status(controller, "/ready") != status { return false }
    }
    return true
  }
}

/// Looks again and again until it is so, and answers how long that took.
///
/// - Parameter limit: for how long; after it the test fails.
@discardableResult
func within(
  _ limit: Duration, _ what: String, sourceLocation: SourceLocation = #_sourceLocation,
  _ isSo: () async throws -> Bool
) async throws -> Duration {
  let begin = ContinuousClock.now
  while ContinuousClock.now - begin < limit {
    if try await isSo() { return ContinuousClock.now - begin }
    try await Task.sleep(for: .milliseconds(50))
  }
  Issue.record("not within \(limit.text): \(what)", sourceLocation: sourceLocation)
  throw Programs.Failure(description: what)
}
