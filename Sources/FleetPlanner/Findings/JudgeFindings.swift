public import FleetModel

/// What a person has said about a run's findings.
public struct FindingAcceptance: Hashable, Sendable {
  /// The prunes that may be, as ``FindingsVerdict/prunesNeedApproval(_:message:)`` names them; nil for none beyond the budget.
  public var prunes: String?
  /// Whether targets that would get what others own are left out.
  public var skipsConflicting: Bool

  /// Makes an acceptance; nothing is accepted by default.
  public init(prunes: String? = nil, skipsConflicting: Bool = false) {
    self.prunes = prunes
    self.skipsConflicting = skipsConflicting
  }
}

/// Whether a run may start with what was found.
public enum FindingsVerdict: Hashable, Sendable {
  /// It may.
  case mayStart
  /// More would be deleted than the budget allows; a person may accept exactly that (R24).
  case prunesNeedApproval(Digest, message: String)
  /// Targets would get what others own (R23): the run is refused, or frozen again without these.
  case conflicts(of: [TargetID], message: String)
}

/// Decides whether a run may start with what was found.
///
/// - Parameters:
///   - strategy: with how many of its objects a target may lose (`budgets.prunes`, the stage's own or the run's); at
///     least one always may.
///   - transfersFrom: the set whose objects may be taken over; nil for none.
public func judgeFindings(
  _ findings: RunFindings, strategy: RolloutStrategy, transfersFrom: FleetSetName? = nil,
  accepted: FindingAcceptance = FindingAcceptance()
) -> FindingsVerdict {
  let conflicts = findings.conflicts.filter { $0.ownerSet != transfersFrom }
  if !conflicts.isEmpty {
    return .conflicts(of: Set(conflicts.map(\.target)).sorted(), message: conflictMessage(conflicts))
  }
  let excessive = findings.prunes.filter {
    $0.pruned.count > max(1, strategy.pruneBudget(of: $0).budget(of: $0.objectCount))
  }
  guard !excessive.isEmpty else { return .mayStart }
  let digest = sha256(of: excessive.map { "\($0.from) \($0.to)" }.sorted().joined(separator: "\n"))
  if let prunes = accepted.prunes, prunes.utf8.count >= 8, digest.hexadecimal.hasPrefix(prunes.lowercased()) {
    return .mayStart
  }
  return .prunesNeedApproval(digest, message: pruneMessage(excessive, strategy))
}

extension RolloutStrategy {
  fileprivate func pruneBudget(of finding: PruneFinding) -> IntOrPercent {
    let own = finding.stage.flatMap { stages.indices.contains($0) ? stages[$0].pruneBudget : nil }
    return own ?? budgets.prunes
  }
}

private func conflictMessage(_ conflicts: [OwnershipConflict]) -> String {
  let shown = conflicts.prefix(5).map { conflict in
    "\(conflict.targetName) on \(conflict.clusterName) would get \(conflict.object), which \(conflict.ownerSet)/"
      + "\(conflict.owner) has"
  }
  let more = conflicts.count > 5 ? "; and \(conflicts.count - 5) more" : ""
  return shown.joined(separator: "; ") + more
}

private func pruneMessage(_ excessive: [PruneFinding], _ strategy: RolloutStrategy) -> String {
  let shown = excessive.prefix(5).map { finding in
    let others = finding.targetCount > 1 ? " and \(finding.targetCount - 1) more" : ""
    let names = finding.pruned.prefix(5).joined(separator: ", ") + (finding.pruned.count > 5 ? ", …" : "")
    let stage = finding.stage.flatMap { strategy.stages.indices.contains($0) ? strategy.stages[$0].name : nil }
    let own = stage.map { " (stage \($0) allows \(strategy.pruneBudget(of: finding)))" } ?? ""
    return
      "\(finding.target)\(others) would lose \(finding.pruned.count) of \(finding.objectCount) objects: \(names)\(own)"
  }
  let more = excessive.count > 5 ? "; and \(excessive.count - 5) other kinds of change" : ""
  return shown.joined(separator: "; ") + more + " (budgets.prunes is \(strategy.budgets.prunes))"
}
