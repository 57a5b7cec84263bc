public import FleetAPI
public import FleetClient
public import FleetModel

/// How an agent reaches its controller: over HTTP, or in the same process for clusters that the controller reaches by
/// kubeconfig (push mode).
///
/// Every function throws when the controller is not there; the agent keeps what runs and tries again.
public protocol ControllerConnection: Sendable {
  /// Waits for orders above what was seen, at most as long as the request says.
  func poll(_ request: PollRequest) async throws -> PollResponse
  /// Reads which objects a bundle holds.
  func bundle(_ digest: Digest) async throws -> BundleResponse
  /// Fetches objects, at most 1,000, and at least the first of them.
  ///
  /// - Parameter bytes: how long the texts may be together; of more it throws `AnswerTooLong`.
  func objects(_ request: ObjectsRequest, atMost bytes: Int) async throws -> ObjectsResponse
  /// Reports observations.
  func report(_ request: ObservationsRequest) async throws
}

extension AgentConnection: ControllerConnection {}
