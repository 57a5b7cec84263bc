internal import FleetImport
internal import FleetModel
internal import Manifest

/// Shows what an import made: documents as data, everything else beside it.
struct ImportOutput {
  private let arguments: ImportArguments

  init(_ arguments: ImportArguments) { self.arguments = arguments }

  /// - Throws: a failure without words when something was left out and that is not to be.
  func show(_ result: ImportResult) throws {
    let console = Console.current
    switch arguments.output {
    case .yaml: console.write(.output, result.documents.map { YAML.text($0) }.joined(separator: "---\n"))
    case .json:
      let list: Node = ["apiVersion": "v1", "kind": "List", "items": Node(.array(result.documents))]
      console.output(JSON.text(list, pretty: true))
    }
    switch arguments.report {
    case .text: for line in Self.lines(result, style: console.style(.error)) { console.progress(line) }
    case .json: console.progress(try jsonText(Report(result)))
    case .none: break
    }
    if arguments.strict, result.findings.contains(where: { $0.outcome == .leftOut }) { throw CommandFailure(.failed) }
  }

  /// The report for machines.
  private struct Report: Encodable {
    var documents: [String: Int]
    var findings: [ImportFinding]
    var steps: [ImportStep]

    init(_ result: ImportResult) {
      documents = Dictionary(grouping: result.documents) { $0["kind"]?.string ?? "" }.mapValues(\.count)
      findings = result.findings
      steps = result.steps
    }
  }

  /// The report for people: what must be decided first.
  static func lines(_ result: ImportResult, style: Style) -> [String] {
    let counts = Dictionary(grouping: result.documents) { $0["kind"]?.string ?? "" }.mapValues(\.count)
    let kinds = [
      ("Repository", "repository", "repositories"), ("Cluster", "cluster", "clusters"), ("Window", "window", "windows"),
      ("ConfigMap", "ConfigMap", "ConfigMaps"),
    ].compactMap {
      kind, one, many in counts[kind].map { counted($0, one, plural: many) }
    }
    let sets = (counts["FleetSet"] ?? 0) + (counts["ApplicationSet"] ?? 0)
    var lines = [
      "\(counted(result.documents.count, "document")): " + (kinds + [counted(sets, "set")]).joined(separator: ", ")
    ]
    for (outcome, title) in [(ImportFinding.Outcome.leftOut, "left out"), (.differs, "not quite the same")] {
      let found = result.findings.filter { $0.outcome == outcome }
      guard !found.isEmpty else { continue }
      lines += ["", style(outcome == .leftOut ? .bad : .busy, "\(title): \(found.count)")]
      for finding in found {
        var diagnostic = finding.diagnostic
        diagnostic.severity = .error
        lines += diagnostic.text.split(separator: "\n").map { "  \($0)" }
      }
    }
    guard !result.steps.isEmpty else { return lines }
    lines += ["", style(.strong, "still to do: \(result.steps.count)")]
    for step in result.steps { lines += ["  \(step.command)", "      \(step.reason)"] }
    return lines
  }
}
