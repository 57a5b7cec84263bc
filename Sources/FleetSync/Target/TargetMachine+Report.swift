public import FleetModel
import Manifest

extension TargetMachine {
  /// What of a report is a change worth telling at once.
  struct Summary: Hashable, Sendable {
    var phase: Observation.Phase
    var health: Health
    var message: String
    var isReady: Bool
    var warnings: [String] = []

    func differsInTextOnly(from other: Self) -> Bool {
      phase == other.phase && health == other.health && isReady == other.isReady
    }
  }

  /// Words about progress, which nobody acts upon, are told no more often than this: a rolling Deployment has new ones with
  /// every Pod.
  static let textInterval: Duration = .seconds(1)

  /// The report of this moment.
  ///
  /// - Parameter drift: what was seen or repaired, when the report is about that.
  public func observation(now: Duration, drift: Drift? = nil) -> Observation {
    let summary = summary
    let ready = summary.isReady ? readySince.map { now - $0 } : nil
    let degraded = summary.health == .degraded ? degradedSince.map { now - $0 } : nil
    return Observation(
      target: target, generation: order?.generation ?? .none, bundle: order?.bundle, phase: summary.phase,
      health: summary.health, readyFor: ready ?? .zero, degradedFor: degraded ?? .zero, message: summary.message,
      objectCount: objectCount, drift: drift, standing: standingDrift,
      warnings: summary.warnings.isEmpty ? nil : summary.warnings)
  }

  /// How many objects the target owns; after a start of the agent, until the bundle is there, as the record has it.
  private var objectCount: Int { objects == nil ? record?.inventory.count ?? 0 : owned.count }

  /// Whether there is anything to report about.
  public var isKnown: Bool { record != nil }

  /// Measures how long things have been as they are, and reports when they changed or a report is due.
  mutating func refresh(now: Duration) -> [Action] {
    judgeAgain()
    // What is out of sight may belong to the target no more: an order has taken the only object there away.
    if blindSince != nil, scopes.isSubset(of: seenScopes) { blindSince = nil }
    if let blindSince, now - blindSince >= Self.blindGrace { isBlind = true }
    if blindSince == nil { isBlind = false }
    let current = summary
    readySince = current.isReady ? (readySince ?? now) : nil
    degradedSince = current.health == .degraded ? (degradedSince ?? now) : nil
    guard isKnown else { return [] }
    textDue = nil
    if current != reported {
      if let reported, let reportedAt, current.differsInTextOnly(from: reported), now < reportedAt + Self.textInterval {
        textDue = reportedAt + Self.textInterval
        return []
      }
      if current.health != reported?.health || current.isReady != reported?.isReady { changedAt = now }
    } else if let due = reportDue, now < due {
      return []
    } else if reportDue == nil {
      return []
    }
    reported = current
    reportedAt = now
    return [.report(observation(now: now))]
  }

  /// When the state is told again although it did not change: the controller waits for durations that only we measure.
  ///
  /// It is told when it has lasted as long as the order says, and besides at an interval that grows with the duration: a
  /// wait that no order names is noticed at most a twentieth (or the shortest interval) late, and a target that has been
  /// well for a month costs some two hundred reports in all.
  var reportDue: Duration? {
    guard let reportedAt, isKnown else { return nil }
    let since: Duration
    switch activity {
    case .idle, .failed: return nil
    case .recording, .applying, .deleting, .concluding: since = changedAt
    case .settled: since = readySince ?? degradedSince ?? changedAt
    }
    let awaited = activity != .settled ? nil : readySince != nil ? order?.minReady : order?.failFast
    let regular = reportedAt + max(awaited == nil ? .seconds(2) : .seconds(60), (reportedAt - since) / 20)
    guard let awaited, since + awaited > reportedAt else { return regular }
    return min(regular, since + awaited)
  }

