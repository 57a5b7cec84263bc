import ArgumentParser
import FleetAPI
import FleetClient
import Foundation

/// Registers clusters and writes a one-time token for each, for `flotilla-sim agents` and `flotilla-sim fleet`.
struct RegisterClusters: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "register", abstract: "Register a cluster for every kubeconfig of a folder, or a number of them.")

  @OptionGroup var controller: ControllerOptions
  @Option(help: "The folder with a kubeconfig for each cluster; without it, --clusters are made up.")
  var kubeconfigDir: String?
  @Option(help: "How many clusters, cluster-00001 and so on.")
  var clusters = 1_000
  @Option(help: "Where a file with a token is written for each cluster.")
  var tokenDir: String

  func run() async throws {
    let names = try names()
    let folder = tokenDir
    try await ControllerClient.with(try controller.configuration()) { client in
      for start in stride(from: 0, to: names.count, by: 250) {
        let part = Array(names[start..<min(start + 250, names.count)])
        let file = ApplyRequest.File(name: "clusters", content: ControllerOptions.clusterDocuments(part))
        _ = try await client.apply(ApplyRequest(files: [file], dryRun: false, reason: "benchmark"), in: "default")
      }
      for name in names {
        let request = JoinTokenRequest(expiresInSeconds: 3_600, reason: "benchmark")
        let created = try await client.joinToken(for: name, request, in: "default")
        try created.token.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
      }
    }
    print("\(names.count) clusters registered")
  }

  private func names() throws -> [String] {
    guard let kubeconfigDir else { return (1...max(1, clusters)).map { "cluster-" + String(100_000 + $0).dropFirst() } }
    return try FileManager.default.contentsOfDirectory(atPath: kubeconfigDir)
      .filter { $0 != "all" && $0 != "simulator-token" && !$0.hasPrefix(".") }.sorted()
  }
}
