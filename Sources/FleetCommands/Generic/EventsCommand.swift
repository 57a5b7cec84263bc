internal import ArgumentParser
internal import FleetAPI
internal import FleetClient

/// `flotilla events`
struct EventsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "Show what happened, who did it and why.",
    discussion: "With -o json each event is one line.")

  @Option(
    name: [.customLong("set")], help: ArgumentHelp("Only of this FleetSet.", valueName: "fleetset"),
    completion: .fleetSetNames)
  var fleetSet: String?

  @Option(help: ArgumentHelp("Only of this rollout, SET/NUMBER.", valueName: "rollout"), completion: .rolloutNames)
  var rollout: String?

  @Option(help: ArgumentHelp("Only of this cluster.", valueName: "name"), completion: .clusterNames)
  var cluster: String?

  @Option(help: ArgumentHelp("Only events after this position.", valueName: "position"))
  var after: Int64?

  @Option(help: ArgumentHelp("How many events of the past at most.", valueName: "count"))
  var limit = 50

  @Flag(name: .shortAndLong, help: "Go on with events as they happen, until Ctrl-C.")
  var follow = false

  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard (1...1_000).contains(limit) else { throw ValidationError("--limit \(limit): expected 1 to 1000") }
  }

  func run() async throws {
    let selection = EventSelection(fleetSet: fleetSet, rollout: rollout, cluster: cluster)
    let (after, limit, follow, format) = (after, limit, follow, output.output)
    try await connection.withController { client, project in
      // Where to go on when nothing of the past matches: what comes while it is read is not missed.
      var last = after
      if follow, after == nil {
        last = try await client.pastEvents(in: project, newestFirst: true, limit: 1).items.first?.position
      }
      let past = try await Self.past(client, project, selection, after: after, limit: limit)
      let console = Console.current
      if past.isEmpty {
        try await checkExists(fleetSet: selection.fleetSet, cluster: selection.cluster, client, project)
      }
      if past.isEmpty, !follow, format == .table || format == .wide {
        console.progress("no events")
        return
      }
      var columns: [Int] = []
      try Self.show(past, format, isWithHeading: true, &columns)
      guard follow else { return }
      last = past.last?.position ?? last
      for try await item in client.events(in: project, selection, after: last) {
        switch item {
        case .event(let event): try Self.show([event], format, isWithHeading: false, &columns)
        case .connected: break
        case .reset: console.progress("… events are missing here: the controller keeps no older ones")
        case .disconnected(let why): console.progress("… \(why); going on when the controller is back")
        }
      }
    }
  }

  /// The last events, oldest first; those after a position when one is given.
  private static func past(
    _ client: ControllerClient, _ project: String, _ selection: EventSelection, after: Int64?, limit: Int
  ) async throws -> [EventResource] {
    if let after {
      return try await client.pastEvents(in: project, selection, after: String(after), limit: limit).items
    }
    return try await client.pastEvents(in: project, selection, newestFirst: true, limit: limit).items.reversed()
  }

  private static func show(
    _ events: [EventResource], _ format: OutputFormat, isWithHeading: Bool, _ columns: inout [Int]
  ) throws {
    let console = Console.current
    switch format {
    case .json: for event in events { console.output(try jsonLine(event)) }
    case .yaml: for event in events { console.write(.output, "---\n" + (try yamlText(event))) }
    case .name: for event in events { console.output("event/\(event.position)") }
    case .table, .wide:
      let width = console.isTerminal(.output) ? console.columns() : nil
      let lines = Tables.events(events).lines(
        isWide: format == .wide, style: console.style(.output), width: width, atLeast: &columns)
      for line in isWithHeading ? lines[...] : lines.dropFirst() { console.output(line) }
    }
  }
}
