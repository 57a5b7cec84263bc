import ArgumentParser
import FleetAgent
import Foundation
import KubeClient
import Logging
import ServiceLifecycle
import UnixSignals

/// Runs one agent loop for each simulated cluster, all in this process.
struct Agents: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run an agent for every kubeconfig of a folder, in one process.",
    discussion: """
      --token-dir has a file with a one-time token for each cluster, named like its kubeconfig; a cluster without one \
      must have joined before. The state folder gets a folder for each cluster.
      """)

  @Option(help: "The controller's address; several of one database, separated by commas.")
  var controller: String
  @Option(help: "The folder with a kubeconfig for each cluster.")
  var kubeconfigDir: String
  @Option(help: "The folder with a one-time token for each cluster.")
  var tokenDir: String
  @Option(help: "The folder for keys and memberships.")
  var stateDir: String
  @Option(help: "How much to log: trace, debug, info, notice, warning, error or critical.")
  var logLevel = "warning"

  func run() async throws {
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    var logger = Logger(label: "flotilla-sim-agents")
    logger.logLevel = Logger.Level(rawValue: logLevel) ?? .warning
    let names = try FileManager.default.contentsOfDirectory(atPath: kubeconfigDir)
      .filter { $0 != "all" && $0 != "simulator-token" && !$0.hasPrefix(".") && !$0.hasSuffix(".new") }
      .sorted()
    guard !names.isEmpty else { throw ValidationError("--kubeconfig-dir: \(kubeconfigDir) has no kubeconfig") }
    OpenFiles.raiseLimit()
    // Half of the files are for watches and long polls.
    let requestLimit = max(1, min(8, OpenFiles.limit / 2 / names.count - 7))
    let setups = try names.map { name in
      let folder = stateDir + "/" + name
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      var setup = AgentSetup(
        controller: controller,
        kubernetes: .server(try Kubeconfig.load(path: kubeconfigDir + "/" + name, context: nil)),
        stateFolder: folder, token: Self.token(of: name, in: tokenDir))
      setup.limits.concurrentRequests = requestLimit
      return setup
    }
    print("\(setups.count) agents for \(controller)")
    fflush(nil)
    let group = ServiceGroup(
      services: [AgentFleet(setups, logger: logger)], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    try await group.run()
  }

  /// The one-time token of a cluster; nil without its file.
  static func token(of name: String, in folder: String) -> String? {
    FileManager.default.contents(atPath: folder + "/" + name)
      .map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
  }
}
