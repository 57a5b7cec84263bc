public import FleetModel

/// Whether a FleetSet needs a run (R30).
public enum StartDecision: Hashable, Sendable {
  /// Members want what the newest release gives them.
  case nothing
  /// The set is being deleted, and nothing of it is left to remove: it ends now (R25).
  case endSet
  /// No bundle changes: only the release pointer moves (R30).
  case recordOnly
  /// This run is to be stored.
  case run(FrozenRun)
  /// This run makes place first: it is given the command to (R22), and the decision is made anew when it has ended. The
  /// frozen run is what would be stored now.
  case supersedes(RolloutID, then: FrozenRun)
  /// Whoever joined during this run gets a place in it by the command to join (R5): the units of the frozen run.
  case joins(RolloutID, FrozenRun)
  /// This run is aborted, because somebody joined; the reason is for people (R5).
  case aborts(RolloutID, String)
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
  if let request { return decideRequested(input, request) }
  if let active = input.activeRun {
    if active.release == input.release { return .nothing }
    if let decision = decideJoin(input, active) { return decision }
  }
  if input.isDeleting, input.activeRun == nil, input.leaving.isEmpty { return .endSet }
  let passedOver = input.passedOverMembers
  let caughtUpLater = Set(passedOver.map(\.target))
  let due = input.members.filter { $0.wanted != $0.bundle && !caughtUpLater.contains($0.target) }
  let decision = due.isEmpty ? StartDecision.recordOnly : decideAutomatic(input, due: due)
  switch decision {
  case .recordOnly: return catchUp(input, passedOver) ?? removal(input) ?? decision
  case .held, .waits: return catchUp(input, passedOver) ?? decision
  case .nothing, .endSet, .run, .supersedes, .joins, .aborts, .refused: return decision
  }
}

/// A person starts a run: whatever is not applied and healthy is due, and a hold needs a reason to be passed (R14).
private func decideRequested(_ input: StartInput, _ request: StartRequest) -> StartDecision {
  if let active = input.activeRun, active.release == input.release {
    return .waits("\(active.displayName) goes to \(input.releaseName) already")
  }
  let due = input.members.filter { !$0.isUnchanged(for: $0.bundle) }
  guard !due.isEmpty else { return removal(input, request) ?? .recordOnly }
  if input.isHeld || due.contains(where: \.isBundleHeld), request.reason.isEmpty {
    return .held("release \(input.releaseName) is on hold; starting it needs --reason")
  }
  return startOrWait(input, due: due, startedBy: request.principal).holdingBack(
    input.strategy.trigger == .automatic ? input.newerRelease : nil)
}

private func decideAutomatic(_ input: StartInput, due: [StartMember]) -> StartDecision {
  let isFirst = due.contains { $0.wanted != nil || $0.lastGoodReleaseBundle == nil }
  if !isFirst, let onboarding = onboarding(input, due: due) { return onboarding }
  let decision = decideOrdinary(input, due: due)
  switch decision {
  // Nobody new waits for what the others wait for.
  case .held, .waits: return onboarding(input, due: due.filter { $0.wanted == nil }) ?? decision
  case .nothing, .endSet, .recordOnly, .run, .supersedes, .joins, .aborts, .refused: return decision
  }
}

private func decideOrdinary(_ input: StartInput, due: [StartMember]) -> StartDecision {
  if let active = input.activeRun, active.kind == .rollout, due.allSatisfy({ $0.activeRunBundle == $0.bundle }) {
    return .waits("\(active.displayName) goes to the same bundles")
  }
  if input.isHeld { return .held("release \(input.releaseName) is on hold") }
  if let held = due.first(where: \.isBundleHeld) {
    return .held("release \(input.releaseName) would send a bundle that is on hold to \(held.clusterName)")
  }
  if input.strategy.trigger == .manual { return .waits("`trigger: manual`: waits for `flotilla rollout start`") }
  return startOrWait(input, due: due, startedBy: "flotilla")
}

/// A run goes first unless it yields (AMENDMENTS 22).
private func startOrWait(_ input: StartInput, due: [StartMember], startedBy: String) -> StartDecision {
  let leftOut = input.leftOut
  guard due.contains(where: { !leftOut.contains($0.target) }) else {
    return .waits("all who would change are unhealthy, and `alreadyUnhealthy` is exclude")
  }
  let start = frozen(input, options: FreezeOptions(startedBy: startedBy))
  guard let active = input.activeRun else { return start }
  guard active.yields else { return .waits("\(active.displayName) goes first") }
  guard case .run(let frozen) = start else { return start }
  return .supersedes(active.id, then: frozen)
}

/// New members get the last good release at once (R30); nil when that does not apply.
private func onboarding(_ input: StartInput, due: [StartMember]) -> StartDecision? {
  guard input.activeRun == nil else { return nil }
  return onboardingBeside(input, due)
}

