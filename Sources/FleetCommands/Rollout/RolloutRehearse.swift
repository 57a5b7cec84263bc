internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetDocuments
internal import FleetModel

/// `flotilla rollout rehearse`
struct RolloutRehearse: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rehearse", abstract: "Predict how a rollout would go: how long, where it stops, whom it reaches.",
    discussion: """
      Plays the rollout that `rollout start` would start now, with the real planner over the real inventory, on a clock of \
      its own; nothing is stored or sent. Windows, freezes, gates, soaks, slots and budgets count. The file says what goes \
      wrong and what people do (`kind: Rehearsal`). The same seed, beginning and inventory give the same answer. Exits with \
      0 when the rollout would end well or there is nothing to run, with 1 when not.
      """)

  @Argument(help: ArgumentHelp("The FleetSet.", valueName: "set"), completion: .fleetSetNames)
  var fleetSet: String

  @Option(
    help: ArgumentHelp(
      "The file with what goes wrong; nothing does when absent. - is standard input.", valueName: "file"),
    completion: .file())
  var faults: String?

  @Option(help: ArgumentHelp("What chance is drawn from.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "When it begins, like 2026-11-27T16:00:00Z; the present minute when absent.", valueName: "time"),
    transform: parsedInstant)
  var at: FleetModel.Instant?

  @Option(
    help: ArgumentHelp("A release by its commit, short name or #NUMBER; the newest when absent.", valueName: "release"))
  var revision: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let (set, request) = (fleetSet, try request())
    let answer = try await connection.withController { client, project in
      try await client.rehearse(set, request, in: project)
    }
    let console = Console.current
    if output.output == .table || output.output == .wide {
      let text = RehearsalText(answer, set: set)
      for line in text.lines(isWide: output.output == .wide, style: console.style(.output)) { console.output(line) }
      for warning in answer.warnings { console.progress("warning: \(warning)") }
    } else {
      try console.render(answer, as: output.output, names: answer.rollout.map { ["rollout/\($0)"] } ?? []) {
        Table(columns: [], rows: [])
      }
    }
    let isGood = answer.verdict == .nothing || answer.verdict == .ends && answer.state?.isGoodEnd == true
    if !isGood { throw CommandFailure(.failed) }
  }

  /// The file is read here first, so that what is wrong with it is told without a controller.
  private func request() throws -> RehearseRolloutRequest {
    let file = try faults.map { try InputFile.read([$0]) }
    if let file, file.count != 1 {
      throw CommandFailure.usage("--faults takes one file", hint: "put all faults into its spec.faults")
    }
    if let file = file?.first {
      let (assumptions, diagnostics) = Documents.rehearsal(file.content, file: file.name)
      if assumptions == nil { throw DiagnosticsError(diagnostics) }
    }
    return RehearseRolloutRequest(
      revision: revision, faults: file?.first?.wireFile, seed: seed, at: at.map { Timestamp($0) })
  }
}

/// A rehearsal as lines of text.
struct RehearsalText {
  let answer: RehearsalResponse
  let set: String

  init(_ answer: RehearsalResponse, set: String) {
    self.answer = answer
    self.set = set
  }

  func lines(isWide: Bool, style: Style) -> [String] {
    guard let rollout = answer.rollout, let release = answer.release else {
      return ["every cluster of \(set) runs that release already: there is nothing to rehearse"]
    }
    var lines = ["\(rollout) to \(release), seed \(answer.seed): \(verdict(style))", ""]
    lines += table.lines(isWide: false, style: style) + [""]
    lines.append("reaches \(grouped(answer.counts.touched)) of \(grouped(total)) clusters")
    lines += stopLines(style)
    for found in answer.correlations {
      lines.append(style(.bad, found.message) + exclusionText(found))
    }
    lines += failureLines(isWide: isWide, style)
    if !answer.time.isEmpty {
      let parts = answer.time.map { "\(time($0.milliseconds)) \(Self.occupations[$0.on] ?? $0.on)" }
      lines.append("time: " + parts.joined(separator: ", "))
    }
    return lines + ["", "Taken for granted:"] + answer.assumptions.map { "  \($0)" }
  }

  private var total: Int { answer.stages.reduce(0) { $0 + $1.clusters } }

  private func verdict(_ style: Style) -> String {
    let state = answer.state?.rawValue ?? ""
    let duration = time(answer.durationMilliseconds)
    switch answer.verdict {
    case .ends:
      let isGood = answer.state?.isGoodEnd == true
      return style(isGood ? .good : .bad, "ends \(state) after \(duration)")
    case .stops: return style(.bad, "stops \(state) after \(duration), until somebody acts")
    case .goesOn: return style(.busy, "still \(state) after \(duration)")
    case .nothing: return ""
    }
  }

  private var table: Table {
    Table(
      columns: [
        .init("STAGE"), .init("OPENS"), .init("PASSES"), .init("CLUSTERS", isNumber: true),
        .init("UPDATED", isNumber: true), .init("UNCHANGED", isNumber: true), .init("FAILED", isNumber: true),
        .init("BACK", isNumber: true), .init("AWAY", isNumber: true), .init("SKIPPED", isNumber: true),
        .init("NOT REACHED", isNumber: true),
      ],
      rows: answer.stages.map { stage in
        let counts = stage.counts
        return [
          .init(stage.name), .init(dashed(stage.opensMilliseconds.map { "+" + time($0) })),
          .init(dashed(stage.passesMilliseconds.map { "+" + time($0) })), .init(grouped(stage.clusters)),
          .init(grouped(counts.updated)), .init(grouped(counts.unchanged)), .init(grouped(counts.failed)),
          .init(grouped(counts.rolledBack)), .init(grouped(counts.away)), .init(grouped(counts.skipped)),
          .init(grouped(counts.notReached)),
        ]
      })
  }

  private func stopLines(_ style: Style) -> [String] {
    guard let stop = answer.stop else { return [] }
    let place = stop.stage.isEmpty ? "stops" : "stops in \(stop.stage)"
    let first = style(.bad, "\(place) after \(time(stop.afterMilliseconds)): \(stop.cause)")
    return [first] + (stop.clearedBy.isEmpty ? [] : ["  then: \(stop.clearedBy)"])
  }

  private func failureLines(isWide: Bool, _ style: Style) -> [String] {
    guard !answer.failures.isEmpty else { return [] }
    let shown = isWide ? answer.failures[...] : answer.failures.prefix(8)
    let rest = answer.counts.failed - shown.count
    return ["failed:"] + shown.map { "  \($0.cluster) in \($0.stage): \($0.reason)" }
      + (rest > 0 ? ["  … \(grouped(rest)) more"] : [])
  }

  private func time(_ milliseconds: Int64) -> String { shortDuration(.milliseconds(milliseconds)) }

  private static let occupations = [
    "applying": "applying and becoming healthy", "soaks": "soaking", "approvals": "waiting for approvals",
    "windows": "waiting for windows", "checks": "measuring", "awayClusters": "waiting for clusters that are away",
  ]
}
