public import FleetModel
internal import FleetPlanner
public import FleetPorts
public import Logging
internal import Metrics
internal import Synchronization

/// Plans a rollout: load, decide, commit (DESIGN rule 1).
public struct RolloutTask: ControllerTask {
  /// Rollouts.
  public let kind = WorkKind.rollout
  let store: any ControlStore
  let logger: Logger
  private let incidents = Incidents()

  /// Makes the task.
  public init(store: any ControlStore, logger: Logger) {
    self.store = store
    self.logger = logger
  }

  /// Does one pass over a run. A plan that violates an invariant is not committed: it stops that rollout with an incident,
  /// never the process.
  public func run(row: Int64) async throws -> Instant? {
    guard let (input, decided) = try await decide(RolloutID(row)) else { return nil }
    let violations = lint(decided, input: input)
    guard violations.isEmpty else { return try await stop(input, violations) }
    incidents.clear(input.run.id)
    try await store.commit(decided, input: input, cause: ChangeCause(principal: Principal.flotilla.name))
    if decided.changes(input) { log(decided) }
    return decided.nextWake
  }

  /// Loads and decides, with more pending units as long as the plan has slots for units that it was not given.
  private func decide(_ rollout: RolloutID) async throws -> (input: PlanInput, plan: Plan)? {
    var lookahead = PlanInput.lookahead
    while let input = try await store.planInput(for: rollout, lookahead: lookahead), !input.run.state.isEnd {
      let decided = plan(input)
      guard decided.wantsMoreUnits else { return (input, decided) }
      lookahead *= 8
    }
    return nil
  }

  private func stop(_ input: PlanInput, _ violations: [PlanViolation]) async throws -> Instant? {
    let text = violations.map(\.description).joined(separator: "; ")
    Counter(label: "flotilla_plan_violations_total").increment()
    // Every report of the fleet asks for another pass, which finds the same: it is told once.
    guard incidents.isNew(text, of: input.run.id) else { return input.now + .seconds(60) }
    logger.critical(
      "a plan violates an invariant and is not committed",
      metadata: ["rollout": "\(input.run.displayName)", "violations": "\(text)"])
    let incident = EventDraft(
      kind: "incident.planViolation", message: "the next steps of \(input.run.displayName) break a rule: \(text)")
    try await store.record(
      incident, project: input.run.project, rollout: input.run.id, actor: Principal.flotilla.name)
    return input.now + .seconds(60)
  }

  private func log(_ plan: Plan) {
    logger.info(
      "rollout planned",
      metadata: [
        "rollout": "\(plan.run.displayName)", "state": "\(plan.run.state.rawValue)",
        "orders": "\(plan.steps.count { $0.order != nil })", "transitions": "\(plan.steps.count)",
        "waiting": "\(plan.report.waiting.map(\.reason.rawValue).joined(separator: ","))",
      ])
  }
}

/// What was told of each run that stands still.
private final class Incidents: Sendable {
  private let told = Mutex<[RolloutID: String]>([:])

  func isNew(_ text: String, of run: RolloutID) -> Bool {
    told.withLock { $0.updateValue(text, forKey: run) != text }
  }

  func clear(_ run: RolloutID) { told.withLock { _ = $0.removeValue(forKey: run) } }
}
