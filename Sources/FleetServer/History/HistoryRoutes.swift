import FleetAPI
import FleetModel
import FleetPorts

/// What ran where, and when.
struct HistoryRoutes: Sendable {
  let store: any ControlStore

  var handlers: [String: Handler] {
    [
      Routes.clusterTimeline.id: timeline,
      Routes.pastTargets.id: targets,
      Routes.whereabouts.id: whereabouts,
    ]
  }

  @Sendable private func timeline(_ call: Call) async throws -> Reply {
    let span = try call.span()
    let name = ClusterName(call.parameter("name"))
    return try await call.list(
      {
        try await store.timeline(
          of: name, fleetSet: call.query["fleetSet"].map { FleetSetName($0) }, during: span, in: call.project,
          after: $0, limit: $1)
      }, PeriodResource.init)
  }

  @Sendable private func targets(_ call: Call) async throws -> Reply {
    guard let moment = try call.moment("at") else {
      throw ErrorEnvelope(
        code: .invalid, message: "the moment is missing", field: "at", hint: "give one as 2026-11-26T08:00:00Z")
    }
    return try await call.list(
      {
        try await store.targets(
          at: moment, fleetSet: call.query["fleetSet"].map { FleetSetName($0) },
          cluster: call.query["cluster"].map { ClusterName($0) }, in: call.project, after: $0, limit: $1)
      }, PastTargetResource.init)
  }

  @Sendable private func whereabouts(_ call: Call) async throws -> Reply {
    guard let digits = call.query["of"], !digits.isEmpty else {
      throw ErrorEnvelope(
        code: .invalid, message: "it is not said what is looked for", field: "of",
        hint: "give the first digits of a bundle's SHA-256 or of a commit")
    }
    let span = try call.span()
    return try await call.list(
      { try await store.whereabouts(of: digits, during: span, in: call.project, after: $0, limit: $1) },
      PeriodResource.init)
  }
}

extension Call {
  /// A moment in the query.
  fileprivate func moment(_ name: String) throws -> Instant? {
    guard let text = query[name] else { return nil }
    guard let moment = Timestamp(text: text) else {
      throw ErrorEnvelope(
        code: .invalid, message: "\(name) is \"\(text)\"", field: name, hint: "give a time as 2026-11-26T08:00:00Z")
    }
    return moment.instant
  }

  fileprivate func span() throws -> TimeSpan { TimeSpan(from: try moment("from"), until: try moment("until")) }
}

extension PeriodResource {
  /// A period on the wire.
  init(_ record: PeriodRecord) {
    self.init(
      fleetSet: record.fleetSet, target: record.target, cluster: record.cluster, removal: record.action == .remove,
      rollback: record.isRollback, release: record.release, bundle: record.bundle, rollout: record.rollout,
      orderedAt: Timestamp(record.orderedAt), confirmedAt: record.confirmedAt.map(Timestamp.init),
      endedAt: record.endedAt.map(Timestamp.init))
  }
}

extension PastTargetResource {
  /// What a target ran, on the wire.
  init(_ record: PastTargetRecord) {
    func placed(_ bundle: TargetRecord.PlacedBundleRecord?) -> TargetResource.PlacedBundle? {
      bundle.map { TargetResource.PlacedBundle(bundle: $0.bundle, release: $0.release) }
    }
    self.init(
      fleetSet: record.fleetSet, target: record.target, cluster: record.cluster, wanted: placed(record.wanted),
      applied: placed(record.applied), since: record.since.map(Timestamp.init))
  }
}
