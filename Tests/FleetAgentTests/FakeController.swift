import FleetAPI
import FleetAgent
import FleetModel
import Manifest
import Testing

/// A controller in this process: hands out orders and bundles, and keeps what it is told.
actor FakeController: ControllerConnection {
  struct Away: Error {}

  private var orders: [TargetID: WireOrder] = [:]
  private var lists: [Digest: [Digest]] = [:]
  private var objects: [Digest: String] = [:]
  private(set) var observations: [Observation] = []
  private(set) var polls = 0
  private(set) var holds: [HoldReport] = []
  private var longestHold: Int?
  private var isAway = false
  /// How many objects were asked for, by request.
  private(set) var asked: [Int] = []
  /// How many objects arrive until the link breaks.
  private var linkHolds = Int.max

  func poll(_ request: PollRequest) async throws -> PollResponse {
    polls += 1
    let end = ContinuousClock.now + .seconds(request.waitSeconds)
    repeat {
      if isAway { throw Away() }
      let news = orders.values.filter { $0.generation > request.seen[$0.target.description] ?? .none }
      if !news.isEmpty {
        return PollResponse(orders: news.sorted { $0.target < $1.target }, longestHoldSeconds: longestHold)
      }
      try await Task.sleep(for: .milliseconds(10))
    } while ContinuousClock.now < end
    return PollResponse(orders: [], longestHoldSeconds: longestHold)
  }

  func bundle(_ digest: Digest) throws -> BundleResponse {
    guard !isAway, let list = lists[digest] else { throw Away() }
    return BundleResponse(objects: list)
  }

  func objects(_ request: ObjectsRequest, atMost bytes: Int) throws -> ObjectsResponse {
    if isAway { throw Away() }
    asked.append(request.digests.count)
    return ObjectsResponse(objects: request.digests.prefix(linkHolds).map { objects[$0] ?? "" })
  }

  func report(_ request: ObservationsRequest) throws {
    if isAway { throw Away() }
    observations += request.observations.map(\.observation)
    if let hold = request.hold { holds.append(hold.report) }
  }

  func forgetHolds() { holds = [] }

  func limitHolds(seconds: Int) { longestHold = seconds }

  func order(_ order: Order) { orders[order.target] = WireOrder(order) }

  func breakLink(after objects: Int) { linkHolds = objects }

  func setAway(_ away: Bool) { isAway = away }

  func forget() { observations = [] }

  /// Stores documents as a bundle.
  func add(_ yaml: String) throws -> Digest {
    var list: [Digest] = []
    for document in try YAML.documents(Array(yaml.utf8)) {
      let text = JSON.text(document, sortedKeys: true)
      let digest = Digest.sha256(Array(text.utf8))
      objects[digest] = text
      list.append(digest)
    }
    let bundle = Digest.sha256(Array(list.map { "\($0.hexadecimal)\n" }.joined().utf8))
    lists[bundle] = list
    return bundle
  }

  /// Replaces the text of the first object of a bundle, so that its digest is wrong.
  func spoil(_ bundle: Digest) { if let first = lists[bundle]?.first { objects[first] = "{}" } }

  /// Waits for a report that satisfies the condition; fails the test after a minute and a half.
  nonisolated func first(
    _ what: String, where matches: @escaping @Sendable (Observation) -> Bool
  ) async throws -> Observation {
    try await eventually(what) { await self.observations.first(where: matches) }
  }

  /// Waits until an order of this generation is applied and healthy.
  nonisolated func healthy(_ counter: Int64) async throws -> Observation {
    try await first("generation \(counter) is applied and healthy") {
      $0.generation.counter == counter && $0.phase == .applied && $0.health == .healthy && $0.readyFor >= .zero
        && $0.message.isEmpty
    }
  }
}
