import Crypto
import FleetAPI
import FleetController
import FleetModel
import FleetPorts
import FoundationEssentials
import HTTPTypes
import Logging

/// The agents' calls; `FleetAPI/Agent` describes their bodies.
struct AgentRoutes: Sendable {
  let store: any ControlStore
  let board: OrderBoard
  let configuration: ServerConfiguration
  let authenticator: Authenticator
  let proofs: RateLimiter
  let challenges: RateLimiter

  /// Makes the handlers.
  init(
    store: any ControlStore, board: OrderBoard, configuration: ServerConfiguration, authenticator: Authenticator
  ) {
    self.store = store
    self.board = board
    self.configuration = configuration
    self.authenticator = authenticator
    proofs = RateLimiter(configuration.agentProofRate, clock: configuration.rateClock)
    challenges = RateLimiter(configuration.challengeRate, clock: configuration.rateClock)
  }

  var handlers: [String: Handler] {
    [
      Routes.agentJoin.id: join,
      Routes.agentChallenge.id: challenge,
      Routes.agentSession.id: session,
      Routes.agentPoll.id: poll,
      Routes.agentObservations.id: observations,
      Routes.agentObjects.id: objects,
      Routes.agentBundle.id: bundle,
    ]
  }

  // MARK: Proof

  @Sendable private func join(_ call: Call) async throws -> Reply {
    try checkProofRate(call)
    let request = try call.decode(JoinRequest.self)
    guard let key = Data(base64Encoded: request.publicKey), key.count == 32,
      (try? Curve25519.Signing.PublicKey(rawRepresentation: key)) != nil
    else {
      throw ErrorEnvelope(
        code: .invalid, message: "publicKey is not an Ed25519 key", field: "publicKey",
        hint: "give the 32 raw bytes in base64")
    }
    do {
      let (cluster, name) = try await store.join(
        tokenHash: TokenHasher.hash(request.token), publicKey: Array(key),
        agentVersion: Self.bounded(request.agentVersion))
      authenticator.sessions.removeAll()
      call.logger.notice(
        "an agent joined", metadata: ["fleet.cluster.id": "\(cluster)", "fleet.cluster.name": "\(name)"])
      return try .json(JoinResponse(cluster: cluster, clusterName: name))
    } catch let error as StoreError where error.code == .notFound {
      _ = authenticator.failures.take(call.remoteAddress)
      throw ErrorEnvelope(
        code: .unauthenticated, message: "the join token is not known",
        hint: "make a new one: flotilla cluster token NAME, with --rejoin to replace an agent that has joined")
    }
  }

  @Sendable private func challenge(_ call: Call) async throws -> Reply {
    try checkProofRate(call)
    let request = try call.decode(ChallengeRequest.self)
    try challenges.check("\(request.cluster)")
    let nonce = TokenHasher.randomBytes(32)
    guard try await store.publicKey(of: request.cluster) != nil else { throw Self.unknownAgent }
    try await store.createNonce(TokenHasher.hash(nonce), for: request.cluster)
    return try .json(ChallengeResponse(nonce: Data(nonce).base64EncodedString()))
  }

