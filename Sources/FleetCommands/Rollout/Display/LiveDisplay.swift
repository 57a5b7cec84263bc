internal import FleetAPI
internal import FleetModel

/// Shows a rollout while it goes on: drawn over and over in place on a terminal, as a line per change elsewhere.
struct LiveDisplay: Sendable {
  private let console: Console
  private let isTerminal: Bool
  /// The columns that the drawn lines take.
  private var drawnWidths: [Int] = []
  private var shownStages: [String: String] = [:]
  private var shownState: RolloutState?
  private var trouble: String?

  init(_ console: Console) {
    self.console = console
    isTerminal = console.isTerminal(.error)
  }

  /// Shows how things are now; without news only the clocks on a terminal go on.
  mutating func show(_ rollout: RolloutResource, isNews: Bool = true) {
    if isTerminal {
      draw(rollout)
    } else if isNews {
      printChanges(rollout)
    }
  }

  /// Says once that the controller does not answer; the next good answer takes it back.
  mutating func show(trouble why: String?) {
    defer { trouble = why }
    guard trouble != why else { return }
    guard !isTerminal else { return }  // drawn with the next frame
    console.progress(why.map { "\($0); the rollout goes on, trying again" } ?? "the controller is back")
  }

  private mutating func draw(_ rollout: RolloutResource) {
    let style = console.style(.error)
    let columns = max(1, console.columns())
    let width = max(40, columns) - 1
    var lines = RolloutFrame(rollout: rollout, now: console.now()).lines(style: style, width: width)
    if let trouble { lines.append(style(.busy, truncated("  \(trouble); trying again", to: width))) }
    // In a window that was made narrower the old lines take several rows.
    let rows = drawnWidths.reduce(0) { $0 + max(1, ($1 + columns - 1) / columns) }
    console.write(.error, Self.redrawing(lines, over: rows))
    drawnWidths = lines.map(Self.shownWidth)
  }

  /// The columns of a line without its colours.
  private static func shownWidth(_ line: String) -> Int {
    var isEscape = false
    return line.reduce(0) { width, character in
      if character == "\u{1B}" { isEscape = true }
      defer { if isEscape, character == "m" { isEscape = false } }
      return isEscape ? width : width + 1
    }
  }

  /// The escape sequences that put `lines` over the `count` lines drawn before.
  static func redrawing(_ lines: [String], over count: Int) -> String {
    let up = count > 0 ? "\u{1B}[\(count)A" : ""
    return up + lines.map { "\u{1B}[2K\($0)\n" }.joined() + "\u{1B}[J"
  }

  private mutating func printChanges(_ rollout: RolloutResource) {
    if shownState == nil {
      let title = rollout.sources.first.map { " \"\($0.title)\"" } ?? ""
      console.progress("\(rollout.name) \(rollout.release)\(title): \(RolloutFrame.sizeText(rollout))")
      for warning in rollout.warnings { console.progress("  warning: \(warning)") }
    }
    for stage in rollout.stages {
      let line = StageLine(stage, of: rollout)
      let note = line.note(now: nil)
      let text = "\(line.share) \(line.summary)" + (note.isEmpty ? "" : "; \(note)")
      guard shownStages.updateValue(text, forKey: stage.name) != text else { continue }
      if stage.state == .waiting, shownState == nil { continue }  // the beginning is no news
      console.progress("  \(stage.name) \(text)")
    }
    if shownState != rollout.state {
      if shownState != nil || rollout.state != .running {
        let cause = rollout.breach.map { ": \($0.cause)" } ?? ""
        console.progress("  \(rollout.state.rawValue)\(rollout.state == .succeeded ? "" : cause)")
        for line in RolloutFrame.advice(rollout) { console.progress("  \(line)") }
      }
      shownState = rollout.state
    }
  }
}
