import FleetAPI
import FleetModel
import FleetPlanner
import FleetPorts

/// Runs: what they are, why they wait, and what people decide about them.
struct RolloutRoutes: Sendable {
  let store: any ControlStore
  let actions: any RolloutActions

  var handlers: [String: Handler] {
    [
      Routes.listRollouts.id: list,
      Routes.getRollout.id: get,
      Routes.listSteps.id: steps,
      Routes.explainRollout.id: explain,
      Routes.approveRollout.id: { call in
        try await act(call) { request in .approve(stage: request.stage) }
      },
      Routes.revokeApprovalRollout.id: { call in
        try await act(call) { request in .revokeApproval(stage: request.stage) }
      },
      Routes.rejectRollout.id: { call in
        try await act(call, reasonFor: "reject") { request in .reject(stage: request.stage) }
      },
      Routes.pauseRollout.id: { call in try await act(call) { _ in .pause } },
      Routes.resumeRollout.id: { call in try await act(call) { _ in .resume } },
      Routes.abortRollout.id: { call in
        try await act(call, reasonFor: "abort") { request in .abort(hold: request.hold ?? false) }
      },
      Routes.undoRollout.id: { call in try await act(call) { _ in .undo } },
      Routes.retryRollout.id: { call in try await act(call) { request in .retry(request.clusters ?? []) } },
      Routes.waiveRollout.id: { call in
        try await act(call, reasonFor: "waive") { request in .waive(request.clusters ?? []) }
      },
      Routes.overrideWindowRollout.id: { call in
        try await act(call, reasonFor: "override-window") { request in .overrideWindow(stage: request.stage) }
      },
      Routes.waiveChecksRollout.id: { call in
        try await act(call, reasonFor: "waive-checks") { request in .waiveChecks(stage: request.stage) }
      },
    ]
  }

  @Sendable private func list(_ call: Call) async throws -> Reply {
    try await call.list(
      {
        try await store.rollouts(
          of: call.query["fleetSet"].map { FleetSetName($0) }, in: call.project, after: $0, limit: $1)
      }, RolloutResource.init)
  }

  @Sendable private func get(_ call: Call) async throws -> Reply {
    let record = try await rollout(call)
    return try .json(RolloutResource(record), generation: record.run.version)
  }

