import AsyncHTTPClient
import FleetAPI
import FleetClient
import FleetModel
public import KubeClient
public import Logging
public import NIOSSL
public import ServiceLifecycle

/// Everything that makes one agent: its cluster, its controller, its folder and, for the first start, its token.
public struct AgentSetup: Sendable {
  /// How an agent reaches its cluster.
  public enum Kubernetes: Sendable {
    /// Over the network, as a kubeconfig says.
    case server(KubeConfiguration)
    /// In this process: a simulated cluster with its name.
    case local(String, any KubeTransport)

    /// What names the cluster in logs.
    var displayName: String {
      switch self {
      case .server(let configuration): configuration.displayServer
      case .local(let name, _): name
      }
    }

    func transport(_ client: HTTPClient) throws(KubeError) -> any KubeTransport {
      switch self {
      case .server(let configuration): try HTTPTransport(configuration, client: client)
      case .local(_, let transport): transport
      }
    }
  }

  /// The version that agents name.
  public static let version = "0.1.0"

  /// The controller's address, or several of controllers over one database, separated by commas.
  public var controller: String
  /// What to trust of the controller; nil for the system's authorities.
  public var controllerTLS: TLSConfiguration?
  /// How the cluster is reached.
  public var kubernetes: Kubernetes
  /// The folder for key and membership, of an agent outside its cluster.
  public var stateFolder: String
  /// The Secret in the agent's namespace for both, of an agent inside its cluster; nil for the folder.
  public var stateSecret: String?
  /// The one-time token; needed only while the agent knows no membership. Another one than that of the last join is taken
  /// as the wish to join again.
  public var token: String?
  /// How the agent behaves.
  public var options: ClusterAgent.Options
  /// The proxies on the way to the controller's addresses; without one an address is reached directly.
  public var proxies: [String: ProxyAddress] = [:]
  /// How much is asked of the cluster's API server.
  public var limits = RequestLimits()

  /// The addresses that a text with commas holds, at least one.
  public static func addresses(_ text: String) -> [String] { ControllerAddresses(text).urls }

  /// Makes a setup.
  public init(
    controller: String, controllerTLS: TLSConfiguration? = nil, kubernetes: Kubernetes, stateFolder: String,
    token: String? = nil, options: ClusterAgent.Options = .init()
  ) {
    self.controller = controller
    self.controllerTLS = controllerTLS
    self.kubernetes = kubernetes
    self.stateFolder = stateFolder
    self.token = token
    self.options = options
  }

  /// Joins if needed, and makes the agent.
  ///
  /// - Throws: `AgentState.StateError`, a `KubeError` for the kubeconfig, the controller's `ErrorEnvelope` for a token
  ///   that is used up, expired or meant for another cluster, `AgentConnectionError` when it does not answer.
  ///
  /// - Parameter link: the clients of addresses behind a proxy.
  func agent(
    client: HTTPClient, link: [String: HTTPClient] = [:], cache: BundleCache, logger: Logger
  ) async throws -> ClusterAgent {
    let kube = KubeClient(transport: try kubernetes.transport(client), limits: limits, logger: logger)
    let state = try await AgentState(in: home(kube))
    let (cluster, key) = try await membership(state, client: client, link: link, logger: logger)
    let identity = AgentConnection.Identity(
      cluster: cluster, instance: Self.randomText(), agentVersion: Self.version,
      facts: { await Self.facts(of: kube) },
      sign: { try key.sign($0) })
    let connection = AgentConnection(
      controller: controller, identity: identity, client: client, tls: controllerTLS, clients: link)
    return ClusterAgent(kube: kube, connection: connection, cache: cache, options: options, logger: logger)
  }

  /// What the controller is told of the cluster; what cannot be had is left out. An API server that does not answer keeps no
  /// agent from its controller.
  private static func facts(of kube: KubeClient) async -> AgentConnection.ClusterFacts {
    await withTaskGroup(of: AgentConnection.ClusterFacts?.self) { group in
      group.addTask {
        .init(kubernetesVersion: (try? await kube.serverVersion()) ?? "", apiVersions: try? await kube.extensions())
      }
      group.addTask {
        try? await Task.sleep(for: .seconds(10))
        return nil
      }
      let first = await group.next()
      group.cancelAll()
      return (first ?? nil) ?? .init()
    }
  }

  private func home(_ kube: KubeClient) -> any AgentHome {
    guard let stateSecret else { return AgentFolder(path: stateFolder) }
    return AgentSecret(kube: kube, namespace: options.namespace, name: stateSecret)
  }

