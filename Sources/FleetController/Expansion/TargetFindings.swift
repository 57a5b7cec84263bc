internal import FleetModel

/// What is to be said about targets: what several have in common is told once.
struct TargetFindings {
  /// The most that are told; people read the first ones.
  private static let most = 20

  private var findings: [Diagnostic] = []
  private var targets: [Diagnostic: [TargetName]] = [:]
  private var reasons: Set<String> = []

  /// Whether no other finding would be told.
  var isFull: Bool { findings.count >= Self.most }

  /// Notes what was found for a target; beyond the most only who else has it.
  mutating func add(_ found: [Diagnostic], of target: TargetName, reason: String? = nil) {
    if let reason { reasons.insert(reason) }
    for finding in found {
      if targets[finding] == nil {
        guard !isFull else { continue }
        findings.append(finding)
      }
      targets[finding, default: []].append(target)
    }
  }

  /// Each finding with the targets it was found for.
  var told: [Diagnostic] {
    findings.map { finding in
      var told = finding
      let names = targets[finding] ?? []
      let others = names.count > 1 ? " and \(names.count - 1) more" : ""
      told.message = "target \(names.first ?? "")\(others): \(finding.message)"
      return told
    }
  }

  /// One failure for all of them; nil for none.
  var failure: ExpansionFailure? {
    guard !findings.isEmpty else { return nil }
    return ExpansionFailure(reason: reasons.count == 1 ? reasons.first ?? "" : "RenderFailed", diagnostics: told)
  }
}
