public import AsyncHTTPClient
import FleetModel
import NIOCore
import NIOHTTP1
import NIOSSL

/// Requests over HTTP/1.1 or HTTP/2 with the address and credentials of a kubeconfig.
///
/// Many transports share one `HTTPClient`, and with it its event loops and connections.
public struct HTTPTransport: KubeTransport {
  private let client: HTTPClient
  private let configuration: KubeConfiguration
  private let tls: TLSConfiguration?
  /// The most of an answer that is read into memory.
  private static let largestAnswer = 256 << 20

  /// Makes a transport.
  ///
  /// - Throws: a `KubeError` of kind `configuration` for certificates that cannot be read.
  public init(_ configuration: KubeConfiguration, client: HTTPClient) throws(KubeError) {
    self.client = client
    self.configuration = configuration
    tls = configuration.server.hasPrefix("https:") ? try configuration.tls() : nil
  }

  /// A client whose connections suffice for one stream per watch of many clusters behind one address.
  ///
  /// The caller shuts it down.
  public static func makeClient() -> HTTPClient {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.timeout = .init(connect: .seconds(5))
    configuration.connectionPool = .init(idleTimeout: .seconds(30), concurrentHTTP1ConnectionsPerHostSoftLimit: 65_536)
    configuration.decompression = .disabled
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// Sends a request and reads the whole answer.
  public func send(_ request: KubeRequest) async throws(KubeError) -> KubeResponse {
    do {
      let answer = try await execute(request)
      var head = Self.head(of: answer)
      var body = try await answer.body.collect(upTo: Self.largestAnswer)
      head.body = body.readBytes(length: body.readableBytes) ?? []
      return head
    } catch { throw Self.connectionError(error, server: configuration.displayServer) }
  }

  /// Sends a request and returns when the head of the answer is there.
  public func stream(_ request: KubeRequest) async throws(KubeError) -> KubeStream {
    do {
      let answer = try await execute(request)
      return KubeStream(head: Self.head(of: answer), chunks: answer.body.map { Array(buffer: $0) })
    } catch { throw Self.connectionError(error, server: configuration.displayServer) }
  }

  private func execute(_ request: KubeRequest) async throws -> HTTPClientResponse {
    var message = HTTPClientRequest(url: configuration.server + request.target)
    message.method = HTTPMethod(rawValue: request.method.rawValue)
    message.headers.add(name: "accept", value: "application/json")
    message.headers.add(name: "user-agent", value: "flotilla-agent")
    if let token = configuration.token.current() {
      message.headers.add(name: "authorization", value: "Bearer \(token)")
    }
    if let type = request.contentType { message.headers.add(name: "content-type", value: type) }
    if let body = request.body { message.body = .bytes(body) }
    message.tlsConfiguration = tls
    return try await client.execute(message, timeout: .nanoseconds(request.timeout.wholeMilliseconds * 1_000_000))
  }

  private static func head(of answer: HTTPClientResponse) -> KubeResponse {
    KubeResponse(
      status: Int(answer.status.code),
      warnings: answer.headers["warning"].map(warningText),
      retryAfterSeconds: answer.headers.first(name: "retry-after").flatMap(Int.init))
  }

  /// The text of `299 - "text"`.
  private static func warningText(_ header: String) -> String {
    guard let start = header.firstIndex(of: "\""), let end = header.lastIndex(of: "\""), start < end else {
      return header
    }
    return String(header[header.index(after: start)..<end]).split(separator: "\\\"").joined(separator: "\"")
  }

  private static func connectionError(_ error: any Error, server: String) -> KubeError {
    let words = error is CancellationError ? "cancelled" : "\(error)"
    return KubeError(.connection, message: "cannot reach \(server): \(words)")
  }
}
