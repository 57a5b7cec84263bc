import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTLS
import KubeClient
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// A request as it came over the wire.
struct Received: Sendable {
  var method: String
  /// The path, decoded.
  var path: String
  var query: [String: String]
  /// By name in lower case.
  var headers: [String: [String]]
  var body: [UInt8]

  func header(_ name: String) -> String? { headers[name]?.first }
}

/// An answer as it goes over the wire.
struct Reply: Sendable {
  var status = 200
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []

  init(_ status: Int = 200, headers: [(name: String, value: String)] = [], _ body: String = "{}") {
    self.init(status, headers: headers, bytes: Array(body.utf8))
  }

  init(_ status: Int, headers: [(name: String, value: String)], bytes: [UInt8]) {
    self.status = status
    self.headers = headers
    body = bytes
  }
}

/// Runs the body with a server on 127.0.0.1 that answers by a closure, and ends it afterwards.
func withServer(
  tls: TLSConfiguration? = nil, answer: @escaping @Sendable (Received) -> Reply,
  _ body: @escaping @Sendable (Int, HTTPClient) async throws -> Void
) async throws {
  let quiet = Logger(label: "server", factory: { _ in SwiftLogNoOpLogHandler() })
  let (ports, announce) = AsyncStream<Int>.makeStream()
  let responder = CallbackResponder<BasicRequestContext> { request, _ in
    let bytes = Array(try await request.body.collect(upTo: 16 << 20).readableBytesView)
    let reply = answer(received(request, bytes))
    var fields = HTTPFields()
    for (name, value) in reply.headers {
      if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
    }
    return Response(
      status: .init(code: reply.status), headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: reply.body)))
  }
  let application = Application(
    responder: responder, server: try tls.map { try .tls(.http1(), tlsConfiguration: $0) } ?? .http1(),
    configuration: .init(address: .hostname("127.0.0.1", port: 0), serverName: nil),
    onServerRunning: { announce.yield($0.localAddress?.port ?? 0) }, logger: quiet)
  let client = HTTPTransport.makeClient()
  let failure = Mutex<(any Error)?>(nil)
  await withTaskGroup(of: Void.self) { group in
    group.addTask { try? await application.run() }
    guard let port = await ports.first(where: { _ in true }) else { return }
    do { try await body(port, client) } catch { failure.withLock { $0 = error } }
    group.cancelAll()
  }
  try await client.shutdown()
  if let error = failure.withLock({ $0 }) { throw error }
}

private func received(_ request: Request, _ body: [UInt8]) -> Received {
  var headers: [String: [String]] = [:]
  for field in request.headers { headers[field.name.canonicalName, default: []].append(field.value) }
  if let authority = request.head.authority { headers["host"] = [authority] }
  let query = Dictionary(
    request.uri.queryParameters.map { (String($0.key), String($0.value)) }, uniquingKeysWith: { first, _ in first })
  return Received(
    method: request.method.rawValue, path: request.uri.path.removingPercentEncoding ?? request.uri.path,
    query: query, headers: headers, body: body)
}
