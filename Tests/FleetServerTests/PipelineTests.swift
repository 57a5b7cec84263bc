import FleetAPI
import FleetController
import FleetModel
import FleetPorts
import Foundation
import NIOHTTP1
import Testing

@testable import FleetServer

@Suite struct PipelineTests {
  @Test func errorsHaveOneEnvelopeAndNameTheRequest() async throws {
    try await ServerFixture.with { server in
      let missing = try await server.send("GET", "/api/v1/nothing", headers: [("X-Request-Id", "my-request.1")])
      #expect(missing.status == 404)
      #expect(try missing.envelope().code == .notFound)
      #expect(try missing.envelope().requestID == "my-request.1")
      #expect(missing.headers.first(name: "X-Request-Id") == "my-request.1")

      let hostile = try await server.send("GET", "/api/v1/nothing", headers: [("X-Request-Id", "a b")])
      #expect(try hostile.envelope().requestID.count == 16)

      let method = try await server.send("DELETE", "/api/v1/whoami", right: .admin)
      #expect(method.status == 405)
      #expect(method.headers.first(name: "Allow") == "GET")

      let body = try await server.send(
        "POST", Routes.createToken.path(), right: .admin, bytes: Array("{\"name\": 5}".utf8))
      #expect(body.status == 400)
      #expect(try body.envelope().field == "name")
      let broken = try await server.send("POST", Routes.createToken.path(), right: .admin, bytes: Array("{".utf8))
      #expect(broken.status == 400)
    }
  }

  @Test func bodiesAreBounded() async throws {
    try await ServerFixture.with { server in
      let large = [UInt8](repeating: UInt8(ascii: " "), count: Route.usualBodyLimit + 1)
      let answer = try await server.send("POST", Routes.createToken.path(), right: .admin, bytes: large)
      #expect(answer.status == 413)
      #expect(try answer.envelope().code == .tooLarge)
    }
  }

