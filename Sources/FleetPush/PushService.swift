import AsyncHTTPClient
import FleetAgent
public import FleetController
public import FleetModel
public import FleetPorts
import KubeClient
public import Logging
import Metrics
public import ServiceLifecycle

/// Push mode: runs, inside the controller, the agents of the clusters that are reached by kubeconfig.
///
/// Every cluster is claimed by one controller, in equal shares among those that live. A claim counts while the
/// controller's lease does, so one that was killed is followed by another when its lease lapses; one that cannot confirm
/// its lease ends its agents before that.
public struct PushService: Service {
  private let store: any ControlStore
  private let controller: ControllerID
  private let vault: CredentialVault
  private let options: PushOptions
  private let logger: Logger

  /// Makes a service; nothing happens before `run`.
  ///
  /// - Parameters:
  ///   - controller: this controller's row, whose lease somebody renews.
  ///   - vault: opens the stored kubeconfigs.
  public init(
    store: any ControlStore, controller: ControllerID, vault: CredentialVault, options: PushOptions = PushOptions(),
    logger: Logger
  ) {
    self.store = store
    self.controller = controller
    self.vault = vault
    self.options = options
    self.logger = logger
  }

  /// Works until the service is asked to stop; the agents have ended when this returns. The claims end with the lease.
  public func run() async throws {
    guard options.limit > 0 else {
      try? await gracefulShutdown()
      return
    }
    OpenFiles.raiseLimit()
    let client = HTTPTransport.makeClient()
    let bell = Bell<ClusterID>()
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await listen(bell) }
        group.addTask { await claim(bell, client) }
      }
    }
    try await client.shutdown()
  }

  /// Rings for clusters that have newer orders.
  private func listen(_ bell: Bell<ClusterID>) async {
    while !Task.isCancelled {
      do {
        for await signal in try await store.signals() {
          if case .orders(let clusters) = signal { for cluster in clusters { bell.strike(cluster) } }
        }
      } catch { logger.debug("listening for orders failed", metadata: ["error": "\(error)"]) }
      try? await Task.sleep(for: .seconds(1))
    }
  }

  /// Looks at the claims again and again, and lets exactly their agents run.
  private func claim(_ bell: Bell<ClusterID>, _ client: HTTPClient) async {
    let term = ClaimTerm()
    let reached = ReachedClusters()
    let cache = BundleCache()
    var running: [ClusterID: (cluster: PushCluster, task: Task<Void, Never>)] = [:]
    while !Task.isCancelled {
      let asked = ContinuousClock.now
      do {
        let claims = try await store.claimPushClusters(for: controller, limit: options.limit)
        var wanted: [ClusterID: PushCluster] = [:]
        for cluster in claims.clusters where !claims.surplus.contains(cluster.id) { wanted[cluster.id] = cluster }
        // What is not ours any more has ended before the term of the rest is prolonged.
        let ending = running.filter { wanted[$0.key] != $0.value.cluster }
        await Self.end(ending.values.map(\.task))
        for id in ending.keys { running[id] = nil }
        term.set(end: asked + claims.goodFor)
        if !claims.surplus.isEmpty {
          try await store.releasePushClusters(claims.surplus.sorted(), of: controller)
          logger.info("clusters given back to other controllers", metadata: ["count": "\(claims.surplus.count)"])
        }
        for (id, cluster) in wanted where running[id] == nil {
          let agent = agent(of: cluster, client, cache, bell, term, reached)
          // Below everything else of the controller: hundreds of agents at work must not keep its lease from being renewed.
          running[id] = (cluster, Task(priority: .utility) { await agent.run() })
        }
      } catch {
        logger.log(
          level: running.isEmpty ? .debug : .warning, "the claims on clusters could not be confirmed",
          metadata: ["error": "\(error)"])
      }
      Gauge(label: "flotilla_push_clusters", dimensions: [("state", "claimed")]).record(running.count)
      Gauge(label: "flotilla_push_clusters", dimensions: [("state", "reached")]).record(reached.count)
      try? await Task.sleep(for: options.claimInterval)
    }
    await Self.end(running.values.map(\.task))
  }

  private static func end(_ tasks: [Task<Void, Never>]) async {
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }

  private func agent(
    of cluster: PushCluster, _ client: HTTPClient, _ cache: BundleCache, _ bell: Bell<ClusterID>, _ term: ClaimTerm,
    _ reached: ReachedClusters
  ) -> PushAgent {
    var logger = logger
    logger[metadataKey: "cluster"] = "\(cluster.name)"
    return PushAgent(
      cluster: cluster, controller: controller, store: store,
      access: ClusterAccess(vault: vault, client: client, options: options), cache: cache, bell: bell, term: term,
      reached: reached, options: options, logger: logger)
  }
}
