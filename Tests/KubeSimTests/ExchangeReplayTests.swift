import FleetModel
import Foundation
import KubeSim
import Manifest
import Synchronization
import Testing

/// Replays the recorded answers of a real API server against the simulator.
@Suite struct ExchangeReplayTests {
  private static let folder =
    ProcessInfo.processInfo.environment["FLOTILLA_KUBE_FACTS"]
    ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/kube-facts").path

  @Test func recordedExchangesAreAnsweredAlike() async throws {
    let exchanges = URL(fileURLWithPath: Self.folder).appendingPathComponent("exchanges")
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: exchanges.path) else {
      print("skipped: there are no recorded exchanges in \(exchanges.path)")
      return
    }
    var passedScenarios = 0
    var passedSteps = 0
    var steps = 0
    var problems: [String] = []
    let wanted = names.sorted().filter { $0.hasSuffix(".json") }
    for name in wanted {
      let data = try Data(contentsOf: exchanges.appendingPathComponent(name))
      let replay = ExchangeReplay(document: try JSON.parse(Array(data)))
      let result = try await replay.run()
      steps += result.total
      passedSteps += result.passed
      let known = KnownDifferences.table[String(name.dropLast(5))]
      if result.problems.isEmpty {
        passedScenarios += 1
        if known != nil { problems.append("\(name) passes now: take it off the table of known differences") }
        continue
      }
      let score = "\(name) (\(result.passed)/\(result.total))"
      print("differs: \(score)\(known.map { ": \($0.reason)" } ?? "")")
      for problem in result.problems.prefix(ProcessInfo.processInfo.environment["FLOTILLA_VERBOSE"] == nil ? 1 : 4) {
        print("    \(problem)")
      }
      guard let known else {
        problems.append("\(score) differs")
        continue
      }
      if result.passed < known.passing {
        problems.append("\(score) differs in more than before, \(known.passing) passed")
      }
    }
    print("exchanges, simulator: \(passedSteps)/\(steps) steps, \(passedScenarios)/\(wanted.count) whole scenarios")
    #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
  }
}

/// One scenario against a fresh cluster whose clock the test turns.
struct ExchangeReplay {
  let document: Node

  struct Result {
    var total = 0
    var passed = 0
    var problems: [String] = []
  }

  func run() async throws -> Result {
    let clock = TestClock()
    let cluster = SimulatedCluster(
      name: "facts", token: "t", runsControllers: document["server", "controllerManager"]?.boolean == true,
      clock: { clock.now })
    for text in (document["given"]?.array ?? []).compactMap(\.string) where text.hasPrefix("Namespace ") {
      let body: Node = ["metadata": ["name": Node(.string(String(text.dropFirst(10))))]]
      _ = await cluster.handle(KubeRequest("POST", "/api/v1/namespaces", body: JSON.bytes(body)))
    }
    var matcher = ExchangeMatcher()
    var result = Result()
    for (index, step) in (document["steps"]?.array ?? []).enumerated() {
      clock.advance(milliseconds: 1500)
      await cluster.advance()
      let problems = await check(step, index, cluster, clock, &matcher, &result)
      result.problems += problems
    }
    return result
  }

