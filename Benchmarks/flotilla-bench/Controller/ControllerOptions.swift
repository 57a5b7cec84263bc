import ArgumentParser
import FleetClient
import FleetModel
import Foundation

/// Which running controller is measured.
struct ControllerOptions: ParsableArguments {
  @Option(help: "The controller's address.")
  var controller: String
  @Option(help: "The file with an admin token.")
  var tokenFile: String

  func configuration() throws -> ControllerConfiguration {
    ControllerConfiguration(
      server: controller, token: try token(), requestTimeout: .seconds(60), retryFor: .seconds(30))
  }

  func token() throws -> String {
    guard let data = FileManager.default.contents(atPath: tokenFile) else {
      throw ValidationError("--token-file: \(tokenFile) cannot be read")
    }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The documents of `count` clusters; the first two are canaries.
  static func clusterDocuments(_ names: [String]) -> String {
    names.enumerated().map { number, name in
      """
      apiVersion: flotilla.dev/v1
      kind: Cluster
      metadata:
        name: \(name)
        labels: {env: production, region: region-\(number % 3), canary: "\(number < 2)"}
      spec:
        connection: agent

      """
    }.joined(separator: "---\n")
  }
}