  @Test func aKeyDoesACallOnce() async throws {
    try await ServerFixture.with { server in
      let key = [("Idempotency-Key", "nightly-1")]
      let request = TokenRequest(name: "kim", right: .read)
      let path = Routes.createToken.path()
      let first = try await server.call(Routes.createToken, path, request, headers: key)
      let second = try await server.call(Routes.createToken, path, request, headers: key)
      #expect(first.status == 201)
      #expect(second.status == 201, "\(second.text)")
      #expect(second.headers.first(name: "Idempotent-Replay") == "true")
      #expect(try first.decode(TokenCreated.self) == second.decode(TokenCreated.self))
      let reordered = try await server.send(
        "POST", path, right: .admin, bytes: Array(#"{ "right": "read", "name": "kim" }"#.utf8), headers: key)
      #expect(reordered.headers.first(name: "Idempotent-Replay") == "true", "\(reordered.text)")
      let other = try await server.call(
        Routes.createToken, path, TokenRequest(name: "lee", right: .read), headers: key)
      #expect(other.status == 409)
      #expect(try other.envelope().field == "Idempotency-Key")
      // What was refused may be tried again.
      let refused = try await server.call(
        Routes.createToken, path, request, headers: [("Idempotency-Key", "nightly-2")])
      #expect(refused.status == 409)
      #expect(try await server.call(Routes.revokeToken, Routes.revokeToken.path("kim")).status == 200)
      let retried = try await server.call(
        Routes.createToken, path, request, headers: [("Idempotency-Key", "nightly-2")])
      #expect(retried.status == 201, "\(retried.text)")
    }
  }

  @Test func probesAndMetricsAnswer() async throws {
    try await ServerFixture.with { server in
      #expect(try await server.send("GET", "/live").status == 200)
      #expect(try await server.send("GET", "/ready").status == 200)
      #expect(try await server.send("GET", "/metrics").status == 401)
      let metrics = try await server.send("GET", "/metrics", right: .read)
      #expect(metrics.text.contains("flotilla_http_requests_total{route=\"live\",status=\"200\"} 1"))
      #expect(metrics.text.contains("# TYPE flotilla_http_request_duration_seconds histogram"))
      #expect(metrics.text.contains("flotilla_agents_connected 0"))
      let version = try await server.call(Routes.version, Routes.version.path(), right: .read)
      #expect(try version.decode(VersionResource.self).version == "1.2.3-test")
    }
  }

  @Test func pathsAreDecodedPartByPart() {
    let matcher = RouteMatcher(Routes.all)
    guard
      case .route(let route, let parameters) = matcher.match(
        method: "GET", path: "/api/v1/projects/a%2Fb/clusters/c%20d")
    else {
      Issue.record("no match")
      return
    }
    #expect(route.id == "getCluster")
    #expect(parameters == ["project": "a/b", "name": "c d"])
    if case .route = matcher.match(method: "GET", path: "/api/v1/projects/%00/clusters/x") {
      Issue.record("a NUL went through")
    }
    if case .route(let stream, _) = matcher.match(method: "GET", path: "/api/v1/projects/p/events/stream") {
      #expect(stream.id == "streamEvents")
    }
    #expect(Routes.getCluster.path("a/b", "c d") == "/api/v1/projects/a%2Fb/clusters/c%20d")
  }

  @Test func aRateRefills() {
    let clock = HeldClock()
    let limiter = RateLimiter(.init(burst: 2, perSecond: 4), clock: clock.now)
    #expect(limiter.take("a"))
    #expect(limiter.take("a"))
    #expect(!limiter.take("a"))
    #expect(limiter.isEmpty("a"))
    #expect(limiter.take("b"))
    clock.advance(by: .milliseconds(250))
    #expect(limiter.take("a"))
    clock.advance(by: .milliseconds(10))
    #expect(!limiter.take("a"))
  }

  @Test(arguments: [
    ("env=prod", "env=prod"), ("env==prod,tier!=a", "env=prod,tier notin (a)"), ("tier in (a, b)", "tier in (a,b)"),
    ("tier notin (a)", "tier notin (a)"), ("canary", "canary"), ("!canary", "!canary"), ("", ""),
  ])
  func selectorsAreRead(text: String, expected: String) throws {
    #expect(try LabelText.selector(text).text == expected)
  }

  @Test(arguments: ["env=", "=a", "a in ()", "a in b", "a=b c!", "-a"])
  func brokenSelectors(text: String) {
    if text == "env=" {
      #expect(throws: Never.self) { try LabelText.selector(text) }
    } else {
      #expect(throws: ErrorEnvelope.self) { try LabelText.selector(text) }
    }
  }

  @Test func timesAreRFC3339() throws {
    let time = Timestamp(Instant(millisecondsSinceEpoch: 1_795_448_510_123))
    #expect(Timestamp(text: time.description) == time)
    #expect(Timestamp(text: "1970-01-01T01:00:00+01:00")?.instant.millisecondsSinceEpoch == 0)
    #expect(Timestamp(text: "1969-12-31T23:59:59.5Z")?.instant.millisecondsSinceEpoch == -500)
    for wrong in ["", "2026-11-23", "2026-13-01T00:00:00Z", "2026-11-23T00:00:00", "2026-11-23T00:00:00.Z"] {
      #expect(Timestamp(text: wrong) == nil)
    }
  }

  @Test func everyRouteHasOneHandlerAndIsInTheDocument() async throws {
    #expect(Set(Routes.all.map(\.id)).count == Routes.all.count)
    try await ServerFixture.with { server in
      let answer = try await server.call(Routes.openAPI, Routes.openAPI.path(), right: .read)
      let document = try answer.decode(JSONValue.self)
      for route in Routes.all {
        let operation = document["paths"]?[route.path]?[route.method.rawValue.lowercased()]
        #expect(operation?["operationId"] == .string(route.id), "\(route.id) is not in the OpenAPI document")
      }
      let text = answer.text
      for reference in text.split(separator: "\"").filter({ $0.hasPrefix("#/components/schemas/") }) {
        let name = String(reference.split(separator: "/").last ?? "")
        #expect(document["components"]?["schemas"]?[name] != nil, "\(name) is referred to and missing")
      }
      let cluster = document["components"]?["schemas"]?["ClusterResource"]?["properties"]
      #expect(cluster?["createdAt"]?["format"] == .string("date-time"))
      #expect(cluster?["connection"]?["enum"] == .array([.string("agent"), .string("kubeconfig")]))
    }
  }

  @Test func examplesSurviveTheWire() throws {
    func check<Value: WireValue>(_ type: Value.Type) throws {
      let data = try JSONEncoder().encode(type.example)
      #expect(try JSONDecoder().decode(type, from: data) == type.example)
    }
    for route in Routes.all {
      if let request = route.request { try check(request) }
      if let response = route.response { try check(response) }
    }
  }
}