  private func check(
    _ step: Node, _ index: Int, _ cluster: SimulatedCluster, _ clock: TestClock, _ matcher: inout ExchangeMatcher,
    _ result: inout Result
  ) async -> [String] {
    guard let request = step["request"], let response = step["response"] else { return [] }
    result.total += 1
    var call = Self.request(request, matcher)
    // Recordings leave out who they were made as, unless it was somebody else.
    call.token = request["headers", "Authorization"] == nil ? cluster.token : nil
    let answer: KubeResponse
    do { answer = try await cluster.respond(to: call) } catch { return ["step \(index): \(error)"] }
    var problems: [String] = []
    let label =
      "step \(index) \(request["method"]?.string ?? "") \(request["path"]?.string ?? "") \(step["note"]?.string ?? "")"
    let wantedStatus = Int(response["status"]?.integer ?? 0)
    if answer.status != wantedStatus {
      let text = String(decoding: answer.bytes.prefix(300), as: UTF8.self)
      problems.append("\(label): status \(answer.status), expected \(wantedStatus): \(text)")
    } else if let stream = response["stream"]?.array {
      for (inner, during) in (step["during"]?.array ?? []).enumerated() {
        clock.advance(milliseconds: 200)
        problems += await check(during, index * 100 + inner, cluster, clock, &matcher, &result)
      }
      clock.advance(milliseconds: 20_000)
      await cluster.advance()
      var events: [Node] = []
      if case .stream(let lines) = answer.body {
        for await line in lines { events.append((try? JSON.parse(line)) ?? Node(.null)) }
      } else {
        events = [(try? JSON.parse(answer.bytes)) ?? Node(.null)]
      }
      problems += matcher.differences(expected: Node(.array(stream)), actual: Node(.array(events))).map {
        "\(label): \($0)"
      }
    } else if let wanted = Self.headerProblem(response, answer) {
      problems.append("\(label): \(wanted)")
    } else if let text = response["bodyText"]?.string {
      if String(decoding: answer.bytes, as: UTF8.self) != text { problems.append("\(label): another text") }
    } else if let body = response["body"] {
      let actual = (try? JSON.parse(answer.bytes)) ?? Node(.null)
      problems += matcher.differences(expected: body, actual: actual).map { "\(label): \($0)" }
    }
    if problems.isEmpty { result.passed += 1 }
    return problems
  }

  /// What clients read of the head besides the status: warnings, and how long to wait.
  private static func headerProblem(_ response: Node, _ answer: KubeResponse) -> String? {
    let warnings = response["headers", "Warning"]
    let wanted = warnings?.array?.compactMap(\.string) ?? warnings?.string.map { [$0] } ?? []
    let found = answer.warnings.map { "299 - \(JSON.text(Node(.string($0))))" }
    if wanted != found { return "the warnings are \(found), expected \(wanted)" }
    let wait = response["headers", "Retry-After"]?.string
    let given = answer.retryAfterSeconds.map(String.init)
    return wait == given ? nil : "Retry-After is \(given ?? "absent"), expected \(wait ?? "absent")"
  }

  /// A body that the recording only describes: `<a ConfigMap big with 3200000 bytes in data.a>`.
  private static func large(_ text: String) -> [UInt8]? {
    let words = text.split(separator: " ").map(String.init)
    guard text.hasPrefix("<a ConfigMap "), words.count > 4,
      let index = words.firstIndex(of: "bytes") ?? words.firstIndex(of: "bytes>"),
      let count = Int(words[index - 1])
    else { return nil }
    let value = Node(.string(String(repeating: "x", count: count)))
    var document: Node = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": Node(.string(words[2]))]]
    if text.contains("annotation") {
      // The key counts too.
      document["metadata"]?["annotations"] = ["a": value]
    } else {
      document["data"] = ["a": value]
    }
    return JSON.bytes(document)
  }

  private static func request(_ request: Node, _ matcher: ExchangeMatcher) -> KubeRequest {
    var query: [String: String] = [:]
    for entry in request["query"]?.object?.entries ?? [] {
      query[entry.key] = matcher.filled(entry.value.string ?? "")
    }
    var body: [UInt8] = []
    if let text = request["bodyText"]?.string ?? request["body"]?.string {
      body = Self.large(text) ?? Array(matcher.filled(text).utf8)
    } else if let document = request["body"] {
      body = JSON.bytes(matcher.filled(document))
    }
    return KubeRequest(
      request["method"]?.string ?? "GET", matcher.filled(request["path"]?.string ?? "/"), query: query,
      accept: request["headers", "Accept"]?.string ?? "application/json",
      contentType: request["headers", "Content-Type"]?.string ?? "application/json",
      userAgent: request["headers", "User-Agent"]?.string ?? "kube-facts/1", body: body)
  }
}

/// A clock that only the test moves.
final class TestClock: Sendable {
  private let milliseconds = Mutex<Int64>(1_790_000_000_000)

  var now: Instant { Instant(millisecondsSinceEpoch: milliseconds.withLock { $0 }) }

  func advance(milliseconds delta: Int64) { milliseconds.withLock { $0 += delta } }
}
