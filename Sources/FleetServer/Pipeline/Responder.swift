import CoreMetrics
import FleetAPI
import FleetModel
import FleetPorts
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// What a handler does with a call.
typealias Handler = @Sendable (Call) async throws -> Reply

/// Takes every request: finds its route, lets its sender in or not, bounds it, has it done once, and turns whatever comes
/// out into an answer with the one error envelope.
struct Responder: HTTPResponder {
  /// A request's surroundings.
  struct Context: InitializableFromSource, Sendable {
    let logger: Logger
    let remoteAddress: String

    init(source: ApplicationRequestContextSource) {
      logger = source.logger
      remoteAddress = source.channel.remoteAddress?.ipAddress ?? "local"
    }
  }

  let matcher: RouteMatcher
  let handlers: [String: Handler]
  let authenticator: Authenticator
  let idempotency: IdempotencyGuard
  let principalLimiter: RateLimiter
  let metrics: PrometheusMetrics

  func respond(to request: Request, context: Context) async throws -> Response {
    let start = ContinuousClock.now
    let requestID = Self.requestID(request.headers)
    var log = AccessLog(method: request.method.rawValue, path: request.uri.path, requestID: requestID)
    var reply: Reply
    do {
      reply = try await answer(request, context: context, requestID: requestID, log: &log)
    } catch {
      let (envelope, cause) = Problem.envelope(for: error)
      log.failure = cause ?? envelope.message
      log.isFault = envelope.code == .internal
      reply = Self.reply(for: envelope, requestID: requestID, headers: log.extraHeaders)
    }
    log.status = reply.status
    log.write(to: context.logger, duration: start.duration(to: .now), metrics: metrics)
    return reply.response(requestID: requestID)
  }

  private func answer(
    _ request: Request, context: Context, requestID: String, log: inout AccessLog
  ) async throws -> Reply {
    let path = request.uri.path
    switch matcher.match(method: request.method.rawValue, path: path) {
    case .none:
      throw ErrorEnvelope(
        code: .notFound, message: "there is no \(path)", hint: "GET /api/v1/openapi.json lists what there is")
    case .otherMethods(let methods):
      log.extraHeaders[.allow] = methods.map(\.rawValue).joined(separator: ", ")
      throw ErrorEnvelope(
        code: .notFound, message: "\(path) does not take \(request.method.rawValue)",
        hint: "it takes \(methods.map(\.rawValue).joined(separator: ", "))")
    case .route(let route, let parameters):
      log.route = route.id
      log.isQuiet = !route.isMutating && route.access != .agentProof && route.access != .webhook
      guard let handler = handlers[route.id] else { throw StoreError(.internal, "no handler for \(route.id)") }
      var call = Call(
        route: route, parameters: parameters, query: PercentDecoding.query(request.uri.query ?? ""),
        headers: request.headers, body: [], principal: Principal(name: "", right: .read), requestID: requestID,
        remoteAddress: context.remoteAddress, logger: context.logger)
      call.logger[metadataKey: "fleet.request.id"] = "\(requestID)"
      try await admit(&call)
      log.principal = call.principal.name
      call.body = try await Self.body(of: request, limit: route.bodyLimit)
      let admitted = call
      return try await idempotency.once(admitted, path: path) { try await handler(admitted) }
    }
  }

  private func admit(_ call: inout Call) async throws {
    switch call.route.access {
    case .open, .webhook, .agentProof: break
    case .agentSession:
      let cluster = try await authenticator.cluster(call.headers, from: call.remoteAddress)
      call.cluster = cluster
      call.principal.name = "agent/\(cluster)"
      // A principal of its own: a cluster that runs wild stops itself only.
      try principalLimiter.check("agent/\(cluster)")
    case .right(let right):
      call.principal = try await authenticator.principal(call.headers, needs: right, from: call.remoteAddress)
      try principalLimiter.check("token/\(call.principal.token)")
    }
  }

  private static func body(of request: Request, limit: Int) async throws -> [UInt8] {
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { throw Problem.tooLarge }
    let buffer = try await request.body.collect(upTo: limit)
    return Array(buffer.readableBytesView)
  }

  private static func reply(for envelope: ErrorEnvelope, requestID: String, headers: HTTPFields) -> Reply {
    var envelope = envelope
    envelope.requestID = requestID
    var headers = headers
    switch envelope.code {
    case .unauthenticated: headers[.wwwAuthenticate] = "Bearer"
    case .rateLimited, .unavailable: headers[.retryAfter] = "2"
    default: break
    }
    let status = headers[.allow] == nil ? Problem.status(of: envelope.code) : 405
    do {
      return try Reply.json(envelope, status: status, headers: headers)
    } catch {
      return Reply(status: 500, headers: headers, body: .bytes([]))
    }
  }

  /// The client's id when it is a harmless one, else a new one.
  private static func requestID(_ headers: HTTPFields) -> String {
    if let given = headers[.requestID], (1...64).contains(given.utf8.count),
      given.utf8.allSatisfy({ byte in
        (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9"))
          || (byte | 32) >= UInt8(ascii: "a")
            && (byte | 32) <= UInt8(ascii: "z")
          || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
          || byte == UInt8(ascii: "_")
      })
    {
      return given
    }
    let text = String(UInt64.random(in: 0 ... .max), radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}
