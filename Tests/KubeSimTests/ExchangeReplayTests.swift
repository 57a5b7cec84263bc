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

  /// What still differs, and why it may. A scenario that starts to pass must leave this list.
  static let known: [String: String] = [
    "023": "the recorded message holds raw version numbers",
    "034": "label keys of selectors are not validated",
    "035": "Pods have no service account token volume",
    "036": "the message of a damaged continue token names the byte of another encoding",
    "037": "the recording compacts the store between two steps",
    "040": "a time of an apply that only adds an empty map",
    "047": "the recorded patch holds a raw version number",
    "048": "the recorded patch holds a raw version number",
    "049": "invalid entries of managedFields are not ignored",
    "053": "duplicate items in the live object",
    "060": "null times of conditions are not written out",
    "061": "apply on the scale subresource is not simulated (501)",
    "062": "the message holds a Go dump",
    "071": "types of built-in fields are not validated",
    "073": "order of strategic merges with duplicate keys",
    "075": "grace periods of kinds without grace",
    "076": "generation of a deleted Pod",
    "077": "versions of what a deletion of many marks",
    "079": "who owns the status of a ReplicaSet",
    "080": "kube-root-ca.crt is not made",
    "084": "sendInitialEvents on a list",
    "088": "bookmarks of metadata watches",
    "089": "406 for the wrong form of metadata",
    "090": "includeObject is not validated",
    "098": "CustomResourceDefinitions go at once, without their finalizer",
    "099": "messages of the typed schema",
    "102": "order of the causes",
  ]

  @Test func recordedExchangesAreAnsweredAlike() async throws {
    let exchanges = URL(fileURLWithPath: Self.folder).appendingPathComponent("exchanges")
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: exchanges.path) else {
      print("skipped: there are no recorded exchanges in \(exchanges.path)")
      return
    }
    var passedScenarios = 0
    var passedSteps = 0
    var steps = 0
    var failing: [String] = []
    let wanted = names.sorted().filter { $0.hasSuffix(".json") }
    for name in wanted {
      let data = try Data(contentsOf: exchanges.appendingPathComponent(name))
      let replay = ExchangeReplay(document: try JSON.parse(Array(data)))
      let result = try await replay.run()
      steps += result.total
      passedSteps += result.passed
      if result.problems.isEmpty {
        passedScenarios += 1
      } else {
        failing.append(String(name.prefix(3)))
        print("differs: \(name) (\(result.passed)/\(result.total))")
        for problem in result.problems.prefix(ProcessInfo.processInfo.environment["FLOTILLA_VERBOSE"] == nil ? 1 : 4) {
          print("    \(problem)")
        }
      }
    }
    print("exchanges: \(passedScenarios)/\(wanted.count) scenarios, \(passedSteps)/\(steps) steps")
    let unexpected = failing.filter { Self.known[$0] == nil }
    #expect(unexpected.isEmpty, "these scenarios differ: \(unexpected.joined(separator: " "))")
    let outdated = Self.known.keys.filter { !failing.contains($0) }.sorted()
    #expect(outdated.isEmpty, "these scenarios pass now; take them off the list: \(outdated.joined(separator: " "))")
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
    let answer = await cluster.handle(Self.request(request, matcher))
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
