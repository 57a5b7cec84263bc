internal import ArgumentParser
internal import FleetAPI
internal import FleetClient
internal import FleetModel

/// `flotilla why`
struct WhyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Say in a few sentences what a cluster runs, what it should run, and what it waits for.",
    usage: "flotilla why cluster/NAME\nflotilla why rollout/SET/NUMBER")

  @Argument(
    help: ArgumentHelp("cluster/NAME, or rollout/SET/NUMBER.", valueName: "name"),
    completion: .references([.clusters, .rollouts]))
  var reference: [String]

  @OptionGroup var output: OutputOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let subject = try ResourceReference(words: reference)
    let format = output.output
    let connection = connection
    switch subject.type {
    case .clusters:
      try await connection.withController { client, project in
        let reasons = try await Self.reasons(for: subject.name, client, project)
        let console = Console.current
        guard format == .json || format == .yaml else {
          for line in reasons.lines { console.output(line) }
          return
        }
        try console.render(reasons, as: format, names: []) { Table(columns: [], rows: []) }
      }
    case .rollouts:
      var explain = try RolloutExplain.parse([subject.name])
      explain.output = output
      explain.connection = connection
      try await explain.run()
    default:
      throw CommandFailure.usage(
        "why knows clusters and rollouts",
        hint: "for others: flotilla describe \(subject.type.singular)/\(subject.name)")
    }
  }

  private static func reasons(
    for name: String, _ client: ControllerClient, _ project: String
  ) async throws -> ClusterReasons {
    let cluster = try await client.cluster(name, in: project)
    let targets = try await client.targets(in: project, cluster: name, page: PageRequest(limit: 1_000)).items
    var explanations: [ClusterReasons.Part] = []
    for set in Set(targets.map(\.fleetSet)).sorted() {
      var part = ClusterReasons.Part(targets: targets.filter { $0.fleetSet == set })
      part.newestRelease = try await newestRelease(of: set.rawValue, client, project)
      let recent = try await client.rollouts(in: project, fleetSet: set.rawValue, page: PageRequest(limit: 20)).items
      let going = recent.filter { !$0.ended }
      for rollout in going.isEmpty ? Array(recent.prefix(1)) : going where part.step == nil {
        part.rollout = rollout
        try await part.findStep(of: cluster.name, in: rollout, client, project)
      }
      explanations.append(part)
    }
    return ClusterReasons(cluster: cluster, parts: explanations, now: Console.current.now())
  }
}

extension WhyCommand {
  /// The newest release of a set; nil when there is none, or the set was deleted.
  private static func newestRelease(
    of set: String, _ client: ControllerClient, _ project: String
  ) async throws -> ReleaseResource? {
    do {
      return try await client.fleetSet(set, in: project).newestRelease
    } catch ClientError.refused(let envelope) where envelope.code == .notFound {
      return nil
    }
  }
}

extension ClusterReasons.Part {
  /// Reads the cluster's step and, while it is pending, its place in the queue of its stage.
  fileprivate mutating func findStep(
    of cluster: ClusterName, in rollout: RolloutResource, _ client: ControllerClient, _ project: String
  ) async throws {
    func eachPage(states: String?, _ body: ([StepResource]) -> Bool) async throws {
      var after: String?
      repeat {
        let page = try await client.steps(
          of: rollout.fleetSet.rawValue, number: rollout.number, in: project, states: states,
          page: PageRequest(limit: 1_000, after: after))
        after = body(page.items) ? page.next : nil
      } while after != nil
    }
    var found: StepResource?
    try await eachPage(states: nil) { items in
      found = items.first { $0.cluster == cluster }
      return found == nil
    }
    step = found
    guard let found, found.state == .pending, !rollout.ended else { return }
    var waiting: [ClusterName] = []
    try await eachPage(states: StepState.pending.rawValue) { items in
      for item in items where item.stage == found.stage && waiting.last != item.cluster { waiting.append(item.cluster) }
      return true
    }
    if let index = waiting.firstIndex(of: cluster) { queue = .init(position: index + 1, of: waiting.count) }
  }
}

/// Why a cluster is as it is, in sentences (EXPERIENCE 3).
struct ClusterReasons: Encodable {
  /// What one FleetSet has to do with the cluster.
  struct Part: Encodable {
    var targets: [TargetResource]
    /// The set's rollout that goes on and has the cluster; the newest when none goes on.
    var rollout: RolloutResource?
    /// The cluster's step in it.
    var step: StepResource?
    /// Where it stands among the pending clusters of its stage.
    var queue: Place?
    /// The set's newest release.
    var newestRelease: ReleaseResource?
  }

  /// A place in a queue, from 1.
  struct Place: Encodable {
    var position: Int
    var of: Int
  }

  var cluster: ClusterResource
  var parts: [Part]
  /// The sentences.
  var lines: [String]