  @Sendable private func steps(_ call: Call) async throws -> Reply {
    let states = try (call.query["state"] ?? "").split(separator: ",").map { text in
      guard let state = StepState.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
        let near = suggestion(for: String(text), among: StepState.allCases.map(\.rawValue))
        throw ErrorEnvelope(
          code: .invalid, message: "\"\(text)\" is not a step's state", field: "state",
          hint: near.map { "did you mean \($0)?" } ?? "give one of \(StepState.allCases.map(\.rawValue))")
      }
      return state
    }
    let record = try await rollout(call)
    return try await call.list(
      { try await store.steps(of: record.run.id, states: states, after: $0, limit: $1) }, StepResource.init)
  }

  @Sendable private func explain(_ call: Call) async throws -> Reply {
    let record = try await rollout(call)
    func steps(_ states: StepState...) async throws -> [StepResource] {
      let total = record.stages.reduce(0) { sum, stage in sum + states.reduce(0) { $0 + stage.counters[$1] } }
      // The counters tell without a query that there is nothing to load.
      guard total > 0 else { return [] }
      return try await store.steps(of: record.run.id, states: states, after: nil, limit: 100).elements.map(
        StepResource.init)
    }
    let hasFailures = record.stages.contains { $0.counters.everFailed >= 1 }
    let correlations = hasFailures ? try await store.correlations(of: record.run.id) : []
    return try .json(
      RolloutExplanation(
        rollout: RolloutResource(record),
        inFlight: try await steps(.dispatched, .applying, .verifying, .rollingBack),
        failed: try await steps(.failed, .rollbackFailed), away: try await steps(.unreachable, .lost),
        correlations: correlations.map(CorrelationResource.init),
        waitingReleases: try await waitingReleases(after: record, call),
        next: NextCommands.commands(for: record)))
  }

  /// What waits behind a run, or for something else when it has ended, told with the set's newest run only.
  private func waitingReleases(after record: RolloutRecord, _ call: Call) async throws -> [WaitingReleaseResource] {
    let newest = try await store.rollout(of: record.run.fleetSet, number: nil, in: call.project)
    guard newest?.run.id == record.run.id else { return [] }
    return try await actions.waitingReleases(record.run.fleetSet, in: call.project)
  }

  private func act(
    _ call: Call, reasonFor verb: String? = nil, _ action: (RolloutActionRequest) -> RolloutAction
  ) async throws -> Reply {
    let request = try call.decode(RolloutActionRequest.self)
    if let verb, (request.reason ?? "").isEmpty {
      throw ErrorEnvelope(
        code: .invalid, message: "\(verb) needs a reason, because somebody will ask for it", field: "reason",
        hint: "give one with --reason")
    }
    let record = try await actions.act(
      action(request), on: FleetSetName(call.parameter("set")), number: try Self.number(call),
      in: call.project, by: call.principal, reason: request.reason ?? "", dryRun: request.dryRun ?? false)
    return try .json(RolloutResource(record), generation: record.run.version)
  }

  private func rollout(_ call: Call) async throws -> RolloutRecord {
    let set = FleetSetName(call.parameter("set"))
    let number = try Self.number(call)
    guard let record = try await store.rollout(of: set, number: number, in: call.project) else {
      throw ErrorEnvelope(
        code: .notFound,
        message: number.map { "there is no rollout \(set)/\($0) in project \(call.project)" }
          ?? "FleetSet \(set) of project \(call.project) has no rollout",
        hint: "flotilla get rollouts lists them")
    }
    return record
  }

  /// The number in the path; nil for the one that goes on, or else the newest.
  private static func number(_ call: Call) throws -> Int? {
    let text = call.parameter("number")
    if text == "latest" { return nil }
    guard let number = Int(text), number > 0 else {
      throw ErrorEnvelope(
        code: .invalid, message: "\"\(text)\" is not a rollout's number", field: "number",
        hint: "give a number from 1, or latest")
    }
    return number
  }
}

/// What a person could do next about a run.
enum NextCommands {
  /// Commands of the CLI, the likeliest first.
  static func commands(for record: RolloutRecord) -> [String] {
    let run = record.run
    var commands: [String] = []
    for waiting in record.report.waiting where waiting.reason == .approval && !waiting.stage.isEmpty {
      commands.append("flotilla rollout approve \(run.fleetSet) --stage \(waiting.stage)")
    }
    for waiting in record.report.waiting where waiting.reason == .window || waiting.reason == .freeze {
      commands.append("flotilla rollout override-window \(run.fleetSet) --stage \(waiting.stage) --reason …")
    }
    switch run.state {
    case .paused: commands.append("flotilla rollout resume \(run.fleetSet)")
    case .halted:
      let resume = "flotilla rollout resume \(run.fleetSet)"
      if record.stages.contains(where: { $0.counters.failing > 0 }) {
        commands.append("flotilla rollout retry \(run.fleetSet) && \(resume)")
        commands.append("flotilla rollout waive \(run.fleetSet) --reason … && \(resume)")
      } else {
        commands.append(resume)
      }
      commands.append("flotilla rollout undo \(run.fleetSet) --reason …")
      commands.append("flotilla rollout abort \(run.fleetSet) --reason …")
    case .rolledBack, .rollbackFailed:
      commands.append("flotilla rollout release-hold \(run.fleetSet) --reason …")
    default: break
    }
    return commands
  }
}

extension CorrelationResource {
  /// What failures have in common, on the wire.
  init(_ found: FailureCorrelation) {
    self.init(
      label: found.tally.label, value: found.tally.value, failed: found.tally.failed, healthy: found.tally.healthy,
      healthyTotal: found.healthyTotal, message: found.message, exclusion: found.exclusion)
  }
}
