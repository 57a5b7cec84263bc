import FleetAPI
public import FleetController
public import FleetModel
import FleetPlanner
public import FleetPorts

extension CommandRefusal {
  /// The refusal in the words of the API.
  var actionRefusal: ActionRefusal {
    let code: ErrorEnvelope.Code =
      switch code {
      case .conflict: .conflict
      case .blocked: .blocked
      case .forbidden: .forbidden
      case .notFound: .notFound
      case .invalid: .invalid
      }
    return ActionRefusal(code: code, message: message, hint: hint)
  }
}

extension RolloutService: RolloutActions {
  /// Starts a run of a FleetSet's newest release.
  public func start(
    _ fleetSet: FleetSetName, in project: ProjectName, options: StartOptions, by principal: Principal, reason: String
  ) async throws -> FleetServer.StartOutcome {
    if let revision = options.revision {
      throw ActionRefusal(
        code: .invalid, message: "starting release \(revision) is not available in this version",
        hint: "without --revision the newest release is started; `rollout undo` goes back to the one before")
    }
    do {
      switch try await start(fleetSet, in: project, by: principal, reason: reason, dryRun: options.dryRun) {
      case .started(let record):
        return .init(result: .started, rollout: record, message: "rollout \(record.run.displayName) started")
      case .noChange:
        return .init(result: .noChange, rollout: nil, message: "no bundle changes, so there is nothing to roll out")
      case .wouldStart(let frozen):
        let record = RolloutRecord(
          run: frozen.run, stages: frozen.stages, sources: [], report: PlanReport(), warnings: frozen.warnings)
        return .init(result: .dryRun, rollout: record, message: "nothing was started")
      }
    } catch let refusal as CommandRefusal {
      throw refusal.actionRefusal
    }
  }

  /// Does what a person decided about a run.
  public func act(
    _ action: RolloutAction, on fleetSet: FleetSetName, number: Int?, in project: ProjectName,
    by principal: Principal, reason: String
  ) async throws -> RolloutRecord {
    let command: RolloutCommand =
      switch action {
      case .approve(let stage): .approve(stage: stage)
      case .reject(let stage): .reject(stage: stage)
      case .pause: .pause
      case .resume: .resume
      case .abort(let hold): .abort(hold: hold)
      case .undo: .undo
      case .retry(let clusters): .retry(clusters)
      case .waive(let clusters): .waive(clusters)
      }
    do {
      return try await act(command, on: fleetSet, number: number, in: project, by: principal, reason: reason)
    } catch let refusal as CommandRefusal {
      throw refusal.actionRefusal
    }
  }
}
