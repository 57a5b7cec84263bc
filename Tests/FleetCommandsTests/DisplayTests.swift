@testable import FleetCommands
import FleetAPI
import FleetModel
import Synchronization
import Testing

@Suite struct DisplayTests {
  @Test func framesShowEveryStateOfTheStory() throws {
    var text = ""
    for (name, rollout) in story {
      let lines = RolloutFrame(rollout: rollout, now: testNow).lines(style: Style(isOn: false), width: 100)
      #expect(lines.allSatisfy { $0.count <= 100 }, "\(name)")
      text += "--- \(name)\n" + lines.joined(separator: "\n") + "\n"
    }
    try golden("frames", text)
  }

  @Test func framesFitNarrowTerminals() {
    for width in [40, 60, 79] {
      for (name, rollout) in story {
        let lines = RolloutFrame(rollout: rollout, now: testNow).lines(style: Style(isOn: false), width: width)
        #expect(lines.allSatisfy { $0.count <= width }, "\(name) at \(width): \(lines)")
      }
    }
  }

  @Test func aLineIsPrintedPerChangeWhereThereIsNoTerminal() throws {
    let recording = Recording()
    var display = LiveDisplay(testConsole(recording))
    for (_, rollout) in story.dropLast(2) {
      display.show(rollout)
      display.show(rollout)  // nothing new: nothing is said
      display.show(rollout, isNews: false)
    }
    display.show(trouble: "the controller at http://127.0.0.1:1 cannot be reached: connection refused")
    display.show(trouble: "the controller at http://127.0.0.1:1 cannot be reached: connection refused")
    display.show(trouble: nil)
    var done = story[3].rollout
    done.state = .succeeded
    done.ended = true
    display.show(done)
    #expect(recording.output.isEmpty)
    try golden("plain-progress", recording.error)
  }

  @Test func aTerminalIsDrawnOverInPlace() {
    #expect(LiveDisplay.redrawing(["a", "b"], over: 0) == "\u{1B}[2Ka\n\u{1B}[2Kb\n\u{1B}[J")
    #expect(LiveDisplay.redrawing(["c"], over: 2) == "\u{1B}[2A\u{1B}[2Kc\n\u{1B}[J")
    let recording = Recording()
    var display = LiveDisplay(testConsole(recording, isTerminal: true))
    display.show(story[0].rollout)
    display.show(story[0].rollout, isNews: false)
    #expect(recording.error.contains("\u{1B}[4A"))  // a heading and three stages
  }

  @Test func aNarrowerWindowIsDrawnOverWhole() {
    let recording = Recording()
    let columns = Mutex(100)
    var console = testConsole(recording, isTerminal: true)
    console.columns = { columns.withLock { $0 } }
    var display = LiveDisplay(console)
    display.show(story[0].rollout)
    let widths = recording.error.replacing(/\u{1B}\[[0-9;]*[A-Za-z]/, with: "").split(separator: "\n").map(\.count)
    columns.withLock { $0 = 50 }
    display.show(story[0].rollout)
    let rows = widths.reduce(0) { $0 + ($1 + 49) / 50 }
    #expect(rows > widths.count)
    #expect(recording.error.contains("\u{1B}[\(rows)A"))
  }

  @Test func anApprovalThatWasGivenIsNotWaitedFor() {
    for (approvers, note) in [([], "waits for an approval by release"), (["kim"], "approved by kim")] {
      let gated = stage(
        "eu-west", .gated, clusters: 8, [.pending: 8], approval: ["release"], approvedBy: approvers)
      #expect(StageLine(gated, of: rollout(.running, seconds: 1, [gated])).note(now: testNow) == note)
    }
  }

  @Test func barsAreTenWide() {
    for (_, rollout) in story {
      for stage in rollout.stages { #expect(StageLine(stage, of: rollout).bar.count == StageLine.barWidth) }
    }
  }

  @Test func summariesCountClustersOnce() {
    let summary = RolloutSummary(story[5].rollout)
    #expect(summary.outcome == "RolledBack")
    #expect((summary.dispatched, summary.unchanged, summary.failed, summary.rolledBack) == (1, 0, 1, 1))
    let good = RolloutSummary(story[4].rollout)
    #expect((good.dispatched, good.unchanged, good.failed, good.rolledBack) == (8, 10, 0, 0))
    #expect(good.seconds == 31)
  }

  @Test func explanationsNameWhatIsMissing() throws {
    var answer = RolloutExplanation.example
    answer.rollout = story[2].rollout
    answer.inFlight = []
    let text = Explanation(answer, now: testNow).lines(style: Style(isOn: false)).joined(separator: "\n")
    try golden("explain", text + "\n")
  }
}
