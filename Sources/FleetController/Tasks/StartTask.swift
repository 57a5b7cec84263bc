internal import FleetDocuments
public import FleetModel
internal import FleetPlanner
public import FleetPorts
public import Logging

/// Decides whether a FleetSet needs a run, and stores it (R30).
public struct StartTask: ControllerTask {
  /// Starts.
  public let kind = WorkKind.start
  let store: any ControlStore
  let logger: Logger

  /// Makes the task.
  public init(store: any ControlStore, logger: Logger) {
    self.store = store
    self.logger = logger
  }

  /// Loads what the set's members want, decides, and stores a run when one is due.
  public func run(row: Int64) async throws -> Instant? {
    let id = FleetSetID(row)
    guard let record = try await store.fleetSet(id),
      let definition = try? FleetSetReader.definition(of: record),
      var input = try await input(of: id, strategy: definition.rollout)
    else { return nil }
    input.onRemoval = definition.onRemoval
    let starter = RunStarter(store: store, definition: definition)
    let start = try await starter.decide(input)
    let decision: StartDecision
    switch start {
    case .stopped(let reason, let message):
      try await store.recordCondition(
        Condition(isReady: false, reason: reason, message: message, since: input.now), of: id)
      // Another set may let go of an object without this one being told.
      return reason == RunStarter.conflict ? input.now + .seconds(60) : nil
    case .decided(let made): decision = made
    }
    if RunStarter.reasons.contains(record.condition.reason) {
      try await store.recordCondition(
        Condition(isReady: true, reason: "Expanded", message: "", since: input.now), of: id)
    }
    switch decision {
    case .nothing, .refused: break
    case .endSet: try await store.endDeletedFleetSet(id)
    case .supersedes(let old, let frozen):
      // Its end wakes this task again, which then starts the newer one.
      try await RolloutService(store: store, logger: logger).supersede(old, by: frozen.run.displayName)
    case .joins(let active, let frozen):
      try await give(.join(frozen.units), to: active, reason: "")
      // Others may have joined who are to be onboarded first.
      try await store.wake(.start, row: row)
    case .aborts(let active, let reason): try await give(.abort(hold: true), to: active, reason: reason)
    case .recordOnly: try await store.recordRelease(input.release, of: id)
    case .run(let frozen):
      let run = try await store.create(
        frozen, fleetSet: id, cause: ChangeCause(principal: Principal.flotilla.name))
      logger.info(
        "rollout started",
        metadata: ["rollout": "\(frozen.run.displayName)", "row": "\(run)", "release": "\(input.releaseName)"])
    case .waits(let reason), .held(let reason):
      logger.debug("no rollout started", metadata: ["fleetSet": "\(record.name)", "reason": "\(reason)"])
    }
    return nextLook(input)
  }

  /// Gives a run the command that a rule asks for; one that has changed meanwhile is looked at again at its end.
  private func give(_ command: RolloutCommand, to run: RolloutID, reason: String) async throws {
    do {
      try await RolloutService(store: store, logger: logger).command(command, run, reason: reason)
    } catch let refusal as CommandRefusal {
      logger.debug("a rollout takes no command now", metadata: ["row": "\(run)", "reason": "\(refusal)"])
    }
  }

  /// What the decision needs about the release that is next: the newest one, or with `onNewRevision: queue` the oldest of
  /// those that wait and change anything (R22). While a run goes on that makes no place, the newest says who has joined.
  private func input(of id: FleetSetID, strategy: RolloutStrategy) async throws -> StartInput? {
    let newest = try await store.startInput(for: id, strategy: strategy)
    let state = newest?.activeRun?.state
    if strategy.onNewRevision == .queue, state == nil || state == .halted {
      for release in try await store.waitingReleases(of: id) {
        guard let input = try await store.startInput(for: id, strategy: strategy, release: release) else { continue }
        if input.newerRelease == nil || decideStart(input) != .recordOnly { return input }
      }
    }
    return newest
  }
}
