import FleetModel
import HTTPTypes
import Hummingbird
public import Logging
import Manifest
import NIOCore
public import ServiceLifecycle

/// The HTTP shell: one port, `/clusters/NAME/…` for every cluster and `/simulator/…` for whoever runs the simulation.
public struct SimulatorServer: Service {
  private let fleet: SimulatedFleet
  private let host: String
  private let port: Int
  private let adminToken: String
  private let logger: Logger
  private let onReady: @Sendable (Int) async throws -> Void

  /// Makes a server.
  /// - Parameters:
  ///   - host: the address to listen on; loopback unless told otherwise.
  ///   - port: 0 for any free one.
  ///   - adminToken: what `/simulator/…` asks for.
  ///   - onReady: told the port when requests are answered.
  public init(
    fleet: SimulatedFleet, host: String = "127.0.0.1", port: Int = 0, adminToken: String, logger: Logger,
    onReady: @escaping @Sendable (Int) async throws -> Void
  ) {
    self.fleet = fleet
    self.host = host
    self.port = port
    self.adminToken = adminToken
    self.logger = logger
    self.onReady = onReady
  }

  /// A token for `/simulator/…`.
  public static func newAdminToken() -> String { SimulatedFleet.newToken() }

  /// Serves until cancelled or shut down.
  public func run() async throws {
    let fleet = fleet
    let admin = SimulatorAdmin(fleet: fleet, token: adminToken)
    let responder = CallbackResponder<SimulatorContext> { request, context in
      try await Self.respond(request, context, fleet: fleet, admin: admin)
    }
    let ready = onReady
    let logger = logger
    let application = Application(
      responder: responder,
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port), serverName: nil, backlog: 1024),
      onServerRunning: { channel in
        do {
          try await ready(channel.localAddress?.port ?? 0)
        } catch {
          logger.error("cannot announce the simulator", metadata: ["error": "\(error)"])
        }
      },
      logger: logger)
    try await application.run()
  }

  private static func respond(
    _ request: Request, _ context: SimulatorContext, fleet: SimulatedFleet, admin: SimulatorAdmin
  ) async throws -> Response {
    let segments = request.uri.path.split(separator: "/", maxSplits: 2).map(String.init)
    let token = request.headers[.authorization].flatMap(Self.token)
    if segments.first == "simulator" {
      let body = Array(try await request.body.collect(upTo: 1 << 20).readableBytesView)
      return encode(
        await admin.respond(
          method: request.method.rawValue, path: Array(segments.dropFirst()), token: token, body: body))
    }
    guard segments.first == "clusters", segments.count >= 2, let cluster = fleet.clusters[segments[1]] else {
      return encode(KubeResponse(status: 404, text: "there is no such simulated cluster\n"))
    }
    let query = Dictionary(
      request.uri.queryParameters.map { (String($0.key), String($0.value)) }, uniquingKeysWith: { first, _ in first })
    let isWatch = request.method == .get && ["true", "1"].contains(query["watch"] ?? "")
    let body =
      request.method == .get ? [] : Array(try await request.body.collect(upTo: 8 << 20).readableBytesView)
    var call = KubeRequest(
      request.method.rawValue, "/" + (segments.count > 2 ? segments[2] : ""), query: query,
      accept: request.headers[.accept] ?? "application/json",
      contentType: request.headers[.contentType] ?? "application/json",
      userAgent: request.headers[.userAgent] ?? "", token: token, body: body)
    call.knownVersion = request.headers[.ifNoneMatch]
    do {
      return encode(try await cluster.respond(to: call), request: isWatch ? request : nil)
    } catch let outage as SimulatedCluster.Unreachable {
      if outage.hangs { try await Task.sleep(for: .seconds(3600)) }
      // The connection breaks without an answer, as when a machine goes away.
      try? await context.channel.close()
      return Response(status: .serviceUnavailable)
    }
  }

  /// The token of a bearer header, or the password of a basic one.
  private static func token(_ header: String) -> String? {
    if let token = header.suffix(after: "Bearer ") { return token }
    guard let encoded = header.suffix(after: "Basic "), let bytes = BaseEncoding.base64.bytes(of: encoded) else {
      return nil
    }
    return String(decoding: bytes, as: UTF8.self).suffix(after: "simulator:")
  }

  private static func encode(_ answer: KubeResponse, request: Request? = nil) -> Response {
    var headers = HTTPFields()
    headers[.contentType] = answer.contentType
    headers[.cacheControl] = "no-cache, private"
    if let seconds = answer.retryAfterSeconds { headers[.retryAfter] = String(seconds) }
    if let version = answer.version { headers[.eTag] = version }
    if let name = HTTPField.Name("Warning") {
      for warning in answer.warnings {
        headers.append(HTTPField(name: name, value: "299 - \(JSONText.text(.text(warning)))"))
      }
    }
    let status = HTTPResponse.Status(code: answer.status)
    switch answer.body {
    case .bytes(let bytes):
      return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    case .stream(let stream):
      let body = ResponseBody { writer in
        // The head must go out before the first event.
        try await writer.write(ByteBuffer())
        if let request {
          let box = WriterBox(writer: writer)
          try await request.body.consumeWithCancellationOnInboundClose { _ in try await box.copy(stream) }
          try await box.finish()
        } else {
          for await line in stream { try await writer.write(ByteBuffer(bytes: line)) }
          try await writer.finish(nil)
        }
      }
      return Response(status: status, headers: headers, body: body)
    }
  }
}

/// The writer of a response, which only one task uses at a time.
private final class WriterBox: @unchecked Sendable {
  private var writer: any ResponseBodyWriter

  init(writer: any ResponseBodyWriter) { self.writer = writer }

  func copy(_ stream: AsyncStream<[UInt8]>) async throws {
    for await line in stream.cancelOnGracefulShutdown() { try await writer.write(ByteBuffer(bytes: line)) }
  }

  func finish() async throws { try await writer.finish(nil) }
}

/// A request's context with its connection, so that a vanished cluster can cut it off.
struct SimulatorContext: RequestContext {
  typealias Source = ApplicationRequestContextSource
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}
