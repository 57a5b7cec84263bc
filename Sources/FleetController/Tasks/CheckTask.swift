public import FleetModel
internal import FleetPlanner
public import FleetPorts
public import Logging
internal import Metrics

/// Measures what the gates of a rollout ask for (R20). What is found goes to the planner as a command, so that it is
/// committed like any other change; a measurement that a crash loses is made again.
public struct CheckTask: ControllerTask {
  /// Checks.
  public let kind = WorkKind.check
  let store: any ControlStore
  let source: any CheckSource
  let logger: Logger

  /// Makes the task.
  public init(store: any ControlStore, source: any CheckSource, logger: Logger) {
    self.store = store
    self.source = source
    self.logger = logger
  }

  /// Measures all that is due for a run, at once, and answers when more is.
  public func run(row: Int64) async throws -> Instant? {
    let rollout = RolloutID(row)
    guard let input = try await store.planInput(for: rollout, lookahead: 0), !input.run.state.isEnd else { return nil }
    let (due, next) = dueChecks(input)
    guard !due.isEmpty else { return next }
    let project = input.run.project
    let measurements = await withTaskGroup(of: CheckMeasurement.self) { group in
      for request in due {
        group.addTask {
          CheckMeasurement(
            request: request, answer: await source.measure(request.gate, in: project, values: request.values))
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    try Task.checkCancellation()
    for measurement in measurements {
      Counter(
        label: "flotilla_checks_total",
        dimensions: [("kind", measurement.request.gate.kind), ("verdict", measurement.answer.verdict.rawValue)]
      ).increment()
      try await commit(measurement, rollout)
    }
    guard let after = try await store.planInput(for: rollout, lookahead: 0) else { return nil }
    let left = dueChecks(after)
    return left.due.isEmpty ? left.next : after.now
  }

  /// A pass may commit at the same moment: the measurement is told again.
  private func commit(_ measurement: CheckMeasurement, _ rollout: RolloutID) async throws {
    for attempt in 1...10 {
      do {
        try await RolloutService(store: store, logger: logger).command(.measured(measurement), rollout, reason: "")
        return
      } catch let error as StoreError where error.code == .lostRace && attempt < 10 {
        try await Task.sleep(for: .milliseconds(Int.random(in: 1...(5 * attempt))))
      }
    }
  }
}

extension Gate {
  fileprivate var kind: String {
    switch self {
    case .approval: "approval"
    case .analysis: "analysis"
    case .http: "http"
    }
  }
}
