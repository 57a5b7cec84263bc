internal import FleetModel

/// What the newest fenced report and the clocks say about a step with an order.
enum Verdict: Equatable {
  /// Nothing new.
  case unchanged
  /// It is on its way, as far as this state.
  case reached(StepState)
  /// It is healthy on the ordered bundle for minReady without a break (R9).
  case ready
  /// It failed (R10, R11), with the reason.
  case failed(String)
  /// Its cluster has been silent for unreachableAfter (R15).
  case lost
}

/// How long a cluster may be silent before that is shown, and before nothing new is sent to it (R15).
let silenceShown: Duration = .seconds(45)

/// How long after its deadline a cluster that is in contact may take to report about it.
private let reportGrace: Duration = .seconds(30)

/// Judges a step whose order is in flight, in either direction.
func judgeInFlight(_ step: Step, of unit: Unit, rules: StageStrategy, listened: ListeningTime) -> Verdict {
  guard let order = step.order else { return .unchanged }
  let observation = step.report?.observation
  if let failure = failure(in: observation, rules: rules) { return .failed(failure) }
  if let observation, observation.phase != .applying, isReady(observation, for: rules.minReady) { return .ready }
  let elapsed = listened - order.committedListened
  // A rollback is ordered to silent clusters too: each has its own time from then on.
  let silentFor = order.direction == .rollback ? min(unit.silentFor, elapsed) : unit.silentFor
  if silentFor >= rules.unreachableAfter { return .lost }
  let given = timeGiven(to: step, of: unit, order: order, listened: listened)
  if given >= rules.progressDeadline, hasSpokenAfterDeadline(step, unit, order, rules, given) {
    let last = observation.map { $0.message.isEmpty ? $0.health.rawValue : $0.message } ?? "nothing reported"
    return .failed("not ready within \(rules.progressDeadline.text): \(last)")
  }
  switch observation?.phase {
  case .applying: return .reached(.applying)
  case .applied, .removed: return .reached(.verifying)
  case .failed, nil: return .unchanged
  }
}

/// How long an order could have been worked at: not while its agent holds, and anew from the end of a hold (R31).
func timeGiven(to step: Step, of unit: Unit, order: StepOrder, listened: ListeningTime) -> Duration {
  if unit.isHeldBefore(step) { return .zero }
  let sinceOrder = listened - order.committedListened
  return unit.releasedFor.map { min($0, sinceOrder) } ?? sinceOrder
}

extension Unit {
  /// Whether its agent holds and has not begun the order of a step, as far as it has reported.
  func isHeldBefore(_ step: Step) -> Bool { hold != nil && step.report == nil }

  /// Whether it waits for its site with an order back (R14, R31): nothing changes there, so it takes no place of a rollback.
  var isHeldGoingBack: Bool {
    hold != nil && hasStep { $0 == .rollingBack } && steps.allSatisfy { $0.state != .rollingBack || $0.report == nil }
  }
}

extension ClusterHold {
  /// Who holds, until when and why.
  var words: String { "held on its site by \(by) until \(until.rfc3339): \(reason)" }
}

/// Judges a lost step whose cluster is back: by what it reported, never by the deadline, which stopped when it was lost
/// (R15).
func judgeReturned(_ step: Step, rules: StageStrategy) -> Verdict {
  let observation = step.report?.observation
  if let failure = failure(in: observation, rules: rules) { return .failed(failure) }
  if let observation, observation.phase != .applying, isReady(observation, for: rules.minReady) { return .ready }
  return .unchanged
}

/// Judges a step that is ready, in or after its stage's soak: only a failure on this bundle counts (R11 as amended).
func judgeWatched(_ step: Step, rules: StageStrategy) -> Verdict {
  failure(in: step.report?.observation, rules: rules).map(Verdict.failed) ?? .unchanged
}

private func failure(in observation: Observation?, rules: StageStrategy) -> String? {
  guard let observation else { return nil }
  if observation.phase == .failed {
    return observation.message.isEmpty ? "the cluster refused it" : observation.message
  }
  guard observation.health == .degraded, observation.degradedFor >= rules.failFast else { return nil }
  return observation.message.isEmpty ? "Degraded for \(observation.degradedFor.text)" : observation.message
}

private func isReady(_ observation: Observation, for minReady: Duration) -> Bool {
  // What is gone has no health to be watched.
  if observation.phase == .removed { return true }
  return switch observation.health {
  case .healthy, .suspended: observation.readyFor >= minReady
  case .progressing, .missing, .degraded, .unknown: false
  }
}

/// R10 as amended by AMENDMENTS 7: the deadline fails a step only by what was heard after it; a cluster that polls but has
/// nothing to say about the order counts as heard when the grace is over too.
private func hasSpokenAfterDeadline(
  _ step: Step, _ unit: Unit, _ order: StepOrder, _ rules: StageStrategy, _ elapsed: Duration
) -> Bool {
  if let received = step.report?.receivedListened {
    if received - order.committedListened >= rules.progressDeadline { return true }
  }
  return unit.silentFor < silenceShown && elapsed >= rules.progressDeadline + reportGrace
}
