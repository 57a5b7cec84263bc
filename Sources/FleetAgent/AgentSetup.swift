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
  /// The folder for key and membership.
  public var stateFolder: String
  /// The one-time token; needed only while the folder knows no membership.
  public var token: String?
  /// How the agent behaves.
  public var options: ClusterAgent.Options
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
  func agent(client: HTTPClient, cache: BundleCache, logger: Logger) async throws -> ClusterAgent {
    let state = try AgentState(folder: stateFolder)
    let kube = KubeClient(transport: try kubernetes.transport(client), limits: limits, logger: logger)
    let cluster: ClusterID
    if let known = try state.cluster(of: controller) {
      cluster = known
    } else {
      guard let token, !token.isEmpty else {
        throw AgentConnectionError(
          "\(stateFolder) belongs to no cluster of \(controller) yet: give a one-time token with --token FILE, from "
            + "`flotilla cluster add NAME`")
      }
      let request = JoinRequest(token: token, publicKey: state.publicKey, agentVersion: Self.version)
      let answer = try await AgentConnection.join(request, controller: controller, client: client, tls: controllerTLS)
      try state.remember(answer.cluster, name: answer.clusterName, of: controller)
      logger.info("joined", metadata: ["cluster": "\(answer.clusterName)"])
      cluster = answer.cluster
    }
    let version = (try? await kube.serverVersion()) ?? ""
    let identity = AgentConnection.Identity(
      cluster: cluster, instance: Self.randomText(), agentVersion: Self.version, kubernetesVersion: version,
      sign: { try state.sign($0) })
    let connection = AgentConnection(
      controller: controller, identity: identity, client: client, tls: controllerTLS)
    return ClusterAgent(kube: kube, connection: connection, cache: cache, options: options, logger: logger)
  }

  private static func randomText() -> String {
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
    var logger = logger
    logger[metadataKey: "cluster"] = "\(setup.kubernetes.displayName)"
    var backoff = Backoff(longest: .seconds(15))
    while !Task.isCancelled {
      do {
        return try await setup.agent(client: client, cache: cache, logger: logger).run()
      } catch let error as AgentConnectionError where setup.token != nil {
        logger.warning("the controller does not answer", metadata: ["error": "\(error)"])
        await backoff.pause()
      } catch let error as ErrorEnvelope where error.code == .unavailable || error.code == .internal {
        logger.warning("the controller cannot let the agent join now", metadata: ["error": "\(error.message)"])
        await backoff.pause()
      } catch {
        guard setups.count > 1 else { throw error }
        logger.error("the agent cannot start", metadata: ["error": "\(error)"])
        return
      }
    }
  }
}
