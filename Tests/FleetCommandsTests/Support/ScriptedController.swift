import FleetAPI
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// An HTTP server on loopback that has every route of the API, answers each with its documented example, and writes
/// down what it was asked. Tests put other answers in place where they need them.
final class ScriptedController: Sendable {
  /// A request as it arrived.
  struct Seen: Sendable {
    var method: String
    /// Path and query, as sent.
    var uri: String
    /// By name in lower case.
    var headers: [String: String]
    var body: String

    /// One line for comparing, keys of the body sorted by the sender.
    var line: String { body.isEmpty ? "\(method) \(uri)" : "\(method) \(uri)\n  \(body)" }
  }

  /// An answer.
  struct Answer: Sendable {
    var status = 200
    var headers: [String: String] = [:]
    var body: ResponseBody
  }

  private let seenRequests = Mutex<[Seen]>([])
  private let answer: @Sendable (Route, Int) -> Answer?
  private let counts = Mutex<[String: Int]>([:])

  private init(_ answer: @escaping @Sendable (Route, Int) -> Answer?) { self.answer = answer }

  /// Everything that was asked so far.
  var seen: [Seen] { seenRequests.withLock { $0 } }

  /// Runs a server for as long as `body` runs. `answer` gives the answer of a route's call number n (from 0); nil is the
  /// example.
  static func with<Result: Sendable>(
    answer: @escaping @Sendable (Route, Int) -> Answer? = { _, _ in nil },
    _ body: @escaping @Sendable (ScriptedController, _ url: String) async throws -> Result
  ) async throws -> Result {
    let controller = ScriptedController(answer)
    let router = Router()
    for route in Routes.all where route.path.hasPrefix("/api/v1") {
      router.on(RouterPath(route.path), method: HTTPRequest.Method(rawValue: route.method.rawValue) ?? .get) {
        request, _ in try await controller.handle(route, request)
      }
    }
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    var logger = Logger(label: "scripted")
    logger.logLevel = .critical
    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) }, logger: logger)
    return try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask {
        try await application.run()
        return nil
      }
      group.addTask {
        for await number in ports { return try await body(controller, "http://127.0.0.1:\(number)") }
        return nil
      }
      defer { group.cancelAll() }
      while let result = try await group.next() {
        if let result { return result }
      }
      throw CancellationError()
    }
  }

  private func handle(_ route: Route, _ request: Request) async throws -> Response {
    let body = try await request.body.collect(upTo: 1 << 20)
    let seen = Seen(
      method: request.method.rawValue, uri: request.uri.string, headers: Self.headers(of: request),
      body: Self.sorted(String(buffer: body)))
    seenRequests.withLock { $0.append(seen) }
    let number = counts.withLock { counts in
      defer { counts[route.id, default: 0] += 1 }
      return counts[route.id, default: 0]
    }
    if let answer = answer(route, number) {
      var headers = HTTPFields()
      for (name, value) in answer.headers {
        if let name = HTTPField.Name(name) { headers[name] = value }
      }
      return Response(status: .init(code: answer.status), headers: headers, body: answer.body)
    }
    guard let type = route.response else { return Response(status: .notImplemented) }
    return Response(status: .init(code: route.status), body: Self.example(type))
  }

  /// The documented example; a list's is its only part.
  private static func example(_ type: any WireValue.Type) -> ResponseBody {
    guard let data = try? JSONEncoder().encode(type.example),
      var object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return .json(type.example) }
    if object["items"] != nil { object["next"] = nil }
    let changed = (try? JSONSerialization.data(withJSONObject: object)) ?? data
    return ResponseBody(byteBuffer: ByteBuffer(bytes: changed))
  }

  private static func headers(of request: Request) -> [String: String] {
    Dictionary(request.headers.map { ($0.name.canonicalName, $0.value) }) { first, _ in first }
  }

  /// The JSON with sorted keys, so that bodies can be compared.
  private static func sorted(_ text: String) -> String {
    guard let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)),
      let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
    else { return text }
    return String(decoding: data, as: UTF8.self)
  }
}

extension ResponseBody {
  /// A value as JSON.
  static func json(_ value: any Encodable) -> ResponseBody {
    let bytes = (try? JSONEncoder().encode(value)) ?? Data("null".utf8)
    return ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
  }

  /// A piece of an event stream after which the connection ends.
  static func text(_ text: String) -> ResponseBody { ResponseBody(byteBuffer: ByteBuffer(string: text)) }
}
