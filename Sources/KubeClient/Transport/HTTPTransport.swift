public import AsyncHTTPClient
import FleetModel
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization

/// Requests over HTTP/1.1 or HTTP/2 with the address and credentials of a kubeconfig.
///
/// Many transports share one `HTTPClient`, and with it its event loops and connections; one with a proxy or a
/// `tls-server-name` has a client of its own on the same event loops. When the server does not know our credentials
/// (401) and there are newer ones, the request is made once more.
public struct HTTPTransport: KubeTransport {
  private let client: HTTPClient
  /// Keeps a client of our own until the last copy of this transport is gone.
  private let own: OwnClient?
  private let configuration: KubeConfiguration
  private let address: ServerAddress
  private let trust: Trust
  /// The most of an answer that is read into memory.
  private static let largestAnswer = 256 << 20
  /// The most that is read of a refusal that nobody sees.
  private static let largestRefusal = 1 << 20

  /// Makes a transport.
  ///
  /// - Throws: a `KubeError` of kind `configuration` for certificates that cannot be read.
  public init(_ configuration: KubeConfiguration, client: HTTPClient) throws(KubeError) {
    self.configuration = configuration
    address = ServerAddress(configuration)
    trust = try Trust(configuration)
    let needsOwn = configuration.proxy != nil || address.override != nil
    own = needsOwn ? OwnClient(proxy: configuration.proxy, override: address.override) : nil
    self.client = own?.client ?? client
  }

  /// A client whose connections suffice for one stream per watch of many clusters behind one address.
  ///
  /// The caller shuts it down.
  public static func makeClient() -> HTTPClient {
    HTTPClient(eventLoopGroupProvider: .singleton, configuration: clientConfiguration)
  }

  /// A client whose every connection goes through a proxy. The caller shuts it down.
  public static func makeClient(through proxy: ProxyAddress) -> HTTPClient {
    HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration(through: proxy))
  }

  static func configuration(through proxy: ProxyAddress?) -> HTTPClient.Configuration {
    var configuration = clientConfiguration
    guard let proxy else { return configuration }
    configuration.proxy =
      switch proxy.scheme {
      case .http:
        .server(
          host: proxy.host, port: proxy.port,
          authorization: proxy.user.map { .basic(username: $0, password: proxy.password ?? "") })
      case .socks5: .socksServer(host: proxy.host, port: proxy.port)
      }
    return configuration
  }

  static var clientConfiguration: HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.timeout = .init(connect: .seconds(5))
    configuration.connectionPool = .init(idleTimeout: .seconds(30), concurrentHTTP1ConnectionsPerHostSoftLimit: 65_536)
    configuration.decompression = .disabled
    return configuration
  }

  /// Sends a request and reads the whole answer.
  public func send(_ request: KubeRequest) async throws(KubeError) -> KubeResponse {
    do {
      let answer = try await execute(request)
      var head = Self.head(of: answer)
      var body = try await answer.body.collect(upTo: Self.largestAnswer)
      head.body = body.readBytes(length: body.readableBytes) ?? []
      return head
    } catch { throw connectionError(error) }
  }

  /// Sends a request and returns when the head of the answer is there.
  public func stream(_ request: KubeRequest) async throws(KubeError) -> KubeStream {
    do {
      let answer = try await execute(request)
      return KubeStream(head: Self.head(of: answer), chunks: answer.body.map { Array(buffer: $0) })
    } catch { throw connectionError(error) }
  }

  private func execute(_ request: KubeRequest) async throws -> HTTPClientResponse {
    let credentials = try await configuration.token.current()
    let answer = try await execute(request, with: credentials)
    guard answer.status == .unauthorized, let renewed = try await configuration.token.renewed(after: credentials) else {
      return answer
    }
    // Read to its end, so that the connection is free again.
    _ = try? await answer.body.collect(upTo: Self.largestRefusal)
    return try await execute(request, with: renewed)
  }

  private func execute(_ request: KubeRequest, with credentials: Credentials) async throws -> HTTPClientResponse {
    var message = HTTPClientRequest(url: address.url + request.target)
    message.method = HTTPMethod(rawValue: request.method.rawValue)
    if let host = address.hostHeader { message.headers.add(name: "host", value: host) }
    message.headers.add(name: "accept", value: request.accept)
    message.headers.add(name: "user-agent", value: "flotilla-agent")
    if let version = request.knownVersion { message.headers.add(name: "if-none-match", value: version) }
    if let token = credentials.token { message.headers.add(name: "authorization", value: "Bearer \(token)") }
    for (name, value) in configuration.impersonation?.headers ?? [] { message.headers.add(name: name, value: value) }
    if let type = request.contentType { message.headers.add(name: "content-type", value: type) }
    if let body = request.body { message.body = .bytes(body) }
    message.tlsConfiguration = try trust.tls(with: credentials)
    return try await client.execute(message, timeout: .nanoseconds(request.timeout.wholeMilliseconds * 1_000_000))
  }

  private static func head(of answer: HTTPClientResponse) -> KubeResponse {
    KubeResponse(
      status: Int(answer.status.code), warnings: answer.headers["warning"].flatMap(WarningHeader.texts),
      retryAfterSeconds: answer.headers.first(name: "retry-after").flatMap(Int.init),
      version: answer.headers.first(name: "etag"))
  }

  private func connectionError(_ error: any Error) -> KubeError {
    if let error = error as? KubeError { return error }
    let way = configuration.proxy.map { " through the proxy \($0)" } ?? ""
    return KubeError(
      .connection,
      message: "cannot reach \(configuration.displayServer)\(way): \(ConnectionProblem.words(error, configuration))")
  }
}

/// What TLS needs; made once for a kubeconfig's own certificate, and anew when a program prints another.
private final class Trust: Sendable {
  private let configuration: KubeConfiguration
  private let kept: Mutex<(credentials: Credentials, tls: TLSConfiguration)?>

  init(_ configuration: KubeConfiguration) throws(KubeError) {
    self.configuration = configuration
    let none = Credentials()
    guard configuration.server.hasPrefix("https:") else {
      kept = Mutex(nil)
      return
    }
    let tls = try configuration.tls(with: none)
    kept = Mutex((none, tls))
  }

  /// Nil for a server without TLS.
  func tls(with credentials: Credentials) throws(KubeError) -> TLSConfiguration? {
    guard let known = kept.withLock({ $0 }) else { return nil }
    let isSame = known.credentials.certificate == credentials.certificate && known.credentials.key == credentials.key
    if isSame { return known.tls }
    let tls = try configuration.tls(with: credentials)
    kept.withLock { $0 = (credentials, tls) }
    return tls
  }
}

/// A client for one transport alone; it is shut down when nobody has it any more.
private final class OwnClient: Sendable {
  let client: HTTPClient

  init(proxy: ProxyAddress?, override: (name: String, host: String)?) {
    var configuration = HTTPTransport.configuration(through: proxy)
    if let override { configuration.dnsOverride = [override.name: override.host] }
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  deinit {
    let client = client
    Task { try? await client.shutdown() }
  }
}
