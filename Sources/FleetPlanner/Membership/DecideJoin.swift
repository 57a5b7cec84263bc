internal import FleetModel

/// What those get who joined the set since its active run was frozen (R5); nil when nothing is to be done for them now.
func decideJoin(_ input: StartInput, _ active: StartInput.ActiveRun) -> StartDecision? {
  guard active.kind == .rollout || active.kind == .undo else { return nil }
  let joined = input.members.filter(\.isNewToActiveRun)
  if active.kind == .rollout, active.strategy.membership == .abort, let first = joined.first {
    let others = joined.count > 1 ? " and \(joined.count - 1) more" : ""
    return .aborts(active.id, "\(first.clusterName)\(others) joined, and `membership` is abort")
  }
  // Whoever can have what the others ran before gets that first, so that there is something to go back to.
  let ready = joined.filter { $0.wanted != nil || $0.lastGoodReleaseBundle == nil }
  if active.kind == .rollout, active.takesMembers, let joining = joining(ready, input, active) { return joining }
  guard !input.isOnboarding, case .run(let onboarding) = onboardingBeside(input, joined.filter { $0.wanted == nil })
  else { return nil }
  return .run(onboarding)
}

/// The units of those that the active run's release has a bundle for and one of its stages takes.
private func joining(_ members: [StartMember], _ input: StartInput, _ active: StartInput.ActiveRun) -> StartDecision? {
  var run = input
  run.release = active.release
  run.strategy = active.strategy
  run.members = members.compactMap { member in
    guard let bundle = member.activeRunBundle else { return nil }
    var joining = member
    joining.bundle = bundle
    return joining
  }
  let units = active.strategy.stages.indices.flatMap { stage in
    frozenUnits(
      run.members.filter { active.strategy.stageTaking($0) == stage }, stage: stage, strategy: active.strategy,
      release: active.release)
  }
  guard !units.isEmpty else { return nil }
  return .joins(
    active.id, frozenRun(run, options: FreezeOptions(startedBy: "flotilla"), stages: [], units: units, warnings: []))
}

extension StartInput.ActiveRun {
  /// Whether it may still take in who joins: it goes on, or may do so.
  fileprivate var takesMembers: Bool { [.running, .paused, .halted].contains(state) }
}
