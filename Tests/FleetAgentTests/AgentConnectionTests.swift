import AsyncHTTPClient
import Crypto
import FleetAPI
import FleetAgent
import FleetClient
import FleetModel
import Foundation
import HTTPTypes
import Hummingbird
import KubeClient
import Logging
import NIOCore
import Synchronization
import Testing

/// The controller's half of the agent protocol, as small as it can be, over HTTP.
final class AgentEndpoint: Sendable {
  struct State {
    var publicKey = ""
    var tokens: Set<String> = ["one-time"]
    var nonces: Set<String> = []
    var sessions: Set<String> = []
    var opened = 0
    var kubernetesVersion = ""
    var reports = 0
    /// How long sessions are good.
    var expiresInSeconds = 3_600
  }

  let state = Mutex(State())

  var responder: some HTTPResponder<BasicRequestContext> {
    CallbackResponder { request, _ in
      let body = Data(try await request.body.collect(upTo: 1 << 20).readableBytesView)
      let authorization = request.headers[.authorization] ?? ""
      return try self.answer(request.uri.path, body, authorization)
    }
  }

  private func answer(_ path: String, _ body: Data, _ authorization: String) throws -> Response {
    switch path {
    case "/api/v1/agent/join":
      let request = try JSONDecoder().decode(JoinRequest.self, from: body)
      let isGood = state.withLock { state in
        guard state.tokens.remove(request.token) != nil else { return false }
        state.publicKey = request.publicKey
        return true
      }
      guard isGood else {
        return try json(ErrorEnvelope(code: .unauthenticated, message: "the token is used up"), .unauthorized)
      }
      return try json(JoinResponse(cluster: 3, clusterName: "eu"))
    case "/api/v1/agent/challenge":
      let nonce = UUID().uuidString
      _ = state.withLock { $0.nonces.insert(nonce) }
      return try json(ChallengeResponse(nonce: nonce))
    case "/api/v1/agent/session":
      return try session(try JSONDecoder().decode(SessionRequest.self, from: body))
    default:
      let isKnown = state.withLock { $0.sessions.contains(String(authorization.dropFirst("Bearer ".count))) }
      guard isKnown else {
        return try json(ErrorEnvelope(code: .unauthenticated, message: "the session has ended"), .unauthorized)
      }
      if path == "/api/v1/agent/poll" { return try json(PollResponse(orders: [])) }
      state.withLock { $0.reports += 1 }
      return Response(status: .noContent)
    }
  }

  private func session(_ request: SessionRequest) throws -> Response {
    let text = SessionRequest.signedText(cluster: request.cluster, nonce: request.nonce)
    let isSigned = try state.withLock { state in
      guard state.nonces.remove(request.nonce) != nil, let raw = Data(base64Encoded: state.publicKey),
        let signature = Data(base64Encoded: request.signature)
      else { return false }
      let key = try Curve25519.Signing.PublicKey(rawRepresentation: raw)
      return key.isValidSignature(signature, for: Data(text.utf8))
    }
    guard isSigned else {
      return try json(ErrorEnvelope(code: .unauthenticated, message: "the signature is wrong"), .unauthorized)
    }
    let token = UUID().uuidString
    let expiry = state.withLock { state in
      state.sessions.insert(token)
      state.opened += 1
      state.kubernetesVersion = request.kubernetesVersion
      return state.expiresInSeconds
    }
    return try json(
      SessionResponse(token: token, expiresInSeconds: expiry, serverTime: Instant(millisecondsSinceEpoch: 0)))
  }

  private func json(_ value: some Encodable, _ status: HTTPResponse.Status = .ok) throws -> Response {
    let data = try JSONEncoder().encode(value)
    return Response(status: status, body: ResponseBody(byteBuffer: ByteBuffer(bytes: Array(data))))
  }
}

@Suite("Agent over HTTP")
struct AgentConnectionTests {
  static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

