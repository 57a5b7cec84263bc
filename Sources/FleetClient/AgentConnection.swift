public import AsyncHTTPClient
public import FleetAPI
public import FleetModel
import Foundation
public import NIOSSL

/// An agent's side of the controller's HTTP API: a session that is opened with the agent's key and renewed in time,
/// and the four requests that need one.
///
/// `poll` opens and renews the session; the others use it and fail while there is none, to be tried again by their
/// callers. A request that finds the session ended forgets it, so that the next poll opens another.
public actor AgentConnection {
  /// What an agent tells of its cluster at every session, because clusters are upgraded under their agents.
  public struct ClusterFacts: Sendable {
    /// The Kubernetes version; empty when it is not known.
    public var kubernetesVersion: String
    /// The API versions besides Kubernetes' own; nil when they are not known.
    public var apiVersions: [String]?

    /// Makes facts.
    public init(kubernetesVersion: String = "", apiVersions: [String]? = nil) {
      self.kubernetesVersion = kubernetesVersion
      self.apiVersions = apiVersions
    }
  }

  /// Who speaks.
  public struct Identity: Sendable {
    /// The cluster, as the join told.
    public var cluster: ClusterID
    /// The process, random at its start.
    public var instance: String
    /// The agent's version.
    public var agentVersion: String
    /// Asks what is to be told of the cluster, for each session anew.
    public var facts: @Sendable () async -> ClusterFacts
    /// Signs a text with the cluster's Ed25519 key.
    public var sign: @Sendable (String) throws -> [UInt8]

    /// Makes an identity.
    public init(
      cluster: ClusterID, instance: String, agentVersion: String,
      facts: @escaping @Sendable () async -> ClusterFacts,
      sign: @escaping @Sendable (String) throws -> [UInt8]
    ) {
      self.cluster = cluster
      self.instance = instance
      self.agentVersion = agentVersion
      self.facts = facts
      self.sign = sign
    }
  }

  private let http: AgentHTTP
  private let identity: Identity
  private var session: (token: String, renewAt: ContinuousClock.Instant)?
  /// The machine's clock at the opening of the session, and the monotonic one: a session is opened anew when they have
  /// gone apart, so that the controller learns of a clock that was set.
  private var clocks: (wall: Instant, monotonic: ContinuousClock.Instant)?

  /// Makes a connection; nothing is sent before the first poll.
  ///
  /// - Parameters:
  ///   - controller: the controller's address, for example `https://flotilla.example.com`; several of controllers over
  ///     one database are separated by commas.
  ///   - client: shared with others; its pool must allow one connection per long poll.
  ///   - tls: what to trust; nil for the system's authorities.
  ///   - clients: others for some addresses, which are reached through a proxy.
  public init(
    controller: String, identity: Identity, client: HTTPClient, tls: TLSConfiguration? = nil,
    clients: [String: HTTPClient] = [:]
  ) {
    http = AgentHTTP(controller: controller, client: client, tls: tls, clients: clients)
    self.identity = identity
  }

  /// Shows a one-time token and a public key, and learns which cluster the agent is.
  ///
  /// - Throws: the controller's `ErrorEnvelope`, or an `AgentConnectionError`.
  public static func join(
    _ request: JoinRequest, controller: String, client: HTTPClient, tls: TLSConfiguration? = nil,
    clients: [String: HTTPClient] = [:]
  ) async throws -> JoinResponse {
    try await AgentHTTP(controller: controller, client: client, tls: tls, clients: clients).post("join", request)
  }

  /// Waits for orders above what was seen.
  public func poll(_ request: PollRequest) async throws -> PollResponse {
    let token = try await openSession(longerThan: .seconds(request.waitSeconds + 15))
    return try await withSession(token) { http, token in
      try await http.post("poll", request, token: token, timeout: .seconds(request.waitSeconds + 10))
    }
  }

  /// Reads which objects a bundle holds.
  public func bundle(_ digest: Digest) async throws -> BundleResponse {
    try await withSession(try currentToken()) { http, token in
      try await http.get("bundles/\(digest.hexadecimal)", token: token)
    }
  }

  /// Fetches objects, at most 1,000; at least the first of them, when the link breaks.
  ///
  /// - Parameter bytes: how long the texts may be together.
  /// - Throws: `AnswerTooLong` before more of them is in memory, whatever it is in gzip.
  public func objects(_ request: ObjectsRequest, atMost bytes: Int) async throws -> ObjectsResponse {
    try await withSession(try currentToken()) { http, token in
      try await http.objects(request, token: token, limit: bytes)
    }
  }

  /// Reports observations.
  public func report(_ request: ObservationsRequest) async throws {
    try await withSession(try currentToken()) { http, token in
      try await http.send("observations", request, token: token)
    }
  }

  private func currentToken() throws -> String {
    guard let session else { throw AgentConnectionError("there is no session with the controller yet") }
    return session.token
  }

  private func openSession(longerThan duration: Duration) async throws -> String {
    let wall = Self.wallClock()
    let wasSet = clocks.map { clocks in
      let apart = (wall - clocks.wall) - clocks.monotonic.duration(to: .now)
      return max(apart, .zero - apart) > .seconds(60)
    }
    if let session, session.renewAt > .now + duration, wasSet != true { return session.token }
    let challenge: ChallengeResponse = try await http.post("challenge", ChallengeRequest(cluster: identity.cluster))
    let text = SessionRequest.signedText(cluster: identity.cluster, nonce: challenge.nonce)
    let facts = await identity.facts()
    let request = SessionRequest(
      cluster: identity.cluster, nonce: challenge.nonce, signature: AgentHTTP.base64(try identity.sign(text)),
      instance: identity.instance, agentVersion: identity.agentVersion,
      kubernetesVersion: facts.kubernetesVersion, apiVersions: facts.apiVersions, agentTime: wall)
    let opened: SessionResponse = try await http.post("session", request)
    clocks = (wall, .now)
    session = (opened.token, .now + .seconds(opened.expiresInSeconds) * 0.9)
    return opened.token
  }

  private static func wallClock() -> Instant {
    Instant(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1_000))
  }

  private func withSession<Answer: Sendable>(
    _ token: String, _ work: (AgentHTTP, String) async throws -> Answer
  ) async throws -> Answer {
    do { return try await work(http, token) } catch let error as ErrorEnvelope where error.code == .unauthenticated {
      if session?.token == token { session = nil }
      throw error
    }
  }
}