  @Sendable private func session(_ call: Call) async throws -> Reply {
    try checkProofRate(call)
    let request = try call.decode(SessionRequest.self)
    guard let nonce = Data(base64Encoded: request.nonce), nonce.count == 32,
      let signature = Data(base64Encoded: request.signature)
    else {
      throw ErrorEnvelope(
        code: .invalid, message: "nonce or signature is not base64", field: "nonce",
        hint: "give the challenge's nonce as it came, and the signature in base64")
    }
    guard (1...200).contains(request.instance.utf8.count) else {
      throw ErrorEnvelope(
        code: .invalid, message: "instance is missing or too long", field: "instance",
        hint: "give a random text of at most 200 characters, new at each start of the agent")
    }
    // Used up first, whatever the signature is: a nonce is good for one attempt.
    let isFresh = try await store.useNonce(TokenHasher.hash(Array(nonce)), for: request.cluster)
    guard let raw = try await store.publicKey(of: request.cluster),
      let key = try? Curve25519.Signing.PublicKey(rawRepresentation: raw)
    else { throw Self.unknownAgent }
    let text = SessionRequest.signedText(cluster: request.cluster, nonce: request.nonce)
    guard isFresh, key.isValidSignature(signature, for: Array(text.utf8)) else {
      _ = authenticator.failures.take(call.remoteAddress)
      throw ErrorEnvelope(
        code: .unauthenticated,
        message: "the nonce is used or too old, or the signature is not of this cluster's agent",
        hint: "ask for a new challenge; an agent that lost its key joins again with a token made with --rejoin")
    }
    if let revocation = try await store.revocation(of: request.cluster) {
      throw ErrorEnvelope(
        code: .forbidden, message: "this agent was revoked by \(revocation.by): \(revocation.reason)",
        hint: "workloads stay as they are; another agent joins with a token from flotilla cluster token NAME")
    }
    let version = Self.bounded(request.agentVersion)
    let refusal = AgentVersions.refusal(agent: version, controller: configuration.version)
    try await store.noteAgent(
      of: request.cluster, version: version, clockSkew: request.agentTime.map { $0 - WallClock.now }, refusal: refusal)
    if let refusal {
      throw ErrorEnvelope(
        code: .conflict, message: refusal, field: "agentVersion",
        hint: "update controllers first, then agents; one minor version between them is allowed")
    }
    let token = Data(TokenHasher.randomBytes(32)).base64EncodedString()
    try await store.openSession(
      for: request.cluster, tokenHash: TokenHasher.hash(token), instance: request.instance,
      controller: configuration.controller, expiresIn: configuration.sessionLifetime,
      agentVersion: version, kubernetesVersion: Self.bounded(request.kubernetesVersion),
      apiVersions: request.apiVersions.map(Self.bounded))
    _ = board.contact(request.cluster)
    board.touched(request.cluster)
    board.putBack(request.cluster)
    return try .json(
      SessionResponse(
        token: token, expiresInSeconds: Int(configuration.sessionLifetime / .seconds(1)),
        serverTime: WallClock.now))
  }

  private func checkProofRate(_ call: Call) throws(ErrorEnvelope) {
    if authenticator.failures.isEmpty(call.remoteAddress) { throw RateLimiter.refusal }
    try proofs.check(call.remoteAddress)
  }

  private static let unknownAgent = ErrorEnvelope(
    code: .unauthenticated, message: "no agent has joined this cluster, or the cluster was removed",
    hint: "join first, with a token from flotilla cluster token NAME")

  // MARK: Work

  @Sendable private func poll(_ call: Call) async throws -> Reply {
    let cluster = try Self.cluster(call)
    let request = try call.decode(PollRequest.self)
    var seen: [TargetID: Generation] = [:]
    for (text, generation) in request.seen {
      guard let number = Int64(text) else {
        throw ErrorEnvelope(
          code: .invalid, message: "\"\(text)\" is not a target's number", field: "seen",
          hint: "give the number of the order's target")
      }
      seen[TargetID(number)] = generation
    }
    try await noteContact(cluster)
    let longest = min(configuration.longestPoll, .seconds(max(0, request.waitSeconds)))
    let deadline = ContinuousClock.now + longest
    while true {
      if board.takeNews(cluster, seen: seen) {
        let orders: [Order]
        do {
          orders = try await store.orders(for: cluster, above: seen)
        } catch {
          board.putBack(cluster)
          throw error
        }
        if !orders.isEmpty {
          // Of the store, because a session that ended during the poll must get nothing more.
          guard try await authenticator.isOpen(call.headers) else { throw Authenticator.endedSession }
          // The answer may get lost on its way: the next poll asks again unless it shows that it has seen them.
          board.putBack(cluster)
          return try .json(pollResponse(orders))
        }
      }
      guard longest > .zero, case .orders = await board.wait(cluster, until: deadline) else {
        return try .json(pollResponse([]))
      }
    }
  }

