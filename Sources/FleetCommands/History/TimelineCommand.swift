internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla timeline`
struct TimelineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "timeline",
    abstract: "Show what a cluster was told to run and ran, from when until when, newest first.",
    usage: "flotilla timeline cluster/NAME",
    discussion: "What happened besides: flotilla events --cluster NAME")

  @Argument(help: ArgumentHelp("cluster/NAME.", valueName: "name"), completion: .references([.clusters]))
  var reference: [String]

  @Option(
    name: [.customLong("set")], help: ArgumentHelp("Only of this FleetSet.", valueName: "fleetset"),
    completion: .fleetSetNames)
  var fleetSet: String?

  @OptionGroup var span: SpanOptions
  @OptionGroup var list: ListOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let subject = try ResourceReference(words: reference)
    guard subject.type == .clusters else {
      throw CommandFailure.usage(
        "timeline knows clusters", hint: "the rollouts of a set: flotilla rollout history \(subject.name)")
    }
    let (span, set, options) = (span, fleetSet, list.limits(for: output.output))
    let page = try await connection.withController { client, project in
      let page = try await readList(options) {
        try await client.timeline(
          of: subject.name, in: project, fleetSet: set, from: span.from, until: span.until, page: $0)
      }
      if page.items.isEmpty { try await checkExists(fleetSet: set, cluster: subject.name, client, project) }
      return page
    }
    try Console.current.renderList(
      page, as: output.output, nothing: "nothing was ordered for \(subject.name) in that time",
      name: { "target/\($0.fleetSet)/\($0.target)" }, table: Tables.periods)
  }
}

/// `--from` and `--to`.
struct SpanOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Only what had a part after this: a time, a date, or how long ago.", valueName: "time"),
    transform: parsedPast)
  var from: FleetModel.Instant?

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("Only what had a part before this: a time, a date, or how long ago.", valueName: "time"),
    transform: parsedPast)
  var until: FleetModel.Instant?

  func validate() throws {
    if let from, let until, until <= from { throw ValidationError("--to is not after --from") }
  }
}

extension Tables {
  static func periods(_ items: [PeriodResource]) -> Table {
    Table(
      columns: [
        .init("TARGET"), .init("CLUSTER"), .init("RELEASE"), .init("BUNDLE"), .init("FROM"), .init("UNTIL"),
        .init("ORDERED", isWide: true), .init("BY"), .init("NOTE"),
      ],
      rows: items.map { item in
        [
          .init("\(item.fleetSet)/\(item.target)"), .init(item.cluster.rawValue),
          .init(item.removal ? "removed" : dashed(item.release)), .init(dashed(item.bundle?.short)),
          item.confirmedAt == nil ? .init("—") : time(item.confirmedAt),
          item.endedAt == nil ? .init(item.confirmedAt == nil ? "—" : "now") : time(item.endedAt),
          time(item.orderedAt), .init(item.rollout.isEmpty ? "—" : "rollout/\(item.rollout)"), .init(note(item)),
        ]
      })
  }

  private static func note(_ item: PeriodResource) -> String {
    if item.confirmedAt == nil { return item.endedAt == nil ? "not confirmed yet" : "never confirmed" }
    return item.rollback ? "rollback" : ""
  }

  static func pastTargets(_ items: [PastTargetResource]) -> Table {
    Table(
      columns: [.init("NAME"), .init("CLUSTER"), .init("RAN"), .init("BUNDLE"), .init("SINCE"), .init("WANTED")],
      rows: items.map { item in
        [
          .init("\(item.fleetSet)/\(item.target)"), .init(item.cluster.rawValue), .init(dashed(item.applied?.release)),
          .init(dashed(item.applied?.bundle.short)), item.since == nil ? .init("—") : time(item.since),
          .init(item.wanted == nil ? "removed" : dashed(item.wanted?.release)),
        ]
      })
  }
}
