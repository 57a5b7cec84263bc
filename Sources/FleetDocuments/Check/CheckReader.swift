internal import FleetModel
internal import Manifest

extension FieldReader {
  /// The `spec` of an Analysis document (R20).
  func analysis(_ header: DocumentHeader) -> Analysis? {
    let read = MapReader.read(self) { map -> Analysis? in
      map.renamed("successCondition", to: "pass")
      map.renamed("failureCondition", to: "fail")
      let prometheus = map.required("prometheus", hint: "write prometheus: {url: https://prometheus.example.com}")
        .flatMap {
          MapReader.read($0) { fields in
            (
              url: fields.required("url")?.checkAddress(placeholders: false),
              credential: fields.optional("credential")?.name()
            )
          }
        }
      let query = map.required("query")?.placeholderText()
      let pass = map.required("pass", hint: "what every value must be, like \"< 0.01\"")?.comparison()
      let fail = map.optional("fail")?.comparison()
      let rule = map.checkRule()
      guard let url = prometheus?.url, let query, let pass else { return nil }
      return Analysis(
        project: header.project, name: header.name ?? "", url: url, credential: prometheus?.credential, query: query,
        pass: pass, fail: fail, rule: rule)
    }
    return read ?? nil
  }

  /// An `http` gate.
  func httpCheck() -> HTTPCheck? {
    let read = MapReader.read(self) { map -> HTTPCheck? in
      let url = map.required("url")?.checkAddress(placeholders: true)
      let method = map.optional("method")?.choice(HTTPCheck.Method.self) ?? .get
      let credential = map.optional("credential")?.name()
      let rule = map.checkRule()
      return url.map { HTTPCheck(url: $0, method: method, credential: credential, rule: rule) }
    }
    return read ?? nil
  }

  private func comparison() -> Comparison? {
    guard let text = nonEmptyText() else { return nil }
    if let comparison = Comparison(text: text) { return comparison }
    expected("a comparison with a number", hint: "write it like \"< 0.01\" or \">= 5\"")
    return nil
  }

  private func placeholderText() -> String? {
    guard let text = nonEmptyText() else { return nil }
    guard let unknown = CheckPlaceholder.unknown(in: text).first else { return text }
    let names = CheckPlaceholder.allCases.map(\.rawValue)
    let guess = suggestion(for: unknown, among: names).map { "did you mean {{\($0)}}? " } ?? ""
    error("{{\(unknown)}} is not known", hint: guess + "there are {{" + names.joined(separator: "}}, {{") + "}}")
    return nil
  }

  private func checkAddress(placeholders: Bool) -> String? {
    guard let text = placeholders ? placeholderText() : nonEmptyText() else { return nil }
    let lower = text.lowercased()
    guard let scheme = ["https://", "http://"].first(where: lower.hasPrefix), text.utf8.count > scheme.utf8.count else {
      error("is no address of a server", hint: "write it like https://checks.example.com/release")
      return nil
    }
    let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
    if authority.contains("@") {
      error(
        "the URL contains a password", hint: "store it with: flotilla credential set NAME, and name it in credential")
      return nil
    }
    if authority.contains("{") {
      error("the server is not said", hint: "placeholders stand behind the server's name")
      return nil
    }
    return text
  }
}

extension MapReader {
  /// The fields that all checks have in common.
  fileprivate func checkRule() -> CheckRule {
    var rule = CheckRule()
    rule.interval = optional("interval")?.duration(atLeast: .seconds(1)) ?? rule.interval
    rule.timeout = optional("timeout")?.duration(atLeast: .seconds(1)) ?? rule.timeout
    if rule.timeout > .seconds(60) {
      optional("timeout")?.error("is more than 60s, the most that a measurement may take")
    }
    rule.count = optional("count")?.integer(1...1_000) ?? rule.count
    rule.failures = optional("failures")?.integer(0...1_000) ?? rule.failures
    rule.retries = optional("retries")?.integer(0...1_000) ?? rule.retries
    rule.onInconclusive = optional("onInconclusive")?.choice(CheckRule.Consequence.self) ?? rule.onInconclusive
    rule.onNoData = optional("onNoData")?.choice(CheckRule.Consequence.self) ?? rule.onNoData
    rule.onError = optional("onError")?.choice(CheckRule.Consequence.self) ?? rule.onError
    return rule
  }
}