  private func pollResponse(_ orders: [Order]) -> PollResponse {
    PollResponse(
      orders: orders.map(WireOrder.init), longestHoldSeconds: Int(configuration.longestHold / .seconds(1)))
  }

  @Sendable private func observations(_ call: Call) async throws -> Reply {
    let cluster = try Self.cluster(call)
    let request = try call.decode(ObservationsRequest.self)
    guard request.observations.count <= 10_000 else {
      throw ErrorEnvelope(
        code: .tooLarge, message: "\(request.observations.count) observations in one call",
        field: "observations", hint: "send at most 10000 at once")
    }
    try await noteContact(cluster)
    if !request.observations.isEmpty {
      try await store.record(request.observations.map(\.observation), from: cluster)
    }
    if var hold = request.hold?.report {
      hold.remaining = min(hold.remaining, configuration.longestHold)
      hold.reason = Self.bounded(hold.reason, to: 500)
      hold.by = Self.bounded(hold.by)
      try await store.note(hold, of: cluster)
    }
    return .empty
  }

  @Sendable private func objects(_ call: Call) async throws -> Reply {
    let request = try call.decode(ObjectsRequest.self)
    guard request.digests.count <= 1_000 else {
      throw ErrorEnvelope(
        code: .tooLarge, message: "\(request.digests.count) digests in one call", field: "digests",
        hint: "ask for at most 1000 at once")
    }
    let isCompressed = GzipAnswers.areAccepted(call.headers)
    guard call.headers[.accept]?.contains(ObjectsResponse.lines) == true else {
      let objects = try await store.objects(request.digests)
      let answer = ObjectsResponse(objects: objects.map { String(decoding: $0, as: UTF8.self) })
      return isCompressed ? try .json(answer).inGzip() : try .json(answer)
    }
    return try await ObjectLines(
      store: store, digests: request.digests, isCompressed: isCompressed, logger: call.logger
    )
    .reply()
  }

  @Sendable private func bundle(_ call: Call) async throws -> Reply {
    guard let digest = FleetModel.Digest(hexadecimal: call.parameter("digest")) else {
      throw ErrorEnvelope(
        code: .invalid, message: "\"\(call.parameter("digest"))\" is not a digest", field: "digest",
        hint: "give 64 characters of 0-9a-f")
    }
    guard let objects = try await store.bundle(digest) else {
      throw ErrorEnvelope(code: .notFound, message: "there is no bundle \(digest)")
    }
    let reply = try Reply.json(
      BundleResponse(objects: objects),
      headers: [
        .cacheControl: "private, max-age=31536000, immutable", .eTag: "\"\(digest)\"", .vary: "Accept-Encoding",
      ])
    return GzipAnswers.areAccepted(call.headers) ? try reply.inGzip() : reply
  }

  private func noteContact(_ cluster: ClusterID) async throws {
    guard board.contact(cluster) else { return }
    try await store.touchSession(of: cluster, controller: configuration.controller)
    board.touched(cluster)
  }

  private static func cluster(_ call: Call) throws -> ClusterID {
    guard let cluster = call.cluster else { throw StoreError(.internal, "an agent's route without a session") }
    return cluster
  }

  /// Versions are shown to people and stored: an agent must not fill either.
  /// As many API versions as any cluster has; of more, nobody can say which matter.
  private static func bounded(_ apiVersions: [String]) -> [String] {
    apiVersions.prefix(5_000).map { bounded($0, to: 400) }
  }

  private static func bounded(_ text: String, to limit: Int = 100) -> String {
    String(text.map { $0.isNewline ? " " : $0 }.filter { $0 != "\0" }.prefix(limit))
  }
}
