import FleetGenerators
public import FleetModel
public import FleetPorts
import FoundationEssentials

extension ForgeSource: CheckSource {
  /// Measures for a gate: a query of Prometheus' API, or a request to a program of the owner.
  ///
  /// https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries
  public func measure(
    _ gate: Gate, in project: ProjectName, values: [CheckPlaceholder: String]
  ) async -> CheckAnswer {
    do {
      switch gate {
      case .approval, .analysis(_, nil): return CheckAnswer(.error, message: "this gate is not measured")
      case .analysis(_, let analysis?): return try await measure(analysis, project, values)
      case .http(let check): return try await measure(check, project, values)
      }
    } catch {
      return CheckAnswer(.error, message: error.description)
    }
  }

  private func measure(
    _ analysis: Analysis, _ project: ProjectName, _ values: [CheckPlaceholder: String]
  ) async throws(GeneratorSourceError) -> CheckAnswer {
    let base = try ForgeURL(analysis.url)
    let session = try await checkSession("Prometheus", base, analysis.credential, project, kind: "prometheus")
    let query = CheckPlaceholder.filled(analysis.query, with: values)
    var request = ForgeRequest(
      .post, base.appending("api", "v1", "query"),
      headers: [("content-type", "application/x-www-form-urlencoded"), ("accept", "application/json")],
      body: Array("query=\(formEncoded(query))".utf8), accepting: [400, 422], timeout: analysis.rule.timeout)
    request.isMeasurement = true
    return try PrometheusAnswer.judge(try await session.send(request), by: analysis)
  }

  private func measure(
    _ check: HTTPCheck, _ project: ProjectName, _ values: [CheckPlaceholder: String]
  ) async throws(GeneratorSourceError) -> CheckAnswer {
    let url = try ForgeURL(CheckPlaceholder.filled(check.url, with: values.mapValues(formEncoded)))
    let session = try await checkSession("the check", url, check.credential, project, kind: "check")
    var headers = [("accept", "application/json")]
    var body: [UInt8]?
    if check.method == .post {
      headers.append(("content-type", "application/json"))
      let about = Dictionary(values.map { ($0.key.rawValue, $0.value) }, uniquingKeysWith: { first, _ in first })
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      body = (try? encoder.encode(about)).map { Array($0) }
    }
    var request = ForgeRequest(
      check.method == .post ? .post : .get, url, headers: headers, body: body, accepting: Set(400..<500),
      timeout: check.rule.timeout)
    request.isMeasurement = true
    return HTTPAnswer.judge(try await session.send(request))
  }

  private func checkSession(
    _ name: String, _ base: ForgeURL, _ credential: String?, _ project: ProjectName, kind: String
  ) async throws(GeneratorSourceError) -> ForgeSession {
    let reference = credential.map { SecretReference(name: $0, key: "token") }
    let token = try await opener(GeneratorAsker(project: project, set: "")).value(of: reference, for: base)
    return session(name, base, token.map(Authorization.bearer) ?? .none, reference, kind: kind)
  }
}

/// A text as a value of a form or query (https://url.spec.whatwg.org/#concept-urlencoded).
private func formEncoded(_ text: String) -> String {
  let hexadecimal = Array("0123456789ABCDEF".utf8)
  var bytes: [UInt8] = []
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
      bytes.append(byte)
    default: bytes += [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}
