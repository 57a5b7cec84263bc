internal import FleetAPI
internal import FleetModel

/// A rollout on a few lines: a heading, a line per stage, and what somebody must know or do (EXPERIENCE 1).
struct RolloutFrame {
  let rollout: RolloutResource
  /// For elapsed times.
  let now: FleetModel.Instant

  /// The lines, none wider than `width`.
  func lines(style: Style, width: Int) -> [String] {
    let stages = rollout.stages.map { StageLine($0, of: rollout) }
    let nameWidth = stages.map { $0.stage.name.count }.max() ?? 0
    let shareWidth = stages.map(\.share.count).max() ?? 0
    let summaryWidth = min(28, stages.map(\.summary.count).max() ?? 0)
    var lines = [heading(style: style, width: width)]
    for stage in stages {
      let name = padded(stage.stage.name, nameWidth)
      let share = padded(stage.share, shareWidth)
      let note = stage.note(now: now)
      let summary = note.isEmpty ? stage.summary : padded(stage.summary, summaryWidth)
      let prefix = "  \(name)  \(stage.bar)  \(share)  "
      let room = max(8, width - prefix.count)
      let plain = truncated(note.isEmpty ? summary : "\(summary)  \(note)", to: room)
      lines.append(prefix + (stage.tone.map { style($0, plain) } ?? plain))
      if let breach = rollout.breach, breach.stage == stage.stage.name {
        let indent = String(repeating: " ", count: 4 + nameWidth)
        lines.append(indent + style(.bad, truncated(breach.cause, to: max(8, width - indent.count))))
      }
    }
    return lines + closing(style: style, width: width)
  }

  private func heading(style: Style, width: Int) -> String {
    let title = rollout.sources.first.map { "  \"\($0.title)\"" } ?? ""
    let left = "\(rollout.name)  \(rollout.release)\(title)"
    // The state always fits; the size goes first, then the title.
    let size = Self.sizeText(rollout) + "  "
    let isRoomy = width - size.count - stateText.count >= 24
    let rightWidth = (isRoomy ? size.count : 0) + stateText.count
    let cut = truncated(left, to: max(2, width - rightWidth - 2))
    let gap = width - cut.count - rightWidth
    return style(.strong, cut) + String(repeating: " ", count: gap > 30 ? 2 : max(1, gap)) + (isRoomy ? size : "")
      + style(Tables.tone(rollout.state), stateText)
  }

  /// `24 clusters: 8 change, 16 unchanged`.
  static func sizeText(_ rollout: RolloutResource) -> String {
    let size = counted(rollout.counts.clusters, "cluster")
    if rollout.counts.changing == 0 { return "\(size): none changes" }
    let changing = "\(rollout.counts.changing) \(rollout.counts.changing == 1 ? "changes" : "change")"
    return rollout.counts.unchanged == 0
      ? "\(size): all change" : "\(size): \(changing), \(rollout.counts.unchanged) unchanged"
  }

  private var stateText: String {
    let time = shortDuration((rollout.endedAt?.instant ?? now) - rollout.createdAt.instant)
    return rollout.ended ? "\(rollout.state.rawValue) in \(time)" : "\(rollout.state.rawValue) \(time)"
  }

  private func closing(style: Style, width: Int) -> [String] {
    var lines: [String] = []
    if let pause = rollout.pause, !rollout.ended {
      let reason = pause.reason.isEmpty ? "" : ": \(pause.reason)"
      lines.append("  paused by \(pause.by)\(reason)  →  flotilla rollout resume \(rollout.fleetSet)")
    }
    lines += rollout.warnings.map { "  warning: \($0)" }
    lines += Self.advice(rollout).map { "  \($0)" }
    return lines.map { style(.quiet, truncated($0, to: width)) }
  }

  /// What a person can do about the rollout now; empty when nothing needs doing.
  static func advice(_ rollout: RolloutResource) -> [String] {
    let set = rollout.fleetSet
    if let stage = rollout.stages.first(where: { $0.state == .gated }), !rollout.ended, rollout.state == .running {
      return ["approve it:  flotilla rollout approve \(set) --stage \(stage.name)"]
    }
    switch rollout.state {
    case .halted:
      let hasFailed = rollout.stages.contains { stage in
        [StepState.failed, .lost].contains { (stage.clustersByState[$0.rawValue] ?? 0) > 0 }
      }
      return [
        "look:     flotilla rollout explain \(set)",
        "go back:  flotilla rollout undo \(set) --reason …",
        "go on:    flotilla rollout "
          + (hasFailed ? "retry \(set), or waive \(set) --reason …, then resume \(set)" : "resume \(set)"),
      ]
    case .rolledBack, .rollbackFailed:
      return [
        "\(rollout.release) is on hold: nothing rolls it out by itself. Fix it with a new commit, or:",
        "go on anyway:  flotilla rollout release-hold \(set) --reason …",
      ]
    default: return []
    }
  }
}

/// The text with spaces behind it up to `width`.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
