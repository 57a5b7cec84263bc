import AsyncHTTPClient
import FleetAPI
import FleetModel
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOSSL

/// Why the controller did not answer. Refusals are thrown as its own `ErrorEnvelope`.
public struct AgentConnectionError: Error, Sendable, CustomStringConvertible {
  /// The words; they hold no credentials.
  public let description: String

  /// Makes an error.
  public init(_ description: String) { self.description = description }
}

/// The agent's requests as JSON over HTTP, to the first controller that answers.
struct AgentHTTP: Sendable {
  let addresses: ControllerAddresses
  let client: HTTPClient
  let tls: TLSConfiguration?
  /// Clients for addresses that are not reached with `client`, because a proxy is on the way.
  var clients: [String: HTTPClient] = [:]
  /// An answer is at most 1,000 objects of at most 1.5 MiB, and a bundle at most 32 MiB.
  private static let largestAnswer = 64 << 20

  init(controller: String, client: HTTPClient, tls: TLSConfiguration?, clients: [String: HTTPClient] = [:]) {
    self.clients = clients
    addresses = ControllerAddresses(controller, isShuffled: true)
    self.client = client
    self.tls = tls
  }

  func get<Answer: Decodable>(_ path: String, token: String) async throws -> Answer {
    try Self.decode(try await exchange(.GET, path, body: nil, token: token, timeout: .seconds(30)))
  }

  func post<Answer: Decodable>(
    _ path: String, _ body: some Encodable, token: String? = nil, timeout: Duration = .seconds(30)
  ) async throws -> Answer {
    let bytes = Array(try JSONEncoder().encode(body))
    return try Self.decode(try await exchange(.POST, path, body: bytes, token: token, timeout: timeout))
  }

  /// Posts without looking at the answer's body.
  func send(_ path: String, _ body: some Encodable, token: String) async throws {
    _ = try await exchange(
      .POST, path, body: Array(try JSONEncoder().encode(body)), token: token, timeout: .seconds(30))
  }

  /// Asks every controller once, beginning with the one in use, until one answers something else than "not now".
  private func exchange(
    _ method: HTTPMethod, _ path: String, body: [UInt8]?, token: String?, timeout: Duration
  ) async throws -> [UInt8] {
    var asked = 1
    while true {
      let controller = addresses.current
      do {
        return try await exchange(method, path, on: controller, body: body, token: token, timeout: timeout)
      } catch {
        guard Self.mayAnotherDo(error) else { throw error }
        addresses.moveOn(from: controller)
        guard asked < addresses.urls.count else { throw error }
        asked += 1
      }
    }
  }

  /// Whether this is no answer, or one of a controller that stops or has lost its database.
  private static func mayAnotherDo(_ error: any Error) -> Bool {
    switch error {
    case let error as ErrorEnvelope: error.code == .unavailable
    case is AgentConnectionError: true
    default: false
    }
  }

  private func exchange(
    _ method: HTTPMethod, _ path: String, on controller: String, body: [UInt8]?, token: String?, timeout: Duration
  ) async throws -> [UInt8] {
    var request = HTTPClientRequest(url: "\(controller)/api/v1/agent/\(path)")
    request.method = method
    request.headers.add(name: "accept", value: "application/json")
    if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
    if let body {
      request.headers.add(name: "content-type", value: "application/json")
      request.body = .bytes(body)
    }
    if controller.hasPrefix("https:") { request.tlsConfiguration = tls }
    let response: HTTPClientResponse
    let answer: [UInt8]
    do {
      response = try await (clients[controller] ?? client).execute(
        request, timeout: .milliseconds(timeout.wholeMilliseconds))
      var buffer = try await response.body.collect(upTo: Self.largestAnswer)
      answer = buffer.readBytes(length: buffer.readableBytes) ?? []
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      throw AgentConnectionError("cannot reach the controller at \(controller): \(error)")
    }
    guard (200..<300).contains(response.status.code) else {
      if let envelope = try? JSONDecoder().decode(ErrorEnvelope.self, from: Data(answer)) { throw envelope }
      if response.status.code == 401 { throw ErrorEnvelope(code: .unauthenticated, message: "the session has ended") }
      throw AgentConnectionError("the controller answered \(response.status.code) to \(path)")
    }
    return answer
  }

  private static func decode<Answer: Decodable>(_ bytes: [UInt8]) throws -> Answer {
    do { return try JSONDecoder().decode(Answer.self, from: Data(bytes)) } catch {
      throw AgentConnectionError("the controller's answer is not understood: is its version newer than the agent's?")
    }
  }

  static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
