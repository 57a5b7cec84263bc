import FleetAgent
import FleetModel
import FleetSync
import KubeClient
import Manifest
import Synchronization
import Testing

/// A link to an API server that is cut at some request for some requests: of the first one the answer is lost, or the
/// request itself.
final class CutLink: KubeTransport {
  private struct State {
    var left = Int.max
    var failures = 0
    var losesAnswer = false
    var cuts = 0
  }

  private let inner: any KubeTransport
  private let state = Mutex(State())

  init(_ inner: any KubeTransport) { self.inner = inner }

  /// How many times it was cut.
  var cuts: Int { state.withLock { $0.cuts } }

  /// Cuts it after so many requests, until so many have failed.
  func cut(after requests: Int, failures: Int, losesAnswer: Bool) {
    state.withLock { state in
      (state.left, state.failures, state.losesAnswer) = (requests, failures, losesAnswer)
    }
  }

  private enum Verdict { case pass, lose, fail }

  private func verdict() -> Verdict {
    state.withLock { state in
      if state.left > 0 {
        if state.left < .max { state.left -= 1 }
        return .pass
      }
      defer {
        state.failures -= 1
        if state.failures <= 0 { state.left = .max }
      }
      guard state.losesAnswer else {
        if state.failures > 0 { state.cuts += 1 }
        return .fail
      }
      state.losesAnswer = false
      state.cuts += 1
      return .lose
    }
  }

  private static let broken = KubeError(.connection, message: "the link is cut")

  func send(_ request: KubeRequest) async throws(KubeError) -> KubeResponse {
    switch verdict() {
    case .pass: return try await inner.send(request)
    case .lose:
      _ = try await inner.send(request)
      throw Self.broken
    case .fail: throw Self.broken
    }
  }

  func stream(_ request: KubeRequest) async throws(KubeError) -> KubeStream {
    guard verdict() == .pass else { throw Self.broken }
    return try await inner.stream(request)
  }
}

@Suite("Links that are cut")
struct CutLinkTests {
  static let clusters = 20
  static let ordersPerCluster: Int64 = 10

  @Test("200 orders during which the link to the API server or to the controller is cut all end as ordered")
  func orders() async throws {
    let names = (0..<Self.clusters).map { "cut-\($0)" }
    try await withSimulation(names) { simulation in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for (seed, name) in names.enumerated() {
          group.addTask { try await Self.run(simulation, name, seed: UInt64(seed)) }
        }
        let cuts = try await group.reduce(0, +)
        #expect(cuts > 50, "\(cuts) cuts fell into orders")
      }
    }
  }

  private static func run(_ simulation: Simulation, _ name: String, seed: UInt64) async throws -> Int {
    var chance = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1
    func below(_ limit: UInt64) -> Int {
      chance = chance &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((chance >> 33) % limit)
    }
    let link = CutLink(try HTTPTransport(simulation.configuration(name), client: simulation.client))
    let kube = try simulation.kube(name)
    let controller = FakeController()
    let plan = (1...ordersPerCluster).map { _ in
      // Waits between attempts double: more failures of one object would only take longer.
      (after: below(24), failures: 1 + below(4), losesAnswer: below(2) == 0, controllerToo: below(3) == 0)
    }
    let agent = ClusterAgentTests.agent(KubeClient(transport: link, logger: AgentConnectionTests.quiet), controller)
    try await ClusterAgentTests.running(agent) {
      for (counter, cut) in zip(1...ordersPerCluster, plan) {
        // A Service comes and goes with every other order.
        let text =
          ClusterAgentTests.shop(image: "web:\(counter)", greeting: "\(counter)")
          + (counter.isMultiple(of: 2) ? "" : ClusterAgentTests.service)
        let bundle = try await controller.add(text)
        link.cut(after: cut.after, failures: cut.failures, losesAnswer: cut.losesAnswer)
        await controller.order(ClusterAgentTests.order(counter, bundle, mayPrune: ["/Service/shop/web"]))
        if cut.controllerToo {
          let polls = await controller.polls
          await controller.setAway(true)
          _ = try await eventually("the agent notices") { await controller.polls > polls ? true : nil }
          await controller.setAway(false)
        }
        let done = try await controller.healthy(counter)
        #expect(done.bundle == bundle && done.objectCount == (counter.isMultiple(of: 2) ? 2 : 3))
        #expect(try await kube.get(ClusterAgentTests.settings)?["data", "greeting"]?.string == "\(counter)")
        let web = try #require(try await kube.get(ClusterAgentTests.web))
        #expect(web["spec", "template", "spec", "containers"]?.array?.first?["image"]?.string == "web:\(counter)")
        let service = try await kube.get(ClusterAgentTests.webService)
        #expect((service == nil) == counter.isMultiple(of: 2))
        let record = try #require(try await kube.get(ClusterAgentTests.record).flatMap(TargetRecord.init(configMap:)))
        #expect(record.phase == .applied && record.order.generation.counter == counter)
        #expect(record.inventory.count == done.objectCount)
      }
    }
    return link.cuts
  }
}
