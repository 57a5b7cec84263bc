public import FleetController
public import FleetPorts
import FleetAPI
import FleetModel
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOSSL
public import ServiceLifecycle
import Synchronization

/// The HTTP server: the users' and the agents' API, event streams, probes and metrics.
///
/// It keeps no state that matters: any number of servers may run over one store, and one that is killed loses only open
/// connections.
public struct Server: Service {
  private let configuration: ServerConfiguration
  private let store: any ControlStore
  private let board: OrderBoard
  private let bell: EventBell
  private let responder: Responder
  private let serviceHandlers: [String: Handler]
  private let logger: Logger
  private let onRunning: @Sendable (_ url: String) async -> Void

  /// Makes a server.
  ///
  /// - Parameters:
  ///   - store: the store; its controller row is `configuration.controller`.
  ///   - previews: expands documents for `preview` and `diff`.
  ///   - actions: what people do with runs.
  ///   - secrets: seals credentials and stored answers; the controller's loops use the same.
  ///   - metrics: what `/metrics` shows; give the same to `MetricsSystem.bootstrap`.
  ///   - onRunning: called once, with the URL it listens on, when requests are taken.
  /// - Throws: ``ServerConfigurationError`` when it must not listen as configured.
  public init(
    configuration: ServerConfiguration, store: any ControlStore, previews: any PreviewService,
    actions: any RolloutActions, secrets: SecretBox, metrics: PrometheusMetrics, logger: Logger,
    onRunning: @escaping @Sendable (_ url: String) async -> Void = { _ in }
  ) throws(ServerConfigurationError) {
    if let problem = configuration.problem { throw ServerConfigurationError(description: problem) }
    self.configuration = configuration
    self.store = store
    self.logger = logger
    self.onRunning = onRunning
    let board = OrderBoard(
      contactLimit: configuration.contactLimit, shortestSweep: configuration.shortestOrderSweep,
      sweepsPerSecond: configuration.orderSweepsPerSecond)
    let bell = EventBell()
    let authenticator = Authenticator(store: store, configuration: configuration)
    let vault = CredentialVault(store: store, box: secrets)
    let service = ServiceRoutes(
      store: store, configuration: configuration, metrics: metrics,
      fleetMetrics: FleetMetrics(store: store, board: board, bell: bell, metrics: metrics, logger: logger),
      openAPI: OpenAPIDocument.text(version: configuration.version))
    let tables: [[String: Handler]] = [
      service.handlers,
      DocumentRoutes(store: store, configuration: configuration).handlers,
      ClusterRoutes(store: store, version: configuration.version, authenticator: authenticator).handlers,
      RepositoryRoutes(store: store).handlers,
      ConfigMapRoutes(store: store).handlers,
      PolicyRoutes(store: store).handlers,
      FleetSetRoutes(store: store, previews: previews, actions: actions).handlers,
      RolloutRoutes(store: store, actions: actions).handlers,
      HistoryRoutes(store: store).handlers,
      EventRoutes(store: store, bell: bell, configuration: configuration).handlers,
      AccessRoutes(store: store, vault: vault, authenticator: authenticator).handlers,
      WebhookRoutes(
        store: store, vault: vault, authenticator: authenticator,
        limiter: RateLimiter(configuration.webhookRate, clock: configuration.rateClock)
      ).handlers,
      AgentRoutes(store: store, board: board, configuration: configuration, authenticator: authenticator).handlers,
    ]
    self.board = board
    self.bell = bell
    serviceHandlers = service.handlers
    responder = Responder(
      matcher: RouteMatcher(Routes.all), handlers: tables.reduce(into: [:]) { $0.merge($1) { first, _ in first } },
      authenticator: authenticator,
      idempotency: IdempotencyGuard(store: store, box: secrets),
      principalLimiter: RateLimiter(configuration.principalRate, clock: configuration.rateClock), metrics: metrics)
  }

  /// The names of the routes that have a handler.
  var handledRoutes: Set<String> { Set(responder.handlers.keys) }

  /// To be called when the lease of this server's controller is good again after it had lapsed.
  @Sendable public func leaseLapsed() { board.leaseLapsed() }

  /// Makes the first admin token when there is none, then serves until the service group shuts down; polls and streams
  /// end at once then, and agents and clients come back to whoever listens.
  public func run() async throws {
    if let path = configuration.tokenFile {
      try await FirstToken(store: store, path: path, logger: logger).ensure()
    }
    let background = Background(
      store: store, board: board, bell: bell, configuration: configuration, logger: logger)
    let application = try application()
    let metricsApplication = metricsApplication()
    try await withGracefulShutdownHandler {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await background.run() }
        group.addTask { try await application.run() }
        if let metricsApplication { group.addTask { try await metricsApplication.run() } }
        // Whatever ends first ends the rest: the application at a shutdown, or when its port is taken.
        defer { group.cancelAll() }
        try await group.next()
      }
    } onGracefulShutdown: {
      board.close()
      bell.close()
    }
  }

  private func application() throws -> Application<Responder> {
    let scheme = configuration.tls == nil ? "http" : "https"
    let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
    let onRunning = onRunning
    let logger = logger
    return Application(
      responder: responder, server: try serverBuilder(),
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port), serverName: "flotilla"),
      onServerRunning: { channel in
        let url = "\(scheme)://\(host):\(channel.localAddress?.port ?? 0)"
        logger.notice("listening", metadata: ["url": "\(url)"])
        await onRunning(url)
      },
      logger: logger)
  }

  private func serverBuilder() throws -> HTTPServerBuilder {
    guard let files = configuration.tls else { return .http1() }
    do {
      let chain = try NIOSSLCertificate.fromPEMFile(files.certificate).map { NIOSSLCertificateSource.certificate($0) }
      let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
      var tls = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
      tls.minimumTLSVersion = .tlsv12
      return try .tls(.http1(), tlsConfiguration: tls)
    } catch {
      throw ServerConfigurationError(
        description: "the certificate \(files.certificate) or its key \(files.key) cannot be used: \(error)")
    }
  }

  /// The listener for probes and metrics without a token.
  private func metricsApplication() -> Application<Responder>? {
    guard let port = configuration.metricsPort else { return nil }
    let open = [Routes.live, Routes.ready, Routes.metrics].map { route in
      var route = route
      route.access = .open
      return route
    }
    let responder = Responder(
      matcher: RouteMatcher(open), handlers: serviceHandlers, authenticator: self.responder.authenticator,
      idempotency: self.responder.idempotency, principalLimiter: self.responder.principalLimiter,
      metrics: self.responder.metrics)
    return Application(
      responder: responder,
      configuration: ApplicationConfiguration(address: .hostname(configuration.metricsHost, port: port)),
      logger: logger)
  }
}
