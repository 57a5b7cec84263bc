import ArgumentParser
import FleetCharts
import FleetController
import FleetForges
import FleetGit
import FleetModel
import FleetPorts
import FleetPostgres
import FleetPrograms
import FleetPush
import FleetServer
import Foundation
import Logging
import Metrics
import ServiceLifecycle
import UnixSignals

/// Runs the controller until it is told to stop.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the controller.",
    discussion: """
      Any number of controllers may run over one database. The embedded database outlives the controller's crash, and \
      is stopped with it when it ends in order.
      """)

  @OptionGroup var database: DatabaseOptions

  @Option(help: "The address to listen on; port 0 takes a free one.")
  var listen = "127.0.0.1:8484"
  @Option(help: "Where the first admin token is written, mode 0600. Default: admin-token in the data folder.")
  var tokenFile: String?
  @Option(help: "Where the URL is written once requests are taken.")
  var urlFile: String?
  @Option(help: "The key file that credentials are sealed with; made at the first start. Default: in the data folder.")
  var encryptionKeyFile: String?
  @Option(help: "The only folder below which file:// repositories may lie; without it there are none.")
  var fileRepositories: String?
  @Flag(
    help: "Let repositories, Git hosts, plugins and clusters reached by kubeconfig lie on this machine's own addresses."
  )
  var allowLoopback = false
  @Option(help: "Whether the schema is migrated at the start: `auto` or `never`. Default: auto for embedded only.")
  var migrate: String?
  @Option(help: "The certificate chain in PEM, to serve TLS.")
  var tlsCertificate: String?
  @Option(help: "The certificate's private key in PEM.")
  var tlsKey: String?
  @Flag(help: "Listen beyond loopback without TLS, because a proxy in front does it.")
  var plaintextIKnow = false
  @Option(help: "A second listener on loopback with /metrics, /live and /ready without a token.")
  var metricsPort: Int?
  @Option(help: "Connections to the database at once.")
  var databaseConnections = 8
  @Option(help: "Clusters reached by kubeconfig that this controller takes at most; 0 for none.")
  var pushClusters = PushOptions().limit
  @Option(help: "How long somebody on a cluster's site may hold its agent, for example 24h.")
  var maxHold = "24h"
  @Option(help: "How much to log: trace, debug, info, notice, warning, error or critical.")
  var logLevel = "info"

  func validate() throws {
    guard Logger.Level(rawValue: logLevel) != nil else {
      throw ValidationError(
        "--log-level: \"\(logLevel)\" is none of trace, debug, info, notice, warning, error, critical")
    }
    guard migrate == nil || migrate == "auto" || migrate == "never" else {
      throw ValidationError("--migrate: expected `auto` or `never`, not \"\(migrate ?? "")\"")
    }
    guard Duration(text: maxHold) != nil else {
      throw ValidationError("--max-hold: \"\(maxHold)\" is not a duration; expected for example 24h, at most 720h")
    }
    guard (0...10_000).contains(pushClusters) else {
      throw ValidationError("--push-clusters: expected 0 to 10000, not \(pushClusters)")
    }
    guard (tlsCertificate == nil) == (tlsKey == nil) else {
      throw ValidationError("--tls-certificate and --tls-key belong together")
    }
    _ = try address()
  }

  func run() async throws {
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    var logger = Logger(label: "flotilla-controller")
    logger.logLevel = Logger.Level(rawValue: logLevel) ?? .info
    do {
      try await start(logger)
    } catch {
      logger.critical("the controller ends", metadata: ["error": "\(error)"])
      throw ExitCode.failure
    }
  }

  private func start(_ logger: Logger) async throws {
    let metrics = PrometheusMetrics()
    MetricsSystem.bootstrap(metrics)
    try FileManager.default.createDirectory(
      atPath: database.folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
    let store = PostgresStore(
      url: try await database.url(logger: logger), poolSize: databaseConnections, logger: logger)
    try await store.prepare(migratingAutomatically: migrate.map { $0 == "auto" } ?? database.isEmbedded)
    try await TimeZoneLoader(store: store, logger: logger).load()
    let controller = try await store.registerController(version: ControllerVersion.current)
    let secrets = try SecretBox(keyFile: encryptionKeyFile ?? database.folder + "/encryption-key")
    let services = try services(store: store, controller: controller, secrets: secrets, metrics: metrics, logger)
    let group = ServiceGroup(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    try await group.run()
    if database.isEmbedded { _ = try await EmbeddedPostgres.stop(folder: database.embeddedFolder) }
  }

  private func services(
    store: PostgresStore, controller: ControllerID, secrets: SecretBox, metrics: PrometheusMetrics, _ logger: Logger
  ) throws -> [any Service] {
    let vault = CredentialVault(store: store, box: secrets)
    let sources = RepositorySources(
      git: try GitSourceReader(
        GitConfiguration(
          dataFolder: database.folder + "/mirrors", fileFolders: fileRepositories.map { [$0] } ?? [],
          allowsLoopback: allowLoopback), logger: logger),
      charts: try HelmChartReader(
        ChartConfiguration(
          dataFolder: database.folder + "/charts", allowsLoopback: allowLoopback, programFolders: programFolders),
        logger: logger),
      credentials: vault)
    var pushOptions = PushOptions()
    pushOptions.limit = pushClusters
    pushOptions.allowsLoopback = allowLoopback
    let references = StoredReferences(vault: vault, store: store)
    let forges = ForgeSource(
      configuration: ForgeConfiguration(allowsLoopback: allowLoopback), references: references, logger: logger)
    let decisions = ClusterDecisions(store: store, vault: vault, options: pushOptions, logger: logger)
    let expander = Expander(
      sources: CurrentSources(sources: sources, store: store, credentials: vault),
      programs: RenderPrograms(searching: programFolders),
      others: GeneratorSources(references: references, forges: forges, clusters: decisions))
    let bell = SignalBell()
    let tasks: [any ControllerTask] = [
      RepositoryTask(store: store, sources: sources, credentials: vault, logger: logger),
      ExpansionTask(store: store, expander: expander, logger: logger),
      StartTask(store: store, logger: logger),
      RolloutTask(store: store, logger: logger),
      CheckTask(store: store, source: forges, logger: logger),
    ]
    let server = try Server(
      configuration: try serverConfiguration(controller), store: store,
      previews: Previewer(store: store, expander: expander),
      actions: RolloutService(store: store, logger: logger), secrets: secrets, metrics: metrics, logger: logger,
      onRunning: { url in writeURL(url, logger) })
    let push = PushService(store: store, controller: controller, vault: vault, options: pushOptions, logger: logger)
    // Shut down in reverse: the API first, the lease after the agents that rely on it, the store last.
    let lease = LeaseService(store: store, controller: controller, logger: logger, onLapse: server.leaseLapsed)
    return [store, forges, decisions, lease, push]
      + tasks.map { WorkLoop(task: $0, store: store, controller: controller, bell: bell, logger: logger) }
      + [SignalService(store: store, bell: bell, logger: logger), server]
  }

  private func serverConfiguration(_ controller: ControllerID) throws -> ServerConfiguration {
    var configuration = ServerConfiguration(controller: controller, version: ControllerVersion.current)
    configuration.longestHold = Duration(text: maxHold) ?? configuration.longestHold
    (configuration.host, configuration.port) = try address()
    configuration.tokenFile = tokenFile ?? database.folder + "/admin-token"
    configuration.fileRepositories = fileRepositories
    configuration.plaintextIKnow = plaintextIKnow
    configuration.metricsPort = metricsPort
    if let tlsCertificate, let tlsKey {
      configuration.tls = ServerConfiguration.TLSFiles(certificate: tlsCertificate, key: tlsKey)
    }
    return configuration
  }

  /// Programs that `make setup` put beside the checkout come before the system's.
  private var programFolders: [String] {
    ProcessInfo.processInfo.environment["FLOTILLA_PROGRAMS"].map { [$0] } ?? []
  }

  private func address() throws -> (host: String, port: Int) {
    guard let colon = listen.lastIndex(of: ":"), let port = Int(listen[listen.index(after: colon)...]),
      (0...65_535).contains(port), colon != listen.startIndex
    else { throw ValidationError("--listen: expected HOST:PORT, not \"\(listen)\"") }
    let host = listen[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
    return (host, port)
  }

  private func writeURL(_ url: String, _ logger: Logger) {
    guard let urlFile else { return }
    do {
      try (url + "\n").write(toFile: urlFile, atomically: true, encoding: .utf8)
    } catch {
      logger.error("the URL could not be written", metadata: ["file": "\(urlFile)", "error": "\(error)"])
    }
  }
}
