import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
public import NIOSSL
import NIOCore
import Synchronization

/// An answer that is given to one request: composed from a provider's published reference, never taken from the client.
public struct Answer: Sendable {
  /// Method, path and query; the order of the query does not matter. Paths and values are as they go over the wire.
  public var request: String
  /// `X-Amz-Target` of the request; nil for any.
  public var target: String?
  /// What the request's body must contain.
  public var contains: String
  /// The HTTP status.
  public var status: Int
  /// The headers, names in lower case.
  public var headers: [String: String]
  /// The body; `{base}` is the server's URL, here and in headers.
  public var body: String
  /// The answer is never given.
  public var isSilent = false

  /// Makes an answer.
  public init(
    _ request: String, target: String? = nil, contains: String = "", status: Int = 200, headers: [String: String] = [:],
    body: String, isSilent: Bool = false
  ) {
    self.request = request
    self.target = target
    self.contains = contains
    self.status = status
    self.headers = headers
    self.body = body
    self.isSilent = isSilent
  }
}

/// Headers with others over them.
public func + (left: [String: String], right: [String: String]) -> [String: String] {
  left.merging(right) { _, new in new }
}

/// Serves answers over HTTP on 127.0.0.1. What nobody wrote an answer for is 501, and noted.
public final class AnswerServer: Sendable {
  /// A request as it came.
  public struct Seen: Sendable {
    /// Method, path and query.
    public var line: String
    /// The headers, names in lower case.
    public var headers: [String: String]
    /// The body.
    public var body: String
  }

  private struct State {
    var answers: [Answer]
    var seen: [Seen] = []
    var unexpected: [String] = []
    var port = 0
    var scheme = "http"
  }

  private let state: Mutex<State>

  private init(_ answers: [Answer]) { state = Mutex(State(answers: answers)) }

  /// The server's URL.
  public var base: String { state.withLock { "\($0.scheme)://127.0.0.1:\($0.port)" } }
  /// All requests, in order.
  public var seen: [Seen] { state.withLock { $0.seen } }
  /// Requests that nobody wrote an answer for.
  public var unexpected: [String] { state.withLock { $0.unexpected } }

  /// Answers differently from now on.
  public func replace(_ answers: [Answer]) { state.withLock { $0.answers = answers } }

  /// Runs a closure while the answers are served.
  ///
  /// - Parameter tls: the server's certificate; nil for plain HTTP.
  public static func with<Value: Sendable>(
    _ answers: [Answer], tls: TLSConfiguration? = nil, _ body: @escaping @Sendable (AnswerServer) async throws -> Value
  ) async throws -> Value {
    let server = AnswerServer(answers)
    if tls != nil { server.state.withLock { $0.scheme = "https" } }
    let (ports, continuation) = AsyncStream<Int>.makeStream()
    let router = Router()
    let handler: @Sendable (Request, BasicRequestContext) async throws -> Response = { request, _ in
      try await server.answer(request)
    }
    router.get("**", use: handler)
    router.post("**", use: handler)
    router.get("/", use: handler)
    router.post("/", use: handler)
    var logger = Logger(label: "answers")
    logger.logLevel = .critical
    let application = Application(
      router: router, server: try tls.map { try .tls(.http1(), tlsConfiguration: $0) } ?? .http1(),
      configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in
        continuation.yield(channel.localAddress?.port ?? 0)
        continuation.finish()
      }, logger: logger)
    return try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask {
        try await application.run()
        return nil
      }
      group.addTask {
        guard let port = await ports.first(where: { _ in true }) else { throw CancellationError() }
        server.state.withLock { $0.port = port }
        return try await body(server)
      }
      defer { group.cancelAll() }
      while let value = try await group.next() {
        if let value { return value }
      }
      throw CancellationError()
    }
  }

  private func answer(_ request: Request) async throws -> Response {
    let bytes = try await request.body.collect(upTo: 4 << 20)
    var headers: [String: String] = [:]
    for field in request.headers { headers[field.name.canonicalName] = field.value }
    let seen = Seen(
      line: "\(request.method.rawValue) \(request.uri.string)", headers: headers,
      body: String(decoding: bytes.readableBytesView, as: UTF8.self))
    let found = state.withLock { state in
      state.seen.append(seen)
      let answer = state.answers.first { $0.fits(seen) }
      if answer == nil { state.unexpected.append("\(seen.line) \(seen.headers["x-amz-target"] ?? "") \(seen.body)") }
      return answer
    }
    guard let found else {
      return Response(status: .notImplemented, body: .init(byteBuffer: ByteBuffer(string: "no answer")))
    }
    if found.isSilent { try await Task.sleep(for: .seconds(60)) }
    var fields = HTTPFields()
    for (name, value) in found.headers {
      guard let name = HTTPField.Name(name) else { continue }
      fields[name] = value.replacing("{base}", with: base)
    }
    return Response(
      status: .init(code: found.status), headers: fields,
      body: .init(byteBuffer: ByteBuffer(string: found.body.replacing("{base}", with: base))))
  }
}

extension Answer {
  fileprivate func fits(_ seen: AnswerServer.Seen) -> Bool {
    guard Self.parts(request) == Self.parts(seen.line) else { return false }
    if let target, seen.headers["x-amz-target"] != target { return false }
    return contains.isEmpty || seen.body.contains(contains)
  }

  /// Method and path, and the query's parts in any order; `$` of parameters may be written either way.
  private static func parts(_ line: String) -> [String] {
    let halves = line.split(separator: "?", maxSplits: 1).map(String.init)
    let parameters = halves.count > 1 ? halves[1].split(separator: "&").map(String.init) : []
    let query = parameters.map { $0.replacing("%24", with: "$").replacing("%2F", with: "/") }
    return [halves[0]] + query.sorted()
  }
}
