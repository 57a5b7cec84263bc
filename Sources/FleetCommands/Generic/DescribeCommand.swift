internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla describe`
struct DescribeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe", abstract: "Show everything known about one thing, with what happened to it last.",
    usage: "flotilla describe TYPE/NAME\nflotilla describe TYPE NAME")

  @Argument(
    help: ArgumentHelp("TYPE/NAME, or TYPE NAME.", valueName: "name"), completion: .references(ResourceType.allCases))
  var reference: [String]

  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let subject = try ResourceReference(words: reference)
    let format = output.output
    try await connection.withController { client, project in
      guard format == .table || format == .wide else {
        let query = ResourceQuery(type: subject.type, name: subject.name)
        try await query.show(client, project, as: format)
        return
      }
      let description = try await Self.description(of: subject, client, project)
      let console = Console.current
      let width = console.isTerminal(.output) ? console.columns() : nil
      for line in description.lines(style: console.style(.output), width: width) { console.output(line) }
    }
  }

  private static func description(
    of subject: ResourceReference, _ client: ControllerClient, _ project: String
  ) async throws -> Description {
    switch subject.type {
    case .clusters: try await cluster(subject.name, client, project)
    case .repositories: Description(try await client.repository(subject.name, in: project))
    case .configmaps: Description(try await client.configMap(subject.name, in: project))
    case .windows: Description(try await client.window(subject.name, in: project))
    case .freezes: Description(try await client.freeze(subject.name, in: project))
    case .analyses: Description(try await client.analysis(subject.name, in: project))
    case .limits: Description(try await client.limit(subject.name, in: project))
    case .fleetsets: try await fleetSet(subject.name, client, project)
    case .targets: Description(try await findTarget(subject.name, in: project, set: nil, client))
    case .releases: try await release(subject.name, client, project)
    case .rollouts: try await rollout(subject.name, client, project)
    }
  }

  private static func cluster(
    _ name: String, _ client: ControllerClient, _ project: String
  ) async throws -> Description {
    var description = Description(try await client.cluster(name, in: project))
    let targets = try await client.targets(in: project, cluster: name, page: PageRequest(limit: 100)).items
    description.add("Targets", Tables.targets(targets))
    try await addEvents(EventSelection(cluster: name), to: &description, client, project)
    return description
  }

  private static func fleetSet(
    _ name: String, _ client: ControllerClient, _ project: String
  ) async throws -> Description {
    var description = Description(try await client.fleetSet(name, in: project))
    for waiting in try await client.waitingReleases(of: name, in: project) {
      description.add("Waits (\(waiting.position))", Self.text(waiting))
    }
    let rollouts = try await client.rollouts(in: project, fleetSet: name, page: PageRequest(limit: 5)).items
    description.add("Rollouts", Tables.rollouts(rollouts))
    try await addEvents(EventSelection(fleetSet: name), to: &description, client, project)
    return description
  }

  /// What a release waits for, in one line.
  static func text(_ waiting: WaitingReleaseResource) -> String {
    let next = waiting.nextChange.map { ", looked at again \(Tables.time($0).text)" } ?? ""
    return "\(waiting.release): \(waiting.reason)\(next)"
  }

  private static func release(
    _ name: String, _ client: ControllerClient, _ project: String
  ) async throws -> Description {
    let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
    if parts.count == 2 { return Description(try await findRelease(parts[1], of: parts[0], in: project, client)) }
    let page = try await client.releases(in: project, fleetSet: name, page: PageRequest(limit: 1))
    guard let newest = page.items.first else { throw CommandFailure(.notFound, "\(name) has no release yet") }
    return Description(newest)
  }

  private static func rollout(
    _ name: String, _ client: ControllerClient, _ project: String
  ) async throws -> Description {
    let reference = try RolloutReference(name)
    let rollout = try await client.rollout(reference.fleetSet, number: reference.number, in: project)
    var description = Description(rollout)
    description.add("Plan", PlanTable.table(rollout.stages))
    let steps = try await client.steps(
      of: reference.fleetSet, number: rollout.number, in: project, page: PageRequest(limit: 200))
    description.add("Steps", Tables.steps(steps.items))
    try await addEvents(EventSelection(rollout: rollout.name), to: &description, client, project)
    return description
  }

  private static func addEvents(
    _ selection: EventSelection, to description: inout Description, _ client: ControllerClient, _ project: String
  ) async throws {
    let events = try await client.pastEvents(in: project, selection, newestFirst: true, limit: 10).items
    description.add("Last events", Tables.events(events.reversed()))
  }
}

/// Fields with their values, then tables.
struct Description {
  private var fields: [(name: String, value: String)] = []
  private var tables: [(title: String, table: Table)] = []

  init() {}

  /// Adds a table; one without rows is left out.
  mutating func add(_ title: String, _ table: Table) {
    if !table.rows.isEmpty { tables.append((title, table)) }
  }

  /// Adds a field; one without a value is left out.
  mutating func add(_ name: String, _ value: String?) {
    if let value, !value.isEmpty { fields.append((name, value)) }
  }

  /// The lines; on a terminal of `columns` tables are cut to fit.
  func lines(style: Style, width columns: Int?) -> [String] {
    let width = fields.map(\.name.count).max() ?? 0
    var lines = fields.map { field in
      let indent = "\n" + String(repeating: " ", count: width + 3)
      let value = field.value.split(whereSeparator: \.isNewline).joined(separator: indent)
      return style(.quiet, padded(field.name + ":", width + 1)) + "  " + value
    }
    for (title, table) in tables {
      lines +=
        ["", style(.strong, title)]
        + table.lines(isWide: false, style: style, width: columns.map { $0 - 2 }).map { "  " + $0 }
    }
    return lines
  }
}

extension Description {
  private static func text(_ time: Timestamp?) -> String? { time == nil ? nil : Tables.time(time).text }

  private mutating func add(_ condition: ConditionResource) {
    add("Ready", condition.ready ? "yes, since \(Self.text(condition.since) ?? "")" : "no: \(condition.reason)")
    add("Message", condition.message)
  }

  init(_ cluster: ClusterResource) {
    add("Name", cluster.name.rawValue)
    add("Project", cluster.project.rawValue)
    add("Labels", labelText(cluster.labels))
    add("Annotations", labelText(cluster.annotations))
    add("State", Tables.clusterState(cluster).text)
    if let revocation = cluster.revocation {
      add("Revoked", "its agent, by \(revocation.by) at \(revocation.at.instant.rfc3339): \(revocation.reason)")
    }
    add("Cordoned", cluster.cordonReason)
    if let hold = cluster.hold {
      add("Held", "on its site by \(hold.by) until \(hold.until.instant.rfc3339): \(hold.reason)")
    }
    for warning in cluster.warnings { add("Warning", warning) }
    add("Health", Tables.healthText(cluster.targetsByHealth))
    add("Connection", cluster.connection.rawValue + (cluster.credential.map { " with credential \($0)" } ?? ""))
    if let condition = cluster.condition { add(condition) }
    add("Last contact", Tables.time(cluster.lastContactAt).text)
    add("Agent", cluster.agentVersion)
    if let skew = cluster.clockSkewMilliseconds {
      add("Agent's clock", "\(Duration.milliseconds(abs(skew)).text) \(skew > 0 ? "ahead" : "behind")")
    }
    add("Kubernetes", cluster.kubernetesVersion)
    add("Registered", Self.text(cluster.createdAt))
    add("Generation", String(cluster.generation))
  }

  init(_ repository: RepositoryResource) {
    add("Name", repository.name.rawValue)
    add("Project", repository.project.rawValue)
    add("URL", repository.url)
    add("Credential", repository.credential)
    add("Polled every", Duration.milliseconds(repository.pollIntervalMilliseconds).text)
    add(repository.condition)
    add("Fetched", Tables.time(repository.fetchedAt).text)
    add("Generation", String(repository.generation))
  }

  init(_ configMap: ConfigMapResource) {
    add("Name", configMap.name)
    add("Project", configMap.project.rawValue)
    add("Generation", String(configMap.generation))
    for (key, text) in configMap.data.sorted(by: { $0.key < $1.key }) { add(key, text) }
  }

  init(_ set: FleetSetResource) {
    add("Name", set.name.rawValue)
    add("Project", set.project.rawValue)
    add(set.condition)
    add("Targets", grouped(set.targetCount))
    if let release = set.newestRelease {
      add("Newest release", release.name + (release.sources.first.map { " \"\($0.title)\" by \($0.author)" } ?? ""))
      add("On hold", release.hold)
    }
    add("Rollout", set.activeRollout)
    if set.deleting { add("Deleting", "its workloads are removed first") }
    if let shrink = set.shrink {
      add("Would shrink", "\(shrink.leaving.count) of \(shrink.current) targets leave, \(shrink.budget) may")
      add("Expansion", shrink.expansion.short)
      for target in shrink.leaving { add("Would leave", target) }
    }
    add("Generation", String(set.generation))
  }

  init(_ target: TargetResource) {
    add("Name", target.name.rawValue)
    add("FleetSet", target.fleetSet.rawValue)
    add("Cluster", target.cluster.rawValue)
    add("Namespace", target.namespace)
    add("Labels", labelText(target.labels))
    add("Path", target.path)
    add("Made by", target.origin)
    if target.abandoned { add("Abandoned", "the newest expansion does not have it; its workload stays") }
    add("Health", target.health.rawValue)
    add("Message", target.message)
    add("Reported", Tables.time(target.reportedAt).text)
    for (name, bundle) in [
      ("Runs", target.applied), ("Should run", target.wanted), ("Last known good", target.lastKnownGood),
    ] {
      add(name, bundle.map { "\($0.release) (bundle \(short($0.bundle.hexadecimal)))" })
    }
    if let drift = target.drift {
      add("Drifted", "\(counted(drift.objectCount, "object")) not as applied")
      for field in drift.fields { add("Differs", field) }
      for object in drift.loops {
        add("Drift loop", "\(object) was changed back again and again; not repaired any more")
      }
    }
    for warning in target.warnings { add("Warning", warning) }
    add("Newest bundle", target.newest.map { short($0.hexadecimal) })
  }

  init(_ release: ReleaseResource) {
    add("Name", "\(release.fleetSet)/\(release.number)")
    add("Short name", release.name)
    add("FleetSet generation", String(release.fleetSetGeneration))
    for source in release.sources {
      add("Source", "\(source.repository) \(source.revision) at \(source.commit)")
      add("Title", source.title)
      add("Author", source.author)
      add("Committed", Self.text(source.committedAt))
    }
    add("Targets", grouped(release.targetCount))
    add("Made", Self.text(release.createdAt))
    add("On hold", release.hold)
  }

  init(_ rollout: RolloutResource) {
    add("Name", rollout.name)
    add("Kind", rollout.kind.rawValue)
    add("State", rollout.state.rawValue)
    add("Release", rollout.release + (rollout.sources.first.map { " \"\($0.title)\" by \($0.author)" } ?? ""))
    add("Started by", rollout.startedBy)
    add("Started", Self.text(rollout.createdAt))
    add("Ended", Self.text(rollout.endedAt))
    add("Clusters", RolloutFrame.sizeText(rollout))
    add("Stopped", rollout.breach.map { "in \($0.stage): \($0.cause)" })
    add("Paused", rollout.pause.map { "by \($0.by): \($0.reason)" })
    for wait in rollout.waiting { add("Waits", wait.message) }
    for note in rollout.notes { add("Note", note) }
    for warning in rollout.warnings { add("Warning", warning) }
    add("Plan", short(rollout.planHash.hexadecimal))
  }
}
