internal import FleetAPI
internal import FleetModel

/// The columns of each type, for people.
enum Tables {
  static func clusters(_ items: [ClusterResource]) -> Table {
    Table(
      columns: [
        .init("NAME"), .init("STATE"), .init("HEALTH"), .init("LAST CONTACT"), .init("KUBERNETES", isWide: true),
        .init("AGENT", isWide: true), .init("CONNECTION", isWide: true), .init("LABELS"),
      ],
      rows: items.map { item in
        [
          .init(item.name.rawValue), clusterState(item), .init(healthText(item.targetsByHealth)),
          time(item.lastContactAt),
          .init(dashed(item.kubernetesVersion)), .init(dashed(item.agentVersion)), .init(item.connection.rawValue),
          .init(labelText(item.labels)),
        ]
      })
  }

  static func repositories(_ items: [RepositoryResource]) -> Table {
    Table(
      columns: [
        .init("NAME"), .init("READY"), .init("FETCHED"), .init("POLLED EVERY", isWide: true),
        .init("CREDENTIAL", isWide: true), .init("URL"), .init("MESSAGE"),
      ],
      rows: items.map { item in
        [
          .init(item.name.rawValue), ready(item.condition), time(item.fetchedAt),
          .init(Duration.milliseconds(item.pollIntervalMilliseconds).text), .init(dashed(item.credential)),
          .init(item.url), .init(item.condition.message),
        ]
      })
  }

  static func configMaps(_ items: [ConfigMapResource]) -> Table {
    Table(
      columns: [.init("NAME"), .init("KEYS")],
      rows: items.map { [.init($0.name), .init($0.data.keys.sorted().joined(separator: ", "))] })
  }

  static func fleetSets(_ items: [FleetSetResource]) -> Table {
    Table(
      columns: [
        .init("NAME"), .init("READY"), .init("TARGETS", isNumber: true), .init("RELEASE"), .init("ROLLOUT"),
        .init("GENERATION", isNumber: true, isWide: true), .init("MESSAGE"),
      ],
      rows: items.map { item in
        [
          .init(item.name.rawValue), ready(item.condition), .init(grouped(item.targetCount)),
          .init(dashed(item.newestRelease?.name)), .init(dashed(item.activeRollout)), .init(String(item.generation)),
          .init(
            item.condition.ready ? item.newestRelease?.hold.map { "on hold: \($0)" } ?? "" : item.condition.message),
        ]
      })
  }

  static func targets(_ items: [TargetResource]) -> Table {
    Table(
      columns: [
        .init("NAME"), .init("CLUSTER"), .init("HEALTH"), .init("RUNS"), .init("WANTED"), .init("REPORTED"),
        .init("PATH", isWide: true), .init("NAMESPACE", isWide: true), .init("MESSAGE"),
      ],
      rows: items.map { item in
        [
          .init("\(item.fleetSet)/\(item.name)"), .init(item.cluster.rawValue),
          .init(item.abandoned ? "Abandoned" : item.health.rawValue, tone(item.health)),
          .init(dashed(item.applied?.release)), .init(dashed(item.wanted?.release)), time(item.reportedAt),
          .init(item.path), .init(item.namespace), .init(item.message),
        ]
      })
  }

  static func releases(_ items: [ReleaseResource]) -> Table {
    Table(
      columns: [
        .init("NAME"), .init("COMMIT"), .init("MADE"), .init("TARGETS", isNumber: true), .init("HOLD"),
        .init("AUTHOR", isWide: true), .init("REVISION", isWide: true), .init("TITLE"),
      ],
      rows: items.map { item in
        let source = item.sources.first
        return [
          .init("\(item.fleetSet)/\(item.number)"), .init(dashed(source.map { short($0.commit) })),
          time(item.createdAt), .init(grouped(item.targetCount)), .init(item.hold == nil ? "—" : "on hold", .busy),
          .init(dashed(source?.author)), .init(dashed(source?.revision)), .init(source?.title ?? ""),
        ]
      })
  }

  static func rollouts(_ items: [RolloutResource]) -> Table {
    Table(
      columns: [
        .init("NAME"), .init("STATE"), .init("RELEASE"), .init("READY", isNumber: true),
        .init("FAILED", isNumber: true), .init("UNCHANGED", isNumber: true), .init("STARTED"),
        .init("TOOK", isNumber: true), .init("KIND", isWide: true), .init("BY", isWide: true), .init("TITLE"),
      ],
      rows: items.map { item in
        [
          .init(item.name), .init(item.state.rawValue, tone(item.state)), .init(item.release),
          .init("\(item.counts.succeeded)/\(item.counts.changing)"), .init(String(item.counts.everFailed)),
          .init(String(item.counts.unchanged)), time(item.createdAt), .init(shortDuration(elapsed(item))),
          .init(item.kind.rawValue), .init(item.startedBy), .init(item.sources.first?.title ?? ""),
        ]
      })
  }

