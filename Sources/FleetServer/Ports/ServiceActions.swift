public import FleetController
import FleetAPI
public import FleetModel
import FleetPlanner
public import FleetPorts

/// The controller's own actions, in the words of the server.
public struct ServiceActions: RolloutActions {
  private let service: RolloutService
  private let store: any ControlStore

  /// Wraps the controller's service over the same store.
  public init(service: RolloutService, store: any ControlStore) {
    self.service = service
    self.store = store
  }

  /// Starts a run of a FleetSet. Only the newest release can be started in this version.
  public func start(
    _ fleetSet: FleetSetName, in project: ProjectName, options: StartOptions, by principal: Principal, reason: String
  ) async throws -> StartOutcome {
    try await checkRevision(options.revision, of: fleetSet, in: project)
    do {
      let outcome = try await service.start(
        fleetSet, in: project, by: principal, reason: reason, dryRun: options.dryRun)
      switch outcome {
      case .started(let record):
        let isQueued = record.run.state == .queued
        return StartOutcome(
          result: isQueued ? .queued : .started, rollout: record,
          message: "\(record.run.displayName) was \(isQueued ? "queued behind the run that goes on" : "started")")
      case .wouldStart(let frozen):
        let record = RolloutRecord(
          run: frozen.run, stages: frozen.stages, sources: [], report: PlanReport(), warnings: frozen.warnings)
        return StartOutcome(
          result: .dryRun, rollout: record, message: "\(frozen.run.displayName) would be started; nothing was changed")
      case .noChange:
        return StartOutcome(result: .noChange, rollout: nil, message: "no member of \(fleetSet) would change")
      }
    } catch let refusal as CommandRefusal {
      throw ActionRefusal(refusal)
    }
  }

  /// Does what a person decided about a run; answers it as it is then.
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
      return try await service.act(
        command, on: fleetSet, number: number, in: project, by: principal, reason: reason)
    } catch let refusal as CommandRefusal {
      throw ActionRefusal(refusal)
    }
  }

  private func checkRevision(_ revision: String?, of fleetSet: FleetSetName, in project: ProjectName) async throws {
    guard let revision, !revision.isEmpty else { return }
    guard let newest = try await store.fleetSet(fleetSet, in: project)?.newestRelease else { return }
    let names = [newest.shortName, "#\(newest.number)"] + newest.sources.map(\.commit.id.hexadecimal)
    let isNewest = names.contains { $0 == revision || (revision.count >= 7 && $0.hasPrefix(revision)) }
    guard isNewest else {
      throw ActionRefusal(
        code: .conflict, message: "\(revision) is not the newest release of \(fleetSet), which is \(newest.shortName)",
        hint: "only the newest release can be started in this version; move the FleetSet's revision to start another")
    }
  }
}

extension ActionRefusal {
  /// The planner's refusal in the words of the API.
  init(_ refusal: CommandRefusal) {
    self.init(
      code: ErrorEnvelope.Code(rawValue: refusal.code.rawValue) ?? .conflict, message: refusal.message,
      hint: refusal.hint)
  }
}
