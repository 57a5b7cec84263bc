public import FleetModel
internal import Manifest

extension Documents {
  /// The kind of a file with what a rehearsal takes for granted. It is given to a rehearsal and never stored.
  public static let rehearsalKind = "Rehearsal"

  /// Reads the file of `flotilla rollout rehearse --faults`, YAML or JSON, and finds everything that is wrong with it in one
  /// pass.
  ///
  /// - Returns: nil with an error among the findings.
  public static func rehearsal(
    _ bytes: [UInt8], file: String
  ) -> (assumptions: RehearsalAssumptions?, diagnostics: [Diagnostic]) {
    let findings = Findings(file: file)
    let (nodes, problems) = DocumentReader.readableDocuments(bytes, file: file)
    findings.add(problems)
    var assumptions: RehearsalAssumptions?
    if let node = nodes.first {
      assumptions = FieldReader(node: node, path: "", findings: findings).rehearsal()
    } else if problems.isEmpty {
      findings.add(at: nil, field: "", "the file is empty", hint: "write apiVersion, kind and spec")
    }
    if nodes.count > 1 {
      findings.add(
        at: nodes[1].position, field: "", "a rehearsal is one document, and here is another one",
        hint: "put all faults into one list, spec.faults")
    }
    return (findings.errorCount == 0 ? assumptions : nil, findings.sorted)
  }
}

extension FieldReader {
  fileprivate func rehearsal() -> RehearsalAssumptions? {
    MapReader.read(self) { map in
      map.required("apiVersion", hint: "write apiVersion: \(Documents.apiVersion)")?.checkWord(Documents.apiVersion)
      map.required("kind", hint: "write kind: \(Documents.rehearsalKind)")?.checkWord(Documents.rehearsalKind)
      if let metadata = map.optional("metadata") {
        _ = MapReader.read(metadata) { $0.optional("name")?.name() }
      }
      return map.required("spec", hint: "spec.faults lists what goes wrong")?.rehearsalSpecification()
        ?? RehearsalAssumptions()
    }
  }

  private func checkWord(_ word: String) {
    if node.string != word { error("\(found) is not known", hint: "write \(path): \(word)") }
  }

  private func rehearsalSpecification() -> RehearsalAssumptions? {
    MapReader.read(self) { map in
      var result = RehearsalAssumptions()
      result.apply = map.optional("apply")?.durationRange() ?? result.apply
      result.approvals = map.optional("approvals")?.approvals() ?? result.approvals
      result.checks = map.optional("checks")?.choice(RehearsalAssumptions.Checks.self) ?? result.checks
      result.away = map.optional("away")?.choice(RehearsalAssumptions.AwayClusters.self) ?? result.away
      result.faults = map.optional("faults")?.list()?.compactMap { $0.fault() } ?? []
      return result
    }
  }

  /// `30m`, or `never`.
  private func approvals() -> RehearsalAssumptions.Approvals? {
    node.string == "never" ? .never : duration().map { .after($0) }
  }

  /// `20s..90s`, or one duration.
  fileprivate func durationRange() -> DurationRange? {
    let hint = "write it like 20s..90s, or 30s"
    guard let text = node.string, let dots = text.splitAtDots else {
      return duration().map { DurationRange($0, $0) }
    }
    guard let shortest = Duration(text: dots.before), let longest = Duration(text: dots.after) else {
      error("\(found) is not a range of durations of at most 30 days", hint: hint)
      return nil
    }
    guard shortest <= longest else {
      error("\(found) ends before it begins", hint: hint)
      return nil
    }
    return DurationRange(shortest, longest)
  }

  private func fault() -> RehearsalFault? {
    let read = MapReader.read(self) { map -> RehearsalFault? in
      let kinds = ["offline", "fails", "slow"]
      let given = kinds.compactMap { key in map.optional(key).map { (key, $0) } }
      let clusters = map.optional("clusters")?.selector() ?? LabelSelector()
      let kubernetes = map.optional("kubernetes")?.kubernetesVersion()
      let hint = "give one of \(kinds.joined(separator: ", ")), with a number or percentage of the clusters"
      guard let (key, field) = given.first else {
        map.reportMissing(kinds) { error("the fault does not say what goes wrong", hint: hint) }
        return nil
      }
      guard given.count == 1 else {
        error("one fault says \(given.count) things that go wrong", hint: "give each an entry of its own")
        return nil
      }
      let share = field.budget()
      guard let kind = map.kind(of: key), let share else { return nil }
      return RehearsalFault(kind, of: share, clusters: clusters, kubernetes: kubernetes)
    }
    return read ?? nil
  }

  private func kubernetesVersion() -> String? {
    guard let text = text() else { return nil }
    let digits = text.hasPrefix("v") ? text.dropFirst() : Substring(text)
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isNumber) }) else {
      error("\(found) is not a version of Kubernetes", hint: "write it in quotes, like \"1.29\"")
      return nil
    }
    return text
  }
}

extension MapReader {
  /// What a fault of this key is, with the fields that go with it.
  fileprivate func kind(of key: String) -> RehearsalFault.Kind? {
    switch key {
    case "offline":
      return .offline(
        from: optional("from")?.choice(RehearsalFault.Moment.self) ?? .start, for: optional("for")?.durationRange())
    case "slow":
      return required("apply", hint: "say how long: apply: 5m..15m")?.durationRange().map { .slow($0) }
    default:
      let after = optional("after")
      let way = optional("as")
      let word = way == nil ? .degraded : way?.choice(FailureWord.self)
      let range = after?.durationRange()
      switch word {
      case .regresses?: return .fails(.regresses(range ?? DurationRange(.seconds(60), .seconds(600))))
      case .degraded?, .refused?, .stuck?:
        after?.error("only what regresses does so after a while", hint: "write as: regresses")
        return .fails(word == .refused ? .refused : word == .stuck ? .stuck : .degraded)
      case nil: return nil
      }
    }
  }
}

/// How a release fails, as users write it.
private enum FailureWord: String, CaseIterable {
  case degraded, refused, stuck, regresses
}

extension String {
  /// What stands before and after `..`; nil without it.
  fileprivate var splitAtDots: (before: String, after: String)? {
    let characters = Array(self)
    guard let place = characters.indices.dropLast().first(where: { characters[$0] == "." && characters[$0 + 1] == "." })
    else { return nil }
    return (String(characters[..<place]), String(characters[(place + 2)...]))
  }
}