  static func steps(_ items: [StepResource]) -> Table {
    Table(
      columns: [
        .init("CLUSTER"), .init("TARGET"), .init("STAGE"), .init("STATE"), .init("ATTEMPT", isNumber: true),
        .init("CHANGED"), .init("MESSAGE"),
      ],
      rows: items.map { item in
        [
          .init(item.cluster.rawValue), .init(item.target.rawValue), .init(item.stage), .init(item.state.rawValue),
          .init(String(item.attempt)), time(item.changedAt), .init(item.failure.isEmpty ? item.message : item.failure),
        ]
      })
  }

  static func tokens(_ items: [TokenResource]) -> Table {
    Table(
      columns: [.init("NAME"), .init("RIGHT"), .init("GROUPS"), .init("GIT IDENTITIES", isWide: true)],
      rows: items.map { item in
        [
          .init(item.name), .init(item.right.rawValue), .init(dashed(item.groups.joined(separator: ","))),
          .init(dashed(item.gitIdentities.joined(separator: ","))),
        ]
      })
  }

  static func events(_ items: [EventResource]) -> Table {
    Table(
      columns: [
        .init("TIME"), .init("KIND"), .init("ABOUT"), .init("BY"), .init("POSITION", isNumber: true, isWide: true),
        .init("MESSAGE"),
      ],
      rows: items.map { item in
        [
          time(item.at), .init(item.kind), .init(dashed(subject(item))), .init(item.actor),
          .init(String(item.position)),
          .init(item.reason.isEmpty ? item.message : "\(item.message) (reason: \(item.reason))"),
        ]
      })
  }

  /// What an event is about, the narrowest part first.
  static func subject(_ event: EventResource) -> String {
    if !event.cluster.isEmpty { return "cluster/\(event.cluster)" }
    if !event.rollout.isEmpty { return "rollout/\(event.rollout)" }
    return event.fleetSet.isEmpty ? event.target : "fleetset/\(event.fleetSet)"
  }

  /// How long a run has taken so far, or took.
  static func elapsed(_ rollout: RolloutResource) -> Duration {
    (rollout.endedAt?.instant ?? Console.current.now()) - rollout.createdAt.instant
  }

  static func time(_ time: Timestamp?) -> Table.Cell {
    let console = Console.current
    return .init(moment(time?.instant, now: console.now(), isRelative: console.isTerminal(.output)))
  }

  static func clusterState(_ cluster: ClusterResource) -> Table.Cell {
    if cluster.revocation != nil { return .init("Revoked", .bad) }
    if cluster.cordonReason != nil { return .init("Cordoned", .busy) }
    if cluster.hold != nil { return .init("Held", .busy) }
    if cluster.connected { return .init("Connected", .good) }
    guard cluster.lastContactAt == nil else { return .init("Away", .bad) }
    return .init(cluster.connection == .agent ? "NeverJoined" : "NeverReached", .busy)
  }

  /// `2 Healthy`, or every health with its number, worst first.
  static func healthText(_ counts: [String: Int]) -> String {
    let present = Health.allCases.sorted(by: >).compactMap { health in
      counts[health.rawValue].flatMap { $0 > 0 ? "\($0) \(health.rawValue)" : nil }
    }
    return present.isEmpty ? "—" : present.joined(separator: ", ")
  }

  private static func ready(_ condition: ConditionResource) -> Table.Cell {
    condition.ready ? .init("yes", .good) : .init("no: \(condition.reason)", .bad)
  }

  static func tone(_ health: Health) -> Style.Tone? {
    switch health {
    case .healthy: .good
    case .degraded, .missing: .bad
    case .progressing, .suspended: .busy
    case .unknown: nil
    }
  }

  static func tone(_ state: RolloutState) -> Style.Tone {
    switch state {
    case .succeeded, .noChange: .good
    case .halted, .halting, .rollingBack, .rolledBack, .rollbackFailed, .aborted: .bad
    case .queued, .running, .paused, .succeededWithWaivers, .succeededWithUnreachable, .superseded: .busy
    }
  }
}
