import Foundation
import Manifest

@testable import KubeClient

/// One recorded scenario of a real API server.
struct RecordedExchange: Sendable {
  var name: String
  /// All steps, those that happen during a watch after it.
  var steps: [RecordedStep]

  var number: String { String(name.prefix(3)) }

  /// Where the recordings are, of this checkout or as the environment says.
  static let folder =
    ProcessInfo.processInfo.environment["FLOTILLA_KUBE_FACTS"]
    ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("shared/kube-facts").path

  /// All scenarios, in order; nil, and a printed reason, where there are none.
  static func all() throws -> [RecordedExchange]? {
    let folder = URL(fileURLWithPath: Self.folder).appendingPathComponent("exchanges")
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
      print("skipped: there are no recorded exchanges in \(folder.path)")
      return nil
    }
    return try names.filter { $0.hasSuffix(".json") }.sorted().map { name in
      let data = try Data(contentsOf: folder.appendingPathComponent(name))
      let document = try JSON.parse(Array(data))
      let steps = (document["steps"]?.array ?? []).enumerated().flatMap { index, step in
        [RecordedStep(place: "\(index)", node: step)]
          + (step["during"]?.array ?? []).enumerated().map { RecordedStep(place: "\(index).\($0)", node: $1) }
      }
      return RecordedExchange(name: name, steps: steps)
    }
  }

  /// One scenario by its number; nil, and a printed reason, where it is not.
  static func one(_ number: String) throws -> RecordedExchange? {
    let found = try all()?.first { $0.number == number }
    if found == nil { print("skipped: there is no recorded exchange \(number) in \(folder)") }
    return found
  }
}

/// One request and its answer.
struct RecordedStep: Sendable {
  var place: String
  var node: Node

  var method: String { node["request", "method"]?.string ?? "" }
  var path: String { node["request", "path"]?.string ?? "" }
  var status: Int { Int(node["response", "status"]?.integer ?? 0) }
  var body: Node? { node["response", "body"] }
  var events: [Node]? { node["response", "stream"]?.array }

  var query: [(name: String, value: String)] {
    (node["request", "query"]?.object?.entries ?? []).map { ($0.key, $0.value.string ?? "") }
  }

  /// The bytes of the request's body; nil for none.
  var sent: [UInt8]? {
    node["request", "bodyText"]?.string.map { Array($0.utf8) } ?? node["request", "body"].map { JSON.bytes($0) }
  }

  /// A header of the answer, which may be there several times.
  func headers(_ name: String) -> [String] {
    let value = node["response", "headers", name]
    return value?.array?.compactMap(\.string) ?? value?.string.map { [$0] } ?? []
  }

  /// The request as our client makes it; nil for a method that it does not have.
  var request: KubeRequest? {
    guard let method = KubeRequest.Method(rawValue: method) else { return nil }
    return KubeRequest(
      method,
      path.split(separator: "/", omittingEmptySubsequences: false).map { PercentEncoding.encode(String($0)) }
        .joined(separator: "/"), query: query, contentType: node["request", "headers", "Content-Type"]?.string,
      body: sent, accept: node["request", "headers", "Accept"]?.string ?? KubeRequest.json,
      knownVersion: node["request", "headers", "If-None-Match"]?.string)
  }

  /// The bytes of the answer's body, as far as they were recorded.
  var received: [UInt8] {
    if let events { return events.flatMap { JSON.bytes($0) + [10] } }
    if let text = node["response", "bodyText"]?.string { return Array(text.utf8) }
    if let start = node["response", "bodyBase64Prefix"]?.string { return Array(Data(base64Encoded: start) ?? Data()) }
    return body.map { JSON.bytes($0) } ?? []
  }

  /// The answer as a server sends it.
  var reply: Reply {
    let names = ["Content-Type", "Warning", "Retry-After", "Etag"]
    return Reply(
      status, headers: names.flatMap { name in headers(name).map { (name: name, value: $0) } }, bytes: received)
  }
}

/// Answers in this process as a recording says: the first step that fits and was not taken yet, else the last that fits.
actor RecordedTransport: KubeTransport {
  private var steps: [RecordedStep]
  private var taken: [RecordedStep] = []
  private(set) var requests: [String] = []

  init(_ steps: [RecordedStep]) { self.steps = steps }

  func send(_ request: KubeRequest) async throws(KubeError) -> KubeResponse {
    requests.append("\(request.method.rawValue) \(request.target)\(request.knownVersion == nil ? "" : " if changed")")
    guard let step = take(request) else { return KubeResponse(status: 404) }
    return KubeResponse(
      status: step.status, warnings: step.headers("Warning").flatMap(WarningHeader.texts),
      retryAfterSeconds: step.headers("Retry-After").first.flatMap(Int.init), version: step.headers("Etag").first,
      body: step.received)
  }

  func stream(_ request: KubeRequest) async throws(KubeError) -> KubeStream {
    let response = try await send(request)
    let (stream, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
    continuation.yield(response.body)
    continuation.finish()
    return KubeStream(head: response, chunks: stream)
  }

  private func take(_ request: KubeRequest) -> RecordedStep? {
    func fits(_ step: RecordedStep) -> Bool {
      // How long a watch lasts is the client's own affair.
      func pairs(_ query: [(name: String, value: String)]) -> [String] {
        query.filter { $0.name != "timeoutSeconds" }.map { "\($0.name)=\($0.value)" }.sorted()
      }
      return step.request?.path == request.path && step.method == request.method.rawValue
        && pairs(step.query) == pairs(request.query)
        && (step.request?.knownVersion != nil) == (request.knownVersion != nil)
    }
    if let index = steps.firstIndex(where: fits) {
      let step = steps.remove(at: index)
      taken.append(step)
      return step
    }
    return taken.last(where: fits)
  }
}
