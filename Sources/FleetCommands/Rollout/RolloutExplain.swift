internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla rollout explain`
struct RolloutExplain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say what a rollout waits for, who can clear it, and when it goes on.")

  @OptionGroup var rollout: RolloutArgument
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let reference = try rollout.reference()
    let answer = try await connection.withController { client, project in
      try await client.explain(reference.fleetSet, number: reference.number, in: project)
    }
    let console = Console.current
    guard output.output == .table || output.output == .wide else {
      try console.render(answer, as: output.output, names: ["rollout/\(answer.rollout.name)"]) {
        Tables.rollouts([answer.rollout])
      }
      return
    }
    for line in Explanation(answer, now: console.now()).lines(style: console.style(.output)) { console.output(line) }
  }
}

/// How clusters that have what failures have in common are left out.
func exclusionText(_ found: CorrelationResource) -> String {
  found.exclusion.map { "  (without them: \($0))" }
    ?? "  (to leave them out, label them: flotilla cluster label NAME \(found.label)=\(found.value))"
}

/// An explanation as lines of text (EXPERIENCE 3).
struct Explanation {
  let answer: RolloutExplanation
  let now: FleetModel.Instant

  init(_ answer: RolloutExplanation, now: FleetModel.Instant) {
    self.answer = answer
    self.now = now
  }

  func lines(style: Style) -> [String] {
    let rollout = answer.rollout
    var lines = [heading(style)]
    if let breach = rollout.breach {
      lines += ["", style(.bad, "stopped in \(breach.stage): \(breach.cause)")]
    }
    if !rollout.waiting.isEmpty {
      lines.append("")
      for group in waits() { lines += waitLines(group.wait, stages: group.stages) }
    }
    lines += steps("in flight", answer.inFlight, style: style, tone: .busy)
    lines += steps("failed", answer.failed, style: style, tone: .bad)
    for found in answer.correlations {
      lines.append(style(.bad, found.message) + exclusionText(found))
    }
    lines += steps("away", answer.away, style: style, tone: .busy)
    let remarks = rollout.notes + rollout.warnings.map { "warning: \($0)" }
    if !remarks.isEmpty { lines += [""] + remarks }
    if !answer.waitingReleases.isEmpty {
      lines += ["", "waiting releases (\(answer.waitingReleases.count)):"]
      lines += answer.waitingReleases.map { "  \($0.position). \(DescribeCommand.text($0))" }
    }
    if !answer.next.isEmpty { lines += ["", "What you can do:"] + answer.next.map { "  \($0)" } }
    return lines
  }

  private func heading(_ style: Style) -> String {
    let rollout = answer.rollout
    let place = rollout.stages.first { [.gated, .open, .soaking, .halted].contains($0.state) }.map { stage in
      "   stage \(stage.name) \(StageLine(stage, of: rollout).share)"
    }
    let time = shortDuration((rollout.endedAt?.instant ?? now) - rollout.createdAt.instant)
    let state = style(Tables.tone(rollout.state), rollout.state.rawValue)
    return "\(rollout.name)  \(rollout.release)\(place ?? "")   \(state) \(rollout.ended ? "after " : "")\(time)"
  }

  /// What is waited for; what several stages wait for is told once.
  private func waits() -> [(wait: WaitingResource, stages: [String])] {
    var groups: [(wait: WaitingResource, stages: [String])] = []
    for wait in answer.rollout.waiting {
      let known = groups.firstIndex { group in
        group.wait.message == wait.message && group.wait.clearedBy == wait.clearedBy
          && group.wait.nextChange == wait.nextChange
      }
      if let known {
        groups[known].stages.append(wait.stage)
      } else {
        groups.append((wait, wait.stage.isEmpty ? [] : [wait.stage]))
      }
    }
    return groups
  }

  private func waitLines(_ wait: WaitingResource, stages: [String]) -> [String] {
    let place = stages.isEmpty ? "" : stages.joined(separator: ", ") + ": "
    let isTold = wait.message == answer.rollout.breach?.cause
    var lines = ["· " + place + (isTold ? "a person must decide" : wait.message)]
    var more: [String] = []
    if !wait.clearedBy.isEmpty { more.append("cleared by: \(wait.clearedBy)") }
    if let next = wait.nextChange?.instant, next > now { more.append("can change in \(shortDuration(next - now))") }
    if !more.isEmpty { lines.append("    " + more.joined(separator: " · ")) }
    return lines
  }

  private func steps(_ title: String, _ steps: [StepResource], style: Style, tone: Style.Tone) -> [String] {
    guard !steps.isEmpty else { return [] }
    let width = steps.map { $0.cluster.rawValue.count }.max() ?? 0
    return ["", style(tone, "\(title) (\(steps.count)):")]
      + steps.map { step in
        let why = step.failure.isEmpty ? step.message : step.failure
        let age = shortDuration(now - step.changedAt.instant)
        return "  \(padded(step.cluster.rawValue, width))  \(step.state.rawValue) \(age)"
          + (why.isEmpty ? "" : "  \(why)")
      }
  }
}
