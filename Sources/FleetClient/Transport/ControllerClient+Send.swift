internal import AsyncHTTPClient
internal import FleetAPI
internal import FleetModel
internal import NIOCore
internal import NIOHTTP1

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// The longest answer that is read: a list page or a document, never a bundle.
private let answerLimitBytes = 64 * 1024 * 1024

extension ControllerClient {
  /// Calls a route without a body.
  func call<Answer: Decodable>(
    _ route: Route, _ parameters: String..., query: [(name: String, value: String?)] = [],
    as type: Answer.Type = Answer.self
  ) async throws -> Answer {
    try await send(ControllerRequest(route, parameters, query: query))
  }

  /// Calls a route with a body.
  func call<Answer: Decodable>(
    _ route: Route, _ parameters: String..., body: some Encodable, as type: Answer.Type = Answer.self
  ) async throws -> Answer {
    try await send(ControllerRequest(route, parameters, body: [UInt8](try JSONEncoder().encode(body))))
  }

  /// Sends a request and decodes its answer.
  private func send<Answer: Decodable>(_ request: ControllerRequest) async throws -> Answer {
    let bytes = try await send(request)
    do {
      return try JSONDecoder().decode(Answer.self, from: Data(bytes))
    } catch {
      throw ClientError.unexpected(
        server: addresses.current, message: "the answer of \(request.route.id) cannot be read: \(error)")
    }
  }

  /// Sends a request, repeats it while that may help, and returns the body of a good answer.
  func send(_ request: ControllerRequest) async throws -> [UInt8] {
    // One key for all attempts: the controller does the work once, however often the request arrives.
    let key = request.route.isMutating ? UUID().uuidString : nil
    let clock = ContinuousClock()
    let start = clock.now
    var attempt = 0
    while true {
      let obstacle: Obstacle
      do {
        return try await attemptOnce(request, idempotencyKey: key)
      } catch let found as Obstacle {
        obstacle = found
      }
      attempt += 1
      // Every controller is asked once before anybody waits.
      if obstacle.mayAnotherDo && attempt < addresses.urls.count { continue }
      let pause = obstacle.retryAfter ?? backoff((attempt - 1) / addresses.urls.count)
      if clock.now + pause - start > configuration.retryFor { throw obstacle.error }
      try await Task.sleep(for: pause)
    }
  }

  /// Something that may go away by itself.
  private struct Obstacle: Error {
    var error: ClientError
    var mayAnotherDo = true
    var retryAfter: Duration?
  }

  private func attemptOnce(_ request: ControllerRequest, idempotencyKey: String?) async throws -> [UInt8] {
    let timeout = configuration.requestTimeout
    let server = addresses.current
    let response: HTTPClientResponse
    let body: [UInt8]
    do {
      response = try await http.execute(
        httpRequest(request, on: server, idempotencyKey: idempotencyKey),
        timeout: .milliseconds(timeout.wholeMilliseconds))
      body = [UInt8](try await response.body.collect(upTo: answerLimitBytes).readableBytesView)
    } catch let error as CancellationError {
      throw error
    } catch {
      if Task.isCancelled { throw CancellationError() }
      addresses.moveOn(from: server)
      throw Obstacle(error: .unreachable(server: server, why: networkReason(error)))
    }
    if (200..<300).contains(response.status.code) { return body }
    let error = refusal(status: Int(response.status.code), of: server, body: body)
    let mayAnotherDo = response.status == .serviceUnavailable
    if mayAnotherDo { addresses.moveOn(from: server) }
    if mayAnotherDo || response.status == .tooManyRequests {
      let seconds = response.headers.first(name: "Retry-After").flatMap { Int($0) }
      throw Obstacle(error: error, mayAnotherDo: mayAnotherDo, retryAfter: seconds.map { .seconds(max(0, $0)) })
    }
    throw error
  }

  func httpRequest(_ request: ControllerRequest, on server: String, idempotencyKey: String?) -> HTTPClientRequest {
    var result = HTTPClientRequest(url: request.url(on: server))
    result.method = HTTPMethod(rawValue: request.route.method.rawValue)
    result.headers.add(name: "Accept", value: "application/json")
    if let token = configuration.token { result.headers.add(name: "Authorization", value: "Bearer \(token)") }
    if let idempotencyKey { result.headers.add(name: "Idempotency-Key", value: idempotencyKey) }
    if let body = request.body {
      result.headers.add(name: "Content-Type", value: "application/json")
      result.body = .bytes(ByteBuffer(bytes: body))
    }
    return result
  }

  /// The envelope of an error answer, or what can be said of an answer that is none.
  func refusal(status: Int, of server: String, body: [UInt8]) -> ClientError {
    if let envelope = try? JSONDecoder().decode(ErrorEnvelope.self, from: Data(body)) { return .refused(envelope) }
    return .unexpected(server: server, message: "status \(status) without an error envelope")
  }

  /// How long to wait before attempt number `attempt` + 1: doubling from 100 ms to 2 s, with jitter so that many
  /// clients do not come back together.
  func backoff(_ attempt: Int) -> Duration {
    let ceiling = min(2_000, 100 << min(attempt, 5))
    return .milliseconds(Int.random(in: ceiling / 2...ceiling))
  }
}

/// A network error in words people know.
func networkReason(_ error: any Error) -> String {
  if let error = error as? HTTPClientError {
    switch error {
    case .connectTimeout, .deadlineExceeded, .readTimeout: return "no answer in time"
    case .remoteConnectionClosed: return "the connection was closed"
    default: return error.shortDescription
    }
  }
  let text = String(describing: error)
  if text.contains("UnknownHost") { return "there is no host of that name" }
  if text.contains("WRONG_VERSION_NUMBER") { return "it does not speak TLS; is the URL http:// rather than https://?" }
  if text.contains("CERTIFICATE_VERIFY_FAILED") {
    return "its certificate is not trusted; --ca-file names who issued it"
  }
  if text.contains("refused") { return "connection refused" }
  if text.contains("reset") { return "the connection was reset" }
  return text
}
