public import FleetModel

/// When a run can start that waits for windows now: of those who are behind, or new (R16, R30). Nil when nobody waits, or
/// nobody can tell.
public func nextLook(_ input: StartInput) -> Instant? {
  let behind = input.activeRun != nil ? [] : input.passedOverMembers.filter { input.mayCatchUp($0) }
  let new = input.members.filter { $0.wanted == nil }
  let openings = Set((behind + new).compactMap { input.closure($0)?.opensAt }).sorted()
  return openings.prefix(mostOpenings).first { opening in
    var later = input
    later.now = opening
    if case .run = decideStart(later) { return true }
    return false
  }
}

/// Openings that are tried; clusters with clocks of their own have as many as there are zones.
private let mostOpenings = 40

/// What windows and freezes would hold back now of a run that would be started, for whoever plans it. What goes by each
/// cluster's own clock or labels is not foreseen here.
public func windowDelays(of run: FrozenRun, _ input: StartInput) -> [String] {
  var pass = PlanInput(
    now: input.now, listened: ListeningTime(milliseconds: 0), epoch: 1, run: run.run, stages: run.stages, units: [])
  pass.calendar = input.calendar
  let memory = WindowMemory(pass)
  guard memory.areObeyed else { return [] }
  return run.stages.filter { $0.changing > 0 && !memory.dependsOnCluster[$0.index] }.compactMap { stage in
    let question = WindowQuestion(
      lists: memory.lists[stage.index], progressDeadline: stage.rules.progressDeadline, labels: [:], overrides: [])
    return input.calendar.closure(question, at: input.now).map { "stage \(stage.name) would wait: \($0.message)" }
  }
}

extension StartInput {
  /// Those of some members whose windows are open now and who have the same ones, with these: they go in one run, which is
  /// not begun for anybody who would only wait in it.
  func openTogether(_ members: [StartMember]) -> (members: [StartMember], windows: [String]?) {
    let open = members.filter { closure($0) == nil }
    guard let first = open.first else { return ([], nil) }
    let windows = strategy.windows(for: first)
    return (open.filter { strategy.windows(for: $0) == windows }, windows)
  }

  /// Why a member gets no order now; nil when nothing is in the way.
  fileprivate func closure(_ member: StartMember) -> WindowClosure? {
    let lists = [strategy.windows ?? [], strategy.windows(for: member) ?? []].filter { !$0.isEmpty }
    return calendar.closure(
      WindowQuestion(
        lists: lists, progressDeadline: StageStrategy(name: "", selection: .rest).progressDeadline,
        labels: member.clusterLabels, overrides: []), at: now)
  }
}

extension RolloutStrategy {
  /// The windows of the stage that would take a member, or else of the last one.
  fileprivate func windows(for member: StartMember) -> [String]? {
    (stageTaking(member).map { stages[$0] } ?? stages.last)?.windows
  }
}
