internal import FleetAPI
internal import FleetModel

/// One stage as the live display shows it.
struct StageLine {
  /// What `StageResource.clustersByState` counts, summed up for people.
  struct Counts: Equatable {
    var healthy = 0
    var updating = 0
    var failed = 0
    var away = 0
    var waived = 0
    var goingBack = 0
    var wentBack = 0
    var stuck = 0
    var skipped = 0
    var cancelled = 0
    var removed = 0

    init(_ byState: [String: Int]) {
      for (name, count) in byState {
        switch StepState(rawValue: name) {
        case .soaking, .succeeded: healthy += count
        case .dispatched, .applying, .verifying: updating += count
        case .failed: failed += count
        case .lost, .unreachable: away += count
        case .waived: waived += count
        case .rollingBack: goingBack += count
        case .rolledBack: wentBack += count
        case .rollbackFailed: stuck += count
        case .skipped: skipped += count
        case .cancelled: cancelled += count
        case .removed: removed += count
        case .pending, .unchanged, nil: break
        }
      }
    }
  }

  let stage: StageResource
  let rollout: RolloutResource
  let counts: Counts

  init(_ stage: StageResource, of rollout: RolloutResource) {
    self.stage = stage
    self.rollout = rollout
    counts = Counts(stage.clustersByState)
  }

  /// The bar's width in characters.
  static let barWidth = 10

  /// A full block per done share, half a block for what is on its way, a line when the stage changes nothing.
  var bar: String {
    guard toChange > 0 else { return String(repeating: "─", count: Self.barWidth) }
    let full = min(Self.barWidth, counts.healthy * Self.barWidth / toChange)
    let isBusy = counts.updating + counts.goingBack > 0 && full < Self.barWidth
    let rest = Self.barWidth - full - (isBusy ? 1 : 0)
    return String(repeating: "█", count: full) + (isBusy ? "▌" : "") + String(repeating: "░", count: rest)
  }

  /// `5/8`: clusters that are ready on the new release, of those that change.
  var share: String { "\(counts.healthy)/\(toChange)" }

  /// Clusters that change, with those that joined since.
  private var toChange: Int { stage.changing + (stage.joined ?? 0) }

  /// What has become of the clusters: `healthy 5, updating 3`.
  var summary: String {
    let joined = stage.joined ?? 0
    guard stage.clusters + joined > 0 else { return "no clusters" }
    let unchanged = stage.clusters - stage.changing
    let parts: [(String, Int)] = [
      ("healthy", counts.healthy), ("updating", counts.updating), ("failed", counts.failed), ("away", counts.away),
      ("waived", counts.waived), ("going back", counts.goingBack), ("rolled back", counts.wentBack),
      ("rollback failed", counts.stuck), ("skipped", counts.skipped), ("removed", counts.removed),
      ("unchanged", unchanged),
    ]
    let present = parts.filter { $0.1 > 0 }.map { "\($0.0) \($0.1)" } + (joined > 0 ? ["of them \(joined) joined"] : [])
    let hasBegun = parts.dropLast().contains { $0.1 > 0 }
    if !hasBegun, stage.changing > 0 { return (["not started"] + present).joined(separator: ", ") }
    return present.joined(separator: ", ")
  }

  /// The tone of the summary.
  var tone: Style.Tone? {
    if counts.failed + counts.stuck + counts.goingBack + counts.wentBack > 0 || stage.state == .halted { return .bad }
    if stage.state == .passed { return .good }
    return counts.updating > 0 ? .busy : nil
  }

  /// What the stage waits for, or how it ended. `now` is only for the soak's clock; nil leaves it out.
  func note(now: FleetModel.Instant?) -> String {
    switch stage.state {
    case .halted:
      let isTold = rollout.breach?.stage == stage.name  // the breach has a line of its own
      return stage.haltReason.isEmpty || isTold ? "halted" : "halted: \(stage.haltReason)"
    case .passed: return passedNote
    case .empty: return "passed"
    case .soaking: return soakNote(now: now)
    case .gated: return gateNote
    case .waiting, .open: break
    }
    if rollout.ended { return "" }
    let relevant: Set<String> = ["approval", "contact", "limit", "firstAlone", "untested", "paused"]
    let waits = rollout.waiting.filter { $0.stage == stage.name && relevant.contains($0.reason) }
    guard let first = waits.first else { return "" }
    return first.reason == "approval" ? "waits for \(first.message)" : first.message
  }

  private var passedNote: String {
    var parts: [String] = []
    if stage.soakMilliseconds > 0, stage.changing > 0 { parts.append("soak \(soak.text) ✓") }
    if !stage.approvals.isEmpty { parts.append(approvedNote) }
    return parts.isEmpty && stage.changing == 0 ? "passed" : parts.joined(separator: " · ")
  }

  private var approvedNote: String {
    "approved by " + stage.approvals.map(\.principal).joined(separator: ", ")
  }

  /// What a gate that is measured has come to so far; nil when none is.
  private var checkNote: String? {
    rollout.waiting.first { $0.stage == stage.name && $0.reason == "check" }?.message
  }

  private func soakNote(now: FleetModel.Instant?) -> String {
    let check = checkNote.map { " · \($0)" } ?? ""
    guard let start = stage.soakStartedAt?.instant, let now else { return "soak \(soak.text)" + check }
    return "soak \(shortDuration(min(now - start, soak))) of \(soak.text)" + check
  }

  private var gateNote: String {
    if let message = rollout.waiting.first(where: { $0.stage == stage.name && $0.reason == "approval" })?.message {
      return "waits for \(message)"
    }
    if let check = checkNote { return check }
    guard let rule = stage.approvalRule else { return "waits for its gate" }
    if stage.approvals.count >= rule.count { return approvedNote }
    let who = rule.groups.isEmpty ? "anyone who may approve" : rule.groups.joined(separator: " or ")
    return "waits for an approval by \(who)"
  }

  private var soak: Duration { .milliseconds(stage.soakMilliseconds) }
}