  /// The state again, half of its time before it is due at the earliest: the agent is about to tell of another target, and
  /// both travel in one request. So the number of requests at rest does not grow with the number of targets.
  public mutating func tellAlong(now: Duration) -> [Action] {
    guard activity == .settled, textDue == nil, let reportedAt, let reportDue,
      now - reportedAt >= (reportDue - reportedAt) / 2, summary == reported
    else { return [] }
    self.reportedAt = now
    return [.report(observation(now: now))]
  }

  var summary: Summary {
    let phase = observedPhase
    let failure: String? = if case .failed(let message) = activity { message } else { nil }
    guard phase != .removed else { return Summary(phase: phase, health: .healthy, message: "", isReady: false) }
    let (health, words, areReady) = judgement
    let trouble = failure ?? failing ?? retrying ?? words
    let message = [unrepaired, trouble].filter { !$0.isEmpty }.joined(separator: "; ")
    return Summary(
      phase: phase, health: health, message: message, isReady: areReady && phase == .applied,
      warnings: currentVerdicts.idleRules)
  }

  /// What is not repaired, and why; empty while an order is in work, which applies everything.
  private var unrepaired: String {
    guard activity == .settled else { return "" }
    if let loop = looping.min() {
      return "drift-loop: \(loop.display) was changed back again and again; not repaired any more"
    }
    guard let identity = refusedRepairs.keys.min(), let refused = refusedRepairs[identity] else { return "" }
    return "drift: \(identity.display) cannot be repaired: \(refused.reason)"
  }

  private var observedPhase: Observation.Phase {
    switch activity {
    case .failed: return .failed
    case .idle: return record?.phase == .removed ? .removed : .applying
    case .settled: return .applied
    case .recording:
      // What runs is still the order before.
      switch activityBefore {
      case .failed: return .failed
      case .settled: return .applied
      case .idle: return record?.phase == .removed ? .removed : .applying
      default: return .applying
      }
    case .applying, .deleting, .concluding: return .applying
    }
  }

  /// The first thing that is being tried again, for people.
  private var retrying: String? {
    if let retry = recordWrite?.retry { return "record: \(retry.message) (attempt \(retry.attempt))" }
    if let identity = retries.keys.min(), let retry = retries[identity] {
      return "\(identity.display): \(retry.message) (attempt \(retry.attempt))"
    }
    for preflight in [recheck, next?.preflight] {
      guard let preflight, let identity = preflight.retries.keys.min(), let retry = preflight.retries[identity] else {
        continue
      }
      return "dry run of \(identity.display): \(retry.message) (attempt \(retry.attempt))"
    }
    return fetchRetry.map { "bundle: \($0.message) (attempt \($0.attempt))" }
  }

  /// The worst health, its object and words, and whether all are ready and in sight.
  private var judgement: (health: Health, message: String, areReady: Bool) {
    if isBlind { return (.unknown, "the cluster is out of sight: \(blindReason)", false) }
    let verdicts = currentVerdicts
    var worst: (identity: ObjectIdentity, health: Health, message: String)?
    var others = 0
    func consider(_ identity: ObjectIdentity, _ verdict: Verdict) {
      guard verdict.health > .healthy else { return }
      guard let known = worst else {
        worst = (identity, verdict.health, verdict.message)
        return
      }
      if verdict.health == known.health { others += 1 } else if verdict.health > known.health { others = 0 }
      if verdict.health > known.health || (verdict.health == known.health && identity < known.identity) {
        worst = (identity, verdict.health, verdict.message)
      }
    }
    for (identity, verdict) in verdicts.unwell { consider(identity, verdict) }
    let hooks = runningHooks
    if !hooks.isEmpty {
      let troubles = sortedTroubles
      for hook in hooks where !owns(hook) { consider(hook, judge(hook, troubles: troubles)) }
    }
    if worst == nil, let next = verdicts.pending.min() { worst = (next, .progressing, "not seen yet") }
    guard let worst else { return (.healthy, "", blindSince == nil && verdicts.scopes.isSubset(of: seenScopes)) }
    let more = others > 0 ? " (and \(others) more)" : ""
    let words = worst.message.isEmpty ? worst.health.rawValue : worst.message
    return (worst.health, "\(worst.identity.display): \(words)\(more)", false)
  }
}
