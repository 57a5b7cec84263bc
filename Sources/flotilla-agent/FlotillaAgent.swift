import ArgumentParser
import FleetAgent
import Foundation
import KubeClient
import Logging
import NIOSSL
import ServiceLifecycle
import UnixSignals

/// The agent of one cluster.
@main
struct FlotillaAgent: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flotilla-agent",
    abstract: "Keeps a Kubernetes cluster as its Flotilla controller orders.",
    discussion: """
      The agent joins once with a one-time token from `flotilla cluster add NAME` and a key of its own, then pulls \
      orders. All state about what is applied stands in the cluster, in the namespace flotilla-system.
      """,
    version: AgentSetup.version, subcommands: [Run.self, Preview.self], defaultSubcommand: Run.self)
}

/// Joins and works until it is stopped.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Join if needed, and work. Runs without being named.")

  @Option(
    help:
      "The controller's address, for example https://flotilla.example.com; several of one database, separated by commas."
  )
  var controller: String

  @OptionGroup var cluster: ClusterOptions

  @Option(help: "The folder for the agent's key and membership; made at the first start.")
  var stateDir: String?

  @Option(
    help:
      "The Secret for both, in flotilla-system, of an agent in its cluster; in the place of --state-dir.")
  var stateSecret: String?

  @Option(
    help:
      "The file with the one-time token, or - for standard input. Needed at the first start; another token makes the agent join again, with a new key."
  )
  var token: String?

  @Option(help: "The namespaces that orders may write to, separated by commas; without it every one.")
  var onlyNamespaces: String?

  @Option(help: "The certificate authorities in PEM to trust for the controller.")
  var caFile: String?

  @Option(
    help:
      "The proxy to the controller: http://[USER:PASSWORD@]HOST:PORT or socks5://HOST:PORT (FLOTILLA_PROXY). Without it HTTPS_PROXY, HTTP_PROXY and NO_PROXY count."
  )
  var proxy: String?

  @Option(help: "How many objects that drifted are put right in a minute, over the whole cluster.")
  var repairsPerMinute = 120

  @Option(help: "The most requests to the cluster's API server under way at a time, beside its watches.")
  var concurrentRequests = RequestLimits().concurrentRequests

  @Option(help: "How many requests a second the cluster's API server gets in the long run.")
  var requestsPerSecond = RequestLimits().requestsPerSecond

  @Option(help: "How many requests it may get at once after a quiet time.")
  var burstRequests = RequestLimits().burstRequests

  @Option(
    help: "The Secret with the keys of age for files that are encrypted with SOPS, as NAMESPACE/NAME.")
  var sopsSecret = "flotilla-system/sops-age"

  @Option(help: "The program that decrypts them: a path, or a name in PATH.")
  var sopsProgram = "sops"

  @Option(help: "How much to log: trace, debug, info, notice, warning, error or critical.")
  var logLevel = "info"

  func validate() throws {
    guard (stateDir == nil) != (stateSecret == nil) else {
      throw ValidationError("give one of --state-dir and --state-secret: the agent has to keep its key somewhere")
    }
    for url in AgentSetup.addresses(controller) {
      guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
        throw ValidationError("--controller: \"\(url)\" is no URL; expected https://HOST[:PORT]")
      }
    }
    for (name, value) in [
      ("concurrent-requests", concurrentRequests), ("requests-per-second", requestsPerSecond),
      ("burst-requests", burstRequests), ("repairs-per-minute", repairsPerMinute),
    ] where value < 1 {
      throw ValidationError("--\(name): \(value) is none; expected 1 or more")
    }
    guard SopsOptions(secret: sopsSecret) != nil else {
      throw ValidationError("--sops-secret: \"\(sopsSecret)\" is no NAMESPACE/NAME")
    }
    guard Logger.Level(rawValue: logLevel) != nil else {
      throw ValidationError(
        "--log-level: \"\(logLevel)\" is none of trace, debug, info, notice, warning, error, critical")
    }
  }

  func run() async throws {
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    var logger = Logger(label: "flotilla-agent")
    logger.logLevel = Logger.Level(rawValue: logLevel) ?? .info
    var options = ClusterAgent.Options(repairsPerMinute: repairsPerMinute)
    options.sops = SopsOptions(secret: sopsSecret)
    options.sops?.program = sopsProgram
    options.lease = .ofThisProcess()
    options.onlyNamespaces = onlyNamespaces.map { text in
      Set(text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty })
    }
    var setup = AgentSetup(
      controller: controller, controllerTLS: try trust(), kubernetes: .server(try cluster.kubernetes()),
      stateFolder: stateDir ?? "", token: try readToken(logger), options: options)
    setup.stateSecret = stateSecret
    setup.proxies = try proxies()
    setup.limits = RequestLimits(
      concurrentRequests: concurrentRequests, requestsPerSecond: requestsPerSecond, burstRequests: burstRequests)
    let group = ServiceGroup(
      services: [AgentFleet([setup], logger: logger)], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    do { try await group.run() } catch {
      logger.critical("the agent ends", metadata: ["error": "\(error)"])
      throw ExitCode.failure
    }
  }

  private func proxies() throws -> [String: ProxyAddress] {
    let environment = ProcessInfo.processInfo.environment
    let named = proxy ?? environment["FLOTILLA_PROXY"].flatMap { $0.isEmpty ? nil : $0 }
    do {
      return try ControllerProxies.on(wayTo: controller, named: named, environment: environment)
    } catch { throw ValidationError(error.description) }
  }

  private func readToken(_ logger: Logger) throws -> String? {
    guard let token else { return nil }
    if token != "-", !FileManager.default.fileExists(atPath: token) {
      // In a cluster the Secret with the token may be deleted when the agent has joined.
      logger.info("there is no token any more", metadata: ["file": "\(token)"])
      return nil
    }
    let text: String?
    if token == "-" {
      text = readLine(strippingNewline: true)
    } else {
      text = FileManager.default.contents(atPath: token).map { String(decoding: $0, as: UTF8.self) }
    }
    guard let text else { throw ValidationError("--token: \(token) cannot be read") }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private func trust() throws -> TLSConfiguration? {
    guard let caFile else { return nil }
    var tls = TLSConfiguration.makeClientConfiguration()
    do { tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(caFile)) } catch {
      throw ValidationError("--ca-file: \(caFile) holds no certificates in PEM")
    }
    return tls
  }
}

/// How the cluster is reached.
struct ClusterOptions: ParsableArguments {
  @Option(
    help:
      "The kubeconfig of the cluster, or several with colons between them. Without it the agent uses its Pod's service account."
  )
  var kubeconfig: String?

  @Option(help: "The context of the kubeconfig; its current context by default.")
  var context: String?

  func kubernetes() throws -> KubeConfiguration {
    guard let kubeconfig else {
      return try Kubeconfig.inCluster(environment: ProcessInfo.processInfo.environment)
    }
    return try Kubeconfig.load(path: kubeconfig, context: context)
  }
}