  static func withEndpoint(_ body: @escaping @Sendable (AgentEndpoint, String) async throws -> Void) async throws {
    let endpoint = AgentEndpoint()
    let (ports, announce) = AsyncStream<Int>.makeStream()
    let application = Application(
      responder: endpoint.responder, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { announce.yield($0.localAddress?.port ?? 0) }, logger: quiet)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try? await application.run() }
      let port = await ports.first { _ in true } ?? 0
      group.addTask { try await body(endpoint, "http://127.0.0.1:\(port)") }
      _ = try await group.next()
      group.cancelAll()
    }
  }

  static func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("agent-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
  }

  @Test("of several controllers one that answers is enough, and their addresses may change one by one")
  func addresses() async throws {
    try await withSimulation { simulation in
      try await Self.withEndpoint { endpoint, controller in
        try await Self.withFolder { folder in
          let gone = "http://127.0.0.1:1"
          var setup = AgentSetup(
            controller: "\(gone), \(controller)/", kubernetes: .server(simulation.configuration("one")),
            stateFolder: folder,
            token: "one-time")
          try await Self.running(setup) {
            _ = try await eventually("a session") { endpoint.state.withLock { $0.opened > 0 ? true : nil } }
          }
          setup.token = nil
          setup.controller = controller
          try await Self.running(setup) {
            _ = try await eventually("a second session") { endpoint.state.withLock { $0.opened > 1 ? true : nil } }
          }
          let state = try await AgentState(in: AgentFolder(path: folder))
          #expect(try await state.cluster(of: gone) == nil, "of the addresses only those of the last start count")
          #expect(try await state.cluster(of: "\(gone),\(controller)") != nil)
        }
      }
    }
  }

  @Test("a fleet joins once, proves its key, reports, and starts again without a token")
  func join() async throws {
    try await withSimulation { simulation in
      try await Self.withEndpoint { endpoint, controller in
        try await Self.withFolder { folder in
          let setup = AgentSetup(
            controller: controller, kubernetes: .server(simulation.configuration("one")), stateFolder: folder,
            token: "one-time")
          try await Self.running(setup) {
            _ = try await eventually("a session") { endpoint.state.withLock { $0.opened > 0 ? true : nil } }
          }
          #expect(endpoint.state.withLock { $0.kubernetesVersion.hasPrefix("v1.") })
          let mode = try FileManager.default.attributesOfItem(atPath: folder + "/agent.key")[.posixPermissions]
          #expect((mode as? NSNumber)?.intValue == 0o600)
          var again = setup
          again.token = nil
          try await Self.running(again) {
            _ = try await eventually("a second session") { endpoint.state.withLock { $0.opened > 1 ? true : nil } }
          }
        }
      }
    }
  }

  static func running(_ setup: AgentSetup, _ body: @escaping @Sendable () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await AgentFleet([setup], logger: quiet).run() }
      group.addTask { try await body() }
      _ = try await group.next()
      group.cancelAll()
    }
  }

  @Test("a used token is the controller's refusal, and no token says what to do")
  func refusals() async throws {
    try await withSimulation { simulation in
      try await Self.withEndpoint { endpoint, controller in
        try await Self.withFolder { folder in
          var setup = AgentSetup(
            controller: controller, kubernetes: .server(simulation.configuration("one")), stateFolder: folder,
            token: "used")
          let refused = await #expect(throws: ErrorEnvelope.self) {
            try await AgentFleet([setup], logger: Self.quiet).run()
          }
          #expect(refused?.message == "the token is used up")
          setup.token = nil
          let missing = await #expect(throws: AgentConnectionError.self) {
            try await AgentFleet([setup], logger: Self.quiet).run()
          }
          #expect(missing?.description.contains("--token") == true)
        }
      }
    }
  }

  @Test("a session is renewed in time, and opened again when the controller has forgotten it")
  func sessions() async throws {
    try await Self.withEndpoint { endpoint, controller in
      let client = HTTPTransport.makeClient()
      let key = Curve25519.Signing.PrivateKey()
      endpoint.state.withLock { $0.publicKey = key.publicKey.rawRepresentation.base64EncodedString() }
      let identity = AgentConnection.Identity(
        cluster: 3, instance: "i", agentVersion: "v", facts: { .init() },
        sign: { Array(try key.signature(for: Data($0.utf8))) })
      let connection = AgentConnection(controller: controller, identity: identity, client: client)
      let poll = PollRequest(seen: [:], waitSeconds: 0)
      await #expect(throws: AgentConnectionError.self) {
        try await connection.report(ObservationsRequest(observations: []))
      }
      _ = try await connection.poll(poll)
      _ = try await connection.poll(poll)
      try await connection.report(ObservationsRequest(observations: []))
      #expect(endpoint.state.withLock { $0.opened } == 1)
      #expect(endpoint.state.withLock { $0.reports } == 1)
      endpoint.state.withLock { $0.sessions = [] }
      let ended = await #expect(throws: ErrorEnvelope.self) { _ = try await connection.poll(poll) }
      #expect(ended?.code == .unauthenticated)
      endpoint.state.withLock { $0.expiresInSeconds = 10 }
      _ = try await connection.poll(poll)
      _ = try await connection.poll(poll)  // ten seconds are too short for a poll: renewed
      #expect(endpoint.state.withLock { $0.opened } == 3)
      try await client.shutdown()
    }
  }
}
