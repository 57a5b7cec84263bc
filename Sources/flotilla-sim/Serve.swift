import ArgumentParser
import Foundation
import KubeSim
import Logging
import ServiceLifecycle
import UnixSignals

/// Serves simulated clusters until it is told to stop.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve simulated clusters on one port and write their kubeconfig files.",
    discussion: """
      Every cluster has a base path of its own, http://HOST:PORT/clusters/NAME, and a bearer token. --kubeconfig-dir
      gets one file per cluster, one called `all` with a context for each, and `simulator-token`, which opens
      http://HOST:PORT/simulator/counters and /simulator/scenario. All of them have mode 0600.
      """)

  @Option(help: "The number of clusters, called cluster-001, cluster-002 …")
  var clusters: Int = 1
  @Option(help: "The name of a cluster; repeat it. Instead of --clusters.")
  var cluster: [String] = []
  @Option(help: "The folder for the kubeconfig files; made when missing.")
  var kubeconfigDir: String
  @Option(help: "The port; 0 takes a free one.")
  var port: Int = 0
  @Option(help: "A scenario file: what is slow, fails or vanishes.")
  var scenario: String?
  @Option(help: "Where the randomness of names, delays and faults starts.")
  var seed: UInt64 = 0
  @Option(help: "The nodes of each cluster.")
  var nodes: Int = 3

  func validate() throws {
    guard (1...20_000).contains(clusters) else { throw ValidationError("--clusters must be 1 to 20000.") }
    guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535.") }
    guard (0...1000).contains(nodes) else { throw ValidationError("--nodes must be 0 to 1000.") }
    for name in cluster
    where !name.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 45 })
      || name.isEmpty || name == "all"
    {
      throw ValidationError("--cluster \(name): a name has lower-case letters, digits and dashes, and is not `all`.")
    }
    guard Set(cluster).count == cluster.count else { throw ValidationError("--cluster names must differ.") }
  }

  func run() async throws {
    let world = try Self.scenario(scenario)
    let width = max(3, String(clusters).count)
    let names =
      !cluster.isEmpty
      ? cluster
      : (1...clusters).map { number in
        "cluster-" + String(repeating: "0", count: width - String(number).count) + String(number)
      }
    let fleet = SimulatedFleet(names: names, seed: seed, nodes: nodes, scenario: world)
    let adminToken = SimulatorServer.newAdminToken()
    var logger = Logger(label: "flotilla-sim", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = .warning
    let folder = kubeconfigDir
    let server = SimulatorServer(fleet: fleet, port: port, adminToken: adminToken, logger: logger) { port in
      try Self.writeFiles(fleet, folder: folder, port: port, adminToken: adminToken)
      print("\(names.count) simulated clusters on http://127.0.0.1:\(port), kubeconfig files in \(folder)")
      fflush(nil)
    }
    let group = ServiceGroup(
      services: [fleet, server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    try await group.run()
  }

  /// What a scenario file says; without one, nothing goes wrong.
  static func scenario(_ path: String?) throws -> Scenario {
    guard let path else { return Scenario() }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ValidationError("--scenario: there is no readable file \(path).")
    }
    do throws(ScenarioError) { return try Scenario(yaml: Array(data), file: path) } catch {
      throw ValidationError(error.description)
    }
  }

  /// Writes the files, each whole or not at all; `all` comes last, as the sign that everything is there.
  private static func writeFiles(_ fleet: SimulatedFleet, folder: String, port: Int, adminToken: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let clusters = fleet.names.compactMap { fleet.clusters[$0] }
    for cluster in clusters {
      try write(Kubeconfig.document([cluster], host: "127.0.0.1", port: port), to: "\(folder)/\(cluster.name)")
    }
    try write(Array("\(adminToken)\n".utf8), to: "\(folder)/simulator-token")
    try write(Kubeconfig.document(clusters, host: "127.0.0.1", port: port), to: "\(folder)/all")
  }

  private static func write(_ bytes: [UInt8], to path: String) throws {
    let temporary = "\(path).new"
    try? FileManager.default.removeItem(atPath: temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: temporary]) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try file.write(contentsOf: Data(bytes))
    try file.close()
    guard rename(temporary, path) == 0 else {
      throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
    }
  }
}
