import FleetAPI
import FleetAgent
import FleetController
import FleetModel
import FleetPorts

/// The controller's side of an agent that runs in the controller's own process: the store itself instead of HTTP.
///
/// Whether the cluster is in contact is not decided here: an agent that asks says nothing about its API server.
struct StoreConnection: ControllerConnection {
  let store: any PlacementStore & ReleaseStore
  let cluster: ClusterID
  /// Rung for clusters that have newer orders.
  let bell: Bell<ClusterID>
  /// Nothing is asked or told for a cluster that another controller may have by now.
  let term: ClaimTerm

  /// Waits for orders above what was seen, at most as long as the request says.
  func poll(_ request: PollRequest) async throws -> PollResponse {
    var seen: [TargetID: Generation] = [:]
    for (target, generation) in request.seen {
      if let number = Int64(target) { seen[TargetID(number)] = generation }
    }
    let end = ContinuousClock.now + .seconds(max(0, request.waitSeconds))
    while true {
      // The agent is being ended just now; an error would only be logged as an outage.
      if term.isOver { try await Task.sleep(for: .seconds(1)) }
      try term.check()
      let ring = bell.ring(for: cluster)
      let orders = try await store.orders(for: cluster, above: seen)
      let rest = ContinuousClock.now.duration(to: end)
      guard orders.isEmpty, rest > .zero else { return PollResponse(orders: orders.map(WireOrder.init)) }
      await bell.wait(for: cluster, after: ring, atMost: rest)
      if bell.ring(for: cluster) == ring { return PollResponse(orders: []) }
    }
  }

  /// Reads which objects a bundle holds.
  func bundle(_ digest: Digest) async throws -> BundleResponse {
    guard let objects = try await store.bundle(digest) else {
      throw StoreError(.notFound, "there is no bundle \(digest)")
    }
    return BundleResponse(objects: objects)
  }

  /// Fetches objects.
  func objects(_ request: ObjectsRequest, atMost bytes: Int) async throws -> ObjectsResponse {
    ObjectsResponse(objects: try await store.objects(request.digests).map { String(decoding: $0, as: UTF8.self) })
  }

  /// Reports observations.
  func report(_ request: ObservationsRequest) async throws {
    try term.check()
    try await store.record(request.observations.map(\.observation), from: cluster)
    if let hold = request.hold { try await store.note(hold.report, of: cluster) }
  }
}
