import ArgumentParser
import FleetAgent
import Foundation
import KubeSim
import Logging
import ServiceLifecycle
import UnixSignals

/// Simulated clusters and their agents in one process, without a socket between them.
struct Fleet: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Simulate clusters with their agents in one process: thousands of them.",
    discussion: """
      --token-dir has a file with a one-time token for each cluster, named like it; that makes the clusters. An agent \
      reaches its cluster without a socket, so that only its connections to the controller need open files. The clusters \
      live as long as the process: the state folder is for one life, and is made.
      """)

  @Option(help: "The controller's address; several of one database, separated by commas.")
  var controller: String
  @Option(help: "The folder with a one-time token for each cluster.")
  var tokenDir: String
  @Option(help: "The folder for keys and memberships.")
  var stateDir: String
  @Option(help: "A scenario file: what is slow, fails or vanishes.")
  var scenario: String?
  @Option(help: "Where the randomness of names, delays and faults starts.")
  var seed: UInt64 = 0
  @Option(help: "How much to log: trace, debug, info, notice, warning, error or critical.")
  var logLevel = "warning"

  func run() async throws {
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    var logger = Logger(label: "flotilla-sim-fleet")
    logger.logLevel = Logger.Level(rawValue: logLevel) ?? .warning
    let names = try FileManager.default.contentsOfDirectory(atPath: tokenDir).filter { !$0.hasPrefix(".") }.sorted()
    guard !names.isEmpty else { throw ValidationError("--token-dir: \(tokenDir) has no token") }
    let fleet = SimulatedFleet(names: names, seed: seed, watchHistory: 100, scenario: try Serve.scenario(scenario))
    let setups = try names.compactMap { name in try fleet.clusters[name].map { try setup(for: $0) } }
    print("\(setups.count) simulated clusters with agents for \(controller)")
    fflush(nil)
    let group = ServiceGroup(
      services: [fleet, AgentFleet(setups, logger: logger)], gracefulShutdownSignals: [.sigterm, .sigint],
      logger: logger)
    try await group.run()
  }

  private func setup(for cluster: SimulatedCluster) throws -> AgentSetup {
    let folder = stateDir + "/" + cluster.name
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    return AgentSetup(
      controller: controller, kubernetes: .local(cluster.name, SimulatedTransport(cluster: cluster)),
      stateFolder: folder, token: Agents.token(of: cluster.name, in: tokenDir))
  }
}