  init(cluster: ClusterResource, parts: [Part], now: FleetModel.Instant) {
    self.cluster = cluster
    self.parts = parts
    lines = Self.contact(cluster, now: now)
    if parts.isEmpty { lines.append("No FleetSet has a target on \(cluster.name).") }
    for part in parts {
      lines += part.targets.flatMap { Self.state($0, part.newestRelease) } + Self.step(part, cluster)
    }
    let isFine =
      cluster.connected && cluster.revocation == nil && cluster.cordonReason == nil && cluster.hold == nil
      && cluster.warnings.isEmpty
      && parts.allSatisfy(Self.isFine)
    if isFine, !parts.isEmpty { lines.append("Nothing is wrong with it.") }
  }

  private static func contact(_ cluster: ClusterResource, now: FleetModel.Instant) -> [String] {
    var lines: [String] = []
    if let revocation = cluster.revocation {
      lines.append(
        sentence("The agent of \(cluster.name) was revoked by \(revocation.by)", revocation.reason)
          + " Its workloads stay; another agent joins with a token of flotilla cluster token \(cluster.name)")
    }
    if let reason = cluster.cordonReason { lines.append("\(cluster.name) is " + sentence("cordoned", reason)) }
    if let hold = cluster.hold {
      lines.append(
        "\(cluster.name) is held on its site by \(hold.by) until \(hold.until.instant.rfc3339): "
          + sentence("its agent begins no order", hold.reason))
    }
    lines += cluster.warnings.map { "\(cluster.name): \($0)." }
    if let last = cluster.lastContactAt {
      if !cluster.connected {
        lines.append("\(cluster.name) is away; it was last heard \(moment(last.instant, now: now, isRelative: true)).")
      }
    } else {
      lines.append("No agent of \(cluster.name) has joined yet: flotilla cluster token \(cluster.name)")
    }
    return lines
  }

  private static func state(_ target: TargetResource, _ release: ReleaseResource?) -> [String] {
    let subject = "\(target.cluster) (\(target.fleetSet)/\(target.name))"
    var line: String
    if let applied = target.applied {
      line = "\(subject) runs \(applied.release)"
      if let wanted = target.wanted, wanted.bundle != applied.bundle {
        line += "; it has been told to run \(wanted.release)."
      } else if target.abandoned {
        line += ", and is in no FleetSet any more; its workload stays."
      } else if let newest = target.newest, newest != applied.bundle {
        let name = release?.name ?? "the newest release"
        line += release?.hold.map { "; \(name) is " + sentence("on hold", $0) } ?? ". It should run \(name)."
      } else {
        line += ", which is what it should run."
      }
    } else {
      line = "\(subject) runs nothing of Flotilla yet."
    }
    if target.health != .healthy, target.applied != nil {
      line += " It is " + sentence(target.health.rawValue, target.message)
    }
    return [line]
  }

  private static func step(_ part: Part, _ cluster: ClusterResource) -> [String] {
    guard let rollout = part.rollout, let step = part.step else { return [] }
    let place = "in \(rollout.name), stage \(step.stage)"
    switch step.state {
    case .pending where !rollout.ended:
      let named = rollout.waiting.first { $0.clusters.contains(cluster.name) }
      let ofStage = rollout.waiting.first { $0.stage == step.stage } ?? rollout.waiting.first
      let queue = part.queue.map { "; it is number \($0.position) of \($0.of) there" } ?? ""
      return ["Its turn has not come \(place): \((named ?? ofStage)?.message ?? "the stage has not begun")\(queue)."]
    case .dispatched, .applying, .verifying:
      return [
        "It is being updated \(place) (\(step.state.rawValue)\(step.message.isEmpty ? "" : ": \(step.message)"))."
      ]
    case .soaking: return ["It is ready, and its stage soaks \(place)."]
    case .rolledBack:
      return ["\(rollout.release) failed here \(place), " + sentence("so it went back", step.failure)]
    case .failed, .rollbackFailed, .rollingBack:
      return ["It is " + sentence("\(step.state.rawValue) \(place)", step.failure)]
    case .lost, .unreachable, .skipped: return ["It is \(step.state.rawValue) \(place); it catches up later."]
    case .unchanged: return ["Nothing changes for it \(place)."]
    default: return []
    }
  }

  private static func isFine(_ part: Part) -> Bool {
    let bad: Set<StepState> = [.failed, .lost, .rollbackFailed, .rollingBack, .rolledBack]
    return part.targets.allSatisfy { $0.health == .healthy || $0.applied == nil }
      && !(part.step.map { bad.contains($0.state) } ?? false)
  }
}

/// `what: why.`, with one full stop.
private func sentence(_ what: String, _ why: String) -> String {
  let text = why.isEmpty ? what : "\(what): \(why)"
  return text.hasSuffix(".") ? text : text + "."
}
