internal import FleetModel

/// Whether a FleetSet needs a run (R30).
public enum StartDecision: Hashable, Sendable {
  /// Members want what the newest release gives them.
  case nothing
  /// No bundle changes: only the release pointer moves (R30).
  case recordOnly
  /// This run is to be stored.
  case run(FrozenRun)
  /// It is due, and waits; the reason is for people.
  case waits(String)
  /// It is due, and a hold keeps automation from starting it (R14); the reason is for people.
  case held(String)
  /// It is due, and cannot be frozen; the problems are for people.
  case refused([String])
}

/// A person's `rollout start`.
public struct StartRequest: Hashable, Sendable {
  /// Who.
  public var principal: String
  /// Why; needed for a held release.
  public var reason: String

  /// Makes a request.
  public init(principal: String, reason: String) {
    self.principal = principal
    self.reason = reason
  }
}

/// Decides whether a run of a FleetSet starts now; `request` is nil for automation.
public func decideStart(_ input: StartInput, request: StartRequest? = nil) -> StartDecision {
  let due = input.members.filter { $0.wanted != $0.bundle || (request != nil && !$0.isUnchanged(for: $0.bundle)) }
  if let active = input.activeRun, active.release == input.release {
    return request == nil ? .nothing : .waits("\(active.displayName) goes to \(input.releaseName) already")
  }
  guard !due.isEmpty else { return .recordOnly }
  if request == nil, let onboarding = onboarding(input, due: due) { return onboarding }
  if request == nil {
    if input.isHeld { return .held("release \(input.releaseName) is on hold") }
    if let held = due.first(where: \.isBundleHeld) {
      return .held("release \(input.releaseName) would send a bundle that is on hold to \(held.clusterName)")
    }
    if input.strategy.trigger == .manual { return .waits("`trigger: manual`: waits for `flotilla rollout start`") }
  } else if input.isHeld || due.contains(where: \.isBundleHeld), request?.reason.isEmpty ?? true {
    return .held("release \(input.releaseName) is on hold; starting it needs --reason")
  }
  var supersedes: RolloutID?
  if let active = input.activeRun {
    // A halted run yields to the fix for it; every other one goes first (AMENDMENTS 22).
    guard active.state == .halted, active.kind == .rollout else {
      return .waits("\(active.displayName) goes first")
    }
    supersedes = active.id
  }
  let decision = frozen(
    input, options: FreezeOptions(startedBy: request?.principal ?? "flotilla"), supersedes: supersedes)
  guard case .run(var run) = decision, input.strategy.trigger == .automatic else { return decision }
  run.holdsBack = input.newerRelease
  return .run(run)
}

/// New members get the last good release at once, in a run without gates and soak (R30); nil when that does not apply.
private func onboarding(_ input: StartInput, due: [StartMember]) -> StartDecision? {
  guard let lastGoodRelease = input.lastGoodRelease, input.activeRun == nil,
    due.allSatisfy({ $0.wanted == nil && $0.lastGoodReleaseBundle != nil })
  else { return nil }
  var onboard = input
  if onboard.release != lastGoodRelease {
    onboard.release = lastGoodRelease
    onboard.releaseName = "the last good release"
  }
  let new = Set(due.map(\.target))
  onboard.members = input.members.filter { new.contains($0.target) }
  for index in onboard.members.indices {
    onboard.members[index].bundle = onboard.members[index].lastGoodReleaseBundle ?? onboard.members[index].bundle
  }
  var stage = StageStrategy(
    name: "onboard", selection: .rest, maxConcurrent: .count(input.strategy.onboardMaxConcurrent))
  stage.failureBudget = .count(due.count)
  stage.minSucceeded = .count(0)
  onboard.strategy.stages = [stage]
  onboard.strategy.firstAlone = false
  onboard.strategy.onFailure = FailurePolicy(action: .pause)
  return frozen(onboard, options: FreezeOptions(kind: .onboard, startedBy: "flotilla"), supersedes: nil)
}

private func frozen(_ input: StartInput, options: FreezeOptions, supersedes: RolloutID?) -> StartDecision {
  do throws(FreezeRefusal) {
    var run = try freeze(input, options: options)
    run.supersedes = supersedes
    return .run(run)
  } catch {
    return .refused(error.problems)
  }
}
