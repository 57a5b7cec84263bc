import KubeClient
import Manifest
import Synchronization
import Testing

/// Answers requests from a script, in order; ends the test's watch by failing when it is used up.
final class ScriptedTransport: KubeTransport {
  struct Step: Sendable {
    var contains: String
    var status = 200
    var lines: [String]
    /// Whether the connection breaks after the lines instead of ending.
    var breaks = false
  }

  private let steps: Mutex<[Step]>
  private let log = Mutex<[String]>([])

  init(_ steps: [Step]) { self.steps = Mutex(steps) }

  var requests: [String] { log.withLock { $0 } }

  private func take(_ request: KubeRequest) throws(KubeError) -> Step {
    log.withLock { $0.append(request.target) }
    let step = steps.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    guard let step else { throw KubeError(.connection, message: "the script is over") }
    #expect(request.target.contains(step.contains), "\(request.target)")
    return step
  }

  func send(_ request: KubeRequest) async throws(KubeError) -> KubeResponse {
    if request.path == "/api/v1" {
      let text = #"{"resources":[{"name":"configmaps","kind":"ConfigMap","namespaced":true}]}"#
      return KubeResponse(status: 200, body: Array(text.utf8))
    }
    if request.path == "/api" { return KubeResponse(status: 404) }  // it does not aggregate
    let step = try take(request)
    return KubeResponse(status: step.status, body: Array(step.lines.joined().utf8))
  }

  func stream(_ request: KubeRequest) async throws(KubeError) -> KubeStream {
    let step = try take(request)
    let (stream, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
    // Cut anywhere, as networks do.
    let bytes = Array(step.lines.map { $0 + "\n" }.joined().utf8)
    for start in stride(from: 0, to: bytes.count, by: 7) {
      continuation.yield(Array(bytes[start..<min(start + 7, bytes.count)]))
    }
    continuation.finish(throwing: step.breaks ? KubeError(.connection, message: "reset") : nil)
    return KubeStream(head: KubeResponse(status: step.status), chunks: stream)
  }
}

@Suite("Watch")
struct WatchTests {
  static func list(_ version: Int) -> String {
    #"{"metadata":{"resourceVersion":"\#(version)"},"items":[{"metadata":{"name":"a","resourceVersion":"\#(version)"}}]}"#
  }

  static func event(_ type: String, _ version: Int) -> String {
    #"{"type":"\#(type)","object":{"kind":"ConfigMap","metadata":{"name":"a","resourceVersion":"\#(version)"}}}"#
  }

  static let tooOld = #"{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}"#

  /// The updates of a script, as words, until the script is over.
  static func words(_ transport: ScriptedTransport, count: Int) async -> [String] {
    let kube = KubeClient(transport: transport)
    var iterator = kube.watch(group: "", version: "v1", kind: "ConfigMap", namespace: "shop").makeAsyncIterator()
    var words: [String] = []
    while words.count < count, let update = await iterator.next() {
      switch update {
      case .listed(_, let version): words.append("listed \(version)")
      case .changed(let node): words.append("changed \(node["metadata", "resourceVersion"]?.string ?? "")")
      case .deleted(let node): words.append("deleted \(node["metadata", "resourceVersion"]?.string ?? "")")
      case .interrupted(let error): words.append("interrupted \(error)")
      case .resumed: words.append("resumed")
      }
    }
    return words
  }

  @Test("events, bookmarks and the end of a connection: it goes on from the newest version")
  func resume() async {
    let transport = ScriptedTransport([
      .init(contains: "limit=500", lines: [Self.list(5)]),
      .init(contains: "resourceVersion=5&", lines: [Self.event("MODIFIED", 6), Self.event("BOOKMARK", 9)]),
      .init(contains: "resourceVersion=9&", lines: [Self.event("DELETED", 10)]),
    ])
    #expect(await Self.words(transport, count: 3) == ["listed 5", "changed 6", "deleted 10"])
  }

  @Test("a broken connection is told once, and resumed without a loss")
  func broken() async {
    let transport = ScriptedTransport([
      .init(contains: "limit", lines: [Self.list(5)]),
      .init(contains: "resourceVersion=5&", lines: [Self.event("MODIFIED", 6)], breaks: true),
      .init(contains: "resourceVersion=6&", status: 503, lines: ["{}"]),
      .init(contains: "resourceVersion=6&", lines: [Self.event("MODIFIED", 7)]),
    ])
    #expect(
      await Self.words(transport, count: 5) == ["listed 5", "changed 6", "interrupted reset", "resumed", "changed 7"])
  }

  @Test("a forgotten version is listed anew, whether told by status or by event")
  func forgotten() async {
    let transport = ScriptedTransport([
      .init(contains: "limit", lines: [Self.list(5)]),
      .init(contains: "watch", lines: [Self.tooOld]),
      .init(contains: "limit", lines: [Self.list(20)]),
      .init(contains: "watch", status: 410, lines: ["{}"]),
      .init(contains: "limit", lines: [Self.list(30)]),
    ])
    #expect(await Self.words(transport, count: 3) == ["listed 5", "listed 20", "listed 30"])
  }
}
