import FleetAgent
import FleetModel
import FleetSync
import KubeClient
import Manifest
import Synchronization
import Testing

/// A clock on which time goes faster than on the machine's, so that half a minute of an agent need not last one.
struct FastClock: Sendable {
  let speed: Int
  private let start = ContinuousClock.now

  init(speed: Int) { self.speed = speed }

  func now() -> ContinuousClock.Instant { start + start.duration(to: .now) * speed }

  var clock: WaitClock { WaitClock(now: now, sleep: { [speed] in try await Task.sleep(for: $0 / speed) }) }
}

/// A link to an API server that is cut at some request for some time by the agent's clock. Of that request the answer is
/// lost, or the request itself, and watches end with the cut.
final class CutLink: KubeTransport {
  private struct State {
    /// How many requests pass before the next cut; nil for none.
    var left: Int?
    var losesAnswer = false
    /// The end of the cut.
    var until: ContinuousClock.Instant?
    var cuts = 0
    var failures = 0
    var streams: [AsyncThrowingStream<[UInt8], any Error>.Continuation] = []
  }

  private let inner: any KubeTransport
  private let time: FastClock
  private let state = Mutex(State())

  init(_ inner: any KubeTransport, time: FastClock) { (self.inner, self.time) = (inner, time) }

  /// How many times it was cut, and how many requests failed because of it.
  var counts: (cuts: Int, failures: Int) { state.withLock { ($0.cuts, $0.failures) } }

  static let length = Duration.seconds(30)

  /// Cuts it at a request that comes after so many others.
  func cut(after requests: Int, losesAnswer: Bool) {
    state.withLock { state in (state.left, state.losesAnswer, state.until) = (requests, losesAnswer, nil) }
  }

  private enum Verdict { case pass, lose, fail }

  private func verdict() -> Verdict {
    let now = time.now()
    let (verdict, ended) = state.withLock {
      state -> (Verdict, [AsyncThrowingStream<[UInt8], any Error>.Continuation]) in
      if let until = state.until, now < until {
        state.failures += 1
        return (.fail, [])
      }
      guard let left = state.left else { return (.pass, []) }
      guard left == 0 else {
        state.left = left - 1
        return (.pass, [])
      }
      (state.left, state.until) = (nil, now + Self.length)
      state.cuts += 1
      state.failures += 1
      defer { state.streams = [] }
      return (state.losesAnswer ? .lose : .fail, state.streams)
    }
    for stream in ended { stream.finish(throwing: Self.broken) }
    return verdict
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
    let stream = try await inner.stream(request)
    let (chunks, sink) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
    let source = stream.chunks
    let reading = Task {
      do {
        for try await chunk in source { sink.yield(chunk) }
        sink.finish()
      } catch { sink.finish(throwing: error) }
    }
    sink.onTermination = { _ in reading.cancel() }
    state.withLock { $0.streams.append(sink) }
    return KubeStream(head: stream.head, chunks: chunks)
  }
}

@Suite("Links that are cut")
struct CutLinkTests {
  static let clusters = 20
  static let ordersPerCluster: Int64 = 10
  /// How much faster an agent's time goes: its half minute is a second.
  static let speed = 30

  @Test(
    "200 orders during which the link to the API server, and perhaps to the controller, is cut for 30 s end as ordered")
  func orders() async throws {
    let names = (0..<Self.clusters).map { "cut-\($0)" }
    try await withSimulation(names) { simulation in
      try await withThrowingTaskGroup(of: (cuts: Int, failures: Int).self) { group in
        for (seed, name) in names.enumerated() {
          group.addTask { try await Self.run(simulation, name, seed: UInt64(seed)) }
        }
        let (cuts, failures) = try await group.reduce((0, 0)) { ($0.0 + $1.cuts, $0.1 + $1.failures) }
        #expect(cuts > 100, "\(cuts) cuts fell into orders")
        #expect(failures > 3 * cuts, "\(failures) requests failed in \(cuts) cuts")
      }
    }
  }

  private static func run(_ simulation: Simulation, _ name: String, seed: UInt64) async throws -> (
    cuts: Int, failures: Int
  ) {
    var chance = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1
    func below(_ limit: UInt64) -> Int {
      chance = chance &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((chance >> 33) % limit)
    }
    let time = FastClock(speed: speed)
    let link = CutLink(try HTTPTransport(simulation.configuration(name), client: simulation.client), time: time)
    let kube = try simulation.kube(name)
    let controller = FakeController()
    let plan = (1...ordersPerCluster).map { _ in
      (after: below(20), losesAnswer: below(2) == 0, controllerToo: below(3) == 0)
    }
    let agent = ClusterAgentTests.agent(
      KubeClient(transport: link, clock: time.clock, logger: AgentConnectionTests.quiet), controller, clock: time.clock)
    try await ClusterAgentTests.running(agent) {
      for (counter, cut) in zip(1...ordersPerCluster, plan) {
        // A Service comes and goes with every other order.
        let text =
          ClusterAgentTests.shop(image: "web:\(counter)", greeting: "\(counter)")
          + (counter.isMultiple(of: 2) ? "" : ClusterAgentTests.service)
        let bundle = try await controller.add(text)
        link.cut(after: cut.after, losesAnswer: cut.losesAnswer)
        var order = ClusterAgentTests.order(counter, bundle, mayPrune: ["/Service/shop/web"])
        // Its time is short on a slow machine: an order that has waited must not be too late.
        order.startWithin = .seconds(36_000)
        await controller.order(order)
        if cut.controllerToo {
          let (polls, end) = (await controller.polls, time.now() + CutLink.length)
          await controller.setAway(true)
          _ = try await eventually("the agent notices, and half a minute of it passes") {
            await controller.polls > polls && time.now() >= end ? true : nil
          }
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
    return link.counts
  }
}
