import AsyncHTTPClient
import KubeClient
import KubeSim
import Logging
import Manifest
import Synchronization
import Testing

/// Simulated clusters behind one port of this process, for one test.
struct Simulation: Sendable {
  let fleet: SimulatedFleet
  let port: Int
  let client: HTTPClient

  func configuration(_ name: String, token: String? = nil) -> KubeConfiguration {
    KubeConfiguration(
      server: "http://127.0.0.1:\(port)/clusters/\(name)",
      token: .fixed(token ?? fleet.clusters[name]?.token ?? ""))
  }

  func kube(_ name: String, fieldManager: String = "flotilla") throws -> KubeClient {
    KubeClient(
      transport: try HTTPTransport(configuration(name), client: client), fieldManager: fieldManager,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
  }
}

/// Runs clusters while `body` works, and ends them with it.
func withSimulation(
  _ names: [String] = ["one"], scenario: Scenario = Scenario(podStartMilliseconds: 50),
  _ body: @escaping @Sendable (Simulation) async throws -> Void
) async throws {
  let quiet = Logger(label: "simulation", factory: { _ in SwiftLogNoOpLogHandler() })
  let fleet = SimulatedFleet(names: names, seed: 1, scenario: scenario)
  let (ports, announce) = AsyncStream<Int>.makeStream()
  let server = SimulatorServer(fleet: fleet, adminToken: "admin", logger: quiet) { port in announce.yield(port) }
  let client = HTTPTransport.makeClient()
  let failure = Mutex<(any Error)?>(nil)
  await withTaskGroup(of: Void.self) { group in
    group.addTask { try? await fleet.run() }
    group.addTask { try? await server.run() }
    guard let port = await ports.first(where: { _ in true }) else { return }
    do { try await body(Simulation(fleet: fleet, port: port, client: client)) } catch {
      failure.withLock { $0 = error }
    }
    group.cancelAll()
  }
  try await client.shutdown()
  if let error = failure.withLock({ $0 }) { throw error }
}

/// Looks again and again until there is an answer, at most a minute and a half.
func eventually<Value>(
  _ what: String, _ look: () async throws -> Value?, location: SourceLocation = #_sourceLocation
) async throws -> Value {
  let end = ContinuousClock.now + .seconds(90)
  while ContinuousClock.now < end {
    if let value = try await look() { return value }
    try await Task.sleep(for: .milliseconds(20))
  }
  Issue.record("never happened: \(what)", sourceLocation: location)
  throw CancellationError()
}

func configMap(_ name: String, namespace: String = "default", value: String = "hello") -> (ObjectIdentity, Node) {
  (
    ObjectIdentity(group: "", version: "v1", kind: "ConfigMap", namespace: namespace, name: name),
    [
      "apiVersion": "v1", "kind": "ConfigMap",
      "metadata": ["name": Node(.string(name)), "namespace": Node(.string(namespace))],
      "data": ["greeting": Node(.string(value))],
    ]
  )
}
