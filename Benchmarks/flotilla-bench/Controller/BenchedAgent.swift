import AsyncHTTPClient
import Crypto
import FleetAPI
import FleetClient
import FleetModel
import Foundation
import Synchronization

/// When orders reached the agents.
final class Arrivals: Sendable {
  private let times = Mutex<[ContinuousClock.Instant]>([])

  func add(_ time: ContinuousClock.Instant) { times.withLock { $0.append(time) } }

  /// Forgets what came so far.
  func clear() { times.withLock { $0 = [] } }

  /// All arrivals since ``clear()``, in order.
  var all: [ContinuousClock.Instant] { times.withLock { $0.sorted() } }
}

/// An agent without a cluster: holds a poll, notes when orders come, and reports each at once as applied and healthy, so
/// that the next commit finds the fleet at rest.
struct BenchedAgent: Sendable {
  let connection: AgentConnection
  let arrivals: Arrivals

  /// Joins with a one-time token and a key of its own.
  static func join(
    _ name: String, token: String, controller: String, http: HTTPClient, arrivals: Arrivals
  ) async throws -> BenchedAgent {
    let key = Curve25519.Signing.PrivateKey()
    let request = JoinRequest(
      token: token, publicKey: key.publicKey.rawRepresentation.base64EncodedString(), agentVersion: "benchmark")
    let joined = try await AgentConnection.join(request, controller: controller, client: http)
    let identity = AgentConnection.Identity(
      cluster: joined.cluster, instance: "benchmark-\(name)", agentVersion: "benchmark",
      facts: { .init(kubernetesVersion: "v1.31.0") },
      sign: { Array(try key.signature(for: Data($0.utf8))) })
    return BenchedAgent(
      connection: AgentConnection(controller: controller, identity: identity, client: http), arrivals: arrivals)
  }

  /// Works until cancelled.
  func run() async throws {
    var seen: [String: Generation] = [:]
    while !Task.isCancelled {
      let answer = try await connection.poll(PollRequest(seen: seen, waitSeconds: 20))
      guard !answer.orders.isEmpty else { continue }
      arrivals.add(.now)
      for order in answer.orders { seen["\(order.target)"] = order.generation }
      let reports = answer.orders.map { order in
        WireObservation(
          Observation(
            target: order.target, generation: order.generation, bundle: order.bundle, phase: .applied,
            health: .healthy, readyFor: .seconds(3_600), objectCount: 2))
      }
      try await connection.report(ObservationsRequest(observations: reports))
    }
  }
}
