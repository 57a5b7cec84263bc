import ArgumentParser
import AsyncHTTPClient
import FleetClient
import FleetModel
import Foundation
import NIOCore
import NIOHTTP1

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

  /// Tells the controller of news in a repository.
  func webhook(_ repository: String, _ http: HTTPClient, token: String) async throws {
    var request = HTTPClientRequest(url: controller + "/api/v1/webhooks/git?repository=\(repository)")
    request.method = .POST
    request.headers.add(name: "authorization", value: "Bearer \(token)")
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes(ByteBuffer(string: "{}"))
    let response = try await http.execute(request, timeout: .seconds(10))
    _ = try await response.body.collect(upTo: 1 << 16)
    guard response.status == .accepted else { throw ValidationError("the webhook was answered \(response.status)") }
  }

  /// The documents of clusters; the first two are canaries, every tenth is of one group.
  static func clusterDocuments(_ names: [String]) -> String {
    names.enumerated().map { number, name in
      """
      apiVersion: flotilla.dev/v1
      kind: Cluster
      metadata:
        name: \(name)
        labels: {env: production, region: region-\(number % 3), group: group-\(number % 10), canary: "\(number < 2)"}
      spec:
        connection: agent

      """
    }.joined(separator: "---\n")
  }
}
