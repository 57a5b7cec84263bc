import FleetForges
import FleetModel
import FleetPorts
import FleetTestSupport
import Logging
import Testing

/// What gates are measured by, over HTTP (R20).
@Suite struct CheckTests {
  private static let values: [CheckPlaceholder: String] = [
    .project: "default", .fleetSet: "shop", .rollout: "shop/7", .stage: "canary", .release: "abc1234",
  ]

  private static func http(
    _ path: String = "/release?of={{release}}", method: HTTPCheck.Method = .get, credential: String? = nil,
    timeout: Duration = .seconds(10), at base: String
  ) -> Gate {
    var rule = CheckRule()
    rule.timeout = timeout
    return .http(HTTPCheck(url: base + path, method: method, credential: credential, rule: rule))
  }

  @Test(arguments: [
    (200, "", CheckVerdict.pass), (204, "", .pass), (202, "", .inconclusive), (404, "", .fail), (403, "no", .fail),
    (500, "", .error), (429, "", .error), (200, #"{"verdict":"noData"}"#, .noData),
    (200, #"{"verdict":"fail","value":"3","message":"3 alerts"}"#, .fail), (200, #"{"verdict":"fine"}"#, .error),
    (200, #"{"ok":true}"#, .pass), (200, "<html>", .pass),
  ])
  func aStatusOrAVerdictAnswers(status: Int, body: String, verdict: CheckVerdict) async throws {
    try await ForgeFixture.with([Answer("GET /release?of=abc1234", status: status, body: body)]) { fixture in
      let answer = await fixture.source.measure(
        Self.http(at: fixture.server.base), in: "default", values: Self.values)
      #expect(answer.verdict == verdict, "\(answer)")
      if body.contains("alerts") { #expect(answer.text == "3: 3 alerts") }
    }
  }

  @Test func aPostTellsWhatItIsAboutAndSendsTheToken() async throws {
    let references = References(
      secrets: ["checks": StoredSecret(values: ["token": "s3cr3t-t0ken"], hosts: ["127.0.0.1"])])
    try await ForgeFixture.with(
      [Answer("POST /ask", contains: #""stage":"canary""#, body: "")], references: references
    ) { fixture in
      let gate = Self.http("/ask", method: .post, credential: "checks", at: fixture.server.base)
      #expect(await fixture.source.measure(gate, in: "default", values: Self.values).verdict == .pass)
      let seen = try #require(fixture.server.seen.first)
      #expect(seen.headers["authorization"] == "Bearer s3cr3t-t0ken")
      #expect(
        seen.body
          == #"{"fleetSet":"shop","project":"default","release":"abc1234","rollout":"shop\/7","stage":"canary"}"#)
    }
  }

  @Test func whatCannotBeAskedIsAnError() async throws {
    try await ForgeFixture.with([Answer("GET /slow", body: "", isSilent: true)]) { fixture in
      let slow = Self.http("/slow", timeout: .milliseconds(200), at: fixture.server.base)
      #expect(await fixture.source.measure(slow, in: "default", values: Self.values).verdict == .error)
      let missing = await fixture.source.measure(
        Self.http(credential: "nobody", at: fixture.server.base), in: "default", values: Self.values)
      #expect(missing.verdict == .error && missing.message.contains("there is no credential \"nobody\""))
      let metadata = await fixture.source.measure(
        Self.http(at: "http://169.254.169.254"), in: "default", values: Self.values)
      #expect(metadata.verdict == .error && metadata.message.contains("link-local"))
    }
  }

  @Test(arguments: [503, 429])
  func aServerThatFailsIsAskedAgainAtTheNextMeasurement(status: Int) async throws {
    let failing = Answer("GET /failing", status: status, headers: ["retry-after": "60"], body: "")
    try await ForgeFixture.with([failing, Answer("GET /fine", body: "")]) { fixture in
      for (path, verdict) in [("/failing", CheckVerdict.error), ("/failing", .error), ("/fine", .pass)] {
        let gate = Self.http(path, at: fixture.server.base)
        #expect(await fixture.source.measure(gate, in: "default", values: Self.values).verdict == verdict)
      }
      #expect(fixture.server.seen.count == 3)
    }
  }

  @Test func theControllersOwnMachineIsAskedOnlyWhenAllowed() async throws {
    try await ForgeFixture.with([], configuration: ForgeConfiguration()) { fixture in
      let answer = await fixture.source.measure(
        Self.http(at: fixture.server.base), in: "default", values: Self.values)
      #expect(answer.verdict == .error && answer.message.contains("--allow-loopback"))
      #expect(fixture.server.seen.isEmpty)
    }
  }

  /// Against the real program: its queries make the values.
  @Test(.enabled(if: PrometheusServer.isAvailable, "there is no prometheus: run scripts/install-tools tests"))
  func prometheusIsAskedAsItsReferenceSays() async throws {
    try await PrometheusServer.with { prometheus in
      var logger = Logger(label: "checks")
      logger.logLevel = .critical
      let source = ForgeSource(
        configuration: ForgeConfiguration(allowsLoopback: true), references: References(), logger: logger)
      func ask(_ query: String, fail: Comparison? = Comparison(.atLeast, 0.05)) async -> CheckAnswer {
        let analysis = Analysis(
          name: "error-rate", url: prometheus.url, query: query, pass: Comparison(.less, 0.01), fail: fail)
        return await source.measure(.analysis("error-rate", analysis), in: "default", values: Self.values)
      }
      #expect(await ask("vector(0.004)") == CheckAnswer(.pass, value: "0.004"))
      #expect(await ask("scalar(vector(0.2))").text == "0.2: fails when >= 0.05")
      #expect(await ask("vector(0.02)").verdict == .inconclusive)
      #expect(await ask("vector(0.02)", fail: nil).verdict == .fail)
      #expect(
        await ask(#"errors{release="{{release}}"}"#) == CheckAnswer(.noData, message: "the query found no series"))
      #expect(await ask("vector(0) / vector(0)").verdict == .noData)
      #expect(await ask("vector(1) / vector(0)").verdict == .fail)
      let several = await ask(
        #"label_replace(vector(0.001), "a", "1", "", "") or label_replace(vector(0.3), "a", "2", "", "")"#)
      #expect(several.text == "0.3: the worst of 2 values, fails when >= 0.05")
      #expect(
        await ask(
          #"label_replace(vector(0.001), "r", "{{release}}+&", "", "") unless on(r) label_replace(vector(1), "r", "abc1234+&", "", "")"#
        ).verdict == .noData)
      let wrong = await ask("sum(")
      #expect(wrong.verdict == .error && wrong.message.contains("parse error"), "\(wrong)")
      #expect(await ask("vector(1)[5m:1m]").message == "the query yields a matrix; one instant's values are needed")
      try await source.shutdown()
    }
  }
}
