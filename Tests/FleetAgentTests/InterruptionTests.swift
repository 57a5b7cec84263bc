import FleetAgent
import FleetModel
import FleetSync
import KubeClient
import Logging
import Manifest
import Synchronization
import Testing

@Suite("Interrupted orders")
struct InterruptionTests {
  static let hook = HookRunTests.identity("before")

  @Test(
    "an agent that dies between any two requests leaves nothing that the next one does not finish, and a hook runs once"
  )
  func anywhere() async throws {
    // How many there are when nothing interferes, and some more, as an agent repeats what it is refused.
    let whole = Mutex(0)
    try await withSimulation { simulation in
      let transport = CutTransport(
        try HTTPTransport(simulation.configuration("one"), client: simulation.client), after: .max)
      let controller = try await Self.ordered()
      let kube = KubeClient(transport: transport, logger: AgentConnectionTests.quiet)
      try await ClusterAgentTests.running(ClusterAgentTests.agent(kube, controller)) {
        _ = try await controller.healthy(1)
        whole.withLock { $0 = transport.count }
      }
    }
    let count = whole.withLock { $0 }
    #expect(count > 20, "an order of three objects and a hook takes more than \(count) requests")
    let counts = Array(1...count + 4)
    try await withSimulation(counts.map { "c\($0)" }) { simulation in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, count) in counts.enumerated() {
          if index >= 6 { try await group.next() }
          group.addTask { try await Self.interrupt(simulation, after: count) }
        }
        try await group.waitForAll()
      }
    }
  }

  private static func ordered() async throws -> FakeController {
    let controller = FakeController()
    let bundle = try await controller.add(
      HookRunTests.job("before", hook: "PreSync") + ClusterAgentTests.shop() + ClusterAgentTests.service)
    await controller.order(ClusterAgentTests.order(1, bundle))
    return controller
  }

  private static func interrupt(_ simulation: Simulation, after count: Int) async throws {
    let name = "c\(count)"
    let logger = Logger(label: "agent", factory: { _ in SwiftLogNoOpLogHandler() })
    let inner = try HTTPTransport(simulation.configuration(name), client: simulation.client)
    let cut = CutTransport(inner, after: count)
    let controller = try await ordered()
    let first = ClusterAgentTests.agent(KubeClient(transport: cut, logger: logger), controller)
    try await ClusterAgentTests.running(first) {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { for await _ in cut.end {} }
        group.addTask { _ = try await controller.healthy(1) }
        try await group.next()
        group.cancelAll()
      }
    }
    let kube = try simulation.kube(name)
    let started = try await kube.get(hook)
    await controller.forget()
    try await ClusterAgentTests.running(ClusterAgentTests.agent(kube, controller)) {
      let done = try await controller.healthy(1)
      #expect(done.objectCount == 3, "after \(count) requests")
      let ended = try #require(try await kube.get(hook))
      #expect(ended["status", "succeeded"]?.integer == 1)
      if let started { #expect(started["metadata", "uid"] == ended["metadata", "uid"], "after \(count) requests") }
      #expect(try await kube.get(ClusterAgentTests.webService) != nil)
      let record = try #require(try await kube.get(ClusterAgentTests.record).flatMap(TargetRecord.init(configMap:)))
      #expect(record.inventory.count == 3 && record.phase == .applied)
    }
  }
}
