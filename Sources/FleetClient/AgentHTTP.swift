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

/// An answer holds more than it may, perhaps of few bytes in gzip.
public struct AnswerTooLong: Error, Sendable, CustomStringConvertible {
  /// How many bytes it may hold.
  public let limit: Int

  /// The words.
  public var description: String { "the controller's answer is over \(limit) bytes" }
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

  /// Fetches objects. When the link breaks, what has arrived is the answer, unless that is nothing.
  ///
  /// - Parameter limit: of the objects' texts together.
  func objects(_ objects: ObjectsRequest, token: String, limit: Int) async throws -> ObjectsResponse {
    let body = Array(try JSONEncoder().encode(objects))
    return try await onAnyController { controller in
      var request = request(.POST, "objects", on: controller, body: body, token: token)
      request.headers.replaceOrAdd(name: "accept", value: "\(ObjectsResponse.lines), application/json;q=0.5")
      let response = try await begin(request, on: controller, timeout: .seconds(60))
      // A line end per object comes with the texts, and escapes in an answer that is one document.
      let isLines = response.headers.first(name: "content-type")?.hasPrefix(ObjectsResponse.lines) == true
      let longest = isLines ? limit + objects.digests.count : max(limit * 2, 1 << 20)
      let (bytes, problem) = try await Self.read(response, limit: longest, on: controller)
      guard (200..<300).contains(response.status.code) else {
        throw Self.refusal(response, bytes, path: "objects")
      }
      guard isLines else {
        if let problem { throw problem }
        return try Self.decode(bytes)
      }
      var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      lines.removeLast()  // empty, or a line that has not arrived whole
      if let problem, lines.isEmpty { throw problem }
      return ObjectsResponse(objects: lines.map { String(decoding: $0, as: UTF8.self) })
    }
  }

  private func exchange(
    _ method: HTTPMethod, _ path: String, body: [UInt8]?, token: String?, timeout: Duration
  ) async throws -> [UInt8] {
    try await onAnyController { controller in
      let request = request(method, path, on: controller, body: body, token: token)
      let response = try await begin(request, on: controller, timeout: timeout)
      let (bytes, problem) = try await Self.read(response, limit: Self.largestAnswer, on: controller)
      if let problem { throw problem }
      guard (200..<300).contains(response.status.code) else { throw Self.refusal(response, bytes, path: path) }
      return bytes
    }
  }

  /// Asks every controller once, beginning with the one in use, until one answers something else than "not now".
  private func onAnyController<Answer>(_ ask: (String) async throws -> Answer) async throws -> Answer {
    var asked = 1
    while true {
      let controller = addresses.current
      do { return try await ask(controller) } catch {
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

  private func request(
    _ method: HTTPMethod, _ path: String, on controller: String, body: [UInt8]?, token: String?
  ) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: "\(controller)/api/v1/agent/\(path)")
    request.method = method
    request.headers.add(name: "accept", value: "application/json")
    request.headers.add(name: "accept-encoding", value: "gzip")
    if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
    if let body {
      request.headers.add(name: "content-type", value: "application/json")
      request.body = .bytes(body)
    }
    if controller.hasPrefix("https:") { request.tlsConfiguration = tls }
    return request
  }

  /// Sends a request, and returns when the head of its answer is there.
  private func begin(
    _ request: HTTPClientRequest, on controller: String, timeout: Duration
  ) async throws -> HTTPClientResponse {
    do {
      return try await (clients[controller] ?? client).execute(
        request, timeout: .milliseconds(timeout.wholeMilliseconds))
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      throw AgentConnectionError("cannot reach the controller at \(controller): \(error)")
    }
  }

  /// Reads the body of an answer, in gzip or not.
  ///
  /// - Returns: what arrived, and why that is not all of it when the link broke.
  /// - Throws: `AnswerTooLong` as soon as it is over the limit.
  private static func read(
    _ response: HTTPClientResponse, limit: Int, on controller: String
  ) async throws -> (bytes: [UInt8], problem: AgentConnectionError?) {
    var gzip =
      response.headers.first(name: "content-encoding")?.lowercased() == "gzip" ? try GzipReader(limit: limit) : nil
    var bytes: [UInt8] = []
    do {
      for try await var buffer in response.body {
        let piece = buffer.readBytes(length: buffer.readableBytes) ?? []
        bytes += try gzip?.read(piece) ?? piece
        guard bytes.count <= limit else { throw AnswerTooLong(limit: limit) }
      }
    } catch is CancellationError {
      throw CancellationError()
    } catch let error as AnswerTooLong {
      throw error
    } catch GzipError.tooLong {
      throw AnswerTooLong(limit: limit)
    } catch {
      return (bytes, AgentConnectionError("cannot reach the controller at \(controller): \(error)"))
    }
    let isWhole = gzip?.isComplete ?? true
    return (bytes, isWhole ? nil : AgentConnectionError("an answer of the controller at \(controller) was cut short"))
  }

  private static func refusal(_ response: HTTPClientResponse, _ answer: [UInt8], path: String) -> any Error {
    if let envelope = try? JSONDecoder().decode(ErrorEnvelope.self, from: Data(answer)) { return envelope }
    if response.status.code == 401 { return ErrorEnvelope(code: .unauthenticated, message: "the session has ended") }
    return AgentConnectionError("the controller answered \(response.status.code) to \(path)")
  }

  private static func decode<Answer: Decodable>(_ bytes: [UInt8]) throws -> Answer {
    do { return try JSONDecoder().decode(Answer.self, from: Data(bytes)) } catch {
      throw AgentConnectionError("the controller's answer is not understood: is its version newer than the agent's?")
    }
  }

  static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