/// A run without gates and soak for new members, also while another run goes on (R5, R30); nil when no last good release
/// has a bundle for any of them.
func onboardingBeside(_ input: StartInput, _ members: [StartMember]) -> StartDecision? {
  // Who was removed again by a rollback is new once more, and does not get what is on hold since.
  let new = members.filter {
    $0.lastGoodReleaseBundle != nil && !($0.isBundleHeld && $0.lastGoodReleaseBundle == $0.bundle)
  }
  guard let lastGoodRelease = input.lastGoodRelease, !new.isEmpty else { return nil }
  var onboard = input
  if onboard.release != lastGoodRelease {
    onboard.release = lastGoodRelease
    onboard.releaseName = "the last good release"
  }
  // A run that passes over everybody ends at once, and would be made again without end.
  let present = new.filter(\.takesOrders)
  guard !present.isEmpty else { return .waits("new clusters are away, cordoned or held on their sites") }
  let (open, windows) = input.openTogether(present)
  guard !open.isEmpty else { return .waits("new clusters wait for their windows") }
  onboard.members = open
  for index in onboard.members.indices {
    onboard.members[index].bundle = onboard.members[index].lastGoodReleaseBundle ?? onboard.members[index].bundle
  }
  var stage = StageStrategy(
    name: "onboard", selection: .rest, maxConcurrent: .count(input.strategy.onboardMaxConcurrent))
  stage.windows = windows
  stage.failureBudget = .count(open.count)
  return plainRun(onboard, kind: .onboard, stage: stage)
}

/// Members that the last good run passed over get what it gave the others when they are there again (R16); nil when there
/// are none, or another run goes on.
private func catchUp(_ input: StartInput, _ passedOver: [StartMember]) -> StartDecision? {
  guard input.activeRun == nil, let source = input.lastGoodRun else { return nil }
  let (present, windows) = input.openTogether(passedOver.filter { input.mayCatchUp($0) })
  guard !present.isEmpty else { return nil }
  var behind = input
  behind.release = source.release
  behind.releaseName = source.releaseName
  behind.members = present
  var stage = StageStrategy(
    name: "catch-up", selection: .rest, maxConcurrent: .count(input.strategy.catchUpMaxConcurrent))
  stage.windows = windows
  // After three failures nobody else is caught up until somebody has looked.
  stage.failureBudget = .count(2)
  return plainRun(behind, kind: .catchUp, stage: stage)
}

/// Who has left the set is removed when everybody else has what the newest release gives them (R25): a release that does
/// not work removes nobody. Clusters that are away are removed from when they are back.
private func removal(_ input: StartInput, _ request: StartRequest? = nil) -> StartDecision? {
  guard input.activeRun == nil, input.newerRelease == nil, !input.isHeld else { return nil }
  guard input.isDeleting || input.onRemoval == .remove else { return nil }
  guard input.isDeleting || request != nil || input.strategy.trigger == .automatic else { return nil }
  let present = input.leaving.filter(\.takesOrders)
  guard !present.isEmpty else { return nil }
  do throws(FreezeRefusal) {
    return .run(try freezeRemoval(input, of: present, startedBy: request?.principal ?? "flotilla"))
  } catch {
    return .refused(error.problems)
  }
}

/// A run of one stage without gates, soak and rollback, in which nobody goes first alone: its bundles are tested.
private func plainRun(_ input: StartInput, kind: RolloutKindOfRun, stage: StageStrategy) -> StartDecision {
  var plain = input
  var stage = stage
  stage.minSucceeded = .count(0)
  plain.strategy.stages = [stage]
  plain.strategy.firstAlone = false
  plain.strategy.budgets.failures = nil
  plain.strategy.budgets.unreachable = .percent(100)
  plain.strategy.onFailure = FailurePolicy(action: .pause)
  return frozen(plain, options: FreezeOptions(kind: kind, startedBy: "flotilla"))
}

private func frozen(_ input: StartInput, options: FreezeOptions) -> StartDecision {
  do throws(FreezeRefusal) {
    var run = try freeze(input, options: options)
    run.supersedes = input.supersededRun
    return .run(run)
  } catch {
    return .refused(error.problems)
  }
}

extension StartInput {
  /// Whether a member that was passed over, or left out, can be brought to where the others are.
  func mayCatchUp(_ member: StartMember) -> Bool {
    let isLeftOut = strategy.alreadyUnhealthy == .exclude && member.isUnhealthy(in: strategy)
    return member.takesOrders && !member.isBundleHeld && !isLeftOut
  }

  /// Who does not want what the last good run gave the others: it was away or cordoned, or joined later (R16, R5).
  var passedOverMembers: [StartMember] {
    guard let lastGoodRun else { return [] }
    var members = lastGoodRun.passedOver
    guard release == lastGoodRun.release else { return members }
    let known = Set(members.map(\.target))
    members += self.members.filter { $0.wanted != nil && $0.wanted != $0.bundle && !known.contains($0.target) }
    return members
  }
}

extension StartInput.ActiveRun {
  /// Whether it makes place for a newer release: a halted one by itself unless its strategy says `reject`, a running one that
  /// says `supersede` as long as no stage after the first has opened, or always.
  fileprivate var yields: Bool {
    switch state {
    case .halted:
      (kind == .rollout && strategy.onNewRevision != .reject) || kind == .catchUp || kind == .remove
    // What catches up, is onboarded or removes may wait long for a window; the newer release goes before it.
    case .running:
      kind.isPlain || (kind == .rollout && strategy.yieldsWhileRunning(hasOpenedLaterStage: hasOpenedLaterStage))
    default: false
    }
  }
}

extension StartDecision {
  /// The decision with a release to put on hold, which automation would bring back after the run.
  fileprivate func holdingBack(_ newer: ReleaseID?) -> StartDecision {
    guard case .run(var run) = self else { return self }
    run.holdsBack = newer
    return .run(run)
  }
}
