import FleetAPI
import FleetAgent
import FleetModel
import Manifest
import Synchronization

/// A controller in this process that hands out one order after the other, so that nothing but an agent and its API server is
/// measured.
final class BenchedOrders: ControllerConnection {
  private struct State {
    var order: WireOrder?
    var bundle: [Digest] = []
    var objects: [Digest: String] = [:]
  }

  private let state = Mutex(State())
  private let woken: AsyncStream<Void>.Continuation
  private let wakes: AsyncStream<Void>
  private let told: AsyncStream<Observation>.Continuation
  /// What the agent reports, in order.
  let observations: AsyncStream<Observation>

  init() {
    (wakes, woken) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    (observations, told) = AsyncStream.makeStream()
  }

  /// Orders these documents.
  func order(_ documents: [Node], generation: Int64) {
    let texts = documents.map { JSON.text($0, sortedKeys: true) }
    let digests = texts.map { Digest.sha256(Array($0.utf8)) }
    let bundle = Digest.sha256(Array(digests.map { "\($0.hexadecimal)\n" }.joined().utf8))
    let order = Order(
      target: 1, targetName: "bench/one", action: .apply, bundle: bundle,
      generation: Generation(epoch: 1, counter: generation), namespace: "bench", selfHeal: true, createNamespace: false,
      mayPrune: [], startWithin: .seconds(600), minReady: .seconds(1), failFast: .seconds(60))
    state.withLock {
      $0 = State(
        order: WireOrder(order), bundle: digests,
        objects: Dictionary(zip(digests, texts)) { first, _ in first })
    }
    woken.yield()
  }

  func poll(_ request: PollRequest) async throws -> PollResponse {
    func news() -> [WireOrder] {
      let order = state.withLock { $0.order }
      return [order].compactMap { $0 }.filter { $0.generation > request.seen[$0.target.description] ?? .none }
    }
    if news().isEmpty, request.waitSeconds > 0 {
      for await _ in wakes where !news().isEmpty { break }
    }
    return PollResponse(orders: news())
  }

  func bundle(_ digest: Digest) -> BundleResponse { BundleResponse(objects: state.withLock { $0.bundle }) }

  func objects(_ request: ObjectsRequest, atMost bytes: Int) -> ObjectsResponse {
    state.withLock { state in ObjectsResponse(objects: request.digests.map { state.objects[$0] ?? "" }) }
  }

  func report(_ request: ObservationsRequest) {
    for observation in request.observations { told.yield(observation.observation) }
  }
}
