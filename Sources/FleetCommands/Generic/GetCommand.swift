internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla get`
struct GetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "List things, or show one.",
    usage: "flotilla get TYPE [NAME]\nflotilla get TYPE/NAME",
    discussion: """
      Types: clusters, repositories, fleetsets, windows, freezes, analyses, limits, targets, releases, rollouts; singular and short forms are fine.
      The name of a release or rollout is SET/NUMBER; SET alone lists those of the set.
      """)

  @Argument(
    help: "What to list.",
    completion: .list(ResourceType.allCases.map(\.rawValue)))
  var type: String

  @Argument(help: "The name of one of them.", completion: .references(ResourceType.allCases))
  var name: String?

  @Option(
    name: [.customShort("l"), .long],
    help: ArgumentHelp("Only clusters, or targets, with these labels, as kubectl -l takes them.", valueName: "selector")
  )
  var selector: String?

  @Option(
    name: [.customLong("set")], help: ArgumentHelp("Only what belongs to this FleetSet.", valueName: "fleetset"),
    completion: .fleetSetNames)
  var fleetSet: String?

  @Option(help: ArgumentHelp("Only targets on this cluster.", valueName: "cluster"), completion: .clusterNames)
  var cluster: String?

  @Option(
    help: ArgumentHelp("Targets as they were then: a time, a date, or how long ago.", valueName: "time"),
    transform: parsedPast)
  var at: FleetModel.Instant?

  @Flag(help: "Only targets that left their FleetSet and whose workloads stay.")
  var abandoned = false

  @Flag(help: "Only targets that differ from what was applied; describe target/NAME says how.")
  var drifted = false

  @OptionGroup var list: ListOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    var query = ResourceQuery(
      type: .clusters, name: name, selector: selector, fleetSet: fleetSet, cluster: cluster, at: at,
      isAbandoned: abandoned, drifted: drifted, list: list.limits(for: output.output))
    if name == nil, type.contains("/") {
      let reference = try ResourceReference(words: [type])
      query.type = reference.type
      query.name = reference.name
    } else {
      query.type = try ResourceType(word: type)
    }
    try query.check()
    let (final, format) = (query, output.output)
    try await connection.withController { client, project in
      try await final.show(client, project, as: format)
    }
  }
}

/// What `get` was asked for.
struct ResourceQuery: Sendable {
  var type: ResourceType
  var name: String?
  var selector: String?
  var fleetSet: String?
  var cluster: String?
  var at: FleetModel.Instant?
  var isAbandoned = false
  var drifted = false
  var list = ListLimits()

  /// Refuses filters that the type does not have, rather than ignoring them.
  func check() throws {
    if selector != nil, ![.clusters, .targets].contains(type) {
      throw CommandFailure.usage("--selector is for clusters and targets; \(type.rawValue) have no labels")
    }
    if cluster != nil, type != .targets {
      throw CommandFailure.usage("--cluster is for targets; \(type.rawValue) have none")
    }
    if drifted, type != .targets || name != nil || at != nil {
      throw CommandFailure.usage(
        "--drifted is for all targets as they are now, or those of --set, --cluster or --selector")
    }
    if at != nil, type != .targets || name != nil || selector != nil {
      throw CommandFailure.usage("--at is for all targets, or those of --set or --cluster")
    }
    if isAbandoned, type != .targets || name != nil || at != nil {
      throw CommandFailure.usage("--abandoned is for all targets, or those of --set, --cluster or --selector")
    }
    if fleetSet != nil, ![.targets, .releases, .rollouts].contains(type) {
      throw CommandFailure.usage("--set is for targets, releases and rollouts")
    }
  }

  func show(_ client: ControllerClient, _ project: String, as format: OutputFormat) async throws {
    switch type {
    case .clusters: try await showClusters(client, project, format)
    case .repositories: try await showRepositories(client, project, format)
    case .configmaps: try await showConfigMaps(client, project, format)
    case .fleetsets: try await showFleetSets(client, project, format)
    case .windows: try await showWindows(client, project, format)
    case .freezes: try await showFreezes(client, project, format)
    case .analyses: try await showAnalyses(client, project, format)
    case .limits: try await showLimits(client, project, format)
    case .targets: try await showTargets(client, project, format)
    case .releases: try await showReleases(client, project, format)
    case .rollouts: try await showRollouts(client, project, format)
    }
  }

  private func showClusters(_ client: ControllerClient, _ project: String, _ format: OutputFormat) async throws {
    let console = Console.current
    if let name {
      let item = try await client.cluster(name, in: project)
      try console.render(item, as: format, names: ["cluster/\(name)"]) { Tables.clusters([item]) }
      return
    }
    let page = try await readList(list) { try await client.clusters(in: project, selector: selector, page: $0) }
    try console.renderList(
      page, as: format,
      nothing: selector == nil ? "no clusters; register one with: flotilla cluster add NAME" : "no cluster matches",
      name: { "cluster/\($0.name)" }, table: Tables.clusters)
  }

  private func showRepositories(_ client: ControllerClient, _ project: String, _ format: OutputFormat) async throws {
    let console = Console.current
    if let name {
      let item = try await client.repository(name, in: project)
      try console.render(item, as: format, names: ["repository/\(name)"]) { Tables.repositories([item]) }
      return
    }
    let page = try await readList(list) { try await client.repositories(in: project, page: $0) }
    try console.renderList(
      page, as: format, nothing: "no repositories; describe one in a document and: flotilla apply -f FILE",
      name: { "repository/\($0.name)" }, table: Tables.repositories)
  }

  private func showConfigMaps(_ client: ControllerClient, _ project: String, _ format: OutputFormat) async throws {
    let console = Console.current
    if let name {
      let item = try await client.configMap(name, in: project)
      try console.render(item, as: format, names: ["configmap/\(name)"]) { Tables.configMaps([item]) }
      return
    }
    let page = try await readList(list) { try await client.configMaps(in: project, page: $0) }
    try console.renderList(
      page, as: format, nothing: "no ConfigMaps; generators refer to those of: flotilla apply -f FILE",
      name: { "configmap/\($0.name)" }, table: Tables.configMaps)
  }

  private func showFleetSets(_ client: ControllerClient, _ project: String, _ format: OutputFormat) async throws {
    let console = Console.current
    if let name {
      let item = try await client.fleetSet(name, in: project)
      try console.render(item, as: format, names: ["fleetset/\(name)"]) { Tables.fleetSets([item]) }
      return
    }
    let page = try await readList(list) { try await client.fleetSets(in: project, page: $0) }
    try console.renderList(
      page, as: format, nothing: "no FleetSets; describe one in a document and: flotilla apply -f FILE",
      name: { "fleetset/\($0.name)" }, table: Tables.fleetSets)
  }

  private func showTargets(_ client: ControllerClient, _ project: String, _ format: OutputFormat) async throws {
    let console = Console.current
    if let at { return try await showTargets(at: at, client, project, format) }
    if let name {
      let item = try await findTarget(name, in: project, set: fleetSet, client)
      try console.render(item, as: format, names: ["target/\(item.fleetSet)/\(item.name)"]) { Tables.targets([item]) }
      return
    }
    // They are few, and found by looking at all.
    var page = try await readList(isAbandoned ? ListLimits(all: true) : list) {
      try await client.targets(
        in: project, fleetSet: fleetSet, cluster: cluster, selector: selector, onlyDrifted: drifted, page: $0)
    }
    if isAbandoned { page.items.removeAll { !$0.abandoned } }
    if page.items.isEmpty { try await checkExists(fleetSet: fleetSet, cluster: cluster, client, project) }
    let isNarrow = fleetSet != nil || cluster != nil || selector != nil || isAbandoned || drifted
    try console.renderList(
      page, as: format, nothing: isNarrow ? "no target matches" : "no targets: no FleetSet has been expanded to one",
      name: { "target/\($0.fleetSet)/\($0.name)" }, table: Tables.targets)
  }

  private func showTargets(
    at moment: FleetModel.Instant, _ client: ControllerClient, _ project: String, _ format: OutputFormat
  ) async throws {
    let page = try await readList(list) {
      try await client.targets(at: moment, in: project, fleetSet: fleetSet, cluster: cluster, page: $0)
    }
    if page.items.isEmpty { try await checkExists(fleetSet: fleetSet, cluster: cluster, client, project) }
    try Console.current.renderList(
      page, as: format, nothing: "no target had been ordered anything by \(moment.rfc3339)",
      name: { "target/\($0.fleetSet)/\($0.target)" }, table: Tables.pastTargets)
  }

  private func showReleases(_ client: ControllerClient, _ project: String, _ format: OutputFormat) async throws {
    let console = Console.current
    let parts = (name ?? "").split(separator: "/").map(String.init)
    let set = parts.first ?? fleetSet
    if parts.count == 2 {
      let item = try await findRelease(parts[1], of: parts[0], in: project, client)
      try console.render(item, as: format, names: ["release/\(item.fleetSet)/\(item.number)"]) {
        Tables.releases([item])
      }
      return
    }
    let page = try await readList(list) { try await client.releases(in: project, fleetSet: set, page: $0) }
    if page.items.isEmpty { try await checkExists(fleetSet: set, client, project) }
    try console.renderList(
      page, as: format,
      nothing: set.map { "\($0) has no release yet; flotilla describe fleetset/\($0) says why" }
        ?? "no releases: no FleetSet has been rendered yet",
      name: { "release/\($0.fleetSet)/\($0.number)" }, table: Tables.releases)
    if set == nil, !page.items.isEmpty, format == .table || format == .wide {
      console.progress("the newest of each FleetSet; all of one: flotilla get releases SET")
    }
  }

  private func showRollouts(_ client: ControllerClient, _ project: String, _ format: OutputFormat) async throws {
    let console = Console.current
    var set = fleetSet
    if let name {
      let reference = try RolloutReference(name)
      if let number = reference.number {
        let item = try await client.rollout(reference.fleetSet, number: number, in: project)
        try console.render(item, as: format, names: ["rollout/\(item.name)"]) { Tables.rollouts([item]) }
        return
      }
      set = reference.fleetSet
    }
    let wanted = set
    let page = try await readList(list) { try await client.rollouts(in: project, fleetSet: wanted, page: $0) }
    if page.items.isEmpty { try await checkExists(fleetSet: wanted, client, project) }
    try console.renderList(
      page, as: format, nothing: wanted.map { "\($0) has had no rollout yet" } ?? "no rollouts yet",
      name: { "rollout/\($0.name)" }, table: Tables.rollouts)
  }
}

/// A target by name, or by `SET/NAME`.
func findTarget(
  _ name: String, in project: String, set: String?, _ client: ControllerClient
) async throws -> TargetResource {
  let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
  let (wantedSet, wantedName) = parts.count == 2 ? (parts[0], parts[1]) : (set, name)
  var found: [TargetResource] = []
  var after: String?
  repeat {
    let page = try await client.targets(
      in: project, fleetSet: wantedSet, page: PageRequest(limit: 1_000, after: after))
    found += page.items.filter { $0.name.rawValue == wantedName }
    after = page.next
  } while after != nil
  guard let first = found.first else { throw CommandFailure(.notFound, "there is no target \"\(name)\"") }
  guard found.count == 1 else {
    throw CommandFailure.usage(
      "\"\(name)\" is a target of several FleetSets",
      hint: "say which: " + found.map { "\($0.fleetSet)/\($0.name)" }.joined(separator: ", "))
  }
  return first
}

/// A release by its number or short name.
func findRelease(
  _ name: String, of fleetSet: String, in project: String, _ client: ControllerClient
) async throws -> ReleaseResource {
  var after: String?
  repeat {
    let page = try await client.releases(
      in: project, fleetSet: fleetSet, page: PageRequest(limit: 1_000, after: after))
    if let found = page.items.first(where: { String($0.number) == name || $0.name == name }) { return found }
    after = page.next
  } while after != nil
  throw CommandFailure(
    .notFound, "\(fleetSet) has no release \"\(name)\"", hint: "list them: flotilla get releases \(fleetSet)")
}