  /// Which cluster the agent is, and with which key: by its membership, or by joining.
  private func membership(
    _ state: AgentState, client: HTTPClient, link: [String: HTTPClient], logger: Logger
  ) async throws -> (ClusterID, AgentState) {
    let given = token.flatMap { $0.isEmpty ? nil : $0 }
    guard let known = try await state.membership(of: controller) else {
      guard let given else {
        throw AgentConnectionError(
          "\(state.place) belongs to no cluster of \(controller) yet: give a one-time token with --token FILE, from "
            + "`flotilla cluster add NAME`")
      }
      return (try await join(state, given, client: client, link: link, logger: logger), state)
    }
    guard let given, known.isOlder(than: given) else { return (known.cluster, state) }
    do {
      let next = try await state.withNextKey()
      return (try await join(next, given, client: client, link: link, logger: logger), next)
    } catch let error as ErrorEnvelope where error.code == .unauthenticated || error.code == .conflict {
      logger.warning(
        "the token given is not good; the agent goes on as the cluster that it is",
        metadata: ["error": "\(error.message)"])
      return (known.cluster, state)
    }
  }

  private func join(
    _ state: AgentState, _ token: String, client: HTTPClient, link: [String: HTTPClient], logger: Logger
  ) async throws -> ClusterID {
    let request = JoinRequest(token: token, publicKey: state.publicKey, agentVersion: Self.version)
    let answer = try await AgentConnection.join(
      request, controller: controller, client: client, tls: controllerTLS, clients: link)
    try await state.remember(answer.cluster, name: answer.clusterName, of: controller, token: token)
    logger.info("joined", metadata: ["cluster": "\(answer.clusterName)"])
    return answer.cluster
  }

  static func randomText() -> String {
    (0..<4).map { _ in String(UInt32.random(in: 0...UInt32.max), radix: 16) }.joined()
  }
}

/// Many agents in one process, over one HTTP client and one bundle cache: a fleet of simulated clusters, or a
/// benchmark.
public struct AgentFleet: Service {
  private let setups: [AgentSetup]
  private let logger: Logger

  /// Makes a fleet; nothing happens before `run`.
  public init(_ setups: [AgentSetup], logger: Logger) {
    self.setups = setups
    self.logger = logger
  }

  /// Runs all agents until cancelled or shut down.
  ///
  /// An agent that cannot join because the controller is away tries again; any other error of one agent is logged and
  /// leaves the others at work. A fleet of one throws it.
  public func run() async throws {
    if setups.count > 20 { OpenFiles.raiseLimit() }
    let client = HTTPTransport.makeClient()
    let cache = BundleCache()
    let outcome: Result<Void, any Error>
    do {
      try await cancelWhenGracefulShutdown {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for setup in setups { group.addTask { try await work(setup, client: client, cache: cache) } }
          try await group.waitForAll()
        }
      }
      outcome = .success(())
    } catch { outcome = .failure(error) }
    try await client.shutdown()
    try outcome.get()
  }

  private func work(_ setup: AgentSetup, client: HTTPClient, cache: BundleCache) async throws {
    let made = Dictionary(
      uniqueKeysWithValues: Set(setup.proxies.values).map { ($0, HTTPTransport.makeClient(through: $0)) })
    let outcome: Result<Void, any Error>
    do {
      try await work(setup, client: client, link: setup.proxies.compactMapValues { made[$0] }, cache: cache)
      outcome = .success(())
    } catch { outcome = .failure(error) }
    for client in made.values { try await client.shutdown() }
    try outcome.get()
  }

  private func work(
    _ setup: AgentSetup, client: HTTPClient, link: [String: HTTPClient], cache: BundleCache
  ) async throws {
    var logger = logger
    logger[metadataKey: "cluster"] = "\(setup.kubernetes.displayName)"
    var backoff = Backoff(longest: .seconds(15))
    while !Task.isCancelled {
      do {
        return try await setup.agent(client: client, link: link, cache: cache, logger: logger).run()
      } catch let error as AgentConnectionError where setup.token != nil {
        logger.warning("the controller does not answer", metadata: ["error": "\(error)"])
        await backoff.pause()
      } catch let error as ErrorEnvelope where error.code == .unavailable || error.code == .internal {
        logger.warning("the controller cannot let the agent join now", metadata: ["error": "\(error.message)"])
        await backoff.pause()
      } catch let error as KubeError where error.kind == .connection && setup.stateSecret != nil {
        logger.warning("the cluster does not answer", metadata: ["error": "\(error)"])
        await backoff.pause()
      } catch {
        guard setups.count > 1 else { throw error }
        logger.error("the agent cannot start", metadata: ["error": "\(error)"])
        return
      }
    }
  }
}
