internal import FleetDocuments
internal import FleetModel
internal import FleetPlanner
internal import FleetPorts

/// Decides whether a run starts, with what the store finds about the objects that it would send (R23, R24, R30).
struct RunStarter: Sendable {
  /// What came of it.
  enum Outcome {
    /// The decision; a run in it may be stored.
    case decided(StartDecision)
    /// A run is due and something is in its way that a person must look at; the reason is one UpperCamelCase word.
    case stopped(reason: String, message: String)
  }

  /// The reason when no run can be made of a release.
  static let misfit = "StrategyDoesNotFit"
  /// The reason when more would be deleted than the budget allows.
  static let prunes = "PruneNeedsApproval"
  /// The reason when others own objects of the run.
  static let conflict = "ObjectConflict"
  /// All reasons that are found here, not by the expansion.
  static let reasons = [misfit, prunes, conflict]

  let store: any ControlStore
  let definition: FleetSetDefinition

  /// Decides; `request` is nil for automation.
  func decide(
    _ input: StartInput, request: StartRequest? = nil, accepted: FindingAcceptance = FindingAcceptance()
  ) async throws -> Outcome {
    let decision = decideStart(input, request: request)
    switch decision {
    case .refused(let problems): return .stopped(reason: Self.misfit, message: problems.joined(separator: "; "))
    case .run(var frozen):
      return try await judged(&frozen, input, request, accepted) { .run($0) }
    case .supersedes(let old, var frozen):
      return try await judged(&frozen, input, request, accepted) { .supersedes(old, then: $0) }
    case .joins(_, let frozen):
      // Who cannot be taken in as things are waits for the next run, which says what is in the way.
      let findings = try await store.findings(of: frozen)
      let verdict = judgeFindings(
        findings, strategy: input.strategy, transfersFrom: definition.transfersFrom, accepted: accepted)
      guard case .mayStart = verdict, findings.conflicts.isEmpty else {
        return .decided(.waits("who joined waits for the next run: other targets own objects of it"))
      }
      return .decided(decision)
    case .nothing, .endSet, .recordOnly, .aborts, .waits, .held: return .decided(decision)
    }
  }

  private func judged(
    _ frozen: inout FrozenRun, _ input: StartInput, _ request: StartRequest?, _ accepted: FindingAcceptance,
    as decision: (FrozenRun) -> StartDecision
  ) async throws -> Outcome {
    let findings = try await store.findings(of: frozen)
    let verdict = judgeFindings(
      findings, strategy: input.strategy, transfersFrom: definition.transfersFrom, accepted: accepted)
    switch verdict {
    case .mayStart:
      frozen.knownConflicts = findings.conflicts
      return .decided(decision(frozen))
    case .prunesNeedApproval(let digest, let message):
      let hint = "flotilla rollout start \(input.fleetSet) --accept-prunes \(digest.short) --reason TEXT"
      return .stopped(reason: Self.prunes, message: "\(message). If it is meant: \(hint)")
    case .conflicts(let targets, let message):
      guard accepted.skipsConflicting else { return .stopped(reason: Self.conflict, message: message) }
      var others = input
      others.members.removeAll { targets.contains($0.target) }
      return try await decide(others, request: request, accepted: accepted)
    }
  }
}
