import FleetModel
import Manifest

/// Everything that is wrong with a scenario file.
public struct ScenarioError: Error, Sendable, CustomStringConvertible {
  /// One sentence each, with line and column where known.
  public let problems: [String]
  /// All of them, a line each.
  public var description: String { problems.joined(separator: "\n") }
}

extension Scenario {
  /// Reads a scenario file (`docs/reference/simulator-scenarios.md`).
  /// - Throws: `ScenarioError` with every problem of the file.
  public init(yaml: [UInt8], file: String = "scenario") throws(ScenarioError) {
    let documents: [Node]
    do throws(DiagnosticsError) {
      documents = try YAML.documents(yaml, file: file)
    } catch {
      throw ScenarioError(problems: error.diagnostics.map(\.text))
    }
    guard documents.count <= 1 else { throw ScenarioError(problems: ["\(file): there must be one document"]) }
    var reader = ScenarioReader(file: file)
    self = reader.scenario(documents.first ?? [:])
    if !reader.problems.isEmpty { throw ScenarioError(problems: reader.problems) }
  }
}

private struct ScenarioReader {
  let file: String
  var problems: [String] = []

  mutating func report(_ node: Node?, _ field: String, _ text: String) {
    let place = node?.position.map { ":\($0.line):\($0.column)" } ?? ""
    problems.append("\(file)\(place): \(field): \(text)")
  }

  mutating func checkKeys(_ node: Node, _ field: String, _ known: [String]) {
    guard let object = node.object else {
      report(node, field, "expected a map, found \(node.kindName)")
      return
    }
    for entry in object.entries where !known.contains(entry.key) {
      let place = field.isEmpty ? entry.key : "\(field).\(entry.key)"
      report(entry.value, place, "unknown field; known are \(known.joined(separator: ", "))")
    }
  }

  mutating func milliseconds(_ node: Node?, _ field: String) -> Int? {
    guard let node else { return nil }
    if let number = node.integer, number == 0 { return 0 }
    guard let text = node.string, let duration = Duration(text: text) else {
      report(node, field, "expected a duration such as 300ms, 5s or 2m")
      return nil
    }
    return Int(duration / .milliseconds(1))
  }

  mutating func number(_ node: Node?, _ field: String, in range: ClosedRange<Int>) -> Int? {
    guard let node else { return nil }
    guard let number = node.integer.flatMap(Int.init(exactly:)), range.contains(number) else {
      report(node, field, "expected a number from \(range.lowerBound) to \(range.upperBound)")
      return nil
    }
    return number
  }

  mutating func texts(_ node: Node?, _ field: String) -> [String] {
    guard let node else { return [] }
    if let text = node.string { return [text] }
    let texts = (node.array ?? []).compactMap(\.string)
    if texts.isEmpty || texts.count != node.array?.count { report(node, field, "expected a list of texts") }
    return texts
  }

  mutating func scenario(_ node: Node) -> Scenario {
    checkKeys(node, "", ["podStart", "podStop", "controllerDelay", "rules"])
    var scenario = Scenario()
    if let value = milliseconds(node["podStart"], "podStart") { scenario.podStartMilliseconds = value }
    if let value = milliseconds(node["podStop"], "podStop") { scenario.podStopMilliseconds = value }
    if let value = milliseconds(node["controllerDelay"], "controllerDelay") {
      scenario.controllerDelayMilliseconds = value
    }
    if let rules = node["rules"] {
      guard let list = rules.array else {
        report(rules, "rules", "expected a list, found \(rules.kindName)")
        return scenario
      }
      for (index, rule) in list.enumerated() { scenario.rules.append(self.rule(rule, "rules[\(index)]")) }
    }
    return scenario
  }

  private mutating func rule(_ node: Node, _ field: String) -> Scenario.Rule {
    checkKeys(
      node, field,
      [
        "clusters", "images", "kinds", "start", "waiting", "crashAfter", "exitCode", "fails", "run", "replicas",
        "latency", "errors", "unreachable", "clock", "reject",
      ])
    var rule = Scenario.Rule()
    rule.clusters = texts(node["clusters"], "\(field).clusters")
    rule.images = texts(node["images"], "\(field).images")
    rule.kinds = texts(node["kinds"], "\(field).kinds")
    rule.startMilliseconds = milliseconds(node["start"], "\(field).start")
    rule.crashAfterMilliseconds = milliseconds(node["crashAfter"], "\(field).crashAfter")
    rule.runMilliseconds = milliseconds(node["run"], "\(field).run")
    rule.latencyMilliseconds = milliseconds(node["latency"], "\(field).latency")
    rule.fails = node["fails"]?.boolean
    rule.exitCode = number(node["exitCode"], "\(field).exitCode", in: 1...255)
    rule.replicas = number(node["replicas"], "\(field).replicas", in: 0...10_000)
    if let clock = node["clock"] {
      let text = clock.string ?? ""
      let isBehind = text.hasPrefix("-")
      rule.clockMilliseconds = milliseconds(isBehind ? .text(String(text.dropFirst())) : clock, "\(field).clock")
        .map { isBehind ? -$0 : $0 }
    }
    if let waiting = node["waiting"] {
      checkKeys(waiting, "\(field).waiting", ["reason", "message"])
      rule.waiting = Scenario.Waiting(
        reason: waiting["reason"]?.string ?? "ImagePullBackOff", message: waiting["message"]?.string ?? "")
    }
    if let errors = node["errors"] {
      checkKeys(errors, "\(field).errors", ["percent", "code", "reset"])
      let percent = Int(errors["percent"]?.integer ?? -1)
      let isReset = errors["reset"]?.boolean == true
      if isReset, errors["code"] != nil {
        report(errors, "\(field).errors.reset", "a connection that breaks has no code; give one of the two")
      }
      let code = isReset ? 0 : Int(errors["code"]?.integer ?? 500)
      if !(0...100).contains(percent) { report(errors, "\(field).errors.percent", "expected 0 to 100") }
      if !isReset, code != 429, !(500...599).contains(code) {
        report(errors, "\(field).errors.code", "expected 429 or 5xx")
      }
      rule.errors = Scenario.Errors(percent: percent, code: code)
    }
    if let outage = node["unreachable"] {
      checkKeys(outage, "\(field).unreachable", ["from", "until", "hangs"])
      rule.unreachable = Scenario.Unreachable(
        fromMilliseconds: milliseconds(outage["from"], "\(field).unreachable.from") ?? 0,
        untilMilliseconds: milliseconds(outage["until"], "\(field).unreachable.until"),
        hangs: outage["hangs"]?.boolean ?? false)
    }
    if let refusal = node["reject"] {
      checkKeys(refusal, "\(field).reject", ["code", "message", "field"])
      let code = Int(refusal["code"]?.integer ?? 403)
      if code != 403, code != 422 { report(refusal, "\(field).reject.code", "expected 403 or 422") }
      rule.reject = Scenario.Refusal(
        code: code, message: refusal["message"]?.string ?? "denied by a policy",
        field: refusal["field"]?.string ?? "spec")
    }
    return rule
  }
}
