import AsyncHTTPClient
import FleetModel
import Foundation
import Manifest
import Synchronization
import Testing

@testable import KubeClient

/// Holds the client against what a real API server answered, over HTTP: every recorded request goes out as it was, and
/// every recorded answer comes back.
@Suite("Exchanges of the client")
struct ClientExchangeTests {
  /// Methods that the client has no use for, and why. A row must stay true.
  static let known: [String: String] = [
    "HEAD": "what a read tells is always wanted too", "OPTIONS": "discovery tells what a kind can do",
  ]

  @Test("every recorded answer is understood: objects, events, warnings, refusals with reason, causes and what to do")
  func everyAnswer() async throws {
    guard let exchanges = try RecordedExchange.all() else { return }
    let current = Mutex<RecordedStep?>(nil)
    let arrived = Mutex<Received?>(nil)
    let answer: @Sendable (Received) -> Reply = { request in
      arrived.withLock { $0 = request }
      return current.withLock { $0 }?.reply ?? Reply(501)
    }
    try await withServer(answer: answer) { port, http in
      let transport = try HTTPTransport(KubeConfiguration(server: "http://127.0.0.1:\(port)"), client: http)
      var passed = 0
      var total = 0
      for exchange in exchanges {
        for step in exchange.steps {
          let name = "\(exchange.number)/\(step.place)"
          total += 1
          guard let request = step.request else {
            print("differs: \(name): \(step.method) is not made: \(Self.known[step.method] ?? "nobody knows why")")
            if Self.known[step.method] == nil { Issue.record("\(name): the client cannot make \(step.method)") }
            continue
          }
          current.withLock { $0 = step }
          var problems = try await Self.problems(of: step, request, transport)
          if let request = arrived.withLock({ $0 }) { problems += Self.problems(of: step, request) }
          for problem in problems { Issue.record("\(name) \(step.method) \(step.path): \(problem)") }
          if problems.isEmpty { passed += 1 }
        }
      }
      print("exchanges, client: \(passed)/\(total) steps of \(exchanges.count) scenarios")
      for method in Self.known.keys {
        #expect(KubeRequest.Method(rawValue: method) == nil, "it can make \(method) now")
      }
    }
  }

  /// What was not understood of an answer.
  private static func problems(
    of step: RecordedStep, _ request: KubeRequest, _ transport: HTTPTransport
  ) async throws -> [String] {
    let told = Mutex<[String]>([])
    let line = RequestLine(
      transport: transport, limits: RequestLimits(attempts: 1),
      warnings: WarningLog { warning in told.withLock { $0.append(warning.text) } })
    var problems: [String] = []
    if let events = step.events {
      let stream = try await line.stream(request)
      let reader = Events(stream.chunks)
      var seen: [Node] = []
      while let event = try await reader.next() { seen.append(event) }
      if seen != events { problems.append("the events differ: \(seen.count) for \(events.count)") }
    } else {
      let response = try await line.patiently(request)
      if response.status != step.status { problems.append("status \(response.status) for \(step.status)") }
      do {
        let body = try KubeClient.tree(of: response, request)
        if body != step.body { problems.append("another body") }
      } catch { problems += Self.problems(of: step, error) }
    }
    let warnings = Set(step.headers("Warning").flatMap(WarningHeader.texts))
    if Set(told.withLock { $0 }) != warnings { problems.append("warnings \(told.withLock { $0 }) for \(warnings)") }
    for text in warnings where text.contains("\\") || text.hasPrefix("299") || text.isEmpty {
      problems.append("a warning was not read: \(text)")
    }
    return problems
  }

  /// What a refusal lacks.
  private static func problems(of step: RecordedStep, _ error: KubeError) -> [String] {
    if (200..<300).contains(step.status) {
      return step.body == nil && error.kind == .unreadable ? [] : ["not understood: \(error)"]
    }
    var problems: [String] = []
    let causes = (step.body?["details", "causes"]?.array ?? []).map {
      [$0["reason"]?.string ?? "", $0["field"]?.string ?? "", $0["message"]?.string ?? ""]
    }
    if error.status != step.status { problems.append("the error is \(error)") }
    if error.reason != step.body?["reason"]?.string ?? "" { problems.append("reason \(error.reason)") }
    if error.message.isEmpty { problems.append("no words") }
    if let words = step.body?["message"]?.string, error.message != words { problems.append("message \(error.message)") }
    if error.causes.map({ [$0.reason, $0.field, $0.message] }) != causes { problems.append("causes \(error.causes)") }
    if error.subjectKind != step.body?["details", "kind"]?.string ?? "" {
      problems.append("subject \(error.subjectKind)")
    }
    let seconds =
      step.headers("Retry-After").first.flatMap(Int64.init)
      ?? step.body?["details", "retryAfterSeconds"]?.integer
    if error.retryAfter != seconds.map({ .seconds($0) }) {
      problems.append("wait \(String(describing: error.retryAfter))")
    }
    if step.status >= 400, error.problem == .other || error.problem == nil { problems.append("no row for \(error)") }
    return problems
  }

  /// How a request arrived otherwise than it was recorded.
  private static func problems(of step: RecordedStep, _ request: Received) -> [String] {
    var problems: [String] = []
    let wanted = Dictionary(step.query.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    if request.method != step.method { problems.append("arrived as \(request.method)") }
    if request.path != step.path { problems.append("arrived at \(request.path)") }
    if request.query != wanted { problems.append("arrived with \(request.query)") }
    if request.body != step.sent ?? [] { problems.append("arrived with another body") }
    for name in ["Accept", "Content-Type", "If-None-Match"] {
      guard let value = step.node["request", "headers", name]?.string else { continue }
      if request.header(name.lowercased()) != value { problems.append("arrived without \(name): \(value)") }
    }
    return problems
  }
}
