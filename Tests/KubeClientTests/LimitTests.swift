import Manifest
import Synchronization
import Testing

@testable import KubeClient

@Suite("Limits")
struct LimitTests {
  @Test("a burst goes at once, the rest at the steady rate, and quiet time gives the burst back")
  func pace() {
    let pace = RequestPace(RequestLimits(requestsPerSecond: 10, burstRequests: 3))
    let start = ContinuousClock.now
    let waits = (0..<5).map { _ in pace.reserve(at: start) }
    #expect(waits == [.zero, .zero, .zero, .milliseconds(100), .milliseconds(200)])
    #expect(pace.reserve(at: start + .milliseconds(300)) == .zero)
    #expect(pace.reserve(at: start + .milliseconds(300)) == .milliseconds(100))
    let later = start + .seconds(60)
    #expect((0..<4).map { _ in pace.reserve(at: later) } == [.zero, .zero, .zero, .milliseconds(100)])
  }

  @Test(
    "a server's wish for patience is followed for 429 and 503, within bounds",
    arguments: [
      (429, 2, 1, Duration.seconds(2)), (503, 10, 3, .seconds(10)), (429, 0, 1, .zero), (429, 11, 1, nil),
      (429, 2, 4, nil), (429, nil, 1, nil), (503, nil, 1, nil), (500, 1, 1, nil), (429, -1, 1, nil), (200, 1, 1, nil),
    ] as [(Int, Int?, Int, Duration?)])
  func patience(status: Int, seconds: Int?, attempt: Int, wait: Duration?) {
    let response = KubeResponse(status: status, retryAfterSeconds: seconds)
    #expect(Patience.wait(after: response, attempt: attempt, limits: RequestLimits()) == wait)
  }

  /// Puts off so many requests, and answers the next one.
  private actor BusyTransport: KubeTransport {
    private var left: Int
    private(set) var requests = 0

    init(_ count: Int) { left = count }

    func send(_ request: KubeRequest) async throws(KubeError) -> KubeResponse {
      requests += 1
      left -= 1
      let isBusy = left >= 0
      return KubeResponse(
        status: isBusy ? 429 : 200, retryAfterSeconds: isBusy ? 0 : nil, body: Array(#"{"gitVersion": "v1.2.3"}"#.utf8))
    }

    func stream(_ request: KubeRequest) async throws(KubeError) -> KubeStream {
      throw KubeError(.connection, message: "no streams here")
    }
  }

  @Test("a read is made again at most so often, a write is not")
  func repeated() async throws {
    let brief = BusyTransport(3)
    #expect(try await KubeClient(transport: brief).serverVersion() == "v1.2.3")
    #expect(await brief.requests == 4)
    let long = BusyTransport(100)
    let refused = await #expect(throws: KubeError.self) { try await KubeClient(transport: long).serverVersion() }
    #expect(refused?.status == 429 && refused?.problem == .tooManyRequests)
    #expect(await long.requests == 4)
    let write = BusyTransport(1)
    await #expect(throws: KubeError.self) {
      _ = try await KubeClient(transport: write).write(KubeRequest(.post, "/api/v1/namespaces", body: []))
    }
    #expect(await write.requests == 1)
  }

  @Test("what a server asks of a writer is passed on, five minutes at most")
  func bounded() {
    let request = KubeRequest(.post, "/x")
    let response = KubeResponse(status: 429, retryAfterSeconds: 86_400)
    #expect(KubeError(response, status: nil, to: request).retryAfter == .seconds(300))
  }

  @Test(
    "texts of Warning headers are read as they were written",
    arguments: [
      (#"299 - "unknown field \"spec.x\"""#, [#"unknown field "spec.x""#]), (#"299 - "a\\b""#, [#"a\b"#]),
      (#"299 - "a", 299 - "b, c""#, ["a", "b, c"]), (#"299 - "a" "Sat, 01 Jan 2028 00:00:00 GMT""#, ["a"]),
      ("no quotes", ["no quotes"]), (#"299 - "open"#, [#"299 - "open"#]), ("", []),
    ])
  func warnings(header: String, texts: [String]) { #expect(WarningHeader.texts(header) == texts) }

  @Test("each warning is told once, with the path that first had it")
  func once() {
    let told = Mutex<[KubeWarning]>([])
    let log = WarningLog { warning in told.withLock { $0.append(warning) } }
    log.take(["old", "odd"], path: "/a")
    log.take(["odd", "new"], path: "/b")
    #expect(
      told.withLock { $0 } == [
        KubeWarning(text: "old", path: "/a"), KubeWarning(text: "odd", path: "/a"),
        KubeWarning(text: "new", path: "/b"),
      ])
  }
}
